policy_macros::policy! {
    tagOwners { tag:web; tag:rec; }
    grants { autogroup:member -> tag:web on 443 recorder tag:rec; }
}

fn main() {}
