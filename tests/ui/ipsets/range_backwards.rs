policy_macros::policy! {
    ipsets { ipset:prod = "192.0.2.12-192.0.2.4"; }
}

fn main() {}
