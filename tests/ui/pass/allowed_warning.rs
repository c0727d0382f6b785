//! A warning that is allowed where it stands says nothing: above an entry, a block of a section, a `let` or a fact.

#![deny(warnings)]

policy_macros::policy! {
    users {
        alice = "alice@example.com", owner;
        #[allow(odd_user, reason = "a login of the test system")]
        robot = "test robot@example.com";
    }
    devices { laptop = tag:laptop; }

    #[allow(unused_let, reason = "for the next rule")]
    let https = tcp:443;

    #[allow(unused_group, empty_group, reason = "a team to come")]
    groups { group:ghosts; }
    groups { group:team = alice; }

    tagOwners {
        tag:web;
        tag:laptop = group:team;
        #[allow(unused_tag, reason = "kept for the migration")]
        tag:old-a, tag:old-b;
    }

    hosts {
        #[allow(ambiguous_item, reason = "nothing in Rust needs them")]
        web-1, web_1 = "10.0.0.1";
    }

    #[allow(redundant_rule, reason = "a test tailnet")]
    grants {
        #[allow(quoted_name, reason = "pasted from the old file")]
        "tag:web" -> "tag:web" on 443;
        autogroup:member -> web-1, web_1 on 443;
        #[allow(allow_all, reason = "a test tailnet")]
        * -> * on *;
    }

    #[allow(check_from_tag, reason = "to see what it does")]
    ssh { check tag:web -> tag:web as "root"; }
}

#[test]
fn passes() {}
