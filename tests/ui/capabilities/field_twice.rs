policy_macros::policy! {
    users { olga = "olga@example.com", owner; }
    capabilities {
        "example.com/cap/sql" {
            role: string;
            role: int;
        }
    }
    grants { olga -> autogroup:self app { "example.com/cap/sql": [{ "role": "reader" }] }; }
}

fn main() {}
