//! An editor, as far as the tests need one.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use policy_test_support::process;
use serde_json::{Value, json};

/// The mark of the cursor in a text.
pub(crate) const CURSOR: char = '¦';

/// How long an answer may take on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);

/// A server and the texts that are open.
pub(crate) struct Client {
    child: Child,
    stdin: Option<ChildStdin>,
    messages: mpsc::Receiver<Value>,
    requests: i64,
    /// The texts by URI, with their versions.
    texts: HashMap<String, (i64, String)>,
    /// The diagnostics that were published last, by URI.
    published: HashMap<String, Value>,
    /// The notifications and requests of the server, other than diagnostics.
    pub(crate) others: Vec<Value>,
    pub(crate) capabilities: Value,
    is_utf8: bool,
}

/// The options of a client.
#[derive(Default)]
pub(crate) struct Options<'a> {
    pub(crate) arguments: &'a [&'a str],
    pub(crate) capabilities: Value,
    pub(crate) settings: Value,
    /// The editor has files open, and no folder.
    pub(crate) without_folder: bool,
}

/// Makes an empty directory for a test.
pub(crate) fn directory(test: &str) -> PathBuf {
    process::empty_directory(env!("CARGO_TARGET_TMPDIR"), &format!("lsp/{test}"))
}

impl Client {
    /// Starts a server in an empty directory.
    pub(crate) fn start(test: &str) -> Client {
        Client::start_in(&directory(test), Options::default())
    }

