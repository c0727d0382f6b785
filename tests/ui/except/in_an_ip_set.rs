policy_macros::policy! {
    ipsets { ipset:lab = "10.0.0.0/24" except "10.0.0.7"; }
    grants { autogroup:member -> ipset:lab on 443; }
}

fn main() {}
