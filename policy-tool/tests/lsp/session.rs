//! The start and the end of a session.

use std::fs;

use serde_json::{Value, json};

use crate::client::{Client, Options, directory};

#[test]
fn a_request_after_the_goodbye_is_refused() {
    let mut client = Client::start("goodbye");
    client.request("shutdown", Value::Null);
    let document = json!({ "textDocument": { "uri": "untitled:a" } });
    assert_eq!(client.refusal("textDocument/foldingRange", document), "the server is shutting down");
    client.notify("textDocument/didSave", Value::Null);
    assert_eq!(client.exit(), Some(0));
}

#[test]
fn without_a_folder_facts_begin_at_the_working_directory() {
    let directory = directory("no-folder");
    fs::write(directory.join("facts.json"), "{\"users\": [{\"email\": \"alice@example.com\", \"role\": \"boss\"}]}")
        .unwrap();
    let settings = json!({ "facts": ["facts.json"] });
    let mut client = Client::start_in(&directory, Options { settings, without_folder: true, ..Options::default() });
    client.open("untitled:policy", "{}\n");
    let uri = format!("file://{}/facts.json", directory.display());
    assert_eq!(client.wait(&uri, |_| true).len(), 1);
    assert_eq!(client.stop(), Some(0));
}

#[test]
fn an_end_without_a_goodbye_is_a_failure() {
    assert_eq!(Client::start("hangup").exit(), Some(2));
    assert_eq!(Client::start("broken-pipe").hang_up(), Some(2));
}
