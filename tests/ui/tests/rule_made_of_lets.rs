policy_macros::policy! {
    users { olga = "olga@example.com", owner; bob = "bob@example.com", member; }
    tagOwners { tag:web; tag:db; }
    let people = bob, autogroup:owner;
    let https = tcp:443;
    grants { people -> tag:web on https; }
    tests { bob { accept tag:web:80; } }
}

fn main() {}
