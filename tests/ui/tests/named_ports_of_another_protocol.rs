policy_macros::policy! {
    users { bob = "bob@example.com", member; }
    let dns = udp:53;
    tagOwners { tag:dns; }
    grants { bob -> tag:dns on dns; }
    tests { bob { accept tag:dns:dns; } }
}

fn main() {}
