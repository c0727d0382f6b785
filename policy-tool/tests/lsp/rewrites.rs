//! Changes of a rule that no finding asks for.

use serde_json::{Value, json};

use crate::client::{Client, Options, directory};

const URI: &str = "untitled:policy";

fn start(test: &str) -> Client {
    let support = json!({ "textDocument": { "codeAction": { "resolveSupport": { "properties": ["edit"] } } } });
    Client::start_in(&directory(test), Options { capabilities: support, ..Options::default() })
}

/// Returns the changes that are offered at the cursor, by their titles.
fn offers(client: &mut Client, text: &str) -> Vec<Value> {
    let position = client.open(URI, text);
    let params = json!({
        "textDocument": { "uri": URI },
        "range": { "start": position, "end": position },
        "context": { "diagnostics": [], "only": ["refactor.rewrite"] },
    });
    client.request("textDocument/codeAction", params).as_array().cloned().unwrap_or_default()
}

/// Chooses the offer with a title. Returns the changed text, or the reason why there is none.
fn chosen(client: &mut Client, text: &str, title: &str) -> Result<String, String> {
    let offers = offers(client, text);
    let offer = offers.iter().find(|offer| offer["title"].as_str().unwrap().contains(title));
    let offer = offer.unwrap_or_else(|| panic!("{title}: {offers:?}")).clone();
    let answer = client.response("codeAction/resolve", offer);
    match answer["error"]["message"].as_str() {
        Some(reason) => Err(reason.to_owned()),
        None => Ok(client.edited(URI, &answer["result"]["edit"]["changes"][URI])),
    }
}

const TAGS: &str = "\t\"tagOwners\": {\"tag:a\": [], \"tag:b\": []},\n";

#[test]
fn an_acl_becomes_a_grant() {
    let mut client = start("rewrite-acl");
    let two = format!(
        "{{\n{TAGS}\t\"acls\": [\n\t\t// The pool.\n\t\t{{\"action\": \"acc¦ept\", \"src\": [\"tag:a\"], \"dst\": [\"tag:b:22,80\"]}},\n\
         \t\t{{\"action\": \"accept\", \"src\": [\"tag:b\"], \"dst\": [\"tag:a:443\"]}},\n\t],\n"
    );
    let rest = "\t\"acls\": [\n\t\t{\"action\": \"accept\", \"src\": [\"tag:b\"], \"dst\": [\"tag:a:443\"]},\n\t],\n";
    let grant =
        "\t\t// The pool.\n\t\t{\"src\": [\"tag:a\"], \"dst\": [\"tag:b\"], \"ip\": [\"22\", \"80\"]},\n\t],\n}\n";
    // Without grants so far.
    let new = chosen(&mut client, &format!("{two}}}\n"), "ACL to a grant").unwrap();
    assert_eq!(new, format!("{{\n{TAGS}{rest}\n\t\"grants\": [\n{grant}"));
    // After other grants.
    let other = "\t\"grants\": [\n\t\t{\"src\": [\"tag:b\"], \"dst\": [\"tag:b\"], \"ip\": [\"22\"]},\n";
    let new = chosen(&mut client, &format!("{two}{other}\t],\n}}\n"), "ACL to a grant").unwrap();
    assert_eq!(new, format!("{{\n{TAGS}{rest}{other}\n{grant}"));
    // A grant cannot have this destination.
    let text = "{\"acls\": [{\"action\": \"accept\", \"src\": [\"*\"], \"dst\": [\"0.0.0.0/0:¦*\"]}]}";
    let reason = chosen(&mut client, text, "ACL to a grant").unwrap_err();
    assert_eq!(reason, "`0.0.0.0/0` cannot be the destination of a grant [default-route]");
}

#[test]
fn a_rule_gets_the_tests_that_notice_its_changes() {
    let mut client = start("rewrite-tests");
    let text = format!(
        "{{\n{TAGS}\t\"grants\": [{{\"src\": [\"tag:¦a\"], \"dst\": [\"tag:b\"], \"ip\": [\"tcp:22\"]}}],\n}}\n"
    );
    let new = chosen(&mut client, &text, "add tests").unwrap();
    let tests = new.split_once("\"tests\": [").unwrap().1;
    assert!(tests.contains("\"accept\": [\"tag:b:22\"]") && tests.contains("\"deny\""), "{new}");
    // Now nothing is left to notice.
    let at = new.find("\"src\"").unwrap();
    let again = format!("{}¦{}", &new[..at], &new[at..]);
    let reason = chosen(&mut client, &again, "add tests").unwrap_err();
    assert_eq!(reason, "the tests notice every change of this rule, or no test could");
}

#[test]
fn nothing_is_offered_that_the_editor_cannot_ask_for() {
    let text = "{\"acls\": [{\"action\": \"acc¦ept\", \"src\": [\"*\"], \"dst\": [\"*:*\"]}]}";
    assert_eq!(offers(&mut Client::start("rewrite-none"), text), [Value::Null; 0]);
    assert_eq!(offers(&mut start("rewrite-comment"), "// n¦othing\n{\"acls\": []}"), [Value::Null; 0]);
    assert_eq!(offers(&mut start("rewrite-broken"), &text.replace("]}]}", "]}]")), [Value::Null; 0]);
}
