policy_macros::policy! {
    users { olga = "olga@example.com", owner; bob = "bob@example.com", member; }
    tagOwners { tag:web; tag:db; }
    groups { group:dba = olga; }
    grants { group:dba -> tag:db on 5432; }
    tests { bob { accept tag:db:5432; } }
}

fn main() {}
