policy_macros::policy! {
    tagOwners {
        tag:web; /// serves the wiki
        tag:db;
    }
}

fn main() {}
