policy_macros::policy! {
    tagOwners { tag:web; tag:db; }
    postures { posture:mac = "node:os == 'macos'"; }
    defaultSrcPosture = posture:mac;
    grants { tag:web -> tag:db on 5432; }
    tests { tag:web { accept tag:db:5432; } }
}

fn main() {}
