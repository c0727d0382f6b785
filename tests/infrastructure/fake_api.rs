//! A local stand-in for Tailscale's API. It answers the requests of clients, and records them.

use std::io::{BufRead, BufReader, Read, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};

/// A request that a client has sent.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) if_match: Option<String>,
    pub(crate) body: String,
}

/// A server that runs until the test ends.
pub(crate) struct FakeApi {
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl FakeApi {
    /// Starts a server for a tailnet with devices of these names.
    pub(crate) fn start(devices: &[&str]) -> FakeApi {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let devices = devices.iter().map(|name| json!({"hostname": name, "nodeId": format!("node-{name}")}));
        let devices = json!({"devices": devices.collect::<Vec<_>>()});
        let requests = Arc::new(Mutex::new(Vec::new()));
        let recorded = Arc::clone(&requests);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if let Some(request) = read(&stream) {
                    answer(stream, &request, &devices);
                    recorded.lock().unwrap().push(request);
                }
            }
        });
        FakeApi { url, requests }
    }

    /// Returns the requests, in the order in which they arrived.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

/// Reads a request whose body has a stated length.
fn read(stream: &TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut line = || {
        let mut line = String::new();
        reader.read_line(&mut line).ok().map(|_| line.trim_end().to_owned())
    };
    let first = line()?;
    let mut words = first.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let (mut length, mut if_match) = (0, None);
    while let Some((name, value)) = line()?.split_once(": ") {
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().ok()?,
            "if-match" => if_match = Some(value.to_owned()),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request { method, path, if_match, body: String::from_utf8(body).ok()? })
}

fn answer(mut stream: TcpStream, request: &Request, devices: &Value) {
    let path = request.path.split('?').next().unwrap_or_default();
    let body = match path.rsplit('/').next() {
        Some("devices") => devices.to_string(),
        Some("keys") => json!({"id": "kKEY", "key": "tskey-auth-test"}).to_string(),
        Some("acl" | "tags") => "{}".to_owned(),
        _ => panic!("the fake API does not know {request:?}"),
    };
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    let _ = stream.write_all((head + &body).as_bytes());
}
