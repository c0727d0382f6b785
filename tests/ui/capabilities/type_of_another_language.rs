policy_macros::policy! {
    users { olga = "olga@example.com", owner; }
    capabilities {
        "example.com/cap/sql" { admin: boolean; }
    }
    grants { olga -> autogroup:self app { "example.com/cap/sql": [{ "admin": true }] }; }
}

fn main() {}
