policy_macros::policy! {
    lints { undefined-tag, undefined-group = deny; }
}

fn main() {}
