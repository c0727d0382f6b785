policy_macros::policy! {
    grants { autogroup:self -> * on *; }
}

fn main() {}
