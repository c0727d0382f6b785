//! One policy, before `policy fmt` in `written.rs` and after it in `laid_out.rs`.

policy_macros::policy! { // private
    //! The policy of a small tailnet.
    /*! With a header
        in two kinds. */

    users {
        alice = "alice@example.com", owner; // behind
        bob   = "bob@example.com", member;
    }
    /* private,
       in lines */

    let https = tcp:443;

    let people = autogroup:member;
    groups {
        group:eng =
            alice,
            /// the other one
            "bob@example.com";
        #[allow(unused_group, reason = "kept")]
        group:spare;
    }
    hosts { printer = "192.168.1.20"; "db.prod" = "10.1.2.3"; lab-net = "10.9.0.0/16"; }
    ipsets { ipset:prod = "192.0.2.0/24", lab-net, remove "10.9.0.9"; }
    tagOwners {
        tag:web, tag:db = group:eng;
        tag:k8s-api;
        tag:a-much-longer-name-than-the-others = autogroup:admin;
        tag:router;
    }
    grants {
        autogroup:admin -> * on *; //! Standing alone.
        /** About the wiki,
         *  in a block. */
        people -> tag:web on 80-90, https;
        tag:web /* inner */ -> /* another */ tag:db on tcp:5432, tcp:22;
        tag:web -> "10.50.0.0/16" on * via tag:router;
        autogroup:member ->
            tag:a-much-longer-name-than-the-others, tag:k8s-api, printer, "db.prod", lab-net, ipset:prod, tag:web
            on https, udp:53;
        autogroup:member ->
            tag:db, // behind an item
            /// before an item
            tag:web
            on 22
            app { "example.com/cap/x": [{ "a": 1, "b": [-1, 2.5, true, null] }, {}] };
        {
            "src": ["*"],
            "dst": ["tag:web"],
            /// published in JSON
            "ip": ["tcp:8080"],
        };
    }
    ssh {
        check autogroup:member -> autogroup:self as autogroup:nonroot checkPeriod 12h;
        accept tag:web -> tag:db as "root", autogroup:nonroot acceptEnv "GIT_*";
    }
    tests { bob { proto tcp; accept tag:web:443, "10.1.2.3:443"; deny tag:db:5432; } tag:web { accept tag:db:5432; } }
    randomizeClientPort = true;
    nodeAttrs { tag:web, autogroup:member attr "funnel", "drive:share"; }
}
