policy_macros::policy! {
    groups {
        group:eng = "alice@example.com";
        group:eng = "bob@example.com";
    }
}

fn main() {}
