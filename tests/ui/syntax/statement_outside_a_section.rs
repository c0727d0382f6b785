policy_macros::policy! {
    tagOwners { tag:web; }
    tag:db = autogroup:admin;
}

fn main() {}
