policy_macros::policy! {
    users { alice = "alice@example.com", owner; }
    devices { laptop = alice, tag:laptop; }
    tagOwners { tag:laptop; }
}

fn main() {}
