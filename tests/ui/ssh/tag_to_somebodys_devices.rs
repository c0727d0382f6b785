policy_macros::policy! {
    tagOwners { tag:web; }
    ssh { accept tag:web -> autogroup:self as "root"; }
}

fn main() {}
