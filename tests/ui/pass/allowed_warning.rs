//! A warning that is allowed where it stands says nothing.

#![deny(warnings)]

policy_macros::policy! {
    tagOwners { tag:web; }
    grants {
        #[allow(quoted_name, reason = "pasted from the old file")]
        "tag:web" -> "tag:web" on 443;
    }
}

fn main() {}
