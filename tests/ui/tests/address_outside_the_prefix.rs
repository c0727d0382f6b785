policy_macros::policy! {
    users { olga = "olga@example.com", owner; bob = "bob@example.com", member; }
    tagOwners { tag:router; }
    hosts { printer = "10.21.0.9"; }
    grants { autogroup:member -> "10.20.0.0/16" on 631 via tag:router; }
    tests { bob { accept "10.20.0.9:631", printer:631; } }
}

fn main() {}
