//! The outline, folding and formatting.

use serde_json::{Value, json};

use crate::client::Client;

const URI: &str = "untitled:policy";

const TEXT: &str = r#"// The policy
// of a test
{
    "tagOwners": {"tag:a": ["autogroup:admin"], "tag:b": []},
    "grants": [
        {"src": ["tag:a"], "dst": ["tag:b"], "ip": ["22"]},
    ],
    "tests": [{"src": "tag:a", "accept": ["tag:b:22"]}],
    "randomizeClientPort": true,
}
"#;

#[test]
fn the_outline_has_the_sections_and_what_is_in_them() {
    let mut client = Client::start("symbols");
    client.open(URI, TEXT);
    let params = json!({ "textDocument": { "uri": URI } });
    let symbols = client.request("textDocument/documentSymbol", params.clone());
    let line = |symbol: &Value| {
        let children = symbol["children"].as_array().unwrap().iter();
        let children = children.map(|child| child["name"].as_str().unwrap()).collect::<Vec<_>>().join("; ");
        format!("{}: {children}", client.part(URI, &symbol["selectionRange"]))
    };
    let outline: Vec<String> = symbols.as_array().unwrap().iter().map(line).collect();
    assert_eq!(
        outline,
        [
            "\"tagOwners\": tag:a; tag:b",
            "\"grants\": tag:a -> tag:b on 22",
            "\"tests\": src tag:a",
            "\"randomizeClientPort\": "
        ]
    );
    assert_eq!(client.part(URI, &symbols[3]["range"]), "\"randomizeClientPort\": true");
    // A broken text has the same outline.
    client.edit(URI, "[\"22\"]},", "[\"22");
    let broken = client.request("textDocument/documentSymbol", params);
    assert_eq!(broken[2]["children"][0]["name"], "src tag:a");
}

#[test]
fn lists_and_comments_on_several_lines_fold() {
    let mut client = Client::start("folds");
    client.open(URI, TEXT);
    let folds = client.request("textDocument/foldingRange", json!({ "textDocument": { "uri": URI } }));
    let mut lines: Vec<_> =
        folds.as_array().unwrap().iter().map(|fold| (&fold["startLine"], &fold["endLine"])).collect();
    lines.sort_by_key(|(start, _)| start.as_u64());
    assert_eq!(lines, [(&json!(0), &json!(1)), (&json!(2), &json!(8)), (&json!(4), &json!(5))]);
}

#[test]
fn formatting_changes_what_differs_and_leaves_broken_texts_alone() {
    let mut client = Client::start("formatting");
    let params =
        |uri: &str| json!({ "textDocument": { "uri": uri }, "options": { "tabSize": 4, "insertSpaces": true } });
    client.open(URI, TEXT);
    let edits = client.request("textDocument/formatting", params(URI));
    let expected = policy_core::Policy::parse(TEXT).to_hujson();
    assert_eq!(client.edited(URI, &edits), expected);
    let uri = "untitled:formatted";
    client.open(uri, &expected);
    assert_eq!(client.request("textDocument/formatting", params(uri)), json!([]));
    client.edit(uri, "}", "");
    assert_eq!(client.request("textDocument/formatting", params(uri)), json!([]));
    let uri = "file:///nowhere/beside.invariants";
    client.open(uri, "never   tag:a -> tag:b;\n");
    // It belongs to a policy that does not exist.
    assert_eq!(client.request("textDocument/formatting", params(uri)), Value::Null);
}
