//! The policy, which declares the capability and grants it.

policy_macros::policy! {
    //! The tailnet of example.com.

    users { alice = "alice@example.com", owner; }

    groups { group:analysts = "bob@example.com"; }
    tagOwners { tag:sql = autogroup:admin; }

    capabilities {
        /// Users who may query the databases, and their limits.
        "example.com/cap/sql" {
            role: "reader" | "writer";
            /// The tables that may be queried.
            tables: [string];
            /// The maximum number of rows in an answer. Without it, there is no limit.
            limit?: int;
        }
    }

    grants {
        alice -> tag:sql on tcp:443 app {
            "example.com/cap/sql": [{ role: "writer", tables: ["*"] }]
        };
        group:analysts -> tag:sql on tcp:443 app {
            "example.com/cap/sql": [{ role: "reader", tables: ["orders", "customers"], limit: 1000 }]
        };
    }
}
