policy_macros::policy! {
    tagOwners { tag:a; tag:b; }
    grants { except tag:a -> tag:b on 443; }
}

fn main() {}
