policy_macros::policy! {
    users { alice = alice; }
}

fn main() {}