    /// Starts a server in a directory.
    pub(crate) fn start_in(directory: &Path, options: Options) -> Client {
        let arguments = [&["lsp"], options.arguments].concat();
        let mut command = process::command(env!("CARGO_BIN_EXE_policy"), directory, &arguments);
        command.env("POLICY_TODAY", "2027-03-17");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let stdout = child.stdout.take().unwrap();
        let (sender, messages) = mpsc::channel();
        thread::spawn(move || {
            let mut stdout = BufReader::new(stdout);
            while let Some(message) = receive(&mut stdout) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        let mut client = Client {
            stdin: child.stdin.take(),
            child,
            messages,
            requests: 0,
            texts: HashMap::new(),
            published: HashMap::new(),
            others: Vec::new(),
            capabilities: Value::Null,
            is_utf8: false,
        };
        let uri = format!("file://{}", directory.display());
        let capabilities = match options.capabilities {
            Value::Null => json!({}),
            capabilities => capabilities,
        };
        let mut params = json!({
            "processId": null,
            "rootUri": uri,
            "capabilities": capabilities,
            "initializationOptions": options.settings,
            "workspaceFolders": [{ "uri": uri, "name": "test" }],
        });
        if options.without_folder {
            params["rootUri"] = Value::Null;
            params["workspaceFolders"] = Value::Null;
        }
        let result = client.request("initialize", params);
        client.capabilities = result["capabilities"].clone();
        client.is_utf8 = client.capabilities["positionEncoding"] == "utf-8";
        client.notify("initialized", json!({}));
        client
    }

    /// Returns the answer to a request.
    pub(crate) fn request(&mut self, method: &str, params: Value) -> Value {
        let message = self.response(method, params);
        assert!(message["error"].is_null(), "{method}: {message}");
        message["result"].clone()
    }

    /// Returns the message of the error that answers a request.
    pub(crate) fn refusal(&mut self, method: &str, params: Value) -> String {
        self.response(method, params)["error"]["message"].as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn response(&mut self, method: &str, params: Value) -> Value {
        self.requests += 1;
        let id = self.requests;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        loop {
            let message = self.receive();
            if message["id"] == id && message["method"].is_null() {
                return message;
            }
            self.keep(message);
        }
    }

    pub(crate) fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        let stdin = self.stdin.as_mut().unwrap();
        write!(stdin, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        stdin.flush().unwrap();
    }

    fn receive(&mut self) -> Value {
        self.messages.recv_timeout(LIMIT).unwrap_or_else(|error| panic!("no message: {error}"))
    }

    fn keep(&mut self, message: Value) {
        if message["method"] == "textDocument/publishDiagnostics" {
            let uri = message["params"]["uri"].as_str().unwrap().to_owned();
            self.published.insert(uri, message["params"].clone());
        } else {
            self.others.push(message);
        }
    }

    /// Opens a text under a name. A cursor in it is removed, and its position returned.
    pub(crate) fn open(&mut self, uri: &str, text: &str) -> Value {
        let at = text.find(CURSOR);
        let text = text.replace(CURSOR, "");
        let document = json!({ "uri": uri, "languageId": "hujson", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
        self.texts.insert(uri.to_owned(), (1, text));
        at.map_or(Value::Null, |at| self.position(uri, at))
    }

    /// Replaces a part of a text, once.
    pub(crate) fn edit(&mut self, uri: &str, old: &str, new: &str) {
        let at = self.text(uri).find(old).unwrap();
        self.change(uri, &[(at..at + old.len(), new)]);
    }

    /// Replaces parts of a text, one after the other.
    pub(crate) fn change(&mut self, uri: &str, parts: &[(Range<usize>, &str)]) {
        let mut changes = Vec::new();
        for (part, new) in parts {
            let range = json!({ "start": self.position(uri, part.start), "end": self.position(uri, part.end) });
            changes.push(json!({ "range": range, "text": new }));
            self.texts.get_mut(uri).unwrap().1.replace_range(part.clone(), new);
        }
        self.send_changes(uri, &json!(changes));
    }

    /// Replaces a whole text.
    pub(crate) fn replace(&mut self, uri: &str, text: String) {
        let changes = json!([{ "text": text }]);
        self.texts.get_mut(uri).unwrap().1 = text;
        self.send_changes(uri, &changes);
    }

    fn send_changes(&mut self, uri: &str, changes: &Value) {
        let (version, _) = self.texts.get_mut(uri).unwrap();
        *version += 1;
        let document = json!({ "uri": uri, "version": *version });
        self.notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }));
    }

    pub(crate) fn text(&self, uri: &str) -> &str {
        &self.texts[uri].1
    }

    /// Returns the position of a byte.
    pub(crate) fn position(&self, uri: &str, at: usize) -> Value {
        let before = &self.text(uri)[..at];
        let line = before.rsplit('\n').next().unwrap();
        let character = if self.is_utf8 { line.len() } else { line.encode_utf16().count() };
        json!({ "line": before.matches('\n').count(), "character": character })
    }

    /// Returns the byte at a position.
    fn offset(&self, uri: &str, position: &Value) -> usize {
        let text = self.text(uri);
        let number = |key: &str| usize::try_from(position[key].as_u64().unwrap()).unwrap();
        let start: usize = text.split_inclusive('\n').take(number("line")).map(str::len).sum();
        let mut count = 0;
        for (at, char) in text[start..].char_indices() {
            if count >= number("character") {
                return start + at;
            }
            count += if self.is_utf8 { char.len_utf8() } else { char.len_utf16() };
        }
        text.len()
    }

    /// Returns the part of a text at a range.
    pub(crate) fn part(&self, uri: &str, range: &Value) -> &str {
        &self.text(uri)[self.offset(uri, &range["start"])..self.offset(uri, &range["end"])]
    }

    /// Returns a text after some edits, which do not overlap.
    pub(crate) fn edited(&self, uri: &str, edits: &Value) -> String {
        let mut text = self.text(uri).to_owned();
        let mut edits: Vec<_> = edits.as_array().unwrap().iter().collect();
        edits.sort_by_key(|edit| self.offset(uri, &edit["range"]["start"]));
        for edit in edits.into_iter().rev() {
            let range = self.offset(uri, &edit["range"]["start"])..self.offset(uri, &edit["range"]["end"]);
            text.replace_range(range, edit["newText"].as_str().unwrap());
        }
        text
    }

    /// Waits for the diagnostics of the current version of a text.
    pub(crate) fn diagnostics(&mut self, uri: &str) -> Vec<Value> {
        let version = self.texts.get(uri).map(|(version, _)| *version);
        self.wait(uri, |published| version.is_none() || published["version"].as_i64() == version)
    }

    /// Waits for diagnostics of a text that meet a condition.
    pub(crate) fn wait(&mut self, uri: &str, condition: impl Fn(&Value) -> bool) -> Vec<Value> {
        loop {
            if let Some(published) = self.published.get(uri).filter(|published| condition(published)) {
                return published["diagnostics"].as_array().unwrap().clone();
            }
            let message = self.receive();
            self.keep(message);
        }
    }

    /// Forgets the diagnostics so far.
    pub(crate) fn forget(&mut self) {
        self.published.clear();
    }

    /// Says goodbye, and returns the exit status.
    pub(crate) fn stop(mut self) -> Option<i32> {
        self.request("shutdown", Value::Null);
        self.exit()
    }

    /// Ends a session after the goodbye, and returns the exit status.
    pub(crate) fn exit(mut self) -> Option<i32> {
        self.notify("exit", Value::Null);
        self.hang_up()
    }

    /// Closes the connection, and returns the exit status.
    pub(crate) fn hang_up(mut self) -> Option<i32> {
        drop(self.stdin.take());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn receive(stdout: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if stdout.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim().split_once(": ") {
            Some(("Content-Length", value)) => length = value.parse().unwrap(),
            Some(_) => {}
            None => break,
        }
    }
    let mut text = vec![0; length];
    stdout.read_exact(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}
