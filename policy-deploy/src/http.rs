//! Sends requests over HTTP.

use std::cell::Cell;
use std::fmt;
use std::fs;
use std::io::{self, Read};
use std::time::Duration;

use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, SendBody, Timeout, http};

use crate::base_url::{host_of, is_loopback};
use crate::config_error::ConfigError;
use crate::environment::Environment;
use crate::transport::{Method, Request, Response, Transport, TransportError};

/// The maximum size of an answer in bytes, the same as of a file.
const LIMIT: u64 = 64 << 20;
/// How long a request may take, with its whole answer, unless the user says something else.
const USUAL_TIMEOUT: Duration = Duration::from_secs(30);
const USER_AGENT: &str = concat!("tailnet-policy/", env!("CARGO_PKG_VERSION"));
/// The variable that OpenSSL, Go and curl read, too.
const ROOTS: &[&str] = &["SSL_CERT_FILE"];

/// Sends requests over HTTP: encrypted, and unencrypted to the same machine alone. It follows no redirects.
///
/// The usual variables, such as `HTTPS_PROXY` and `NO_PROXY`, name a proxy. `SSL_CERT_FILE` names a file of PEM with the
/// certificates of the authorities to trust, in place of Mozilla's.
pub struct HttpTransport {
    /// For other machines.
    remote: Agent,
    /// For this machine, which no proxy reaches.
    local: Agent,
    timeout: Duration,
}

impl fmt::Debug for HttpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpTransport").field("timeout", &self.timeout).finish_non_exhaustive()
    }
}

impl HttpTransport {
    /// Creates a transport. A request, with its whole answer, may take `timeout`, or 30 seconds.
    ///
    /// # Errors
    /// Fails if the file of `SSL_CERT_FILE` has no certificate.
    pub fn new(environment: &Environment<'_>, timeout: Option<Duration>) -> Result<HttpTransport, ConfigError> {
        let timeout = timeout.unwrap_or(USUAL_TIMEOUT);
        let roots = environment.variable(ROOTS)?;
        let roots = roots.map(|variable| certificates(&variable.value)).transpose()?;
        let tls = || {
            let tls = TlsConfig::builder();
            match &roots {
                Some(roots) => tls.root_certs(RootCerts::new_with_certs(roots)).build(),
                None => tls.build(),
            }
        };
        let config = || {
            Agent::config_builder()
                .http_status_as_error(false)
                .max_redirects(0)
                .max_redirects_will_error(false)
                // A connection that the server has closed in between would look like a lost answer.
                .max_idle_connections(0)
                .timeout_global(Some(timeout))
                .user_agent(USER_AGENT)
                .tls_config(tls())
        };
        let remote = config().https_only(true).build().new_agent();
        let local = config().proxy(None).build().new_agent();
        Ok(HttpTransport { remote, local, timeout })
    }

    fn error(&self, request: &Request, error: &ureq::Error, was_sent: bool) -> TransportError {
        let host = self.server_in_words(request);
        let is_sent = was_sent || (request.body.is_none() && !is_before_sending(error));
        let reason = match error {
            ureq::Error::Io(error) => error.to_string(),
            ureq::Error::HostNotFound => "there is no such host".to_owned(),
            ureq::Error::Timeout(_) => format!("it took longer than {} seconds", self.timeout.as_secs_f32()),
            ureq::Error::BodyExceedsLimit(_) => format!("the answer is larger than {} MiB", LIMIT >> 20),
            other => other.to_string(),
        };
        if is_sent {
            TransportError::NoAnswer(format!("no whole answer from {host}: {reason}"))
        } else {
            TransportError::NotSent(format!("cannot connect to {host}: {reason}"))
        }
    }

    /// Returns the host of a request, and the proxy that it goes through.
    fn server_in_words(&self, request: &Request) -> String {
        let host = host_of(&request.url);
        let proxy = self.agent(request).config().proxy().filter(|proxy| {
            let uri = request.url.parse::<http::Uri>();
            !uri.is_ok_and(|uri| proxy.is_no_proxy(&uri))
        });
        match proxy {
            Some(proxy) => format!("`{host}` through the proxy `{}:{}`", proxy.host(), proxy.port()),
            None => format!("`{host}`"),
        }
    }

    fn agent(&self, request: &Request) -> &Agent {
        if is_loopback(host_of(&request.url)) { &self.local } else { &self.remote }
    }

