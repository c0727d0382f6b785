policy_macros::policy! {
    users { olga = "olga@example.com", owner; bob = "bob@example.com", member; }
    tagOwners { tag:web; tag:db; }
    ssh { accept bob -> tag:web as "ubuntu", "admin"; }
    sshTests { bob -> tag:web { accept "bob"; } }
}

fn main() {}
