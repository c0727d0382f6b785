policy_macros::policy! {
    target = headscale;
    grants { autogroup:member -> autogroup:self on *; }
    target = tailscale;
}

fn main() {}
