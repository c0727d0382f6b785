policy_macros::policy! {
    users { olga = "olga@example.com", owner; bob = "bob@example.com", member; }
    hosts { lab = "10.20.0.0/16"; }
    grants { autogroup:member -> lab on 443; }
    tests { bob { accept lab:443; } }
}

fn main() {}
