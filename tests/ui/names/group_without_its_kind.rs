policy_macros::policy! {
    groups { eng = "alice@example.com"; }
}

fn main() {}
