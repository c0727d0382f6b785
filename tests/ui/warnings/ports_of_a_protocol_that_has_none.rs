#![deny(deprecated)]

policy_macros::policy! {
    tagOwners { tag:web; }
    grants { autogroup:member -> tag:web on icmp:22; }
}

fn main() {}
