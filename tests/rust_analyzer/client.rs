//! A minimal editor for the tests: a crate with one file, and a rust-analyzer that analyses it.

use std::fs;
use std::io::{BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use policy_test_support::operator_crate;
use serde_json::{Value, json};

/// The timeout of every request. The first answer has to wait for the macro to be built.
const PATIENCE: Duration = Duration::from_secs(300);

pub(crate) struct Editor {
    /// The rust-analyzer process, which ends together with the editor.
    child: Child,
    stdin: ChildStdin,
    messages: Receiver<Value>,
    uri: String,
    text: String,
    version: i64,
    next_id: i64,
}

impl Editor {
    /// Opens a crate whose only file has that text, and waits until it is analysed.
    pub(crate) fn open(binary: &Path, folder: &Path, text: &str) -> Editor {
        operator_crate::write_manifest(folder, "operator");
        let file = folder.join("src").join("lib.rs");
        fs::write(&file, text).unwrap();

        let mut command = Command::new(binary);
        operator_crate::share_target(&mut command, env!("CARGO_TARGET_TMPDIR"));
        command.current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let (stdin, stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            let mut stdout = BufReader::new(stdout);
            while let Some(message) = read(&mut stdout) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        let uri = format!("file://{}", file.canonicalize().unwrap().display());
        let mut editor = Editor { child, stdin, messages, uri, text: text.to_owned(), version: 1, next_id: 0 };
        editor.start(folder);
        editor
    }

    fn start(&mut self, folder: &Path) {
        let root = format!("file://{}", folder.canonicalize().unwrap().display());
        self.request(
            "initialize",
            json!({
                "processId": std::process::id(),
                "rootUri": root,
                "capabilities": {
                    "general": {"positionEncodings": ["utf-8"]},
                    "experimental": {"serverStatusNotification": true},
                    "textDocument": {
                        "hover": {"contentFormat": ["markdown"]},
                        "diagnostic": {}
                    },
                    "workspace": {"configuration": false}
                },
                // The output of cargo is tested elsewhere.
                "initializationOptions": {"checkOnSave": false, "cachePriming": {"enable": false}}
            }),
        );
        self.notify("initialized", json!({}));
        let (uri, text) = (self.uri.clone(), self.text.clone());
        self.notify(
            "textDocument/didOpen",
            json!({"textDocument": {"uri": uri, "languageId": "rust", "version": 1, "text": text}}),
        );
        self.wait("rust-analyzer to be ready", |message| {
            message["method"] == "experimental/serverStatus" && message["params"]["quiescent"] == true
        });
    }

    /// Replaces the text of the file.
    pub(crate) fn write(&mut self, text: &str) {
        self.version += 1;
        self.text = text.to_owned();
        let (uri, version) = (self.uri.clone(), self.version);
        self.notify(
            "textDocument/didChange",
            json!({"textDocument": {"uri": uri, "version": version}, "contentChanges": [{"text": text}]}),
        );
    }

    // --- questions ---

    /// Returns the declaration of the name at `place`.
    pub(crate) fn definition(&mut self, place: &str) -> Vec<String> {
        let answer = self.ask("textDocument/definition", place, json!({}));
        self.marked(&answer)
    }

    /// Returns the uses of the name at `place`.
    pub(crate) fn references(&mut self, place: &str) -> Vec<String> {
        let answer = self.ask("textDocument/references", place, json!({"context": {"includeDeclaration": true}}));
        self.marked(&answer)
    }

    /// Returns the hover text of the name at `place`.
    pub(crate) fn hover(&mut self, place: &str) -> String {
        let offset = self.offset(place);
        self.hover_at(offset)
    }

    /// Returns the hover text at a byte of the text.
    pub(crate) fn hover_at(&mut self, offset: usize) -> String {
        let answer = self.ask_at("textDocument/hover", offset, json!({}));
        answer["contents"]["value"].as_str().unwrap_or_default().to_owned()
    }

    /// Returns the completions for the word before the cursor.
    pub(crate) fn completion(&mut self, place: &str) -> Vec<String> {
        let answer = self.ask("textDocument/completion", place, json!({}));
        let items = answer.get("items").unwrap_or(&answer).as_array().cloned().unwrap_or_default();
        let mut labels: Vec<String> =
            items.iter().map(|item| item["textEdit"]["newText"].as_str().unwrap_or("?").to_owned()).collect();
        labels.sort();
        labels.dedup();
        labels
    }

    /// Returns the text after renaming the name at `place`.
    pub(crate) fn renamed(&mut self, place: &str, new: &str) -> String {
        let answer = self.ask("textDocument/rename", place, json!({"newName": new}));
        let of_file = |edits: &Value| edits.as_array().cloned().unwrap_or_default();
        let mut edits = match answer.get("documentChanges") {
            Some(changes) => of_file(&changes[0]["edits"]),
            None => of_file(&answer["changes"][&self.uri]),
        };
        edits.sort_by_key(|edit| std::cmp::Reverse(self.range(&edit["range"]).0));
        let mut text = self.text.clone();
        for edit in edits {
            let (start, end) = self.range(&edit["range"]);
            text.replace_range(start..end, edit["newText"].as_str().unwrap());
        }
        text
    }

    /// Returns the first line and the place of each current error.
    pub(crate) fn diagnostics(&mut self) -> Vec<String> {
        let parameters = json!({"textDocument": {"uri": self.uri}});
        let answer = self.request("textDocument/diagnostic", parameters);
        let diagnostics = answer["items"].as_array().cloned().unwrap_or_default();
        diagnostics
            .iter()
            .map(|diagnostic| {
                let message = diagnostic["message"].as_str().unwrap().lines().next().unwrap();
                format!("{message}: {}", self.marked_range(&diagnostic["range"]))
            })
            .collect()
    }

    fn ask(&mut self, method: &str, place: &str, parameters: Value) -> Value {
        let offset = self.offset(place);
        self.ask_at(method, offset, parameters)
    }

    fn ask_at(&mut self, method: &str, offset: usize, mut parameters: Value) -> Value {
        let (line, character) = position(&self.text, offset);
        parameters["textDocument"] = json!({"uri": self.uri});
        parameters["position"] = json!({"line": line, "character": character});
        self.request(method, parameters)
    }

    // --- places ---

    /// Returns the index of the `|` in `place`, where the rest of `place` is a part of the text.
    fn offset(&self, place: &str) -> usize {
        let (before, after) = place.split_once('|').expect("a place has its `|`");
        let needle = format!("{before}{after}");
        let start = self.text.find(&needle).unwrap_or_else(|| panic!("`{needle}` is not in the text"));
        start + before.len()
    }

    fn range(&self, range: &Value) -> (usize, usize) {
        let offset = |position: &Value| {
            let number = |key: &str| usize::try_from(position[key].as_u64().unwrap()).unwrap();
            let lines: usize = self.text.split_inclusive('\n').take(number("line")).map(str::len).sum();
            lines + number("character")
        };
        (offset(&range["start"]), offset(&range["end"]))
    }

    /// Returns the line of a range, with the range in brackets.
    fn marked_range(&self, range: &Value) -> String {
        let (start, end) = self.range(range);
        let line_start = self.text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let line_end = self.text[end..].find('\n').map_or(self.text.len(), |newline| end + newline);
        let marked =
            format!("{}«{}»{}", &self.text[line_start..start], &self.text[start..end], &self.text[end..line_end]);
        marked.trim().to_owned()
    }

    /// Returns the places in an answer, in order. A place in another file is only that file's name.
    fn marked(&self, answer: &Value) -> Vec<String> {
        let mut places: Vec<&Value> = answer.as_array().map(|places| places.iter().collect()).unwrap_or_default();
        places.sort_by_key(|place| {
            (place["range"]["start"]["line"].as_u64(), place["range"]["start"]["character"].as_u64())
        });
        let name = |uri: &str| uri.rsplit('/').next().unwrap_or_default().to_owned();
        places
            .into_iter()
            .map(|place| match place["uri"].as_str() {
                Some(uri) if uri != self.uri => name(uri),
                _ => self.marked_range(&place["range"]),
            })
            .collect()
    }

    // --- messages ---

    fn request(&mut self, method: &str, parameters: Value) -> Value {
        // While rust-analyzer processes an edit, it may refuse a request, which must then be
        // repeated.
        const CONTENT_MODIFIED: i64 = -32801;
        loop {
            self.next_id += 1;
            let id = self.next_id;
            self.send(json!({"jsonrpc": "2.0", "id": id, "method": method, "params": parameters}));
            let answer = self.wait(method, |message| message["id"] == id && message.get("method").is_none());
            match answer.get("error") {
                Some(error) if error["code"] == CONTENT_MODIFIED => {}
                Some(error) => panic!("{method}: {error}"),
                None => return answer["result"].clone(),
            }
        }
    }

    fn notify(&mut self, method: &str, parameters: Value) {
        self.send(json!({"jsonrpc": "2.0", "method": method, "params": parameters}));
    }

    fn send(&mut self, message: Value) {
        let body = message.to_string();
        write!(self.stdin, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        self.stdin.flush().unwrap();
    }

    /// Returns the next message that is `wanted`.
    fn wait(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let message = self.messages.recv_timeout(left).unwrap_or_else(|_| panic!("waited too long for {what}"));
            // A request from rust-analyzer needs an answer, but the answer may be empty.
            if message.get("method").is_some() && message.get("id").is_some() {
                self.send(json!({"jsonrpc": "2.0", "id": message["id"], "result": null}));
            }
            if wanted(&message) {
                return message;
            }
        }
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns the line and the byte of a place in a text.
fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..offset];
    (before.matches('\n').count(), offset - before.rfind('\n').map_or(0, |newline| newline + 1))
}

/// Reads the next message. `None` at the end.
fn read(stdout: &mut impl std::io::BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if stdout.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim().split_once(": ") {
            Some(("Content-Length", number)) => length = number.parse().ok()?,
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    stdout.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}
