policy_macros::policy! {
    grants { autogroup:member -> "0.0.0.0/0" on *; }
}

fn main() {}
