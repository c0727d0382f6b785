policy_macros::policy! {
    tagOwners { tag:web; tag:db; }
    grants { tag:web -> tag:db on tcp:5432; }
    tests { {"src": "tag:web", "accept": ["tag:db:5432", "tag:db:22"]}; }
}

fn main() {}
