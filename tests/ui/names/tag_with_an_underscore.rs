policy_macros::policy! {
    tagOwners { tag:k8s_api; }
}

fn main() {}
