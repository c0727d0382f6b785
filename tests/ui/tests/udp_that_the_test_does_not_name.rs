#![deny(deprecated)]

policy_macros::policy! {
    tagOwners { tag:web; tag:db; }
    grants { tag:web -> tag:db on udp:53; }
    tests { tag:web { accept tag:db:53; } }
}

fn main() {}
