#![deny(deprecated)]

policy_macros::policy! {
    users { alice = "alice@example.com"; }
    tagOwners { tag:web; }
    grants { autogroup:admin -> tag:web on tcp:22; }
    ssh { check autogroup:admin -> tag:web as "root"; }
    sshTests { alice -> tag:web { check "root"; } }
}

fn main() {}
