policy_macros::policy! {
    tagOwners { tag:web; }
    grants { autogroup:member -> tag:web app { "drive": [{}] }; }
}

fn main() {}
