policy_macros::policy! {
    users { olga = "olga@example.com", owner; }
    capabilities {
        "example.com/cap/sql" as sql { role: string; }
    }
    grants { olga -> autogroup:self app { "example.com/cap/sql": [{ role: "a" }] }; }
}

fn main() {}
