//! The policy, which declares the capability and grants it.

policy_macros::policy! {
    //! The tailnet of example.com.

    users { alice = "alice@example.com", owner; }

    groups { group:analysts = "bob@example.com"; }
    tagOwners { tag:sql = autogroup:admin; }

    capabilities {
        /// Who may query the databases, and how.
        "example.com/cap/sql" {
            role: "reader" | "writer";
            /// The tables that may be queried.
            tables: [string];
            /// The most rows of an answer. Without it, there is no limit.
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
