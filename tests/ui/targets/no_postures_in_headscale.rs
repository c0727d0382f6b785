policy_macros::policy! {
    target = headscale;
    postures { posture:mac = "node:os == 'macos'"; }
    grants { autogroup:member -> autogroup:self on *; }
}

fn main() {}
