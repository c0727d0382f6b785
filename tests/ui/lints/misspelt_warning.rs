policy_macros::policy! {
    lints { unused-tga = deny; unused_hots = warn; }
}

fn main() {}
