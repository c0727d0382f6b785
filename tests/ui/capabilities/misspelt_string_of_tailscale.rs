#![deny(deprecated)]

policy_macros::policy! {
    users { olga = "olga@example.com", owner; }
    tagOwners { tag:nas; }
    grants { olga -> tag:nas on 443 app { "tailscale.com/cap/webui": [{ canEdit: ["exit-nodes"] }] }; }
}

fn main() {}
