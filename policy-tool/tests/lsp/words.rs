//! Hovers and completion.

use std::fs;

use serde_json::{Value, json};

use crate::client::{Client, Options, directory};

const URI: &str = "untitled:words";

fn hover(client: &mut Client, text: &str) -> Option<(String, String)> {
    let position = client.open(URI, text);
    let found = client.request("textDocument/hover", json!({ "textDocument": { "uri": URI }, "position": position }));
    let shown = found["contents"]["value"].as_str()?.to_owned();
    Some((client.part(URI, &found["range"]).to_owned(), shown))
}

#[test]
fn a_word_is_explained() {
    let directory = directory("hover");
    fs::write(directory.join("facts.json"), "{\"nodes\": [{\"name\": \"nas\", \"tags\": [\"tag:db\"]}]}").unwrap();
    let mut client =
        Client::start_in(&directory, Options { arguments: &["--tailnet", "facts.json"], ..Options::default() });
    for (text, part, words) in [
        (
            "{\"tagOwners\": {\n// The databases\n\"tag:db\": [\"group:ops\"]}, \"grants\": [{\"src\": [\"*\"], \"dst\": [\"tag:¦db\"], \"ip\": [\"22\"]}]}",
            "tag:db",
            &["The databases", "Owners: `group:ops`", "Devices: `nas`", "Reached by:\n\n- `*` on `22`"][..],
        ),
        ("{\"groups\": {\"group:¦ops\": [\"a@b.c\", \"d@e.f\"]}}", "group:ops", &["Members: `a@b.c`, `d@e.f`"]),
        (
            "{\"tagOwners\": {\"tag:db\": []}, \"grants\": [{\"src\": [\"tag:b¦d\"]}]}",
            "tag:bd",
            &["No tag `tag:bd` is declared. Did you mean `tag:db`?"],
        ),
        ("{\"ssh\": [{\"src\": [\"group:o¦ps\"]}]}", "group:ops", &["No group `group:ops` is declared."]),
        ("{\"groups\": {\"group:ops\": [\"a@¦b.c\"]}}", "a@b.c", &["Groups: `group:ops`"]),
        ("{\"hosts\": {\"pri¦nter\": \"10.0.0.9\"}}", "printer", &["Address: `10.0.0.9`"]),
        ("{\"grants\": [{\"src\": [\"autogroup:mem¦ber\"]}]}", "autogroup:member", &["the members of the tailnet"]),
        ("{\"grants\": [{\"ip\": [\"tcp:54¦32\"]}]}", "tcp:5432", &["TCP, protocol 6", "PostgreSQL"]),
        ("{\"acls\": [{\"dst\": [\"tag:db:54¦32\"]}]}", "5432", &["PostgreSQL"]),
        ("{\"tests\": [{\"accept\": [\"tag:db:8¦9\"]}]}", "", &[]),
        ("{\"acls\": [{\"proto\": \"u¦dp\"}]}", "udp", &["UDP, protocol 17"]),
        ("{\"postures\": {\"posture:a\": [\"node:¦os == 'macos'\"]}}", "node:os", &["one of `'macos'`"]),
        ("{\"gra¦nts\": []}", "grants", &["Grants only allow."]),
        ("{\"acls\": [{\"us¦ers\": []}]}", "users", &["the old name of `src`"]),
        (
            "{\"grants\": [{\"s¦rc\": [\"tag:a\"], \"dst\": [\"tag:b\"], \"ip\": [\"22\"]}]}",
            "src",
            &["`src`: The sources.", "tag:a -> tag:b on 22"],
        ),
        (
            "{\"grants\": [{\"src\": [\"tag:a\"]¦, \"dst\": [\"tag:b\"], \"ip\": [\"22\"]}]}",
            "{\"src\": [\"tag:a\"], \"dst\": [\"tag:b\"], \"ip\": [\"22\"]}",
            &["tag:a -> tag:b on 22"],
        ),
        (
            "{\"grants\": [{\"app\": {\"tailscale.com/cap/dr¦ive\": []}}]}",
            "tailscale.com/cap/drive",
            &["Taildrive", "Shape: `{ shares: [string]; access?:"],
        ),
        (
            "{\"grants\": [{\"app\": {\"tailscale.com/cap/kubernetes\": [{\"impersonate\": {\"gro¦ups\": []}}]}}]}",
            "groups",
            &["The Kubernetes groups", "Shape: `groups?: [string]`"],
        ),
        ("{\"nobody\": \"kn¦ows\"}", "", &[]),
        ("// a com¦ment\n{}", "", &[]),
    ] {
        let Some((shown, explained)) = hover(&mut client, text) else {
            assert_eq!(part, "", "{text}");
            continue;
        };
        assert_eq!(shown, part, "{text}: {explained}");
        for words in words {
            assert!(explained.contains(words), "{text}: {explained}");
        }
    }
}

