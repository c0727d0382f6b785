policy_macros::policy! {
    users { olga = "olga@example.com", owner; bob = "bob@example.com", member; }
    tagOwners { tag:web; tag:db; }
    grants {
        autogroup:admin -> tag:db on 5432;
        autogroup:member -> tag:web on 443;
    }
    tests { bob { accept tag:web:443, tag:db:5432; } }
}

fn main() {}
