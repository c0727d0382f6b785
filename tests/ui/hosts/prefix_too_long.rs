policy_macros::policy! {
    hosts { lab = "10.0.0.0/33"; }
}

fn main() {}
