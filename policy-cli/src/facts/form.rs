//! The forms in which people have facts. A file's form is recognised by its shape.
//!
//! Only commands read the forms of other programs. A policy in Rust has its facts in its own
//! source, and every operator has to compile everything in `policy-core`.

use policy_core::hujson::{Document, Kind};
use policy_core::model::Facts;
use policy_core::source::FileId;
use policy_core::{Code, Diagnostic};

use super::reader::Reader;
use super::{headscale, tailscale};

/// The form of a file of facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Our own form, `{"users": …, "nodes": …}`
    Own,
    /// Tailscale's API: `{"devices": …}`, or users with a `loginName`. Its services and posture attributes are lists of
    /// a tailnet, too, but no command needs them yet.
    Tailscale,
    /// headscale: a list of nodes or of users.
    Headscale,
    /// One device's view, from `tailscale status --json`.
    Status,
    /// Any other form
    Unknown,
}

/// Reads facts in any form. See [`Facts::parse`].
pub(super) fn read(text: &str, file: FileId) -> (Facts, Vec<Diagnostic>) {
    let Ok(document) = Document::parse_file(file, text) else { return Facts::parse_file(file, text) };
    let mut reader = Reader::new(&document);
    let root = document.root();
    let facts = match form(&document) {
        Form::Own => return Facts::read(&document),
        Form::Tailscale => tailscale::facts(&mut reader, root),
        Form::Headscale => headscale::facts(&mut reader, root),
        Form::Status => {
            let message = "`tailscale status` has only what one device sees of its tailnet";
            reader.findings.push(
                Diagnostic::new(Code::InvalidValue, document.origin(root), message)
                    .help("take the list of devices of Tailscale's API, or of `headscale nodes list`"),
            );
            Facts::default()
        }
        Form::Unknown => {
            let message = "the file lists neither users nor devices";
            reader.findings.push(
                Diagnostic::new(Code::MissingField, document.origin(root), message)
                    .help("list them as `users` and `nodes`, as Tailscale's API does, or as headscale does"),
            );
            Facts::default()
        }
    };
    (facts, reader.findings)
}

