policy_macros::policy! {
    "tagOwners": { "tag:web": [] }
}

fn main() {}
