policy_macros::policy! {
    tagOwners { tag:web; tag:db; }
    #[allow(old_form, reason = "not yet moved")]
    acls { tag:web -> tag:db on 5000-6000; }
    tests { tag:web { deny tag:db:5432; } }
}

fn main() {}
