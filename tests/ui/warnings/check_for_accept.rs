#![deny(deprecated)]

policy_macros::policy! {
    users { olga = "olga@example.com", owner; bob = "bob@example.com", member; }
    tagOwners { tag:web; }
    grants { autogroup:member -> tag:web on tcp:22; }
    ssh { check autogroup:member -> tag:web as "ubuntu"; }
    sshTests { bob -> tag:web { accept "ubuntu"; } }
}

fn main() {}
