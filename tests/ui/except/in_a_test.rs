policy_macros::policy! {
    groups { group:eng = "alice@example.com", "bob@example.com"; }
    tagOwners { tag:web; }
    grants { group:eng -> tag:web on 443; }
    tests { group:eng except "bob@example.com" { accept tag:web:443; } }
}

fn main() {}
