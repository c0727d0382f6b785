policy_macros::policy! {
    users { olga = "olga@example.com", owner; bob = "bob@example.com", member; }
    tagOwners { tag:web; tag:db; }
    grants {
        autogroup:member -> tag:web on 443;
        bob -> tag:db on 5432;
    }
    tests { bob { deny tag:db:5432; } }
}

fn main() {}
