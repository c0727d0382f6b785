policy_macros::policy! {
    lints { unused-tag = deny; }
    lints { unused_tag, unused-host = warn; }
}

fn main() {}
