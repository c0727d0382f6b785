//! A port that answers for a control plane.

use std::io::{self, BufReader, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime};

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::certificate::Certificate;
use super::message;
use crate::call::Call;
use crate::control_plane::ControlPlane;
use crate::http::{Reply, Request, Response};

/// How long a connection waits for the rest of a request.
const PATIENCE: Duration = Duration::from_secs(20);

/// A control plane on a port of this machine, until it is dropped.
///
/// Each connection has a thread and carries one request. The control plane handles one request
/// after the other.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    has_tls: bool,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// The parts of a server that its connections use.
#[derive(Debug)]
struct Shared {
    plane: Mutex<ControlPlane>,
    gathering: Mutex<Option<Gathering>>,
    gathered: Condvar,
    is_stopped: AtomicBool,
}

/// Answers that wait for each other.
#[derive(Clone, Copy, Debug)]
struct Gathering {
    call: Call,
    missing: usize,
}

impl Server {
    /// Serves a control plane over plain HTTP, on a free port.
    ///
    /// # Panics
    /// Panics if there is no free port.
    pub fn start(plane: ControlPlane) -> Server {
        Server::start_at(0, plane, None).unwrap()
    }

    /// Serves a control plane over TLS, on a free port.
    ///
    /// # Panics
    /// Panics if there is no free port.
    pub fn start_tls(plane: ControlPlane, certificate: &Certificate) -> Server {
        Server::start_at(0, plane, Some(certificate)).unwrap()
    }

    /// Serves a control plane on a port. Port 0 is a free one.
    ///
    /// # Errors
    /// Fails if the port is taken.
    pub fn start_at(port: u16, plane: ControlPlane, certificate: Option<&Certificate>) -> io::Result<Server> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            plane: Mutex::new(plane),
            gathering: Mutex::new(None),
            gathered: Condvar::new(),
            is_stopped: AtomicBool::new(false),
        });
        let tls = certificate.map(|certificate| Arc::clone(&certificate.config));
        let has_tls = tls.is_some();
        let accept = {
            let shared = Arc::clone(&shared);
            move || {
                for stream in listener.incoming().map_while(Result::ok) {
                    if shared.is_stopped.load(Ordering::SeqCst) {
                        break;
                    }
                    let (shared, tls) = (Arc::clone(&shared), tls.clone());
                    // A client that went away does not matter.
                    thread::spawn(move || shared.serve_connection(stream, tls));
                }
            }
        };
        let thread = Some(thread::spawn(accept));
        Ok(Server { address, has_tls, shared, thread })
    }

    /// Returns the address, such as `127.0.0.1:40123`.
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// Returns the URL without a slash at the end, such as `http://127.0.0.1:40123`.
    pub fn url(&self) -> String {
        format!("{}://{}", if self.has_tls { "https" } else { "http" }, self.address)
    }

    /// Returns the control plane. It does not answer while it is in use here.
    pub fn plane(&self) -> MutexGuard<'_, ControlPlane> {
        lock(&self.shared.plane)
    }

    /// Stops, and returns the control plane. A new server can have the same port.
    pub fn stop(self) -> ControlPlane {
        self.plane().clone()
    }

    /// Lets the next answers to a call wait for each other, until this number of requests have been
    /// carried out.
    ///
    /// So several clients read the same policy before one of them writes.
    pub fn gather(&self, call: Call, count: usize) {
        *lock(&self.shared.gathering) = Some(Gathering { call, missing: count });
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.is_stopped.store(true, Ordering::SeqCst);
        // This wakes the thread, which waits for connections.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    fn serve_connection(&self, stream: TcpStream, tls: Option<Arc<ServerConfig>>) -> io::Result<()> {
        stream.set_read_timeout(Some(PATIENCE))?;
        let socket = stream.try_clone()?;
        match tls {
            None => self.serve(stream, &socket),
            Some(config) => {
                let tls = ServerConnection::new(config).map_err(io::Error::other)?;
                self.serve(StreamOwned::new(tls, stream), &socket)
            }
        }
    }

    /// Answers one request. `socket` is the connection below `stream`.
    fn serve(&self, stream: impl Read + Write, socket: &TcpStream) -> io::Result<()> {
        let mut stream = BufReader::new(stream);
        let mut request = message::read_head(&mut stream)?;
        if message::is_waiting(&request) {
            stream.get_mut().write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
            stream.get_mut().flush()?;
        }
        request.body = message::read_body(&mut stream, &request)?;
        let is_head = request.method == "HEAD";
        let stream = stream.get_mut();
        match self.handle(request) {
            Reply::Answer(response) => self.send(stream, &response, is_head, None)?,
            Reply::Slow(response, pause) => self.send(stream, &response, is_head, Some(pause))?,
            Reply::CutWithin(response) => {
                let (head, body) = message::write(&response, is_head);
                stream.write_all(&head)?;
                stream.write_all(body.get(..body.len() / 2).unwrap_or_default())?;
                stream.flush()?;
            }
            Reply::Cut { .. } => {}
        }
        socket.shutdown(Shutdown::Both)
    }

    fn handle(&self, request: Request) -> Reply {
        let mut plane = lock(&self.plane);
        let now = SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_secs());
        plane.now = plane.now.max(now);
        let call = plane.call(&request);
        let reply = plane.handle(request);
        drop(plane);
        self.wait_for_the_others(call);
        reply
    }

    /// Waits until as many requests of the call have been carried out as [`Server::gather`] says.
    fn wait_for_the_others(&self, call: Option<Call>) {
        let mut gathering = lock(&self.gathering);
        let Some(waiting) = gathering.as_mut().filter(|waiting| Some(waiting.call) == call) else { return };
        waiting.missing = waiting.missing.saturating_sub(1);
        if waiting.missing == 0 {
            *gathering = None;
            self.gathered.notify_all();
        } else {
            let _ = self.gathered.wait_timeout_while(gathering, PATIENCE, |gathering| gathering.is_some());
        }
    }

    fn send(
        &self,
        stream: &mut impl Write,
        response: &Response,
        is_head: bool,
        pause: Option<Duration>,
    ) -> io::Result<()> {
        let (head, body) = message::write(response, is_head);
        let Some(pause) = pause else {
            stream.write_all(&[head, body].concat())?;
            return stream.flush();
        };
        for byte in head.into_iter().chain(body) {
            if self.is_stopped.load(Ordering::SeqCst) {
                break;
            }
            thread::sleep(pause);
            stream.write_all(&[byte])?;
            stream.flush()?;
        }
        Ok(())
    }
}
