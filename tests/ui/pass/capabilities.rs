//! Declared capabilities: what is printed of them, and their types.

#![deny(warnings, missing_docs)]

mod tailnet {
    policy_macros::policy! {
        //! Capabilities

        lints { closed-ssh-port = warn; }

        capabilities {
            /// Who may query.
            "example.com/cap/sql" {
                role: "reader" | "read-write";
                tables: [string];
                /// Rows of an answer.
                limit?: int;
                ratio?: number;
                options?: {
                    /// Whether to explain.
                    explainPlan: bool;
                    type?: [{ name: string; mode: "a" | "b"; }];
                };
            }
            #[allow(unused_capability, reason = "the service comes next week")]
            "example.com/cap/read-only" {}
            for name in [door, gate] { "example.com/cap/${name}" { open: bool; } }
            "other.com/cap/sql" as OtherSql { role: "reader"; options?: { limit: int; }; }
        }
        grants {
            autogroup:member -> autogroup:self app {
                "example.com/cap/sql": [
                    { "role": "reader", "tables": [] },
                    { "role": "read-write", "tables": ["a"], "limit": -5, "options": { "explainPlan": true } }
                ],
                "example.com/cap/door": [{ "open": true }],
                "example.com/cap/gate": [{ open: false }],
                "other.com/cap/sql": [{ role: "reader", "options": { limit: 5 } }]
            };
        }
    }
}

use tailnet::capability;

#[test]
fn passes() {
    let header = "// Capabilities\n\n\
                  // policy: warn(closed-ssh-port)\n\n\
                  // Who may query.\n\
                  // policy: capability \"example.com/cap/sql\" {\n\
                  //     role: \"reader\" | \"read-write\";\n\
                  //     tables: [string];\n\
                  //     // Rows of an answer.\n\
                  //     limit?: int;\n\
                  //     ratio?: number;\n\
                  //     options?: {\n\
                  //         // Whether to explain.\n\
                  //         explainPlan: bool;\n\
                  //         type?: [{ name: string; mode: \"a\" | \"b\"; }];\n\
                  //     };\n\
                  // }\n\n\
                  // policy: allow(unused-capability) the service comes next week\n\
                  // policy: capability \"example.com/cap/read-only\" {}\n\n\
                  // policy: capability \"example.com/cap/door\" { open: bool; }\n\n\
                  // policy: capability \"example.com/cap/gate\" { open: bool; }\n\n\
                  // policy: capability \"other.com/cap/sql\" as OtherSql { role: \"reader\"; options?: { limit: int; }; }\n{\n";
    assert!(tailnet::HUJSON.starts_with(header), "{}", tailnet::HUJSON);
    assert_eq!(policy_core::Policy::parse(tailnet::HUJSON).check(), []);

    let sql = capability::Sql {
        role: capability::SqlRole::ReadWrite,
        tables: vec!["a".to_owned()],
        limit: None,
        ratio: Some(0.5),
        options: Some(capability::SqlOptions {
            explain_plan: true,
            type_: Some(vec![capability::SqlOptionsType {
                name: String::new(),
                mode: capability::SqlOptionsTypeMode::A,
            }]),
        }),
    };
    assert_eq!(sql.clone(), sql);
    let options = Some(capability::OtherSqlOptions { limit: 5 });
    let other = capability::OtherSql { role: capability::OtherSqlRole::Reader, options };
    assert_eq!(other.clone(), other);
    assert_eq!(capability::OTHER_SQL.as_str(), "other.com/cap/sql");
    assert_eq!(capability::ReadOnly {}, capability::ReadOnly {});
    assert_eq!(capability::SQL.as_str(), "example.com/cap/sql");
    let all = [capability::SQL, capability::READ_ONLY, capability::DOOR, capability::GATE, capability::OTHER_SQL];
    assert_eq!(capability::ALL, all);
}
