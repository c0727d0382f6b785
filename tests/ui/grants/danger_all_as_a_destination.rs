policy_macros::policy! {
    grants { autogroup:member -> autogroup:danger-all on *; }
}

fn main() {}
