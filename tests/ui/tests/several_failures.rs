policy_macros::policy! {
    users { olga = "olga@example.com", owner; bob = "bob@example.com", member; }
    tagOwners { tag:web; tag:db; }
    grants { autogroup:member -> tag:web on 443; }
    tests {
        bob { accept tag:db:443; deny tag:web:443; }
        olga { accept tag:web:443, tag:web:80; }
    }
}

fn main() {}
