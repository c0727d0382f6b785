policy_macros::policy! {
    tagOwners { tag:homelab; }
    grants { autogroup:member -> tag:printer on tcp:443; }
}

fn main() {}
