policy_macros::policy! {
    tagOwners { tag:web; }
    ssh { check autogroup:member -> tag:web as "root" checkPeriod 200h; }
}

fn main() {}
