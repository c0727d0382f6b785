policy_macros::policy! {
    tagOwners { tag:web; }
    let servers = tag:web, tag:wbe;
    grants {
        autogroup:member -> servers on 443;
        servers -> servers on 22;
    }
}

fn main() {}
