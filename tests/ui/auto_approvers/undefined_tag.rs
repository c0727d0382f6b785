policy_macros::policy! {
    tagOwners { tag:router; }
    autoApprovers { exitNode = tag:ruoter; }
}

fn main() {}
