policy_macros::policy! {
    users { olga = "olga@example.com", owner; }
    capabilities {
        "example.com/cap/sql" {
            role: "reader" | "writer";
            tables: [string];
            limit?: int;
        }
    }
    grants { olga -> autogroup:self app { "example.com/cap/sql": [{ "role": "reader" }] }; }
}

fn main() {}
