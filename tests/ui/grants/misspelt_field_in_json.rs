policy_macros::policy! {
    tagOwners { tag:web; }
    grants { {"src": ["autogroup:member"], "dts": ["tag:web"], "ip": ["443"]}; }
}

fn main() {}
