policy_macros::policy! {
    tagOwners { tag:web; }
    grants { tag:web -> autogroup:self on 443; }
}

fn main() {}
