policy_macros::policy! {
    tagOwners { tag:a; tag:b; }
    grants { autogroup:member -> "10.0.0.0/8" on 443 via tag:a via tag:b; }
}

fn main() {}
