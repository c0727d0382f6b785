policy_macros::policy! {
    tagOwners {
        tag:web;
        /// That was all.
    }
}

fn main() {}
