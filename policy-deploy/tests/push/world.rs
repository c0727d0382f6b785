//! A control plane, and a network to it that loses, delays and repeats requests.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use policy_control_plane::{ControlPlane, Fault, Flavour, Reply, Request as PlaneRequest};
use policy_core::hujson::Document;
use policy_deploy::{Client, Method, Request, Response, Secret, Transport, TransportError};

/// What happens to one request.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// The control plane misbehaves.
    Fault(Fault),
    /// No connection can be opened.
    NotSent,
    /// The connection is cut, and the request is carried out after this number of other requests.
    Late(usize),
}

/// A version that our run stored.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OurWrite {
    /// Its index in the history of the control plane.
    pub(crate) index: usize,
    /// The number of versions in the history when our run last read before it sent this write.
    pub(crate) known: usize,
    /// Whether the server has checked the condition.
    pub(crate) is_conditional: bool,
}

/// A control plane, and a network to it.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) plane: ControlPlane,
    /// What happens to the next requests.
    pub(crate) events: VecDeque<Option<Event>>,
    /// What happens to the first write and to the requests after it.
    pub(crate) events_from_write: VecDeque<Option<Event>>,
    /// Everything that our run stored.
    pub(crate) ours: Vec<OurWrite>,
    /// The stored text at the last reading whose answer arrived.
    pub(crate) last_read: String,
    /// The requests that arrive late, each with the number of requests until then.
    late: Vec<(usize, PlaneRequest, usize)>,
    known: usize,
}

/// The name of our credential. The control plane knows writers by it.
pub(crate) const US: &str = "us";

impl World {
    pub(crate) fn new(flavour: Flavour, live: &str) -> World {
        World {
            plane: ControlPlane::with_policy_in(flavour, live),
            events: VecDeque::new(),
            events_from_write: VecDeque::new(),
            ours: Vec::new(),
            last_read: String::new(),
            late: Vec::new(),
            known: 0,
        }
    }

    /// Carries out all requests that are still under way.
    pub(crate) fn settle(&mut self) {
        for (_, request, known) in std::mem::take(&mut self.late) {
            self.handle(request, known);
        }
    }

    fn handle(&mut self, request: PlaneRequest, known: usize) -> Reply {
        let (before, is_conditional) = (self.plane.history.len(), request.value("If-Match").is_some());
        let reply = self.plane.handle(request);
        for (index, stored) in self.plane.history.iter().enumerate().skip(before) {
            if stored.writer == US {
                self.ours.push(OurWrite { index, known, is_conditional });
            }
        }
        reply
    }

    fn send(&mut self, request: PlaneRequest) -> Result<Response, TransportError> {
        for late in &mut self.late {
            late.0 -= 1;
        }
        let (due, late) = std::mem::take(&mut self.late).into_iter().partition(|(rest, _, _)| *rest == 0);
        self.late = late;
        let due: Vec<_> = due;
        for (_, request, known) in due {
            self.handle(request, known);
        }
        let is_write = request.method == "PUT" || request.method == "POST" && request.target.ends_with("/acl");
        if is_write && !self.events_from_write.is_empty() {
            self.events = std::mem::take(&mut self.events_from_write);
        }
        let cut = || TransportError::NoAnswer("the connection was cut".to_owned());
        let known = self.known;
        match self.events.pop_front().flatten() {
            Some(Event::NotSent) => return Err(TransportError::NotSent("cannot connect".to_owned())),
            Some(Event::Late(rest)) => {
                self.late.push((rest + 1, request, known));
                return Err(cut());
            }
            Some(Event::Fault(fault)) => self.plane.faults.push_back(Some(fault)),
            None => {}
        }
        let (is_read, target) = (request.method == "GET", request.target.clone());
        let reply = self.handle(request, known);
        let response = reply.whole().ok_or_else(cut)?;
        if is_read && response.status == 200 {
            let text = read_text(&target, &response.body);
            // The answer is one of the versions that were stored while it was under way.
            if let Some(seen) = self.plane.history.iter().rposition(|stored| stored.text == text) {
                self.known = seen + 1;
                self.last_read = text;
            }
        }
        let headers = response.headers.clone();
        Ok(Response { status: response.status, headers, body: response.body.clone() })
    }
}

/// Returns the policy in an answer. In `/api/v1`, it is a member of an object.
fn read_text(target: &str, body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body).into_owned();
    if !target.starts_with("/api/v1/") {
        return text;
    }
    let value = Document::parse(text).ok().map(|document| document.value(document.root()));
    value.as_ref().and_then(|value| value.get("policy")?.as_str()).unwrap_or_default().to_owned()
}

/// A connection to a [`World`].
#[derive(Clone, Debug)]
pub(crate) struct Network(Arc<Mutex<World>>);

impl Network {
    pub(crate) fn new(world: World) -> Network {
        Network(Arc::new(Mutex::new(world)))
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap()
    }

    /// Returns a client of one of the credentials.
    pub(crate) fn client(&self, name: &str) -> Client {
        let token = Secret::new(format!("tskey-api-{name}-SECRET"));
        Client::new(Box::new(self.clone()), "http://127.0.0.1:1", token)
    }
}

impl Transport for Network {
    fn send(&self, request: &Request) -> Result<Response, TransportError> {
        let method = match request.method {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
        };
        let target = request.url.strip_prefix("http://127.0.0.1:1").unwrap();
        let mut sent = PlaneRequest::new(method, target);
        for (name, value) in &request.headers {
            sent = sent.header(*name, value);
        }
        if let Some(token) = &request.bearer {
            sent = sent.header("Authorization", format!("Bearer {}", token.expose()));
        }
        self.world().send(sent.body(request.body.clone().unwrap_or_default()))
    }

    fn pause(&self, _: Duration) {}
}
