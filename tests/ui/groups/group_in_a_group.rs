policy_macros::policy! {
    groups {
        group:eng = "alice@example.com";
        group:all = group:eng;
    }
}

fn main() {}
