policy_macros::policy! {
    users { olga = "olga@example.com", owner; }
    capabilities {
        "example.com/cap/sql" {
            read-only: bool;
            readOnly: bool;
        }
    }
    grants { olga -> autogroup:self app { "example.com/cap/sql": [{ "read-only": true, "readOnly": true }] }; }
}

fn main() {}
