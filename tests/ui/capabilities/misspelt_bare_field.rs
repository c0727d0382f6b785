#![deny(deprecated)]

policy_macros::policy! {
    users { olga = "olga@example.com", owner; }
    tagOwners { tag:k8s; }
    grants { olga -> tag:k8s on 443 app { "tailscale.com/cap/kubernetes": [{ impersonate: { group: ["system:masters"] } }] }; }
}

fn main() {}
