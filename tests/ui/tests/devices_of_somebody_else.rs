policy_macros::policy! {
    users { olga = "olga@example.com", owner; bob = "bob@example.com", member; }
    grants { autogroup:member -> autogroup:self on 22; }
    tests { olga { accept olga:22, bob:22; } }
}

fn main() {}
