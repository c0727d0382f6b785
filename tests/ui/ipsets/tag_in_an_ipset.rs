policy_macros::policy! {
    tagOwners { tag:web; }
    ipsets { ipset:prod = tag:web; }
}

fn main() {}
