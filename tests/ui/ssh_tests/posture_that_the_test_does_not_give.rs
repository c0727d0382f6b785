policy_macros::policy! {
    users { olga = "olga@example.com", owner; bob = "bob@example.com", member; }
    tagOwners { tag:web; tag:db; }
    postures { posture:mac = "node:os == 'macos'"; }
    ssh { accept autogroup:member -> tag:web as "ubuntu" srcPosture posture:mac; }
    sshTests { bob -> tag:web { accept "ubuntu"; } }
}

fn main() {}
