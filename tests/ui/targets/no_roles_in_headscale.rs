policy_macros::policy! {
    target = headscale;
    tagOwners { tag:web = "alice@"; }
    grants { autogroup:admin -> tag:web on 443; }
}

fn main() {}
