policy_macros::policy! {
    groups { tag:eng = "alice@example.com"; }
}

fn main() {}
