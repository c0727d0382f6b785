policy_macros::policy! {
    tagOwners { tag:web; tag:db; }
    #[allow(old_form, reason = "not yet moved")]
    acls { tag:web -> tag:db on 5432, 5433 and * on 53; }
    tests { tag:web { accept tag:db:22; } }
}

fn main() {}
