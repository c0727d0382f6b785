policy_macros::policy! {
    tagOwners { tag:web; tag:db; }
    grants { tag:web -> * except tag:db on 443; }
}

fn main() {}
