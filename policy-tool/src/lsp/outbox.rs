use std::io::{self, Write};
use std::sync::mpsc;
use std::thread;

use lsp_server::{ErrorCode, RequestId};
use serde::Serialize;
use serde_json::{Value, json};

use super::request_error::RequestError;

/// The way to the editor, for all threads. It writes each message as soon as the one before is
/// written.
#[derive(Clone, Debug)]
pub(super) struct Outbox(mpsc::Sender<String>);

/// The result of a request as JSON, or its failure.
///
/// A result becomes text at once. The outline of a large policy has a megabyte, and takes several
/// times as long as a tree of JSON values.
pub(super) type Answer = Result<String, RequestError>;

impl Outbox {
    /// Starts the thread that writes to stdout.
    pub(super) fn start() -> Outbox {
        let (sender, receiver) = mpsc::channel::<String>();
        thread::spawn(move || {
            let mut stdout = io::stdout().lock();
            for message in receiver {
                let length = message.len();
                let written = write!(stdout, "Content-Length: {length}\r\n\r\n{message}").and_then(|()| stdout.flush());
                if written.is_err() {
                    // Nobody reads any more. The server ends when it finds the end of stdin.
                    return;
                }
            }
        });
        Outbox(sender)
    }

    /// Answers a request.
    pub(super) fn answer(&self, id: &RequestId, answer: Answer) {
        let id = json!(id);
        let message = match answer {
            Ok(result) => format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{result}}}"#),
            Err(RequestError { code, message }) => {
                json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code as i32, "message": message } }).to_string()
            }
        };
        self.write(message);
    }

    /// Tells the editor something.
    pub(super) fn notify(&self, method: &str, params: impl Serialize) {
        // Every type of the protocol can be written.
        let Ok(params) = serde_json::to_string(&params) else { return };
        self.write(format!(r#"{{"jsonrpc":"2.0","method":{},"params":{params}}}"#, json!(method)));
    }

    /// Asks the editor something.
    pub(super) fn request(&self, id: &str, method: &str, params: &Value) {
        self.write(json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string());
    }

    fn write(&self, message: String) {
        // The thread ends early only if nobody reads any more.
        let _ = self.0.send(message);
    }
}

/// Returns a result as JSON.
pub(super) fn answer(result: impl Serialize) -> Answer {
    serde_json::to_string(&result)
        .map_err(|error| RequestError { code: ErrorCode::InternalError, message: error.to_string() })
}
