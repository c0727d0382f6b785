policy_macros::policy! {
    tagOwners { tag:web; }
    grants { autogroup:member -> tag:web on *; }
    tests { "alice@example.com" { accept tag:web:80-443; } }
}

fn main() {}
