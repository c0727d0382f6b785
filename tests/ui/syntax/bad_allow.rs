policy_macros::policy! {
    tagOwners {
        #[allow(undefined_tag, reason = "not yet")]
        tag:web;
        #[allow(quoted_nmae, reason = "not yet")]
        tag:db;
        #[allow(quoted_name)]
        tag:nas;
    }
}

fn main() {}