/// Returns the labels that are offered at the cursor, and the text after the one of them is chosen.
fn complete(client: &mut Client, text: &str, label: &str) -> (Vec<String>, String) {
    let position = client.open(URI, text);
    let params = json!({ "textDocument": { "uri": URI }, "position": position });
    let found = client.request("textDocument/completion", params);
    let items = found.as_array().cloned().unwrap_or_default();
    let labels = items.iter().map(|item| item["label"].as_str().unwrap().to_owned()).collect();
    let chosen = items.iter().find(|item| item["label"] == label);
    let edited = chosen.map(|item| client.edited(URI, &Value::Array(vec![item["textEdit"].clone()])));
    (labels, edited.unwrap_or_default())
}

#[test]
fn a_word_is_completed_in_its_place() {
    let mut client = Client::start("completion");
    let names = "\"groups\": {\"group:ops\": [\"alice@example.com\"]}, \"hosts\": {\"nas\": \"10.0.0.1\"}, \"tagOwners\": {\"tag:web\": []}, \"ipsets\": {\"ipset:lan\": []}, \"postures\": {\"posture:mac\": []}";
    for (text, chosen, expected, others, never) in [
        // Keys of the policy and of objects, without those that are there.
        ("{¦}", "grants", "{\"grants\": }", &["tagOwners", "randomizeClientPort"][..], &["src"][..]),
        ("{\"gr¦\"}", "grants", "{\"grants\": }", &[], &[]),
        ("{\"gr¦: []}", "grants", "{\"grants\": []}", &[], &[]),
        ("{\"acls\": [], \"¦\": []}", "grants", "{\"acls\": [], \"grants\": []}", &["ssh"], &["acls"]),
        (
            "{\"grants\": [{\"src\": [], ¦}]}",
            "dst",
            "{\"grants\": [{\"src\": [], \"dst\": }]}",
            &["via"],
            &["src", "action"],
        ),
        ("{\"grants\": [{¦, \"dst\": []}]}", "src", "{\"grants\": [{\"src\": , \"dst\": []}]}", &["ip"], &["dst"]),
        // Names, by the place.
        (
            "{NAMES, \"grants\": [{\"src\": [\"¦\"]}]}",
            "tag:web",
            "{NAMES, \"grants\": [{\"src\": [\"tag:web\"]}]}",
            &["group:ops", "nas", "ipset:lan", "alice@example.com", "autogroup:member", "*"],
            &["posture:mac", "autogroup:self"],
        ),
        ("{NAMES, \"grants\": [{\"src\": [\"ta¦", "tag:web", "{NAMES, \"grants\": [{\"src\": [\"tag:web\"", &[], &[]),
        (
            "{NAMES, \"grants\": [{\"src\": [\"ta¦, \"group:ops\"]}]}",
            "tag:web",
            "{NAMES, \"grants\": [{\"src\": [\"tag:web\", \"group:ops\"]}]}",
            &[],
            &[],
        ),
        (
            "{NAMES, \"grants\": [{\"src\": [¦]}]}",
            "tag:web",
            "{NAMES, \"grants\": [{\"src\": [\"tag:web\"]}]}",
            &[],
            &[],
        ),
        ("{NAMES, \"grants\": [{\"src\": ¦}]}", "tag:web", "{NAMES, \"grants\": [{\"src\": [\"tag:web\"]}]}", &[], &[]),
        (
            "{NAMES, \"grants\": [{\"via\": [\"¦\"]}]}",
            "tag:web",
            "{NAMES, \"grants\": [{\"via\": [\"tag:web\"]}]}",
            &[],
            &["group:ops", "*"],
        ),
        (
            "{NAMES, \"grants\": [{\"srcPosture\": [\"¦\"]}]}",
            "posture:mac",
            "{NAMES, \"grants\": [{\"srcPosture\": [\"posture:mac\"]}]}",
            &[],
            &["tag:web"],
        ),
        (
            "{NAMES, \"ssh\": [{\"users\": [\"¦\"]}]}",
            "localpart:*@example.com",
            "{NAMES, \"ssh\": [{\"users\": [\"localpart:*@example.com\"]}]}",
            &["root", "autogroup:nonroot"],
            &[],
        ),
        (
            "{NAMES, \"ssh\": [{\"action\": \"¦\"}]}",
            "check",
            "{NAMES, \"ssh\": [{\"action\": \"check\"}]}",
            &["accept"],
            &[],
        ),
        // Names with ports.
        (
            "{NAMES, \"acls\": [{\"dst\": [\"t¦\"]}]}",
            "tag:web:",
            "{NAMES, \"acls\": [{\"dst\": [\"tag:web:\"]}]}",
            &["nas:"],
            &[],
        ),
        (
            "{NAMES, \"acls\": [{\"dst\": [\"tag:web:¦\"]}]}",
            "443",
            "{NAMES, \"acls\": [{\"dst\": [\"tag:web:443\"]}]}",
            &["*"],
            &["nas:"],
        ),
        (
            "{NAMES, \"tests\": [{\"accept\": [\"tag:web:4¦\"]}]}",
            "443",
            "{NAMES, \"tests\": [{\"accept\": [\"tag:web:443\"]}]}",
            &[],
            &["*"],
        ),
        (
            "{NAMES, \"grants\": [{\"ip\": [\"¦\"]}]}",
            "tcp:443",
            "{NAMES, \"grants\": [{\"ip\": [\"tcp:443\"]}]}",
            &["*", "icmp:*"],
            &[],
        ),
        (
            "{NAMES, \"grants\": [{\"ip\": [\"udp:¦\"]}]}",
            "53",
            "{NAMES, \"grants\": [{\"ip\": [\"udp:53\"]}]}",
            &["*"],
            &[],
        ),
        // Declarations offer what is used.
        (
            "{\"tagOwners\": {¦}, \"grants\": [{\"src\": [\"tag:new\"]}]}",
            "tag:new",
            "{\"tagOwners\": {\"tag:new\": }, \"grants\": [{\"src\": [\"tag:new\"]}]}",
            &[],
            &[],
        ),
        (
            "{NAMES, \"nodeAttrs\": [{\"attr\": [\"fun¦\"]}]}",
            "funnel",
            "{NAMES, \"nodeAttrs\": [{\"attr\": [\"funnel\"]}]}",
            &["drive:share"],
            &[],
        ),
        (
            "{\"hosts\": {\"nas\": \"10.0.0.1\"}, \"ipsets\": {\"ipset:b\": [\"remove ¦\"]}}",
            "host:nas",
            "{\"hosts\": {\"nas\": \"10.0.0.1\"}, \"ipsets\": {\"ipset:b\": [\"remove host:nas\"]}}",
            &["autogroup:internet"],
            &["nas"],
        ),
        (
            "{\"postures\": {\"posture:b\": [\"node:¦\"]}}",
            "node:os",
            "{\"postures\": {\"posture:b\": [\"node:os\"]}}",
            &["ip:country"],
            &[],
        ),
        (
            "{\"postures\": {\"posture:b\": [\"node:os == ¦\"]}}",
            "'macos'",
            "{\"postures\": {\"posture:b\": [\"node:os == 'macos'\"]}}",
            &["'linux'"],
            &[],
        ),
        (
            "{\"postures\": {\"posture:b\": [\"node:os ¦\"]}}",
            "==",
            "{\"postures\": {\"posture:b\": [\"node:os ==\"]}}",
            &["IS SET"],
            &[],
        ),
        ("{\"randomizeClientPort\": ¦}", "true", "{\"randomizeClientPort\": true}", &["false"], &[]),
        ("{\"OneCGNATRoute\": \"¦\"}", "mac-always", "{\"OneCGNATRoute\": \"mac-always\"}", &["mac-never"], &[]),
        // Capabilities, their fields and the values of these.
        (
            "{\"grants\": [{\"app\": {\"tail¦\"}}]}",
            "tailscale.com/cap/drive",
            "{\"grants\": [{\"app\": {\"tailscale.com/cap/drive\": }}]}",
            &[],
            &[],
        ),
        (
            "{\"grants\": [{\"app\": {\"tailscale.com/cap/drive\": [{\"shares\": [], ¦}]}}]}",
            "access",
            "{\"grants\": [{\"app\": {\"tailscale.com/cap/drive\": [{\"shares\": [], \"access\": }]}}]}",
            &[],
            &["shares"],
        ),
        (
            "{\"grants\": [{\"app\": {\"tailscale.com/cap/drive\": [{\"access\": \"¦\"}]}}]}",
            "rw",
            "{\"grants\": [{\"app\": {\"tailscale.com/cap/drive\": [{\"access\": \"rw\"}]}}]}",
            &["ro"],
            &[],
        ),
        (
            "{\"grants\": [{\"app\": {\"tailscale.com/cap/kubernetes\": [{\"impersonate\": {¦}}]}}]}",
            "groups",
            "{\"grants\": [{\"app\": {\"tailscale.com/cap/kubernetes\": [{\"impersonate\": {\"groups\": }}]}}]}",
            &[],
            &["impersonate"],
        ),
        (
            "// policy: capability \"a.b/c\" { mode: \"x\" | \"y\"; }\n{\"grants\": [{\"app\": {\"a.b/c\": [{\"mode\": \"¦\"}]}}]}",
            "y",
            "// policy: capability \"a.b/c\" { mode: \"x\" | \"y\"; }\n{\"grants\": [{\"app\": {\"a.b/c\": [{\"mode\": \"y\"}]}}]}",
            &["x"],
            &[],
        ),
    ] {
        let [text, expected] = [text, expected].map(|text| text.replace("NAMES", names));
        let (labels, edited) = complete(&mut client, &text, chosen);
        assert_eq!(edited, expected, "{text}: {labels:?}");
        for other in others {
            assert!(labels.iter().any(|label| label == other), "{text} offers {labels:?} and not {other}");
        }
        for never in never {
            assert!(!labels.iter().any(|label| label == never), "{text} offers {never}");
        }
    }
}

