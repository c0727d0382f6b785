policy_macros::policy! {
    hosts { on = "10.0.0.1"; }
}

fn main() {}
