//! A policy for headscale is judged by its rules, and says so in its HuJSON.

#![deny(warnings)]

mod tailnet {
    policy_macros::policy! {
        //! Our tailnet.

        target = headscale;
        lints { unused-group = allow "for later"; }
        users { alice = "alice@"; bob = "bob@example.com"; }
        groups { group:eng = alice, bob; group:ops = bob; }
        tagOwners { tag:web_1 = group:eng; }
        grants {
            group:eng -> tag:web_1 on tcp:443;
            autogroup:member -> autogroup:self on *;
        }
        ssh { accept autogroup:member -> autogroup:member as "root"; }
        tests { alice { accept tag:web_1:443; deny tag:web_1:22; } }
    }
}

#[test]
fn passes() {
    assert!(
        tailnet::HUJSON.starts_with(
            "// Our tailnet.\n\n// policy: target headscale\n// policy: allow(unused-group) for later\n{\n"
        )
    );
    assert_eq!(tailnet::POLICY.dialect.name(), "headscale");
    assert_eq!(policy_core::Policy::parse(tailnet::HUJSON).dialect, tailnet::POLICY.dialect);
}
