policy_macros::policy! {
    ipsets {
        ipset:a = ipset:b;
        ipset:b = ipset:a;
    }
}

fn main() {}
