policy_macros::policy! {
    tagOwners { tag:web; tag:db; }
    devices { west = tag:web, "100.64.0.2"; store = tag:db, "100.64.0.3"; }
    grants { tag:web -> tag:db on tcp:5432; }
    tests { "100.64.0.2" { accept "100.64.0.3:22"; } }
}

fn main() {}
