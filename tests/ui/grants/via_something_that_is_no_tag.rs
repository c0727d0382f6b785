policy_macros::policy! {
    grants { autogroup:member -> "10.0.0.0/8" on * via autogroup:admin; }
}

fn main() {}
