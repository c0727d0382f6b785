policy_macros::policy! {
    lints { unused-tag = allow; }
}

fn main() {}
