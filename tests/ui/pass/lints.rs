//! Levels for all of a policy, those of an entry before them, and what is printed of them.

#![deny(warnings)]

mod tailnet {
    policy_macros::policy! {
        //! Levels

        lints {
            /// Until the old cluster is gone
            unused-tag, unused_host = allow "kept for the migration";
            quoted-name = warn;
            unused-let = allow "for the next rule";
            closed-ssh-port, check-from-tag = deny;
        }
        lints { odd-user = allow "a login of the test system"; }

        let https = tcp:443;

        tagOwners { tag:web; tag:old; }
        hosts { old = "192.0.2.1"; }
        users { alice = "alice smith@example.com"; }
        devices { nas = tag:web; }

        #[allow(check_from_tag, reason = "to see what it does")]
        ssh { check tag:web -> tag:web as "root"; }
        grants { tag:web -> tag:web on 22; }
    }
}

#[test]
fn passes() {
    let header = "// Levels\n\n\
                  // policy: allow(unused-tag, unused-host) kept for the migration\n\
                  // policy: warn(quoted-name)\n\
                  // policy: allow(unused-let) for the next rule\n\
                  // policy: deny(closed-ssh-port, check-from-tag)\n\
                  // policy: allow(odd-user) a login of the test system\n{\n";
    assert!(tailnet::HUJSON.starts_with(header), "{}", tailnet::HUJSON);
    assert!(!tailnet::HUJSON.contains("lints"));
    let of_file = policy_core::Policy::parse(tailnet::HUJSON).check();
    assert_eq!(of_file, []);
}
