#![deny(deprecated)]

policy_macros::policy! {
    tagOwners { tag:web; }
    grants { autogroup:member -> tag:web on tcp:22; }
    ssh { check autogroup:member -> autogroup:self as autogroup:nonroot; }
}

fn main() {}
