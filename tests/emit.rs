//! Tests that independent readers read the emitted policy with the intended meaning.

#[path = "../blumeops-policy/src/tailnet.rs"]
mod tailnet;

use std::path::Path;

use policy_core::hujson::Document;
use policy_test_support::require;
use policy_tests::plain_json;
use serde_json::Value;

#[test]
fn another_reader_sees_the_same_values() {
    let document = Document::parse(tailnet::HUJSON).unwrap();
    assert_eq!(plain_json(tailnet::HUJSON).to_string(), document.value(document.root()).to_string());
}

#[test]
fn what_is_emitted_is_formatted_already() {
    let document = Document::parse(tailnet::HUJSON).unwrap();
    assert_eq!(document.format(), tailnet::HUJSON);
}

#[test]
fn the_model_is_that_of_the_text() {
    let policy = &*tailnet::POLICY;
    let values = plain_json(&policy.text);
    let count = |key: &str| {
        values[key].as_object().map_or_else(|| values[key].as_array().unwrap().len(), |object| object.len())
    };
    assert_eq!(policy.text, tailnet::HUJSON);
    assert_eq!(policy.groups.len(), count("groups"));
    assert_eq!(policy.tag_owners.len(), count("tagOwners"));
    assert_eq!(policy.grants.as_ref().unwrap().len(), count("grants"));
    assert_eq!(policy.ssh.len(), count("ssh"));
    assert_eq!(policy.tests.len(), count("tests"));
    for (grant, value) in policy.grants.as_ref().unwrap().iter().zip(values["grants"].as_array().unwrap()) {
        let words = |list: &policy_core::model::List<policy_core::model::Selector>| {
            list.iter().map(|selector| Value::from(selector.text.as_str())).collect::<Value>()
        };
        assert_eq!(words(&grant.src), value["src"]);
        assert_eq!(words(&grant.dst), value["dst"]);
    }
    assert_eq!(policy.facts.users.len(), 2);
}

#[test]
fn declared_names_are_items() {
    assert_eq!(tailnet::tag::k8s_api.as_str(), "tag:k8s-api");
    assert_eq!(tailnet::group::allisonflix.as_str(), "group:allisonflix");
    assert_eq!(tailnet::user::erich.as_str(), "blume.erich@gmail.com");
    assert_eq!(tailnet::device::indri.as_str(), "indri");
}

/// The policy replaces one that was kept by hand. The only difference is the form of durations:
/// `12h0m0s` there, `12h` here.
#[test]
fn blumeops_means_what_its_policy_file_means() {
    let Some(path) = require::shared("seed/policy.hujson") else { return };
    let text = std::fs::read_to_string(path).unwrap();
    assert_eq!(with_plain_times(plain_json(tailnet::HUJSON)), with_plain_times(plain_json(&text)));
}

/// Converts every `checkPeriod` to one form.
fn with_plain_times(mut policy: Value) -> Value {
    for rule in policy["ssh"].as_array_mut().unwrap() {
        if let Some(period) = rule.get_mut("checkPeriod") {
            *period = period.as_str().unwrap().replace("h0m0s", "h").into();
        }
    }
    policy
}

mod told_by_topic {
    policy_macros::policy! {
        use policy_tests::fragments::registry;
        tagOwners { tag:web; tag:db; }
        grants {
            for tag in [web, db] {
                autogroup:admin -> tag:$tag on tcp:22;
            }
        }
    }
}

#[test]
fn each_rule_knows_the_line_of_the_source_that_it_was_written_in() {
    let lines = |policy: &policy_core::Policy| -> Vec<(String, String)> {
        let line = |part| {
            let (file, line) = policy.source_lines.line(part).unwrap();
            let text = std::fs::read_to_string(Path::new("..").join(file)).unwrap();
            (file.to_owned(), text.lines().nth(line - 1).unwrap().trim().to_owned())
        };
        policy.grants.iter().flatten().map(|grant| line(grant.dst.first().unwrap().text.origin)).collect()
    };
    let rule = |file: &str, text: &str| (file.to_owned(), text.to_owned());
    let ssh = rule("tests/emit.rs", "autogroup:admin -> tag:$tag on tcp:22;");
    let registry =
        rule("tests/lib.rs", "grants { for port in [443, 5000] { autogroup:member -> tag:registry on tcp:$port; } }");
    let [first, second] = [&registry, &ssh].map(|rule| [rule.clone(), rule.clone()]);
    assert_eq!(lines(&told_by_topic::POLICY), [first, second].concat());

    let blumeops = lines(&tailnet::POLICY);
    assert!(blumeops.iter().all(|(file, _)| file.ends_with("blumeops-policy/src/tailnet.rs")));
    assert!(blumeops.iter().all(|(_, line)| line.contains("->")), "{blumeops:?}");
}
