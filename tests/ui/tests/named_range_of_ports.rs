policy_macros::policy! {
    users { bob = "bob@example.com", member; }
    let web = 443, 8000-8100;
    tagOwners { tag:web; }
    grants { bob -> tag:web on web; }
    tests { bob { accept tag:web:web; } }
}

fn main() {}
