policy_macros::policy! {
    lints { unused-tag; }
}

fn main() {}
