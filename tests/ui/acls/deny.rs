policy_macros::policy! {
    tagOwners { tag:web; }
    acls { {"action": "deny", "src": ["*"], "dst": ["tag:web:*"]}; }
}

fn main() {}