#[test]
fn nothing_is_offered_where_nothing_is_known() {
    let mut client = Client::start("nothing");
    for text in [
        "// a ¦ comment\n{}",
        "{/* a ¦ comment */}",
        "{\"grants\": [¦]}",
        "{\"nobody\": \"¦\"}",
        "{\"hosts\": {\"a\": \"¦\"}}",
        "{} ¦",
        "{\"grants\": [{\"nobody\": [{\"¦\"}]}]}",
    ] {
        assert_eq!(complete(&mut client, text, "").0, [""; 0], "{text}");
    }
}

#[test]
fn words_are_offered_in_invariants() {
    let directory = directory("complete-invariants");
    let mut client = Client::start_in(&directory, Options::default());
    let uri = |name: &str| format!("file://{}/{name}", directory.display());
    client.open(
        &uri("policy.hujson"),
        "{\"tagOwners\": {\"tag:web\": []}, \"hosts\": {\"nas\": \"10.0.0.1\"}, \"groups\": {\"group:ops\": [\"alice@example.com\"]}}",
    );
    let invariants = uri("policy.invariants");
    for (text, chosen, expected, others, never) in [
        ("¦", "never", "never", &["only", "isolated"][..], &["tag:web", "->"][..]),
        ("// Why.\nnev¦ tag:web;", "never", "// Why.\nnever tag:web;", &[], &[]),
        ("never tag:web -> nas;\n¦", "only", "never tag:web -> nas;\nonly", &[], &["tag:web"]),
        ("never ¦", "tag:web", "never tag:web", &["group:ops", "nas", "autogroup:member"], &["autogroup:self", "->"]),
        ("never tag:w¦eb -> nas;", "group:ops", "never group:ops -> nas;", &[], &["->"]),
        ("never tag:web ¦", "->", "never tag:web ->", &["except"], &["nas"]),
        ("never tag:web -> ¦", "autogroup:self", "never tag:web -> autogroup:self", &["nas"], &["->"]),
        ("never tag:web, ¦", "alice@example.com", "never tag:web, \"alice@example.com\"", &[], &[]),
        ("never \"al¦\" -> nas;", "alice@example.com", "never \"alice@example.com\" -> nas;", &[], &["tag:web"]),
        ("never tag:web -> nas on ¦", "", "", &[], &["tag:web", "never"]),
        ("never tag:web -> nas on 22, ¦", "", "", &[], &["tag:web"]),
        ("// never ¦", "", "", &[], &["tag:web", "never"]),
    ] {
        let position = client.open(&invariants, text);
        let params = json!({ "textDocument": { "uri": invariants }, "position": position });
        let found = client.request("textDocument/completion", params);
        let items = found.as_array().cloned().unwrap_or_default();
        let labels: Vec<&str> = items.iter().map(|item| item["label"].as_str().unwrap()).collect();
        assert!(others.iter().all(|other| labels.contains(other)), "{text}: {labels:?}");
        assert!(!never.iter().any(|never| labels.contains(never)), "{text}: {labels:?}");
        if let Some(item) = items.iter().find(|item| item["label"] == chosen) {
            let edit = json!([item["textEdit"]]);
            assert_eq!(client.edited(&invariants, &edit), expected, "{text}");
        } else {
            assert_eq!(chosen, "", "{text}: {labels:?}");
        }
    }
}
