policy_macros::policy! {
    users { alice = "alice@example.com", boss; }
}

fn main() {}
