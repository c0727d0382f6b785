//! Code lenses and code actions.

use serde_json::{Value, json};

use crate::client::Client;

const URI: &str = "untitled:facts";

#[test]
fn facts_are_above_tags_and_rules() {
    let mut client = Client::start("lenses");
    client.open(
        URI,
        r#"{
    "tagOwners": {
        "tag:a": [],
        "tag:b": [],
    },
    "grants": [
        {"src": ["tag:a", "autogroup:member"], "dst": ["tag:b"], "ip": ["22"]},
        {"src": ["tag:b"], "dst": ["tag:a"], "ip": ["22"]},
    ],
    "tests": [{"src": "tag:a", "accept": ["tag:b:22"]}],
}"#,
    );
    let lenses = client.request("textDocument/codeLens", json!({ "textDocument": { "uri": URI } }));
    let mut shown = Vec::new();
    for lens in lenses.as_array().unwrap() {
        assert_eq!(lens["command"], Value::Null);
        let resolved = client.request("codeLens/resolve", lens.clone());
        let title = resolved["command"]["title"].as_str().unwrap().to_owned();
        shown.push((lens["range"]["start"]["line"].as_u64().unwrap(), title));
    }
    let expected = [
        (2, "reached by 1: tag:b"),
        (3, "reached by 2: any other member, tag:a"),
        (6, "a test notices this rule"),
        (7, "no test notices this rule"),
    ];
    assert_eq!(shown, expected.map(|(line, title)| (line, title.to_owned())));
    client.edit(URI, "\"tag:a\": [],", "");
    let resolved = client.request("codeLens/resolve", lenses[0].clone());
    assert_eq!(resolved["command"]["title"], "unknown while the policy has errors");
}

/// Returns the actions at the cursor: the title, whether it is preferred, and the text after it.
fn actions(client: &mut Client, text: &str) -> Vec<(String, bool, String)> {
    let position = client.open(URI, text);
    let range = json!({ "start": position, "end": position });
    let params = json!({ "textDocument": { "uri": URI }, "range": range, "context": { "diagnostics": [] } });
    let found = client.request("textDocument/codeAction", params);
    let found = found.as_array().unwrap().iter().map(|action| {
        assert_eq!(action["kind"], "quickfix");
        assert_eq!(action["diagnostics"].as_array().unwrap().len(), 1);
        let edited = client.edited(URI, &action["edit"]["changes"][URI]);
        (action["title"].as_str().unwrap().to_owned(), action["isPreferred"].as_bool().unwrap(), edited)
    });
    found.collect()
}

#[test]
fn a_help_with_a_change_is_an_action() {
    let mut client = Client::start("actions");
    for (text, title, is_preferred, edited) in [
        (
            "{\"tagOwners\": {\"tag:homelab\": []}, \"grants\": [{\"src\": [\"tag:hoem¦lab\"], \"dst\": [\"*\"], \"ip\": [\"22\"]}]}",
            "did you mean `tag:homelab`?",
            false,
            "{\"tagOwners\": {\"tag:homelab\": []}, \"grants\": [{\"src\": [\"tag:homelab\"], \"dst\": [\"*\"], \"ip\": [\"22\"]}]}",
        ),
        (
            "{\"grants\": [{\"src\": \"¦*\", \"dst\": [\"*\"], \"ip\": [\"22\"]}]}",
            "write `[\"*\"]`",
            true,
            "{\"grants\": [{\"src\": [\"*\"], \"dst\": [\"*\"], \"ip\": [\"22\"]}]}",
        ),
    ] {
        let found = actions(&mut client, text);
        assert_eq!(found, [(title.to_owned(), is_preferred, edited.to_owned())]);
    }
    // A warning can be allowed, too.
    let text = "{\n\t\"tagOwners\": {\n\t\t\"tag:¦a\": [],\n\t},\n\t\"grants\": [],\n}\n";
    let found = actions(&mut client, text);
    let edited: Vec<&str> = found.iter().map(|(.., edited)| edited.as_str()).collect();
    let plain = text.replace('¦', "");
    let allowed = plain.replace("\t\t\"tag:a\"", "\t\t// policy: allow(unused-tag) …\n\t\t\"tag:a\"");
    assert_eq!(edited, [plain.replace("\t\t\"tag:a\": [],\n", ""), allowed]);
    assert_eq!(found[1].0, "allow `unused-tag` here, with a reason");
    assert_eq!(actions(&mut client, "{¦\"tagOwners\": {\"tag:homelab\": []}}"), []);
}
