policy_macros::policy! {
    users { alice = "alice@example.com"; bob = "bob@example.com"; }
    groups { group:eng = [alice, bob]; }
}

fn main() {}
