policy_macros::policy! {
    tagOwners { tag:a; tag:b; tag:c; }
    grants { tag:a, tag:b, tag:c except tag:a except tag:b -> tag:c on 443; }
}

fn main() {}
