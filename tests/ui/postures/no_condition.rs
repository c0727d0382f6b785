policy_macros::policy! {
    postures { posture:managed = "node:os is macos"; }
}

fn main() {}
