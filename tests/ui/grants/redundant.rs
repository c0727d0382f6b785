#![deny(warnings)]

policy_macros::policy! {
    tagOwners { tag:web; tag:db; }
    grants {
        autogroup:member -> tag:web on 443;
        autogroup:tagged -> tag:web, tag:db on *;
        tag:web -> tag:db on tcp:5432;
    }
}

fn main() {}
