policy_macros::policy! {
    hosts {
        web = "10.0.0.1";
        web = "10.0.0.2";
    }
}

fn main() {}
