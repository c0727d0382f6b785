policy_macros::policy! {
    users { olga = "olga@example.com", owner; }
    capabilities {
        "sql" { role: string; }
    }
    grants { olga -> autogroup:self app { "example.com/cap/sql": [{}] }; }
}

fn main() {}
