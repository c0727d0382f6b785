policy_macros::policy! {
    tagOwners { tag:web; }
    grants { svc:web -> tag:web on 443; }
}

fn main() {}
