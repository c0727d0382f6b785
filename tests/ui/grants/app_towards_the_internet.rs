policy_macros::policy! {
    grants { autogroup:member -> autogroup:internet app { "example.com/cap/x": [{}] }; }
}

fn main() {}
