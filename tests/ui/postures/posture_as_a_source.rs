policy_macros::policy! {
    postures { posture:managed = "node:os == 'macos'"; }
    tagOwners { tag:web; }
    grants { posture:managed -> tag:web on 443; }
}

fn main() {}
