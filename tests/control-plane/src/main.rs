//! `control-plane`: serves a control plane for tests, and prints what it stored when it ends.
//!
//! ```sh
//! cargo run -p policy-control-plane -- --policy policy.hujson
//! ```
//!
//! It prints its URL, and serves until it gets an interrupt (Ctrl-C) or its terminal closes. Then
//! it prints a line of JSON for each policy that it stored: when, who, how, and the text.

use std::path::PathBuf;
use std::process::ExitCode;
use std::{env, fs, io};

use policy_control_plane::{Certificate, ControlPlane, Flavour, Server, etag, rfc3339};
use serde_json::json;

const USAGE: &str = "\
usage: control-plane [--policy FILE] [--port N] [--tls DIR] [--flavour FLAVOUR]

  --policy FILE      The policy that it starts with, instead of that of a new tailnet
  --port N           The port. Without it, a free one
  --tls DIR          Use TLS, and write the certificate to DIR/cert.pem
  --flavour FLAVOUR  `tailscale`, `headscale-0.30` or `headscale-0.29`
";

#[derive(Default)]
struct Options {
    policy: Option<PathBuf>,
    port: u16,
    tls: Option<PathBuf>,
    flavour: Flavour,
}

fn main() -> ExitCode {
    let options = match options(env::args().skip(1)) {
        Ok(options) => options,
        Err(message) => {
            eprint!("error: {message}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn options(mut arguments: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options::default();
    while let Some(name) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("`{name}` needs a value"));
        match name.as_str() {
            "--policy" => options.policy = Some(value()?.into()),
            "--port" => options.port = value()?.parse().map_err(|_| "`--port` needs a number".to_owned())?,
            "--tls" => options.tls = Some(value()?.into()),
            "--flavour" => options.flavour = value()?.parse()?,
            _ => return Err(format!("unexpected argument `{name}`")),
        }
    }
    Ok(options)
}

fn run(options: &Options) -> io::Result<()> {
    let plane = match &options.policy {
        Some(file) => ControlPlane::with_policy_in(options.flavour, fs::read_to_string(file)?),
        None => ControlPlane::new(options.flavour),
    };
    let certificate = options.tls.as_ref().map(|folder| {
        let certificate = Certificate::generate();
        fs::create_dir_all(folder)?;
        fs::write(folder.join("cert.pem"), &certificate.pem)?;
        io::Result::Ok(certificate)
    });
    let server = Server::start_at(options.port, plane, certificate.transpose()?.as_ref())?;
    let ended = ended()?;
    println!("{}", server.url());
    ended();
    let plane = server.plane();
    for stored in &plane.history {
        let line = json!({
            "at": rfc3339(stored.at),
            "writer": stored.writer,
            "etag": etag(plane.flavour, &stored.text),
            "text": stored.text,
        });
        println!("{line}");
    }
    Ok(())
}

/// Returns a function that waits until the program should end.
#[cfg(unix)]
fn ended() -> io::Result<impl FnOnce()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let mut signals = signal_hook::iterator::Signals::new([SIGHUP, SIGINT, SIGTERM])?;
    Ok(move || {
        signals.forever().next();
    })
}

/// Returns a function that waits until stdin ends.
#[cfg(not(unix))]
fn ended() -> io::Result<impl FnOnce()> {
    Ok(|| {
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
    })
}
