policy_macros::policy! {
    tagOwners { tag:a; tag:b; }
    grants { tag:a, tag:b except -> tag:b on 443; }
}

fn main() {}
