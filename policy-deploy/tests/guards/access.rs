//! Administrators and this machine keep what they reach.

use policy_deploy::guard::{GuardInput, GuardName};

use crate::check_cases;

const FACTS: &str = r#"{
    "users": [
        {"name": "alice", "email": "alice@example.com", "role": "admin"},
        {"name": "bob", "email": "bob@example.com", "role": "member"},
    ],
    "nodes": [
        {"name": "laptop", "user": "alice", "ipv4": "100.64.0.1"},
        {"name": "nas", "tags": ["tag:nas"], "ipv4": "100.64.0.2"},
        {"name": "pi", "tags": ["tag:pi", "tag:nas"], "ipv4": "100.64.0.3"},
        {"name": "router", "tags": ["tag:pi"], "ipv4": "100.64.0.4", "routable_ips": ["10.0.0.0/24"], "approved_routes": ["10.0.0.0/24"]},
    ],
}"#;

/// Returns a policy with these sections and the tags of the facts.
macro_rules! policy {
    ($($sections:literal),*) => {
        concat!(r#"{"tagOwners": {"tag:nas": ["autogroup:admin"], "tag:pi": ["autogroup:admin"]}, "#, $($sections),*, "}")
    };
}

#[test]
fn administrators_keep_port_22_and_logins() {
    check_cases(
        GuardName::Administrators,
        FACTS,
        &GuardInput::default(),
        &[
            (
                "another way to write the same access",
                policy!(r#""grants": [{"src": ["autogroup:admin"], "dst": ["tag:nas"], "ip": ["22"]}]"#),
                policy!(r#""acls": [{"action": "accept", "src": ["alice@example.com"], "dst": ["tag:nas:20-30"]}]"#),
                &["holds"],
            ),
            (
                "the access of others, and other ports",
                policy!(
                    r#""grants": [{"src": ["autogroup:admin"], "dst": ["tag:nas"], "ip": ["22", "443"]},"#,
                    r#"{"src": ["bob@example.com"], "dst": ["tag:nas"], "ip": ["22"]}]"#
                ),
                policy!(r#""grants": [{"src": ["autogroup:admin"], "dst": ["tag:nas"], "ip": ["22"]}]"#),
                &["holds"],
            ),
            (
                "the rule is gone",
                policy!(r#""grants": [{"src": ["autogroup:admin"], "dst": ["tag:nas"], "ip": ["*"]}]"#),
                policy!(r#""grants": []"#),
                &[
                    "violated",
                    r#"`alice@example.com` loses `nas` and `pi` on `tcp:22` @live {"src":["autogroup:admin"],"dst":["tag:nas"],"ip":["*"]}"#,
                    r#"`laptop` loses `nas` and `pi` on `tcp:22` @live {"src":["autogroup:admin"],"dst":["tag:nas"],"ip":["*"]}"#,
                ],
            ),
            (
                "a device keeps access by its other tag",
                policy!(r#""grants": [{"src": ["autogroup:admin"], "dst": ["tag:nas", "tag:pi"], "ip": ["22"]}]"#),
                policy!(r#""grants": [{"src": ["autogroup:admin"], "dst": ["tag:pi"], "ip": ["22"]}]"#),
                &[
                    "violated",
                    r#"`alice@example.com` loses `nas` on `tcp:22` @live {"src":["autogroup:admin"],"dst":["tag:nas","tag:pi"],"ip":["22"]}"#,
                    r#"`laptop` loses `nas` on `tcp:22` @live {"src":["autogroup:admin"],"dst":["tag:nas","tag:pi"],"ip":["22"]}"#,
                ],
            ),
            (
                "hosts behind a router",
                policy!(r#""grants": [{"src": ["autogroup:admin"], "dst": ["10.0.0.0/24"], "ip": ["22"]}]"#),
                policy!(r#""grants": [{"src": ["autogroup:admin"], "dst": ["10.0.0.0/25"], "ip": ["22"]}]"#),
                &[
                    "violated",
                    r#"`alice@example.com` loses `10.0.0.128/25` on `tcp:22` @live {"src":["autogroup:admin"],"dst":["10.0.0.0/24"],"ip":["22"]}"#,
                    r#"`laptop` loses `10.0.0.128/25` on `tcp:22` @live {"src":["autogroup:admin"],"dst":["10.0.0.0/24"],"ip":["22"]}"#,
                ],
            ),
            (
                "a host with the same name and another address",
                policy!(
                    r#""hosts": {"lab": "10.0.0.1"}, "grants": [{"src": ["autogroup:admin"], "dst": ["lab"], "ip": ["22"]}]"#
                ),
                policy!(
                    r#""hosts": {"lab": "10.0.0.2"}, "grants": [{"src": ["autogroup:admin"], "dst": ["lab"], "ip": ["22"]}]"#
                ),
                &[
                    "violated",
                    r#"`alice@example.com` loses `10.0.0.1` on `tcp:22` @live {"src":["autogroup:admin"],"dst":["lab"],"ip":["22"]}"#,
                    r#"`laptop` loses `10.0.0.1` on `tcp:22` @live {"src":["autogroup:admin"],"dst":["lab"],"ip":["22"]}"#,
                ],
            ),
            (
                "only the known device keeps access",
                policy!(r#""grants": [{"src": ["autogroup:admin"], "dst": ["tag:pi"], "ip": ["22"]}]"#),
                policy!(r#""grants": [{"src": ["100.64.0.1"], "dst": ["tag:pi"], "ip": ["22"]}]"#),
                &[
                    "violated",
                    r#"`alice@example.com` loses `pi` and `router` on `tcp:22` @live {"src":["autogroup:admin"],"dst":["tag:pi"],"ip":["22"]}"#,
                ],
            ),
            (
                "a posture is required",
                policy!(r#""grants": [{"src": ["autogroup:admin"], "dst": ["tag:pi"], "ip": ["22"]}]"#),
                policy!(
                    r#""postures": {"posture:p": ["node:os == 'linux'"]},"#,
                    r#""grants": [{"src": ["autogroup:admin"], "dst": ["tag:pi"], "ip": ["22"], "srcPosture": ["posture:p"]}]"#
                ),
                &[
                    "unknown",
                    r#"`alice@example.com` keeps `pi` and `router` on `tcp:22` only if the device meets `posture:p`, which is unknown @live {"src":["autogroup:admin"],"dst":["tag:pi"],"ip":["22"]}"#,
                    r#"`laptop` keeps `pi` and `router` on `tcp:22` only if the device meets `posture:p`, which is unknown @live {"src":["autogroup:admin"],"dst":["tag:pi"],"ip":["22"]}"#,
                ],
            ),
            (
                "the posture has another condition",
                policy!(
                    r#""postures": {"posture:p": ["node:os == 'linux'"]},"#,
                    r#""grants": [{"src": ["100.64.0.1"], "dst": ["tag:pi"], "ip": ["22"], "srcPosture": ["posture:p"]}]"#
                ),
                policy!(
                    r#""postures": {"posture:p": ["node:os == 'macos'"]},"#,
                    r#""grants": [{"src": ["100.64.0.1"], "dst": ["tag:pi"], "ip": ["22"], "srcPosture": ["posture:p"]}]"#
                ),
                &[
                    "unknown",
                    r#"`laptop` keeps `pi` and `router` on `tcp:22` only if the device meets `posture:p`, which is unknown @live {"src":["100.64.0.1"],"dst":["tag:pi"],"ip":["22"],"srcPosture":["posture:p"]}"#,
                ],
            ),
            (
                "the same synced group",
                policy!(r#""grants": [{"src": ["group:x@example.com"], "dst": ["tag:pi"], "ip": ["22"]}]"#),
                policy!(
                    r#""grants": [{"src": ["group:y@example.com", "group:x@example.com"], "dst": ["tag:pi"], "ip": ["22"]}]"#
                ),
                &["holds"],
            ),
            (
                "another synced group",
                policy!(
                    r#""grants": [{"src": ["group:y@example.com", "group:x@example.com"], "dst": ["tag:nas"], "ip": ["22"]}]"#
                ),
                policy!(r#""grants": [{"src": ["group:y@example.com"], "dst": ["tag:nas"], "ip": ["22"]}]"#),
                &[
                    "unknown",
                    r#"`alice@example.com` keeps `nas` and `pi` on `tcp:22` only if `alice@example.com` is in `group:y@example.com`, which only the identity provider knows @live {"src":["group:y@example.com","group:x@example.com"],"dst":["tag:nas"],"ip":["22"]}"#,
                    r#"`laptop` keeps `nas` and `pi` on `tcp:22` only if `laptop` is in `group:y@example.com`, which only the identity provider knows @live {"src":["group:y@example.com","group:x@example.com"],"dst":["tag:nas"],"ip":["22"]}"#,
                ],
            ),
            (
                "an SSH rule for fewer accounts",
                policy!(
                    r#""grants": [{"src": ["*"], "dst": ["*"], "ip": ["22"]}],"#,
                    r#""ssh": [{"action": "accept", "src": ["autogroup:admin"], "dst": ["tag:pi"], "users": ["autogroup:nonroot", "root"]}]"#
                ),
                policy!(
                    r#""grants": [{"src": ["*"], "dst": ["*"], "ip": ["22"]}],"#,
                    r#""ssh": [{"action": "check", "src": ["autogroup:admin"], "dst": ["tag:pi"], "users": ["autogroup:nonroot"]}]"#
                ),
                &[
                    "violated",
                    r#"`alice@example.com` can no longer log in to `pi` and `router` over Tailscale SSH as `root` @live {"action":"accept","src":["autogroup:admin"],"dst":["tag:pi"],"users":["autogroup:nonroot","root"]}"#,
                    r#"`laptop` can no longer log in to `pi` and `router` over Tailscale SSH as `root` @live {"action":"accept","src":["autogroup:admin"],"dst":["tag:pi"],"users":["autogroup:nonroot","root"]}"#,
                ],
            ),
            (
                "an SSH rule whose port is closed anyway",
                policy!(
                    r#""grants": [],"#,
                    r#""ssh": [{"action": "accept", "src": ["autogroup:admin"], "dst": ["tag:pi"], "users": ["root"]}]"#
                ),
                policy!(r#""grants": []"#),
                &["holds"],
            ),
        ],
    );
}

#[test]
fn whoever_may_be_an_administrator_is_not_locked_out_silently() {
    let facts = r#"{
        "users": [{"name": "alice", "email": "alice@example.com"}],
        "nodes": [{"name": "nas", "tags": ["tag:nas"], "ipv4": "100.64.0.2"}],
    }"#;
    check_cases(
        GuardName::Administrators,
        facts,
        &GuardInput::default(),
        &[(
            "unknown role",
            policy!(r#""grants": [{"src": ["alice@example.com"], "dst": ["tag:nas"], "ip": ["22"]}]"#),
            policy!(r#""grants": []"#),
            &[
                "unknown",
                r#"`alice@example.com` loses `nas` on `tcp:22`, and whether they administer the tailnet is unknown @live {"src":["alice@example.com"],"dst":["tag:nas"],"ip":["22"]}"#,
            ],
        )],
    );
}

#[test]
fn without_users_the_owners_of_tags_administer_the_tailnet() {
    const GROUPS: &str = r#"{"groups": {"group:ops": ["olga@example.com"], "group:eng": ["erin@example.com"]},
        "tagOwners": {"tag:nas": ["group:ops"], "tag:web": []}, "#;
    let with = |rules: &str| format!("{GROUPS}{rules}}}");
    let live = with(
        r#""grants": [
            {"src": ["group:ops"], "dst": ["tag:nas"], "ip": ["22"]},
            {"src": ["group:eng"], "dst": ["tag:nas"], "ip": ["22"]},
            {"src": ["autogroup:admin"], "dst": ["tag:web"], "ip": ["22"]},
        ]"#,
    );
    let without_ops = with(
        r#""grants": [
            {"src": ["autogroup:admin"], "dst": ["tag:web"], "ip": ["22"]},
        ]"#,
    );
    let without_admins = with(
        r#""grants": [
            {"src": ["group:ops"], "dst": ["tag:nas"], "ip": ["22"]},
        ]"#,
    );
    let cases: &[(&str, &str, &str, &[&str])] = &[
        ("nothing changes", &live, &live, &["holds"]),
        (
            "people who own a tag",
            &live,
            &without_ops,
            &[
                "violated",
                r#"`olga@example.com` loses `tag:nas` on `tcp:22` @live {"src":["group:ops"],"dst":["tag:nas"],"ip":["22"]}"#,
            ],
        ),
        (
            "everyone with a role",
            &live,
            &without_admins,
            &[
                "violated",
                r#"any other member who is the owner loses `tag:web` on `tcp:22` @live {"src":["autogroup:admin"],"dst":["tag:web"],"ip":["22"]}"#,
                r#"any other member who is an admin loses `tag:web` on `tcp:22` @live {"src":["autogroup:admin"],"dst":["tag:web"],"ip":["22"]}"#,
            ],
        ),
    ];
    check_cases(GuardName::Administrators, "{}", &GuardInput::default(), cases);
    let live = crate::policy(&live, "{}");
    let guard = crate::guard(&live, &live, &GuardInput::default(), GuardName::Administrators);
    assert_eq!(
        guard.basis,
        ["the facts list no users, so the administrators are the people who own tags, and everyone with the role of \
             owner, admin or network-admin"]
    );
}

#[test]
fn this_machine_keeps_what_it_reaches() {
    let live = policy!(r#""grants": [{"src": ["tag:pi"], "dst": ["tag:nas"], "ip": ["tcp:22", "tcp:443"]}]"#);
    let wanted = policy!(r#""grants": [{"src": ["tag:pi"], "dst": ["tag:nas"], "ip": ["tcp:22"]}]"#);
    let lost: &[&str] = &[
        "violated",
        r#"`router` loses `nas` and `pi` on `tcp:443` @live {"src":["tag:pi"],"dst":["tag:nas"],"ip":["tcp:22","tcp:443"]}"#,
    ];
    for (me, expected) in [
        ("router", lost),
        ("100.64.0.4", lost),
        ("alice", &["holds"]),
        ("laptop", &["holds"]),
        ("100.64.0.1", &["holds"]),
        ("unknown-host", &["unknown", "what this machine reaches is unknown: undefined host `unknown-host`"]),
        (
            "tag:pi",
            &["unknown", "what this machine reaches is unknown: `tag:pi` is not a user, a device or an address"],
        ),
    ] {
        let input = GuardInput { me: Some(me), ..GuardInput::default() };
        check_cases(GuardName::ThisMachine, FACTS, &input, &[(me, live, wanted, expected)]);
    }
}
