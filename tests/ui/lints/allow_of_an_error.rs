policy_macros::policy! {
    lints { undefined-tag = allow "it will come"; }
}

fn main() {}
