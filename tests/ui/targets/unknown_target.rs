policy_macros::policy! {
    target = headscal;
    grants { autogroup:member -> autogroup:self on *; }
}

fn main() {}
