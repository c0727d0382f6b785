//! A control plane that listens on this machine.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{SystemTime, UNIX_EPOCH};

use policy_control_plane::{ControlPlane, Reply, Request, Response};
use policy_test_support::process::{self, Run};

use crate::PROGRAM;

/// A control plane that listens on this machine until the test ends.
pub(crate) struct Server {
    plane: Arc<Mutex<ControlPlane>>,
    url: String,
}

impl Server {
    /// Starts a control plane. Its clock is right, because a command asks for the changes of the last months.
    pub(crate) fn start(mut plane: ControlPlane) -> Server {
        plane.now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() - 60;
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let plane = Arc::new(Mutex::new(plane));
        let server = Server { plane: Arc::clone(&plane), url };
        std::thread::spawn(move || listener.incoming().flatten().for_each(|stream| answer(stream, &plane)));
        server
    }

    pub(crate) fn plane(&self) -> MutexGuard<'_, ControlPlane> {
        self.plane.lock().unwrap()
    }

    /// Runs `policy` with a credential for the control plane.
    pub(crate) fn run(&self, directory: &Path, arguments: &[&str]) -> Run {
        self.run_as("alice", directory, arguments)
    }

    /// Runs `policy` with the key of this name.
    pub(crate) fn run_as(&self, name: &str, directory: &Path, arguments: &[&str]) -> Run {
        let mut command = process::command(PROGRAM, directory, arguments);
        command.env("TAILSCALE_BASE_URL", &self.url).env("TAILSCALE_API_KEY", format!("tskey-api-{name}-SECRET"));
        command.env_remove("CARGO_MANIFEST_DIR");
        let run: Run = command.output().unwrap().into();
        let stderr = run.stderr.strip_prefix(&format!("note: the API is that of {}\n", self.url)).map(str::to_owned);
        Run { stderr: stderr.unwrap_or(run.stderr), ..run }
    }
}

fn answer(mut stream: TcpStream, plane: &Mutex<ControlPlane>) {
    let Some(request) = read(&mut stream) else { return };
    let reply = plane.lock().unwrap().handle(request);
    if let Reply::Answer(Response { status, headers, body }) = reply {
        let mut head = format!("HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let _ = stream.write_all(&[head.as_bytes(), b"\r\n", &body].concat());
    }
}

fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let end = loop {
        let mut piece = [0; 4096];
        let count = stream.read(&mut piece).ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&piece[..count]);
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).ok()?;
    let mut lines = head.lines();
    let mut words = lines.next()?.split(' ').map(str::to_owned);
    let mut request = Request::new(words.next()?, words.next()?);
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        request = request.header(name, value);
    }
    let length: usize = request.value("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = bytes[end + 4..].to_vec();
    let mut rest = vec![0; length - body.len()];
    stream.read_exact(&mut rest).ok()?;
    body.extend(rest);
    Some(request.body(body))
}
