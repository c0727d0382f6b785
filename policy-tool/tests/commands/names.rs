//! `policy names`.

use std::fs;

use crate::{directory, policy};

#[test]
fn names_are_listed_for_people() {
    let directory = directory("names");
    let text = "{\"tagOwners\": {\n// Serves pages\n\"tag:web\": [\"autogroup:admin\"], \"tag:db\": [\"tag:web\"]}, \"hosts\": {\"nas\": \"10.0.0.1\"}, \"grants\": [{\"src\": [\"nas\"], \"dst\": [\"svc:wiki\", \"tag:db\"], \"ip\": [\"443\"]}]}";
    fs::write(directory.join("policy.hujson"), text).unwrap();
    let run = policy(&directory, &["names", "policy.hujson"]);
    let expected = "tags\n  tag:web  Serves pages\n  tag:db\n\nhosts\n  nas\n\nservices\n  svc:wiki\n";
    assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (Some(0), expected, ""));
    let json: serde_json::Value =
        serde_json::from_str(&policy(&directory, &["names", "policy.hujson", "--format", "json"]).stdout).unwrap();
    assert_eq!(
        json["tags"][0],
        serde_json::json!({"name": "tag:web", "doc": "Serves pages", "owners": ["autogroup:admin"]})
    );
}
