policy_macros::policy! {
    tagOwners { tag:web; }
    grants { autogroup:member -> tag:web app { "tailscale.com/cap/funnel": [{}] }; }
}

fn main() {}
