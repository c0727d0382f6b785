policy_macros::policy! {
    lints { unused-tag = deny; }
    tagOwners { tag:web; }
}

fn main() {}
