policy_macros::policy! {
    users { olga = "olga@example.com", owner; }
    capabilities {
        "example.com/cap/sql" { tables: ["*" | "orders"]; }
    }
    grants { olga -> autogroup:self app { "example.com/cap/sql": [{ "tables": ["*"] }] }; }
}

fn main() {}
