policy_macros::policy! {
    hosts { r#on = "10.0.0.1"; }
}

fn main() {}
