#![deny(deprecated)]

policy_macros::policy! {
    tagOwners { tag:web; }
    grants { "tag:web" -> tag:web on 443; }
}

fn main() {}
