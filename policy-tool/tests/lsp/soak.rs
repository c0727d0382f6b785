//! A long session: what a server answers after many changes is what a fresh one answers.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use policy_generate::small::{self, Random};
use serde_json::{Value, json};

use crate::client::{Client, Options, directory};

/// The number of changes, unless the variable `EDITS` says another.
const USUAL: usize = 400;

/// The number of changes from one comparison to the next.
const BETWEEN: usize = 10;

/// The texts of the session. The server reads all of them with one of the policies.
const NAMES: [&str; 4] = ["policy.hujson", "policy.invariants", "facts.json", "other.hujson"];

/// Every request about a text and a position in it.
const REQUESTS: [&str; 14] = [
    "textDocument/documentSymbol",
    "textDocument/foldingRange",
    "textDocument/formatting",
    "textDocument/definition",
    "textDocument/references",
    "textDocument/documentHighlight",
    "textDocument/prepareRename",
    "textDocument/rename",
    "workspace/symbol",
    "textDocument/hover",
    "textDocument/completion",
    "textDocument/semanticTokens/full",
    "textDocument/semanticTokens/range",
    "textDocument/codeAction",
];

/// What somebody may type.
const TYPED: &[&str] = &[
    "\"",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\n",
    "\r\n",
    "\t",
    " ",
    "//",
    "/*",
    "*/",
    "// a\n",
    "\\",
    "\\u00e9",
    "\"tag:a\"",
    "\"tag:",
    "tag:new",
    "\"autogroup:",
    "\"group:eng\"",
    "alice@example.com",
    "\"*\"",
    "22",
    "tcp:443",
    "é",
    "𝄞",
    "null",
    "\"grants\": [",
    "\"ssh\": [{\"action\": \"check\"}],",
    "\"tagOwners\": {\"tag:x\": []},",
    "\"src\"",
    "never ",
    " -> ",
    "only tag:a -> tag:b on 22;\n",
    "\"tests\": [{\"src\": \"tag:a\", \"accept\": [\"tag:b:1\"]}],",
];

struct Session {
    random: Random,
    directory: PathBuf,
    client: Client,
    /// The last text of each name that was whole.
    whole: [String; 4],
}

fn start(directory: &Path) -> Client {
    let settings = json!({ "facts": ["facts.json"] });
    Client::start_in(directory, Options { settings, ..Options::default() })
}

impl Session {
    fn uri(&self, name: usize) -> String {
        format!("file://{}/{}", self.directory.display(), NAMES[name])
    }

    /// Makes one change of a text: types, deletes, moves a part, undoes, or starts again.
    fn change(&mut self) {
        let name = [0, 0, 0, 1, 2, 3][self.random.below(6)];
        let uri = self.uri(name);
        match self.random.below(12) {
            0 => {
                self.whole[name] = fresh_text(name, &mut self.random);
                self.client.replace(&uri, self.whole[name].clone());
            }
            1 | 2 => self.client.replace(&uri, self.whole[name].clone()),
            kind => {
                for _ in 0..self.random.below(3) + 1 {
                    let text = self.client.text(&uri).to_owned();
                    let part = self.part(&text, if kind < 7 { 0 } else { 12 });
                    let new = if kind % 2 == 0 && kind > 7 { "" } else { self.random.one(TYPED) };
                    let start = part.start;
                    // One message may have several changes, each of the text after the one before.
                    self.client.change(&uri, &[(part, new), (start..start, "")]);
                }
            }
        }
    }

    /// Returns a random part of a text.
    fn part(&mut self, text: &str, longest: usize) -> Range<usize> {
        let start = floor(text, self.random.below(text.len() + 1));
        start..floor(text, (start + self.random.below(longest + 1)).min(text.len())).max(start)
    }

