policy_macros::policy! {
    target = headscale;
    users { alice = "alice@"; }
    tagOwners { tag:web = alice; }
    grants { alice -> tag:wbe on 443; }
}

fn main() {}
