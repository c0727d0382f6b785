//! Findings as somebody types, in all texts of a policy.

use std::fs;

use serde_json::{Value, json};

use crate::client::{Client, Options, directory};

const URI: &str = "file:///nowhere/policy.hujson";

/// Returns the part of a text that each diagnostic is about, with its code.
fn shown(client: &mut Client, uri: &str) -> Vec<(String, String)> {
    let found = client.diagnostics(uri);
    let part = |found: &Value| client.part(uri, &found["range"]).to_owned();
    found.iter().map(|found| (part(found), found["code"].as_str().unwrap().to_owned())).collect()
}

#[test]
fn a_finding_is_at_its_place_in_both_units_of_columns() {
    let utf8 = json!({ "general": { "positionEncodings": ["utf-8", "utf-16"] } });
    for (capabilities, encoding) in [(Value::Null, "utf-16"), (utf8, "utf-8")] {
        let directory = directory(&format!("places-{encoding}"));
        let mut client = Client::start_in(&directory, Options { capabilities, ..Options::default() });
        assert_eq!(client.capabilities["positionEncoding"], encoding);
        for (text, part, code) in [
            (
                "{\"grants\": [{\"src\": [\"*\"], \"dst\": [\"tag:web\"], \"ip\": [\"443\"]}]}",
                "\"tag:web\"",
                "undefined-tag",
            ),
            ("{/* é𝄞 */ \"hosts\": {\"𝄞\": \"10.0.0.256\"}}", "10.0.0.256", "invalid-address"),
            ("{\n\t\"grants\": [}\n", "}", "syntax"),
        ] {
            client.open(URI, text);
            client.forget();
            let shown = shown(&mut client, URI);
            let quoted = |shown: &str| shown.trim_matches('"') == part.trim_matches('"');
            assert!(shown.iter().any(|(shown, found)| quoted(shown) && found == code), "{text}: {shown:?}");
        }
        assert_eq!(client.stop(), Some(0));
    }
}

#[test]
fn a_finding_has_its_code_its_help_and_other_places() {
    let mut client = Client::start_in(
        &directory("whole"),
        Options { settings: json!({ "diagnosticsPage": "https://example.com/d" }), ..Options::default() },
    );
    client.open(URI, "{\"groups\": {\"group:a\": [\"a@b.c\"],\n\"group:a\": [\"a@b.c\"]},\n\"grants\": []}");
    let found = client.diagnostics(URI);
    let duplicate = found.iter().find(|found| found["code"] == "duplicate-name").unwrap();
    assert_eq!(duplicate["severity"], 1);
    assert_eq!(duplicate["source"], "policy");
    assert_eq!(duplicate["codeDescription"]["href"], "https://example.com/d#duplicate-name");
    assert_eq!(duplicate["message"], "`group:a` is declared twice\nhelp: leave out one of the two, or join them");
    let related = &duplicate["relatedInformation"][0];
    assert_eq!(related["message"], "first declared here");
    assert_eq!(client.part(URI, &related["location"]["range"]), "\"group:a\"");
    client.open(URI, "{\"groups\": {\"group:a\": [\"a@b.c\"]}, \"grants\": []}");
    client.forget();
    let found = client.diagnostics(URI);
    let unused = found.iter().find(|found| found["code"] == "unused-group").unwrap();
    assert_eq!((&unused["severity"], &unused["tags"]), (&json!(2), &json!([1])));
}

#[test]
fn findings_follow_every_change() {
    let mut client = Client::start("changes");
    client.open(URI, "{\n\t\"tagOwners\": {\"tag:é\": []},\n\t\"grants\": [],\n}\n");
    let codes = |client: &mut Client| -> Vec<String> { shown(client, URI).into_iter().map(|(_, code)| code).collect() };
    assert_eq!(codes(&mut client), ["invalid-name"]);
    client.edit(URI, "tag:é", "tag:a");
    assert_eq!(codes(&mut client), ["unused-tag"]);
    let grant = "\"grants\": [{\"src\": [\"tag:a\"], \"dst\": [\"tag:a\"], \"ip\": [\"22\"]}";
    client.edit(URI, "\"grants\": [", grant);
    assert_eq!(codes(&mut client), [""; 0]);
    client.edit(URI, "[\"22\"]}", "[\"22\"]");
    assert_eq!(codes(&mut client), ["syntax"]);
    client.edit(URI, "[\"22\"]", "[\"22\"]}");
    assert_eq!(codes(&mut client), [""; 0]);
    // Several changes in one message, each in the text after the one before.
    let change = |line: u32, text: &str| {
        let at = json!({ "line": line, "character": 0 });
        json!({ "range": { "start": at, "end": at }, "text": text })
    };
    let params = json!({
        "textDocument": { "uri": URI, "version": 9 },
        "contentChanges": [change(0, "\n\n"), change(3, "x")],
    });
    client.notify("textDocument/didChange", params);
    let found = client.wait(URI, |published| published["version"] == 9);
    assert_eq!(found[0]["range"]["start"], json!({ "line": 3, "character": 0 }));
    client.notify("textDocument/didClose", json!({ "textDocument": { "uri": URI } }));
    client.forget();
    assert_eq!(client.wait(URI, |published| published["version"].is_null()), [Value::Null; 0]);
}

