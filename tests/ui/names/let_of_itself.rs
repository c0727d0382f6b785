policy_macros::policy! {
    let a = b;
    let b = a, autogroup:admin;
    grants { a -> * on *; }
}

fn main() {}
