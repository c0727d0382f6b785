policy_macros::policy! {
    users { alice = "alice@example.com", member; bob = "bob@example.com", owner; }
    groups { group:dba = alice; }
    tagOwners { tag:db; }
    grants { group:dba -> tag:db on tcp:5432; }
    invariants { never autogroup:member -> tag:db; }
}

fn main() {}
