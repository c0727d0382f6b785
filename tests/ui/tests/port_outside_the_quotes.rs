policy_macros::policy! {
    grants { autogroup:member -> "10.0.0.1" on 443; }
    tests { "alice@example.com" { accept "10.0.0.1":443; } }
}

fn main() {}
