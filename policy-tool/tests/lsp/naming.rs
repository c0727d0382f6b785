//! Definition, references, rename, symbols and colours.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};

use crate::client::{CURSOR, Client, Options, directory};

const TEXT: &str = r#"{
    "groups": {"group:ops": ["alice@example.com"]},
    "hosts": {"printer": "10.0.0.9"},
    "ipsets": {"ipset:lan": ["add 10.0.0.0/8", "remove host:printer"]},
    "postures": {"posture:mac": ["node:os == 'macos'", "custom:tier == 'one'"]},
    "tagOwners": {"tag:k8s-api": ["group:ops", "alice@example.com"], "tag:rec": []},
    "autoApprovers": {"routes": {"10.0.0.0/8": ["tag:k8s-api"]}, "services": {"svc:wiki": ["group:ops"]}},
    "nodeAttrs": [{"target": ["tag:K8S-api"], "attr": ["funnel"]}],
    "grants": [
        {"src": ["group:ops", "alice@example.com"], "dst": ["tag:k8s-api", "printer", "ipset:lan", "svc:wiki"], "ip": ["22"],
         "srcPosture": ["posture:mac"], "via": ["tag:rec"]},
        {"src": ["autogroup:member"], "dst": ["tag:k8s-api"], "app": {"tailscale.com/cap/kubernetes": [{"recorder": ["tag:rec"]}]}},
    ],
    "acls": [{"action": "accept", "src": ["tag:k8s-api"], "dst": ["printer:80,443", "tag:k8s-api:*"]}],
    "ssh": [{"action": "check", "src": ["autogroup:member"], "dst": ["tag:k8s-api"], "users": ["root"], "recorder": ["tag:rec"]}],
    "tests": [{"src": "alice@example.com", "accept": ["tag:k8s-api:22", "printer:22"], "deny": ["svc:wiki:80"],
        "srcPostureAttrs": {"custom:tier": "one"}}],
    "sshTests": [{"src": "alice@example.com", "dst": ["tag:k8s-api"], "check": ["root"]}],
}
"#;

const INVARIANTS: &str =
    "never tag:k8s-api -> tag:rec;\nnever \"alice@example.com\" -> printer on 80, tag:k8s-api on 99;\n";

/// Opens the policy and its invariants.
fn open(test: &str) -> (Client, String, String) {
    let directory = directory(test);
    let uri = |name: &str| format!("file://{}/{name}", directory.display());
    let (policy, invariants) = (uri("policy.hujson"), uri("policy.invariants"));
    fs::write(directory.join("policy.hujson"), TEXT).unwrap();
    let mut client = Client::start_in(&directory, Options::default());
    client.open(&policy, TEXT);
    client.open(&invariants, INVARIANTS);
    (client, policy, invariants)
}

/// Returns a request at the nth place of a word.
fn at(client: &Client, uri: &str, word: &str, nth: usize) -> Value {
    let at = client.text(uri).match_indices(word).nth(nth).unwrap().0;
    json!({ "textDocument": { "uri": uri }, "position": client.position(uri, at + 1) })
}

