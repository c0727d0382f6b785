policy_macros::policy! {
    tagOwners {
        tag:web = autogroup:admin,
        tag:db = autogroup:admin;
    }
}

fn main() {}