    /// Sends a request, and reads the whole answer. `was_sent` becomes true when a part of the body may have been sent.
    fn run(&self, request: &Request, was_sent: &Cell<bool>) -> Result<Response, ureq::Error> {
        let agent = self.agent(request);
        let method = match request.method {
            Method::Get => http::Method::GET,
            Method::Post => http::Method::POST,
            Method::Put => http::Method::PUT,
        };
        let mut builder = http::Request::builder().method(method).uri(&request.url);
        for (name, value) in &request.headers {
            builder = builder.header(*name, value);
        }
        if let Some(token) = &request.bearer {
            let mut value =
                http::HeaderValue::from_str(&format!("Bearer {}", token.expose())).map_err(http::Error::from)?;
            value.set_sensitive(true);
            builder = builder.header("Authorization", value);
        }
        let response = match &request.body {
            None => agent.run(builder.body(())?)?,
            Some(body) => {
                let mut body_reader = Watched { rest: body, was_read: was_sent };
                let builder = builder.header("Content-Length", body.len());
                agent.run(builder.body(SendBody::from_reader(&mut body_reader))?)?
            }
        };
        let (parts, body) = response.into_parts();
        let body = body.into_with_config().limit(LIMIT).read_to_vec()?;
        let header = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        Ok(Response { status: parts.status.as_u16(), headers: parts.headers.iter().map(header).collect(), body })
    }
}

impl Transport for HttpTransport {
    fn send(&self, request: &Request) -> Result<Response, TransportError> {
        if request.url.starts_with("http://") && !is_loopback(host_of(&request.url)) {
            let message = format!("`{}` is asked without encryption, so nothing is sent", host_of(&request.url));
            return Err(TransportError::NotSent(message));
        }
        let was_sent = Cell::new(false);
        self.run(request, &was_sent).map_err(|error| self.error(request, &error, was_sent.get()))
    }

    fn pause(&self, time: Duration) {
        std::thread::sleep(time);
    }
}

/// The body of a request. It is read when the connection is open and the headers are sent, so a request whose body was
/// not read has no effect.
struct Watched<'a> {
    rest: &'a [u8],
    was_read: &'a Cell<bool>,
}

impl Read for Watched<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.was_read.set(true);
        self.rest.read(buffer)
    }
}

/// Returns whether the error is certainly from before a request without a body was sent.
fn is_before_sending(error: &ureq::Error) -> bool {
    match error {
        ureq::Error::Http(_)
        | ureq::Error::BadUri(_)
        | ureq::Error::HostNotFound
        | ureq::Error::InvalidProxyUrl
        | ureq::Error::ConnectionFailed
        | ureq::Error::RequireHttpsOnly(_)
        | ureq::Error::ConnectProxyFailed(_)
        | ureq::Error::Tls(_)
        | ureq::Error::TlsRequired
        | ureq::Error::Timeout(Timeout::Resolve | Timeout::Connect) => true,
        ureq::Error::Io(error) => {
            let is_of_connecting = matches!(
                error.kind(),
                io::ErrorKind::ConnectionRefused
                    | io::ErrorKind::HostUnreachable
                    | io::ErrorKind::NetworkUnreachable
                    | io::ErrorKind::AddrNotAvailable
            );
            is_of_connecting || is_of_lookup(error)
        }
        _ => false,
    }
}

/// Returns whether the error is that of looking up a name, which has no kind of its own.
fn is_of_lookup(error: &io::Error) -> bool {
    let is_winsock = cfg!(windows) && error.raw_os_error().is_some_and(|code| (11_001..=11_004).contains(&code));
    is_winsock || error.to_string().starts_with("failed to lookup address information")
}

/// Reads the certificates of a file of PEM.
fn certificates(path: &str) -> Result<Vec<Certificate<'static>>, ConfigError> {
    let help = "set `SSL_CERT_FILE` to a file of PEM with the certificates of the authorities to trust, or unset it";
    let pem = fs::read(path).map_err(|error| {
        ConfigError::new(format_args!("cannot read `{path}`, the file of `SSL_CERT_FILE`: {error}")).help(help)
    })?;
    let certificate = |item| if let Ok(PemItem::Certificate(certificate)) = item { Some(certificate) } else { None };
    let certificates: Vec<Certificate<'static>> = parse_pem(&pem).filter_map(certificate).collect();
    if certificates.is_empty() {
        let message = format_args!("`{path}`, the file of `SSL_CERT_FILE`, has no certificate");
        return Err(ConfigError::new(message).help(help));
    }
    Ok(certificates)
}
