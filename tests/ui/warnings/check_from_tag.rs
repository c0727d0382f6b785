#![deny(deprecated)]

policy_macros::policy! {
    tagOwners { tag:web; }
    ssh { check tag:web -> tag:web as "root"; }
    grants {}
}

fn main() {}
