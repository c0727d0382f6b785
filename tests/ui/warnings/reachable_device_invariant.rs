#![deny(deprecated)]

policy_macros::policy! {
    users { bob = "bob@example.com", member; }
    tagOwners { tag:web; tag:db; }
    devices { cellar = tag:db, tag:web; }
    grants { autogroup:member -> tag:web on tcp:443; }
    invariants { never autogroup:member -> tag:db; }
}

fn main() {}
