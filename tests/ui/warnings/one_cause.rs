#![deny(deprecated)]

policy_macros::policy! {
    tagOwners {
        tag:web;
        for name in [cache, queue] { tag:$name; }
        #[allow(unused_tag, reason = "it is set up in June")]
        tag:db;
        tag:mail, tag:logs;
    }
    grants {}
}

fn main() {}
