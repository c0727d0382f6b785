policy_macros::policy! {
    users { olga = "olga@example.com", owner; bob = "bob@example.com", member; }
    tagOwners { tag:web; tag:db; }
    sshTests { bob -> tag:web { accept "bob"; deny "root"; } }
}

fn main() {}
