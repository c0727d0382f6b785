//! The guards that are not about the access of one person or machine.

use policy_core::ValidPolicy;
use policy_deploy::guard::{GuardInput, GuardName};

use crate::{check_cases, guard, lines, policy};

const DEVICES: &str = r#"{
    "users": [{"name": "alice", "email": "alice@example.com", "role": "owner"}, {"name": "bob", "email": "bob@example.com"}],
    "nodes": [
        {"name": "nas", "tags": ["tag:a"], "ipv4": "100.64.0.2"},
        {"name": "router", "tags": ["tag:r"], "ipv4": "100.64.0.3", "routable_ips": ["10.1.0.0/24", "10.2.0.0/24"], "approved_routes": ["10.1.0.0/24"]},
        {"name": "exit", "tags": ["tag:r"], "ipv4": "100.64.0.4", "routable_ips": ["0.0.0.0/0", "::/0"], "approved_routes": ["0.0.0.0/0", "::/0"]},
        {"name": "laptop", "user": "bob", "ipv4": "100.64.0.5", "routable_ips": ["10.3.0.0/24"], "approved_routes": ["10.3.0.0/24"]},
    ],
}"#;

#[test]
fn tags_in_use_keep_an_owner() {
    let with = |owners: &str| {
        format!(
            r#"{{"groups": {{"group:ops": ["bob@example.com"], "group:none": []}}, "tagOwners": {{{owners}}}, "grants": []}}"#
        )
    };
    let owned = with(r#""tag:a": ["group:ops"], "tag:b": ["group:ops"], "tag:r": []"#);
    let cases: &[(&str, &str, &str, &[&str])] = &[
        ("the same owners", &owned, &owned, &["holds"]),
        ("other owners", &owned, &with(r#""tag:a": ["tag:r"], "tag:b": ["tag:r"], "tag:r": []"#), &["holds"]),
        ("a tag that no device carries", &owned, &with(r#""tag:a": ["group:ops"], "tag:r": []"#), &["holds"]),
        (
            "no owner",
            &owned,
            &with(r#""tag:a": [], "tag:r": []"#),
            &[
                "violated",
                r#"`tag:a` has no owner but admins any more, and `nas` carries it @live "tag:a":["group:ops"]"#,
            ],
        ),
        (
            "an empty group",
            &owned,
            &with(r#""tag:a": ["group:none"], "tag:r": []"#),
            &[
                "violated",
                r#"`tag:a` has no owner but admins any more, and `nas` carries it @live "tag:a":["group:ops"]"#,
            ],
        ),
        (
            "no declaration",
            &owned,
            &with(r#""tag:a": ["group:ops"]"#),
            &["violated", r#"`tag:r` is no longer declared, and `router` and `exit` carry it @live "tag:r":[]"#],
        ),
    ];
    check_cases(GuardName::TagOwners, DEVICES, &GuardInput::default(), cases);
    let unknown: &[&str] = &[
        "unknown",
        r#"`tag:b` is no longer declared, and whether a device carries it is unknown @live "tag:b":["group:ops"]"#,
    ];
    check_cases(
        GuardName::TagOwners,
        "{}",
        &GuardInput::default(),
        &[
            ("the same owners", &owned, &owned, &["holds"]),
            ("devices are unknown", &owned, &with(r#""tag:a": ["group:ops"], "tag:r": []"#), unknown),
        ],
    );
}

#[test]
fn routes_in_use_keep_an_auto_approver() {
    let with = |approvers: &str| {
        format!(r#"{{"tagOwners": {{"tag:a": [], "tag:r": []}}, "autoApprovers": {{{approvers}}}, "grants": []}}"#)
    };
    let live = with(r#""routes": {"10.0.0.0/8": ["tag:r"]}, "exitNode": ["tag:r"]"#);
    let route: &[&str] = &[
        "violated",
        r#"`router` has the route `10.1.0.0/24`, which no auto approver approves any more @live "10.0.0.0/8":["tag:r"]"#,
    ];
    let by_role = with(r#""routes": {"10.3.0.0/24": ["autogroup:admin"]}"#);
    let by_member = with(r#""routes": {"10.3.0.0/24": ["autogroup:member"]}"#);
    let cases: &[(&str, &str, &str, &[&str])] = &[
        ("the same", &live, &live, &["holds"]),
        (
            "a narrower key that has the route",
            &live,
            &with(r#""routes": {"10.1.0.0/16": ["tag:a", "tag:r"]}, "exitNode": ["tag:r"]"#),
            &["holds"],
        ),
        (
            "a key without the route",
            &live,
            &with(r#""routes": {"10.2.0.0/16": ["tag:r"]}, "exitNode": ["tag:r"]"#),
            route,
        ),
        ("another approver", &live, &with(r#""routes": {"10.0.0.0/8": ["tag:a"]}, "exitNode": ["tag:r"]"#), route),
        (
            "exit nodes",
            &live,
            &with(r#""routes": {"10.0.0.0/8": ["tag:r"]}, "exitNode": ["tag:a"]"#),
            &["violated", r#"`exit` is an exit node, which no auto approver approves any more @live ["tag:r"]"#],
        ),
        (
            "an unknown role, now",
            &by_member,
            &by_role,
            &[
                "unknown",
                r#"`laptop` has the route `10.3.0.0/24`, and whether it is still approved is unknown: whether `bob@example.com` has the role of `autogroup:admin` @live "10.3.0.0/24":["autogroup:member"]"#,
            ],
        ),
        (
            "an unknown role, before",
            &by_role,
            &with(""),
            &[
                "unknown",
                r#"`laptop` has the route `10.3.0.0/24`, and whether an auto approver approves it is unknown: whether `bob@example.com` has the role of `autogroup:admin` @live "10.3.0.0/24":["autogroup:admin"]"#,
            ],
        ),
        ("the same unknown role", &by_role, &by_role, &["holds"]),
    ];
    check_cases(GuardName::Approvers, DEVICES, &GuardInput::default(), cases);
    let unknown: &[&str] =
        &["unknown", "`autoApprovers` differ, and the routes in use are unknown: the facts list no devices"];
    let cases: &[(&str, &str, &str, &[&str])] =
        &[("the same", &live, &live, &["holds"]), ("devices are unknown", &live, &with(""), unknown)];
    check_cases(GuardName::Approvers, "{}", &GuardInput::default(), cases);
}

#[test]
fn the_tailnet_is_not_opened() {
    const SOME: &str = r#"{"grants": [{"src": ["autogroup:member"], "dst": ["*"], "ip": ["*"]}]}"#;
    const ALL: &str = r#"{"grants": [{"src": ["*"], "dst": ["*"], "ip": ["*"]}]}"#;
    check_cases(
        GuardName::OpenTailnet,
        "{}",
        &GuardInput::default(),
        &[
            ("some access", SOME, SOME, &["holds"]),
            ("no access", SOME, r#"{"grants": []}"#, &["holds"]),
            ("open before", ALL, "{}", &["holds"]),
            ("open before, without rules", "{}", ALL, &["holds"]),
            ("closed", "{}", SOME, &["holds"]),
            (
                "no rules",
                SOME,
                "{}",
                &[
                    "violated",
                    "a policy without `grants` and `acls` lets every device reach every other one, on all ports @wanted {",
                ],
            ),
            (
                "a rule for everything",
                SOME,
                r#"{"grants": [{"src": ["tag:a", "*"], "dst": ["*"], "ip": ["*"]}], "tagOwners": {"tag:a": []}}"#,
                &[
                    "violated",
                    r#"this grant lets every device reach every other one, on all ports @wanted {"src":["tag:a","*"],"dst":["*"],"ip":["*"]}"#,
                ],
            ),
            (
                "the warning is allowed",
                SOME,
                "{\"grants\": [\n// policy: allow(allow-all) on purpose\n{\"src\": [\"*\"], \"dst\": [\"*\"], \"ip\": [\"*\"]}]}",
                &[
                    "violated",
                    r#"this grant lets every device reach every other one, on all ports @wanted {"src":["*"],"dst":["*"],"ip":["*"]}"#,
                ],
            ),
            (
                "rules that allow everything together",
                SOME,
                r#"{"grants": [
                    {"src": ["0.0.0.0/0"], "dst": ["*"], "ip": ["*"]},
                    {"src": ["::/0"], "dst": ["*"], "ip": ["*"]},
                ]}"#,
                &["violated", "the rules together let every device reach every other one, on all ports"],
            ),
            (
                "only with a posture",
                SOME,
                r#"{"postures": {"posture:p": ["node:os == 'linux'"]},
                    "grants": [{"src": ["*"], "dst": ["*"], "ip": ["*"], "srcPosture": ["posture:p"]}]}"#,
                &["holds"],
            ),
        ],
    );
}

#[test]
fn no_rule_has_ended() {
    let day = |text: &str, today: Option<&str>| {
        let policy = policy(text, "{}").into_inner();
        today.map_or(policy.clone(), |today| policy.with_today(today.parse().unwrap())).validate().unwrap()
    };
    const RULE: &str =
        "{\"grants\": [\n// policy: until 2027-03-31\n{\"src\": [\"*\"], \"dst\": [\"*\"], \"ip\": [\"22\"]}]}";
    const TEST: &str = "{\"grants\": [{\"src\": [\"*\"], \"dst\": [\"*\"], \"ip\": [\"22\"]}], \"tests\": [\n// policy: until 2027-03-31\n{\"src\": \"a@example.com\", \"accept\": [\"100.64.0.1:22\"]}]}";
    for (text, today, expected) in [
        (RULE, Some("2027-03-31"), "holds"),
        (RULE, Some("2027-04-02"), "violated this grant ended on 2027-03-31, 2 days ago"),
        (RULE, None, "unknown a rule ends on 2027-03-31, and today's date is unknown"),
        (TEST, Some("2027-04-02"), "holds"),
        ("{}", None, "holds"),
    ] {
        let wanted = day(text, today);
        let guard = guard(&wanted, &wanted, &GuardInput::default(), GuardName::EndedRules);
        let found = lines(&guard, &wanted, &wanted).join(" ");
        assert_eq!(found.split(" @").next().unwrap(), expected, "{text} {today:?}");
    }
}

#[test]
fn most_of_the_access_is_kept() {
    let with = |ports: usize| -> ValidPolicy {
        let ports: Vec<String> = (1..=ports).map(|port| format!("\"tcp:{}\"", 2 * port)).collect();
        policy(
            &format!(
                r#"{{"tagOwners": {{"tag:a": [], "tag:b": []}},
                    "grants": [{{"src": ["tag:a"], "dst": ["tag:b"], "ip": [{}]}}]}}"#,
                ports.join(", ")
            ),
            "{}",
        )
    };
    for (live, wanted, max_lost, expected) in [
        (10, 7, 30, "holds"),
        (
            10,
            6,
            30,
            "violated 4 of 10 combinations of a source, a destination and ports are lost, which is 40 % and more than 30 %",
        ),
        (10, 6, 40, "holds"),
        (9, 1, 30, "holds"),
        (10, 1, 100, "holds"),
        (10, 20, 0, "holds"),
        (
            200,
            199,
            0,
            "violated 1 of 200 combinations of a source, a destination and ports are lost, which is 1 % and more than 0 %",
        ),
    ] {
        let (live, wanted) = (with(live), with(wanted));
        let input = GuardInput { max_lost, ..GuardInput::default() };
        let guard = guard(&live, &wanted, &input, GuardName::LostShare);
        assert_eq!(lines(&guard, &live, &wanted).join(" "), expected);
    }
}

#[test]
fn nobody_gains_access() {
    const TAGS: &str = r#""tagOwners": {"tag:a": [], "tag:b": []}"#;
    let with = |ip: &str| format!(r#"{{{TAGS}, "grants": [{{"src": ["tag:a"], "dst": ["tag:b"], "ip": [{ip}]}}]}}"#);
    let (little, more) = (with(r#""tcp:22""#), with(r#""tcp:22", "tcp:443""#));
    let cases: &[(&str, &str, &str, &[&str])] = &[
        ("the same", &little, &little, &["holds"]),
        ("less", &more, &little, &["holds"]),
        (
            "more",
            &little,
            &more,
            &[
                "violated",
                r#"new access: tag:a -> tag:b tcp:443 @wanted {"src":["tag:a"],"dst":["tag:b"],"ip":["tcp:22","tcp:443"]}"#,
            ],
        ),
    ];
    check_cases(GuardName::NewAccess, "{}", &GuardInput { deny_new_access: true, ..GuardInput::default() }, cases);
    let policy = policy(&little, "{}");
    let guards = policy_deploy::guard::check(&policy, &policy, &GuardInput::default());
    assert!(guards.iter().all(|guard| guard.name != GuardName::NewAccess));
}

#[test]
fn the_invariants_to_keep_hold() {
    const RULES: &str = r#"{"tagOwners": {"tag:web": [], "tag:db": []},
        "grants": [{"src": ["tag:web"], "dst": ["tag:db"], "ip": ["tcp:5432"]}]}"#;
    let facts = r#"{"nodes": [
        {"name": "nas", "tags": ["tag:db", "tag:web"], "ipv4": "100.64.0.1"},
        {"name": "box", "tags": ["tag:db"], "ipv4": "100.64.0.2"},
    ]}"#;
    for (title, invariants, facts, expected) in [
        ("it holds", "never tag:db -> tag:web;", "{}", &["holds"][..]),
        (
            "it is broken",
            "never tag:web -> tag:db on tcp:5432;",
            "{}",
            &["violated", "invariant violated: `tag:web` can reach `tag:db` on `tcp:5432` @invariants"],
        ),
        (
            "it depends on an unknown fact",
            "never tag:web -> \"100.64.0.1\";",
            "{}",
            &[
                "unknown",
                "cannot prove this invariant: whether a device with `tag:db` has an address in `100.64.0.1` is unknown @invariants",
            ],
        ),
        (
            "the warning is allowed",
            "#[allow(unverifiable_invariant, reason = \"it is new\")]\nnever tag:web -> \"100.64.0.1\";",
            "{}",
            &[
                "unknown",
                "cannot prove this invariant: whether a device with `tag:db` has an address in `100.64.0.1` is unknown @invariants",
            ],
        ),
        (
            "the policy does not have the name",
            "never tag:web -> tag:dbs;",
            "{}",
            &["unknown", "this invariant says nothing about the wanted policy: undefined tag `tag:dbs` @invariants"],
        ),
        (
            "a device with two tags breaks it",
            "never tag:db -> tag:db;",
            facts,
            &["violated", "invariant violated by the known devices: `nas` reaches `box` on `tcp:5432` @invariants"],
        ),
    ] {
        let keep = policy_syntax::invariants_file::parse("keep.invariants", invariants);
        let input = GuardInput { keep: Some(&keep), ..GuardInput::default() };
        check_cases(GuardName::Invariants, facts, &input, &[(title, RULES, RULES, expected)]);
    }
}
