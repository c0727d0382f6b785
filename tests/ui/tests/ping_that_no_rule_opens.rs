policy_macros::policy! {
    tagOwners { tag:web; tag:db; }
    grants { tag:web -> tag:db on tcp:5432; }
    tests { tag:web { proto icmp; accept tag:db:0; } }
}

fn main() {}
