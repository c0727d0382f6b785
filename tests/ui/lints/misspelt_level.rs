policy_macros::policy! {
    lints { unused-tag = deni; unused-host = forbid; unused-group = off; }
}

fn main() {}