#[test]
fn a_file_of_invariants_is_checked_with_the_policy_beside_it() {
    let directory = directory("invariants");
    let uri = |name: &str| format!("file://{}/{name}", directory.display());
    let (policy, invariants) = (uri("policy.hujson"), uri("policy.invariants"));
    let text = "{\"tagOwners\": {\"tag:a\": [], \"tag:b\": []},\n\"grants\": [{\"src\": [\"tag:a\"], \"dst\": [\"tag:b\"], \"ip\": [\"22\"]}]}";
    fs::write(directory.join("policy.hujson"), text).unwrap();
    fs::write(directory.join("policy.invariants"), "never tag:a -> tag:b;\n").unwrap();
    let mut client = Client::start_in(&directory, Options::default());
    // From the disk.
    client.open(&policy, text);
    let codes = |found: Vec<Value>| found.iter().map(|found| found["code"].clone()).collect::<Vec<_>>();
    assert_eq!(codes(client.wait(&invariants, |_| true)), ["broken-invariant"]);
    let related = &client.wait(&invariants, |_| true)[0]["relatedInformation"][0]["location"];
    assert_eq!(related["uri"], policy.as_str());
    // From the editor, which has not saved it.
    client.open(&invariants, "never tag:a -> tag:b on 80;\n");
    assert_eq!(codes(client.diagnostics(&invariants)), [""; 0]);
    client.edit(&invariants, "80", "22");
    assert_eq!(shown(&mut client, &invariants)[0].1, "broken-invariant");
    client.edit(&policy, "\"22\"", "\"80\"");
    assert_eq!(codes(client.wait(&invariants, |published| published["diagnostics"] == json!([]))), [""; 0]);
    // Without the policy in the editor, it is read from the disk.
    client.notify("textDocument/didClose", json!({ "textDocument": { "uri": policy } }));
    assert_eq!(
        codes(client.wait(&invariants, |published| published["diagnostics"] != json!([]))),
        ["broken-invariant"]
    );
}

#[test]
fn facts_come_from_the_command_line_or_the_settings() {
    let directory = directory("facts");
    let text = "{\"tagOwners\": {\"tag:a\": []}, \"grants\": [{\"src\": [\"tag:a\"], \"dst\": [\"autogroup:member\"], \"ip\": [\"22\"]}],\n\"tests\": [{\"src\": \"tag:a\", \"accept\": [\"bob@example.com:22\"]}]}";
    fs::write(directory.join("facts.json"), "{\"users\": [{\"email\": \"alice@example.com\", \"role\": \"boss\"}]}")
        .unwrap();
    let facts = format!("file://{}/facts.json", directory.display());
    for (arguments, settings) in [
        (&["--tailnet", "facts.json"][..], Value::Null),
        (&["--stdio"], json!({ "policy": { "facts": "facts.json" } })),
    ] {
        let mut client = Client::start_in(&directory, Options { arguments, settings, ..Options::default() });
        client.open(URI, text);
        let found = client.wait(&facts, |_| true);
        assert_eq!(found[0]["message"].as_str().unwrap().lines().next(), Some("`boss` is not a role"));
    }
    let mut client =
        Client::start_in(&directory, Options { settings: json!({ "facts": ["none.json"] }), ..Options::default() });
    client.open(URI, "{}");
    client.diagnostics(URI);
    let message = client.others[0]["params"]["message"].as_str().unwrap();
    assert!(message.starts_with("cannot read the facts in `") && message.ends_with("none.json`"), "{message}");
    client.notify("workspace/didChangeConfiguration", json!({ "settings": { "policy": { "target": "headscale" } } }));
    client.edit(URI, "{}", "{\"ipsets\": {}}");
    assert_eq!(shown(&mut client, URI)[0].1, "not-in-headscale");
}

#[test]
fn a_message_that_is_not_understood_is_refused_and_the_server_goes_on() {
    let mut client = Client::start("unknown");
    let refusal = client.refusal("textDocument/moniker", json!({}));
    assert_eq!(refusal, "the server does not know the method `textDocument/moniker`");
    assert!(client.refusal("textDocument/formatting", json!({ "textDocument": 1 })).contains("invalid type"));
    client.notify(
        "textDocument/didChange",
        json!({ "textDocument": { "uri": "file:///x", "version": 2 }, "contentChanges": [] }),
    );
    client.notify("textDocument/didOpen", json!(null));
    let closed = json!({ "textDocument": { "uri": "file:///x" }, "options": { "tabSize": 4, "insertSpaces": false } });
    assert_eq!(client.request("textDocument/formatting", closed), Value::Null);
    assert_eq!(client.stop(), Some(0));
}
