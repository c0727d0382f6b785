policy_macros::policy! {
    grants { autogroup:member -> "10.0.0.0/8" on 443; }
    tests { "alice@example.com" { deny "10.0.0.0/8:443"; } }
}

fn main() {}
