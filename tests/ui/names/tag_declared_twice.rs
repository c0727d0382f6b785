policy_macros::policy! {
    tagOwners {
        tag:web = autogroup:admin;
        tag:db;
    }
    grants { autogroup:member -> tag:web, tag:db on 443; }
    tagOwners { tag:web; }
}

fn main() {}
