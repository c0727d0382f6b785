policy_macros::policy_fragment! {
    grants { autogroup:member -> autogroup:self on 443; }
}

fn main() {}
