#![deny(deprecated)]

policy_macros::policy! {
    users { olga = "olga@example.com", owner; }
    tagOwners { tag:connector; }
    nodeAttrs { * app { "tailscale.com/app-connectors": [{ name: "wiki", domains: ["example.com"] }] }; }
    grants { olga -> tag:connector on 443; }
}

fn main() {}
