policy_macros::policy! {
    tagOwners { tag:web; tag:dns; }
    acls { autogroup:member -> tag:web on tcp:443 and tag:dns on udp:53; }
}

fn main() {}
