policy_macros::policy! {
    tagOwners { tag:web = autogroup:admin until "2027-12-31"; }
    grants { autogroup:admin -> tag:web on 443; }
}

fn main() {}