#[test]
fn every_kind_of_name_leads_to_its_declaration_and_its_uses() {
    let (mut client, policy, _) = open("uses");
    for (word, declaration, uses) in [
        ("tag:k8s-api", Some("tag:k8s-api"), 10),
        ("tag:rec", Some("tag:rec"), 5),
        ("group:ops", Some("group:ops"), 4),
        ("printer", Some("printer"), 6),
        ("ipset:lan", Some("ipset:lan"), 2),
        ("posture:mac", Some("posture:mac"), 2),
        ("svc:wiki", None, 3),
        ("alice@example.com", None, 6),
        ("autogroup:member", None, 2),
        ("custom:tier", None, 2),
    ] {
        let mut params = at(&client, &policy, word, 0);
        let found = client.request("textDocument/definition", params.clone());
        let shown = found.as_array().map(|found| client.part(&policy, &found[0]["range"]));
        assert_eq!(shown, declaration, "{word}");
        params["context"] = json!({ "includeDeclaration": true });
        let found = client.request("textDocument/references", params.clone());
        let shown: Vec<_> = found
            .as_array()
            .unwrap()
            .iter()
            .map(|place| client.part(place["uri"].as_str().unwrap(), &place["range"]))
            .collect();
        assert!(shown.iter().all(|shown| shown.eq_ignore_ascii_case(word)), "{word}: {shown:?}");
        // The tag is also written in capital letters.
        assert_eq!(shown.len(), if word == "tag:k8s-api" { uses + 2 } else { uses }, "{word}");
        params["context"] = json!({ "includeDeclaration": false });
        let others = client.request("textDocument/references", params.clone());
        let declarations = found.as_array().unwrap().len() - others.as_array().unwrap().len();
        assert_eq!(declarations, usize::from(declaration.is_some()), "{word}");
        let highlights = client.request("textDocument/documentHighlight", params);
        assert!(highlights.as_array().unwrap().len() <= found.as_array().unwrap().len(), "{word}");
    }
    let nothing = at(&client, &policy, "\"grants\"", 0);
    assert_eq!(client.request("textDocument/definition", nothing.clone()), Value::Null);
    assert_eq!(client.request("textDocument/prepareRename", nothing), Value::Null);
}

#[test]
fn a_rename_changes_every_place_in_all_texts() {
    let (mut client, policy, invariants) = open("rename");
    for (word, new, written) in [
        ("tag:k8s-api", "cluster", "tag:cluster"),
        ("tag:k8s-api", "tag:cluster", "tag:cluster"),
        ("group:ops", "group:sre", "group:sre"),
        ("printer", "laser", "laser"),
        ("ipset:lan", "home", "ipset:home"),
        ("posture:mac", "apple", "posture:apple"),
        ("svc:wiki", "docs", "svc:docs"),
        ("alice@example.com", "bob@example.com", "bob@example.com"),
        ("custom:tier", "custom:level", "custom:level"),
    ] {
        let params = at(&client, &policy, word, 0);
        let prepared = client.request("textDocument/prepareRename", params.clone());
        assert_eq!((prepared["placeholder"].as_str(), client.part(&policy, &prepared["range"])), (Some(word), word));
        let mut params = params;
        params["newName"] = json!(new);
        let edit = client.request("textDocument/rename", params);
        let changes: BTreeMap<String, Value> = serde_json::from_value(edit["changes"].clone()).unwrap();
        for (uri, before) in [(&policy, TEXT), (&invariants, INVARIANTS)] {
            let edits = changes.get(uri).cloned().unwrap_or_else(|| json!([]));
            let expected = before
                .replace(word, written)
                .replace("tag:K8S-api", if word == "tag:k8s-api" { written } else { "tag:K8S-api" });
            assert_eq!(client.edited(uri, &edits), expected, "{word} in {uri}");
        }
    }
    // A name with a point is not a word of the invariants.
    let mut params = at(&client, &policy, "printer", 0);
    params["newName"] = json!("laser.example");
    let edit = client.request("textDocument/rename", params);
    let edited = client.edited(&invariants, &edit["changes"][&invariants]);
    assert_eq!(edited, INVARIANTS.replace("printer", "\"laser.example\""));
}

#[test]
fn a_rename_that_would_break_the_policy_is_refused() {
    let (mut client, policy, _) = open("refused");
    for (word, new, reason) in [
        ("tag:k8s-api", "tag:rec", "the tag `tag:rec` exists already"),
        ("tag:k8s-api", "a_b", "a tag name cannot contain `_`"),
        ("printer", "a@b", "a host name cannot contain `@`"),
        ("alice@example.com", "alice", "`alice` is not a login, such as `alice@example.com`"),
        ("autogroup:member", "x", "`autogroup:member` is a name of Tailscale's, so it cannot be renamed"),
        ("node:os", "x", "`node:os` is a name of Tailscale's, so it cannot be renamed"),
    ] {
        let mut params = at(&client, &policy, word, 0);
        params["newName"] = json!(new);
        assert_eq!(client.refusal("textDocument/rename", params), reason);
    }
}

