policy_macros::policy! {
    randomiseClientPort = true;
}

fn main() {}
