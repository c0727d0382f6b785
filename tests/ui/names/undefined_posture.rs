policy_macros::policy! {
    postures { posture:managed = "node:os == 'macos'"; }
    tagOwners { tag:web; }
    grants { autogroup:member -> tag:web on 443 srcPosture posture:manged; }
}

fn main() {}