fn form(document: &Document) -> Form {
    let root = document.root();
    if document.kind(root) == Kind::Array {
        return Form::Headscale;
    }
    let keys: Vec<_> = document.members(root).filter_map(|(key, value)| Some((document.string(key)?, value))).collect();
    let has = |wanted: &str| keys.iter().any(|(key, _)| **key == *wanted);
    let logins = keys.iter().filter(|(key, _)| **key == *"users").flat_map(|&(_, users)| document.elements(users));
    let mut first = logins.take(1).flat_map(|user| document.members(user)).filter_map(|(key, _)| document.string(key));
    if ["devices", "vipServices", "attributes"].into_iter().any(has) || first.any(|key| *key == *"loginName") {
        Form::Tailscale
    } else if has("Self") && has("Peer") {
        Form::Status
    } else if keys.is_empty() || ["users", "nodes", "domains", "invariants"].into_iter().any(has) {
        Form::Own
    } else {
        Form::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An answer of the API, without the fields that are not read.
    const TAILSCALE: &str = r#"{
        "devices": [
            {
                "id": "11", "nodeId": "nA1CNTRL", "user": "amelie@example.com", "name": "pangolin.tail1234.ts.net",
                "hostname": "Pangolin", "addresses": ["100.64.0.1", "fd7a:115c:a1e0::1"], "authorized": true,
                "isExternal": false, "keyExpiryDisabled": false, "expires": "2020-01-01T00:00:00Z", "tags": null,
                "advertisedRoutes": [], "enabledRoutes": [],
            },
            {
                "user": "amelie@example.com", "name": "router-1.tail1234.ts.net", "hostname": "router",
                "addresses": ["100.64.0.2"], "tags": ["tag:router"],
                "advertisedRoutes": ["10.1.0.0/16", "0.0.0.0/0"], "enabledRoutes": ["10.1.0.0/16", "10.2.0.0/16"],
            },
            {"user": "eve@example.net", "name": "shared.tail9999.ts.net", "addresses": ["100.64.0.3"], "isExternal": true},
            {"user": "amelie@example.com", "name": "new.tail1234.ts.net", "addresses": ["100.64.0.4"], "authorized": false},
            {"hostname": "bare", "addresses": []},
        ],
        "users": [
            {"id": "1", "displayName": "Amelie", "loginName": "amelie@example.com", "type": "member", "role": "owner"},
            {"id": "2", "loginName": "ben@example.com", "type": "member", "role": "it-admin", "status": "suspended"},
            {"id": "3", "loginName": "eve@example.net", "type": "shared", "role": "member"},
            {"id": "4", "loginName": "fay@example.com", "role": "sorcerer"},
        ],
    }"#;

    const NODES: &str = r#"[
        {
            "id": 1, "machine_key": "mkey:1", "node_key": "nodekey:1", "ip_addresses": ["100.64.0.1", "fd7a:115c:a1e0::1"],
            "name": "pangolin", "user": {"id": 1, "name": "amelie", "email": "amelie@example.com", "created_at": {"seconds": 1}},
            "last_seen": {"seconds": 1}, "register_method": 1, "given_name": "pangolin", "online": true,
        },
        {
            "id": 2, "machine_key": "mkey:2", "ip_addresses": ["100.64.0.2"], "name": "router", "given_name": "router-x1",
            "user": {"id": 2, "name": "ben"}, "forced_tags": ["tag:router"], "valid_tags": ["tag:lab", "tag:router"],
            "approved_routes": ["10.1.0.0/16", "10.2.0.0/16"], "available_routes": ["10.1.0.0/16", "10.3.0.0/16"],
            "subnet_routes": ["10.1.0.0/16"],
        },
        {"id": 3, "machine_key": "mkey:3", "name": "phone", "user": {"id": 2, "name": "ben"}, "available_routes": ["10.4.0.0/16"]},
    ]"#;

    const USERS: &str = r#"[
        {"id": 1, "name": "amelie", "created_at": {"seconds": 1}, "display_name": "Amelie", "email": "amelie@example.com", "provider": "oidc"},
        {"id": 2, "name": "ben"},
    ]"#;

    /// Returns a line for each fact.
    fn lines(facts: &Facts) -> Vec<String> {
        let users = facts.users.iter().map(|user| format!("{} {:?}", user.email, user.role));
        let devices = facts.devices.iter().map(|device| {
            let list = |routes: &[policy_core::model::Network]| {
                routes.iter().map(|route| route.text.to_string()).collect::<Vec<_>>()
            };
            let tags: Vec<_> = device.tags.iter().map(|tag| tag.text.as_str()).collect();
            let owner = device.owner.as_deref().unwrap_or("nobody");
            let (ipv4, ipv6) = (device.ipv4.map(|ip| ip.to_string()), device.ipv6.map(|ip| ip.to_string()));
            let addresses = [ipv4, ipv6].into_iter().flatten().collect::<Vec<_>>().join(" ");
            let routes = [&device.routable, &device.approved, &device.primary].map(|routes| list(routes).join(" "));
            assert!(device.approved.origin.is_some(), "approvals are known, not to be guessed");
            format!("{} of {owner} {tags:?} at {addresses}: {}", device.name, routes.join("; "))
        });
        users.chain(devices).collect()
    }

    #[test]
    fn what_others_list_is_read_as_what_it_means() {
        for (text, expected) in [
            (
                TAILSCALE,
                &[
                    "amelie@example.com Some(Owner)",
                    "ben@example.com Some(ItAdmin)",
                    "fay@example.com None",
                    "pangolin of amelie@example.com [] at 100.64.0.1 fd7a:115c:a1e0::1: ; ; ",
                    "router-1 of nobody [\"tag:router\"] at 100.64.0.2: 10.1.0.0/16 0.0.0.0/0; 10.1.0.0/16; ",
                    "bare of nobody [] at : ; ; ",
                ][..],
            ),
            (
                NODES,
                &[
                    "pangolin of amelie@example.com [] at 100.64.0.1 fd7a:115c:a1e0::1: ; ; ",
                    "router-x1 of nobody [\"tag:lab\", \"tag:router\"] at 100.64.0.2: 10.1.0.0/16 10.3.0.0/16; 10.1.0.0/16; 10.1.0.0/16",
                    "phone of ben@ [] at : 10.4.0.0/16; ; ",
                ],
            ),
            (USERS, &["amelie@example.com None", "ben@ None"]),
            ("[]", &[]),
            (r#"{"users": [{"loginName": "a@example.com"}]}"#, &["a@example.com None"]),
            (r#"{"devices": []}"#, &[]),
            (r#"{"vipServices": [{"name": "svc:wiki", "addrs": ["100.64.1.1"], "ports": ["tcp:80"]}]}"#, &[]),
            (r#"{"attributes": {"n1": {"attributes": {"node:os": "linux"}}}}"#, &[]),
        ] {
            let (facts, findings) = read(text, FileId::FACTS);
            assert_eq!(findings, [], "{text}");
            assert_eq!(lines(&facts), expected, "{text}");
        }
    }

    #[test]
    fn our_own_form_is_told_from_others() {
        let (facts, findings) =
            read(r#"{"users": [{"name": "a", "email": "a@example.com"}], "nodes": [{"name": "n"}]}"#, FileId::FACTS);
        assert_eq!((facts.users.len(), facts.devices.len(), findings.len()), (1, 1, 0));
        let (facts, findings) = read("{}", FileId::FACTS);
        assert_eq!((facts.users.len(), facts.devices.len(), findings.len()), (0, 0, 0));
    }

    #[test]
    fn what_cannot_be_read_is_said_with_its_place() {
        for (text, at, message) in [
            ("[1]", "1", "an item of headscale's list must be an object, not a number"),
            (r#"[{"id": 1}]"#, r#"{"id": 1}"#, "a user of headscale needs a name"),
            (r#"[{"machine_key": "m"}]"#, r#"{"machine_key": "m"}"#, "a node needs a name"),
            (
                r#"[{"machine_key": "m", "name": "n", "user": "ben"}]"#,
                r#""ben""#,
                "`user` must be an object, not a string",
            ),
            (
                r#"[{"machine_key": "m", "name": "n", "ip_addresses": ["100.64.0"]}]"#,
                r#""100.64.0""#,
                "`100.64.0` is not a valid IP address",
            ),
            (r#"{"devices": {}}"#, "{}", "`devices` must be a list, not an object"),
            (r#"{"devices": [{"name": 5}]}"#, "5", "`name` must be a string, not a number"),
            (
                r#"{"devices": [{"name": "n", "addresses": "100.64.0.1"}]}"#,
                r#""100.64.0.1""#,
                "`addresses` must be a list, not a string",
            ),
            (r#"{"devices": [{"name": "n", "tags": [null]}]}"#, "null", "an item of `tags` must be a string, not null"),
            (
                r#"{"devices": [{"name": "n", "isExternal": "no"}]}"#,
                r#""no""#,
                "`isExternal` must be true or false, not a string",
            ),
            (
                r#"{"devices": [{"name": "n", "enabledRoutes": ["10.0.0.0"]}]}"#,
                r#""10.0.0.0""#,
                "`10.0.0.0` is not a prefix: it has no `/`",
            ),
            (
                r#"{"devices": [], "users": [{"email": "a@b.c"}]}"#,
                r#"{"email": "a@b.c"}"#,
                "a user of Tailscale's API needs a login",
            ),
            (
                r#"{"Self": {}, "Peer": {}}"#,
                r#"{"Self": {}, "Peer": {}}"#,
                "`tailscale status` has only what one device sees of its tailnet",
            ),
            (r#"{"machines": []}"#, r#"{"machines": []}"#, "the file lists neither users nor devices"),
        ] {
            let (_, findings) = read(text, FileId::Facts(2));
            let places = findings.iter().map(|finding| {
                assert_eq!(finding.origin.file, FileId::Facts(2));
                (text.get(finding.origin.range()).unwrap(), finding.message.as_str())
            });
            let found: Vec<_> = places.take(1).collect();
            assert_eq!(found, [(at, message)], "{text}: {findings:?}");
        }
    }
}