#[test]
fn a_broken_text_keeps_its_names() {
    let mut client = Client::start("broken");
    for text in [
        "{\"tagOwners\": {\"tag:a\": []},\n\"grants\": [{\"src\": [\"tag:¦a\"], \"dst\": [",
        "{\"tagOwners\": {\"tag:a\": []},\n\"grants\": [{\"src\": [\"tag:¦a\"] \"dst\": \"ip\": }]",
        "{\n  \"grants\": [\n    {\"src\": [\"tag:¦a\"], \"dst\": [\"tag:x\n\n  \"tagOwners\": {\"tag:a\": []},\n}",
    ] {
        let position = client.open("untitled:broken", text);
        let params = json!({ "textDocument": { "uri": "untitled:broken" }, "position": position });
        let found = client.request("textDocument/definition", params);
        let text = text.replace(CURSOR, "");
        assert_eq!(client.part("untitled:broken", &found[0]["range"]), "tag:a", "{text}");
        assert_ne!(found[0]["range"]["start"], json!({ "line": 1, "character": 0 }));
    }
}

#[test]
fn symbols_of_all_open_policies_are_found() {
    let (mut client, policy, _) = open("workspace");
    let found = client.request("workspace/symbol", json!({ "query": "K8S" }));
    let shown: Vec<_> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|found| {
            (
                found["name"].as_str().unwrap(),
                found["containerName"].as_str().unwrap(),
                client.part(&policy, &found["location"]["range"]),
            )
        })
        .collect();
    assert_eq!(shown, [("tag:k8s-api", "tag", "tag:k8s-api")]);
    let all = client.request("workspace/symbol", json!({ "query": "" }));
    assert_eq!(all.as_array().unwrap().len(), 6);
}

#[test]
fn words_have_colours() {
    let (mut client, policy, invariants) = open("tokens");
    let legend = client.capabilities["semanticTokensProvider"]["legend"].clone();
    let shown = |client: &mut Client, uri: &str, method: &str, range: Value| -> Vec<(String, String, u64)> {
        let params = json!({ "textDocument": { "uri": uri }, "range": range });
        let data: Vec<u64> = serde_json::from_value(client.request(method, params)["data"].clone()).unwrap();
        let (mut line, mut start) = (0, 0);
        data.chunks(5)
            .map(|token| {
                start = if token[0] == 0 { start + token[1] } else { token[1] };
                line += token[0];
                let end = json!({ "line": line, "character": start + token[2] });
                let range = json!({ "start": { "line": line, "character": start }, "end": end });
                let kind = legend["tokenTypes"][usize::try_from(token[3]).unwrap()].as_str().unwrap();
                (client.part(uri, &range).to_owned(), kind.to_owned(), token[4])
            })
            .collect()
    };
    let all = shown(&mut client, &policy, "textDocument/semanticTokens/full", Value::Null);
    for (word, kind, modifiers) in [
        ("groups", "property", 0),
        ("group:ops", "class", 1),
        ("alice@example.com", "parameter", 0),
        ("printer", "variable", 1),
        ("tag:k8s-api", "type", 1),
        ("autogroup:member", "enumMember", 2),
        ("tailscale.com/cap/kubernetes", "decorator", 0),
    ] {
        let first = all.iter().find(|(shown, ..)| shown == word).unwrap();
        assert_eq!(first, &(word.to_owned(), kind.to_owned(), modifiers));
    }
    let line = json!({ "start": { "line": 2, "character": 0 }, "end": { "line": 3, "character": 0 } });
    let part = shown(&mut client, &policy, "textDocument/semanticTokens/range", line);
    assert_eq!(part.iter().map(|(word, ..)| word.as_str()).collect::<Vec<_>>(), ["hosts", "printer"]);
    let beside = shown(&mut client, &invariants, "textDocument/semanticTokens/full", Value::Null);
    let words: Vec<_> = beside.iter().map(|(word, ..)| word.as_str()).collect();
    assert_eq!(words, ["tag:k8s-api", "tag:rec", "alice@example.com", "printer", "tag:k8s-api"]);
}
