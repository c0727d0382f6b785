policy_macros::policy! {
    hosts { web; }
}

fn main() {}
