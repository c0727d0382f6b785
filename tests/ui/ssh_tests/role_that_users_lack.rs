#![deny(deprecated)]

policy_macros::policy! {
    users { alice = "alice@example.com"; }
    tagOwners { tag:web; tag:db; }
    ssh { check autogroup:admin -> tag:web as "root"; }
    sshTests { alice -> tag:web { check "root"; } }
}

fn main() {}
