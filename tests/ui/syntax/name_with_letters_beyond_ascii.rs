policy_macros::policy! {
    hosts { büro = "10.0.0.1"; }
}

fn main() {}
