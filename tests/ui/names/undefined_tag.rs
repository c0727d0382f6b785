policy_macros::policy! {
    tagOwners { tag:homelab; }
    grants { autogroup:member -> tag:hoemlab on tcp:443; }
}

fn main() {}
