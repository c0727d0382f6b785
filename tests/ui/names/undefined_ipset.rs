policy_macros::policy! {
    ipsets { ipset:prod = "192.0.2.0/24"; }
    grants { autogroup:member -> ipset:prd on 443; }
}

fn main() {}
