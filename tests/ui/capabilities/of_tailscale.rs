policy_macros::policy! {
    users { olga = "olga@example.com", owner; }
    capabilities {
        "tailscale.com/cap/drive" { shares: [string]; }
    }
    grants { olga -> autogroup:self app { "tailscale.com/cap/drive": [{ "shares": ["*"] }] }; }
}

fn main() {}
