policy_macros::policy! {
    users { alice = "alice@example.com"; bob = "bob@example.com"; }
    devices { laptop = alice, bob; }
}

fn main() {}
