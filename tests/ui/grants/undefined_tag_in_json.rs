policy_macros::policy! {
    tagOwners { tag:web; }
    grants { {"src": ["autogroup:member"], "dst": ["tag:wbe"], "ip": ["443"]}; }
}

fn main() {}
