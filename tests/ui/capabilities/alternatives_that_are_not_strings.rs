policy_macros::policy! {
    users { olga = "olga@example.com", owner; }
    capabilities {
        "example.com/cap/sql" { limit: int | string; }
    }
    grants { olga -> autogroup:self app { "example.com/cap/sql": [{ "limit": 5 }] }; }
}

fn main() {}
