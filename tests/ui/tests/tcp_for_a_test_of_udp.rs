policy_macros::policy! {
    tagOwners { tag:web; tag:db; }
    grants { tag:web -> tag:db on tcp:53; }
    tests { tag:web { proto udp; accept tag:db:53; } }
}

fn main() {}
