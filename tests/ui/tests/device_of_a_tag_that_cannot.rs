policy_macros::policy! {
    tagOwners { tag:web; tag:db; }
    devices { east = tag:web, "100.64.0.1"; west = tag:web, "100.64.0.2"; store = tag:db, "100.64.0.3"; }
    grants { "100.64.0.1" -> tag:db on 5432; }
    tests { tag:web { accept tag:db:5432; } }
}

fn main() {}
