policy_macros::policy! {
    tagOwners {
        #[allow(undefined_tag, reason = "not yet")]
        tag:web;
        #[allow(unused_tga, reason = "not yet")]
        tag:db;
        #[allow(unused_tag)]
        tag:nas;
    }
}

fn main() {}
