policy_macros::policy! {
    tagOwners { tag:web; }
    ssh { accept tag:web -> tag:web as "root"; }
    sshTests { tag:web -> tag:web { accept root; } }
}

fn main() {}
