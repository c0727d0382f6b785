//! Fragments of other modules and of another crate, read where they are used.

#![deny(warnings)]

mod forge {
    policy_macros::policy_fragment! {
        pub(crate) forge {
            /// What the forge listens on
            let forge-ports = 22, 443;
            tagOwners { tag:forge = autogroup:admin; }
            grants { autogroup:member -> tag:forge on forge-ports; }
            tests { tag:registry { deny tag:forge:22; } }
        }
    }
}

mod tailnet {
    policy_macros::policy! {
        //! The policy

        use crate::fragments::forge::forge only tagOwners, grants, tests;
        use policy_tests::fragments::registry;
        grants { tag:forge -> tag:registry on 443; }
    }
}

#[test]
fn passes() {
    assert_eq!(
        (tailnet::tag::forge.to_string(), tailnet::tag::registry.to_string()),
        ("tag:forge".into(), "tag:registry".into())
    );
    for part in ["// --- The registry, as its own crate says ---", "// Where images are kept", "\"tcp:5000\""] {
        assert!(tailnet::HUJSON.contains(part), "no {part} in {}", tailnet::HUJSON);
    }
}