    /// Returns a request about a random place.
    fn request(&mut self, method: &str) -> (String, Value) {
        let name = self.random.below(NAMES.len());
        let uri = self.uri(name);
        let text = self.client.text(&uri).to_owned();
        let part = self.part(&text, 200);
        let [start, end] = [part.start, part.end].map(|at| self.client.position(&uri, at));
        let params = json!({
            "textDocument": { "uri": uri },
            "position": start,
            "range": { "start": start, "end": end },
            "context": { "includeDeclaration": true, "diagnostics": [], "triggerKind": 1 },
            "newName": self.random.one(&["tag:renamed", "group:renamed", "renamed", "a b", ""]),
            "options": { "tabSize": 4, "insertSpaces": false },
            "query": self.random.one(&["", "tag:", "e"]),
        });
        (method.to_owned(), params)
    }

    /// Asks this server and a fresh one everything, and compares.
    fn compare(&mut self, step: usize) {
        let mut fresh = start(&self.directory);
        for name in 0..NAMES.len() {
            let uri = self.uri(name);
            let text = self.client.text(&uri).to_owned();
            fresh.open(&uri, &text);
        }
        for method in REQUESTS {
            let (method, params) = self.request(method);
            let answers = [&mut self.client, &mut fresh].map(|client| client.response(&method, params.clone()));
            let [ours, theirs] = answers.map(without_id);
            assert_eq!(ours, theirs, "after {step} changes, to {method} {params}\n{}", self.texts());
        }
        let (_, params) = self.request("textDocument/codeLens");
        let answers = [&mut self.client, &mut fresh].map(|client| {
            let lenses = client.request("textDocument/codeLens", params.clone());
            let first = lenses.get(0).cloned();
            let resolved = first.map(|lens| without_id(client.response("codeLens/resolve", lens)));
            (lenses, resolved)
        });
        assert_eq!(answers[0], answers[1], "after {step} changes, code lenses\n{}", self.texts());
        let uris = [0, 1, 2, 3].map(|name| self.uri(name));
        let findings = [&mut self.client, &mut fresh].map(|client| findings(client, &uris));
        assert_eq!(findings[0], findings[1], "after {step} changes, findings of {NAMES:?}\n{}", self.texts());
        assert_eq!(fresh.stop(), Some(0));
    }

    fn texts(&self) -> String {
        (0..NAMES.len()).map(|name| format!("{}:\n{}\n", NAMES[name], self.client.text(&self.uri(name)))).collect()
    }
}

/// Returns the last boundary of characters up to a byte.
fn floor(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// Waits until everything is checked, and returns the findings of each text.
fn findings(client: &mut Client, uris: &[String; 4]) -> [Vec<Value>; 4] {
    // The policies come last, so their checks know the others.
    for name in [1, 2, 3, 0] {
        client.change(&uris[name], &[(0..0, "")]);
    }
    client.diagnostics(&uris[3]);
    client.diagnostics(&uris[0]);
    uris.each_ref().map(|uri| client.wait(uri, |_| true))
}

fn without_id(mut answer: Value) -> Value {
    answer.as_object_mut().unwrap().remove("id");
    answer
}

fn fresh_text(name: usize, random: &mut Random) -> String {
    let (policy, facts) = small::policy(random);
    match name {
        1 => "// Nobody logs in there.\nnever tag:a -> tag:b on tcp:22;\nonly autogroup:admin -> tag:c on *;\n"
            .to_owned(),
        2 => facts,
        _ => policy.replace("}, ", "},\n\t").replace(", \"", ",\n\""),
    }
}

#[test]
fn a_long_session_answers_as_a_fresh_one() {
    let edits = std::env::var("EDITS").map_or(USUAL, |edits| edits.parse().unwrap());
    let directory = directory("soak");
    let mut random = Random::new(1);
    let whole = [0, 1, 2, 3].map(|name| fresh_text(name, &mut random));
    for (name, text) in NAMES.iter().zip(&whole) {
        fs::write(directory.join(name), text).unwrap();
    }
    let client = start(&directory);
    let mut session = Session { random, directory, client, whole };
    for name in 0..NAMES.len() {
        let (uri, text) = (session.uri(name), session.whole[name].clone());
        session.client.open(&uri, &text);
    }
    for step in 1..=edits {
        session.change();
        let method = REQUESTS[session.random.below(REQUESTS.len())];
        let (method, params) = session.request(method);
        session.client.response(&method, params);
        if step % BETWEEN == 0 {
            session.compare(step);
        }
    }
    assert_eq!(session.client.stop(), Some(0));
}
