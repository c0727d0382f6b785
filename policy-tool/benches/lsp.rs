//! Measures how long an editor waits for `policy lsp`.
//!
//! `cargo bench -p tailnet-policy --bench lsp` opens a large policy, changes it, and asks. It prints
//! medians in milliseconds, and the memory of the server. The second number is the time of a processor
//! that the answer takes, which does not depend on what else the machine does. It is measured on Linux. Each request comes right after a
//! change, so no answer is known already. Findings are measured from the change until they are
//! published.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark that cannot go on should panic")]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

use serde_json::{Value, json};

/// Numbers of rules.
const SIZES: [usize; 2] = [1_000, 10_000];

/// The number of times that each request is measured.
const ROUNDS: i64 = 15;

const URI: &str = "untitled:bench";

fn main() {
    // Tests run every benchmark once. This one takes too long for that.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let requests = [
        "findings",
        "textDocument/hover",
        "textDocument/completion",
        "textDocument/definition",
        "textDocument/references",
        "textDocument/rename",
        "textDocument/documentSymbol",
        "textDocument/foldingRange",
        "textDocument/semanticTokens/range",
        "textDocument/semanticTokens/full",
        "textDocument/codeLens",
        "textDocument/codeAction",
        "textDocument/formatting",
    ];
    println!("{:<36}{:>18}{:>18}", "wall and processor time, in ms", SIZES[0], SIZES[1]);
    let columns = SIZES.map(|size| measure(size, &requests));
    for (row, request) in requests.iter().enumerate() {
        let [few, many] = columns.each_ref().map(|(times, _)| format!("{:.1} {:.1}", times[row].0, times[row].1));
        println!("{request:<36}{few:>18}{many:>18}");
    }
    println!("{:<36}{:>18}{:>18}", "memory, in MiB", columns[0].1, columns[1].1);
}

struct Server {
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    id: i64,
    version: i64,
}

/// Returns the median times of each request, and the memory of the server.
fn measure(rules: usize, requests: &[&str]) -> (Vec<(f64, f64)>, u64) {
    let text = policy_generate::large::policy_with_tests(rules);
    let mut command = Command::new(env!("CARGO_BIN_EXE_policy"));
    let mut child = command.arg("lsp").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (stdin, stdout) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    let mut server = Server { stdin, stdout, id: 0, version: 1 };
    server.request("initialize", json!({ "processId": null, "rootUri": null, "capabilities": {} }));
    server.notify("initialized", json!({}));
    let document = json!({ "uri": URI, "languageId": "hujson", "version": 1, "text": text });
    server.notify("textDocument/didOpen", json!({ "textDocument": document }));
    server.findings();
    // A tag in the last rule.
    let line = text.lines().take_while(|line| !line.contains("\"tests\"")).count() - 3;
    let start = text.lines().nth(line).unwrap().rfind("\"tag:").unwrap_or(20) + 3;
    let position = json!({ "line": line, "character": start });
    let medians = requests.iter().map(|method| {
        let times: Vec<_> = (0..ROUNDS).map(|_| server.time(method, &position, child.id())).collect();
        let median = |mut times: Vec<f64>| {
            times.sort_by(f64::total_cmp);
            times[times.len() / 2]
        };
        let (wall, processor) = times.into_iter().unzip();
        (median(wall), median(processor))
    });
    let medians = medians.collect();
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let memory = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
    child.kill().unwrap();
    child.wait().unwrap();
    (medians, memory.unwrap_or(0_u64) / 1024)
}

impl Server {
    /// Changes a comment, and returns the milliseconds until an answer, and those that the thread
    /// that answers was running.
    fn time(&mut self, method: &str, position: &Value, process: u32) -> (f64, f64) {
        let start = Instant::now();
        let before = running(process);
        self.version += 1;
        let range = json!({ "start": { "line": 0, "character": 3 }, "end": { "line": 0, "character": 4 } });
        let letter = if self.version % 2 == 0 { "a" } else { "b" };
        let document = json!({ "uri": URI, "version": self.version });
        let change = json!({ "range": range, "text": letter });
        self.notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [change] }));
        if method == "findings" {
            self.findings();
            return (milliseconds(start), running(process) - before);
        }
        let end = json!({ "line": position["line"].as_u64().unwrap() + 50, "character": 0 });
        let part = if method.contains("codeAction") { position } else { &end };
        let params = json!({
            "textDocument": { "uri": URI },
            "position": position,
            "context": { "includeDeclaration": true, "diagnostics": [], "triggerKind": 1 },
            "newName": "tag:renamed",
            "range": { "start": position, "end": part },
            "options": { "tabSize": 4, "insertSpaces": false },
        });
        self.request(method, params);
        let times = (milliseconds(start), running(process) - before);
        self.findings();
        times
    }

    fn request(&mut self, method: &str, params: Value) {
        self.id += 1;
        let id = self.id;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        loop {
            let message = self.receive();
            if message["id"] == id {
                assert!(message["error"].is_null(), "{message}");
                return;
            }
            self.keep(&message);
        }
    }

    fn keep(&mut self, message: &Value) {
        if message["params"]["version"] == self.version {
            self.version = -self.version;
        }
    }

    /// Waits for the findings of this version, unless they have come already.
    fn findings(&mut self) {
        while self.version > 0 {
            let message = self.receive();
            self.keep(&message);
        }
        self.version = -self.version;
    }

    fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        write!(self.stdin, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        self.stdin.flush().unwrap();
    }

    fn receive(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            self.stdout.read_line(&mut line).unwrap();
            match line.trim().split_once(": ") {
                Some((_, value)) => length = value.parse().unwrap_or(length),
                None => break,
            }
        }
        let mut text = vec![0; length];
        self.stdout.read_exact(&mut text).unwrap();
        serde_json::from_slice(&text).unwrap()
    }
}

/// Returns the milliseconds for which the main thread of a process has been running.
fn running(process: u32) -> f64 {
    let times = fs::read_to_string(format!("/proc/{process}/task/{process}/schedstat")).unwrap_or_default();
    times.split(' ').next().and_then(|time| time.parse::<f64>().ok()).unwrap_or_default() / 1e6
}

fn milliseconds(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1000.0
}
