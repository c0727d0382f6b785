//! The same deployment on headscale as on the control plane for tests: pull, drift, push, a change by somebody else, and
//! a put-back.
//!
//! The real server runs if a program `headscale` is here. Its database and its ports are in a folder and on an address
//! of this machine that nobody else uses.

use std::fs::{self, File};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use policy_control_plane::{ControlPlane, Flavour, Server};
use policy_test_support::process::{self, Run};
use policy_test_support::require;

use crate::policy::commit;

/// Returns a policy in which `alice@` reaches these ports of `bob@`.
fn policy(ports: &str) -> String {
    format!(
        "// policy: target headscale\n{{\n\t\"grants\": [\n\t\t{{\"src\": [\"alice@\"], \"dst\": [\"bob@\"], \"ip\": [{ports}]}},\n\t],\n}}\n"
    )
}

/// A server, as an operator knows it.
struct Deployment<'a> {
    folder: &'a Path,
    url: String,
    key: String,
    /// Stores a policy on the server, as an administrator does on its command line.
    set: Box<dyn Fn(&str) + 'a>,
}

impl Deployment<'_> {
    fn run(&self, arguments: &[&str]) -> Run {
        let mut command = process::command(env!("CARGO_BIN_EXE_standalone"), self.folder, arguments);
        command.env("TAILSCALE_BASE_URL", &self.url).env("TAILSCALE_API_KEY", &self.key);
        command.env("XDG_STATE_HOME", self.folder.join("state")).output().unwrap().into()
    }

    /// Runs `policy` and checks its exit status.
    fn expect(&self, arguments: &[&str], status: i32) -> Run {
        let run = self.run(arguments);
        assert_eq!(run.status, Some(status), "{arguments:?}: {}{}", run.stdout, run.stderr);
        let secret = self.key.rsplit('-').next().unwrap();
        assert!(!format!("{}{}", run.stdout, run.stderr).contains(secret), "{run:?}");
        run
    }

    fn live(&self) -> String {
        self.expect(&["pull", "--force", "live.hujson"], 0);
        fs::read_to_string(self.folder.join("live.hujson")).unwrap()
    }

    fn write(&self, text: &str) {
        fs::write(self.folder.join("policy.hujson"), text).unwrap();
    }

    /// Goes through a deployment.
    fn check(&self) {
        let (first, second, third) = (policy("\"tcp:443\""), policy("\"tcp:443-444\""), policy("\"tcp:443-445\""));
        let edit = policy("\"tcp:443-444\", \"tcp:8080\"");
        self.write(&first);
        commit(self.folder, &first, "policy.hujson");
        (self.set)(&first);
        assert_eq!(self.live(), first);
        self.expect(&["drift", "policy.hujson"], 0);
        self.expect(&["validate", "policy.hujson"], 0);

        self.write(&second);
        self.expect(&["drift", "policy.hujson"], 1);
        self.expect(&["push", "policy.hujson", "--yes"], 0);
        assert_eq!(self.live(), second);
        self.expect(&["drift", "policy.hujson"], 0);
        process::successful(process::run("git", self.folder, &["add", "policy.hujson"]));
        let identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
        let arguments = [&identity[..], &["commit", "-q", "-m", "version 2"]].concat();
        process::successful(process::run("git", self.folder, &arguments));

        (self.set)(&edit);
        self.write(&third);
        let run = self.expect(&["push", "policy.hujson", "--yes"], 1);
        assert_eq!(self.live(), edit);
        let version = run.stderr.split("--overwrite ").nth(1).unwrap().get(..64).unwrap();
        self.expect(&["push", "policy.hujson", "--yes", "--overwrite", version], 0);
        assert_eq!(self.live(), third);

        let arguments = [&identity[..], &["commit", "-q", "-a", "-m", "version 3"]].concat();
        process::successful(process::run("git", self.folder, &arguments));
        self.write(&policy("\"tcp:443-446\""));
        let run = self.expect(&["push", "policy.hujson", "--yes", "--confirm-within", "10s", "--probe", "false"], 3);
        assert_eq!(self.live(), third, "{}", run.stderr);
    }
}

#[test]
fn a_deployment_to_the_control_plane_for_tests() {
    let check = |flavour: Flavour| {
        let folder = process::empty_directory(env!("CARGO_TARGET_TMPDIR"), &format!("deploy-{}", flavour.name()));
        let server = Server::start(ControlPlane::new(flavour));
        let set = |text: &str| server.plane().edit(text);
        let key = "hskey-api-AbCd-SECRET".to_owned();
        Deployment { folder: &folder, url: server.url(), key, set: Box::new(set) }.check();
    };
    // Each waits until the old policy is put back.
    thread::scope(|scope| {
        let running = [Flavour::Headscale029, Flavour::Headscale030].map(|flavour| scope.spawn(move || check(flavour)));
        for run in running {
            run.join().unwrap();
        }
    });
}

/// A headscale server, until it is dropped.
struct Headscale {
    program: PathBuf,
    folder: PathBuf,
    process: Child,
}

impl Headscale {
    /// Starts the program, and waits until it accepts connections at the address.
    fn start(program: PathBuf, folder: PathBuf, address: &str) -> Headscale {
        let log = File::create(folder.join("log")).unwrap();
        let mut command = Command::new(&program);
        command.args(["-c", "config.yaml", "serve"]).current_dir(&folder).stdin(Stdio::null());
        command.stdout(log.try_clone().unwrap()).stderr(log);
        let mut headscale = Headscale { process: command.spawn().unwrap(), program, folder };
        let end = Instant::now() + Duration::from_secs(60);
        while TcpStream::connect(address).is_err() {
            let ended = headscale.process.try_wait().unwrap();
            assert!(
                ended.is_none() && Instant::now() < end,
                "{}",
                fs::read_to_string(headscale.folder.join("log")).unwrap()
            );
            thread::sleep(Duration::from_millis(100));
        }
        headscale
    }

    /// Runs headscale's command line.
    fn run(&self, arguments: &[&str]) -> String {
        let arguments = [&["-c", "config.yaml", "--force"], arguments].concat();
        process::successful(process::run(&self.program, &self.folder, &arguments))
    }
}

impl Drop for Headscale {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Writes the configuration. headscale wants a relay, and this one has an address that nobody has.
fn configure(folder: &Path, ports: [u16; 3]) {
    let path = |name: &str| folder.join(name).display().to_string();
    let [http, metrics, grpc] = ports;
    let lines = [
        format!("server_url: http://127.0.0.1:{http}"),
        format!("listen_addr: 127.0.0.1:{http}"),
        format!("metrics_listen_addr: 127.0.0.1:{metrics}"),
        format!("grpc_listen_addr: 127.0.0.1:{grpc}"),
        "grpc_allow_insecure: false".to_owned(),
        format!("noise: {{private_key_path: {}}}", path("noise.key")),
        "prefixes: {v4: 100.64.0.0/10, v6: \"fd7a:115c:a1e0::/48\", allocation: sequential}".to_owned(),
        format!(
            "derp: {{server: {{enabled: false}}, urls: [], paths: [{}], auto_update_enabled: false}}",
            path("derp.yaml")
        ),
        format!("database: {{type: sqlite, sqlite: {{path: {}}}}}", path("db.sqlite")),
        "dns: {magic_dns: false, base_domain: example.net, override_local_dns: false}".to_owned(),
        "policy: {mode: database}".to_owned(),
        "log: {level: info}".to_owned(),
        "logtail: {enabled: false}".to_owned(),
        "disable_check_updates: true".to_owned(),
        format!("unix_socket: {}", path("socket")),
        "unix_socket_permission: \"0700\"".to_owned(),
    ];
    fs::write(folder.join("config.yaml"), lines.join("\n")).unwrap();
    let derp = "regions:\n  900:\n    regionid: 900\n    regioncode: none\n    regionname: None\n    nodes:\n      - name: 900a\n        regionid: 900\n        hostname: derp.example.net\n        ipv4: 192.0.2.1\n        stunport: -1\n";
    fs::write(folder.join("derp.yaml"), derp).unwrap();
}

/// Returns ports that are free now.
fn free_ports() -> [u16; 3] {
    let listeners = [(); 3].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    listeners.map(|listener| listener.local_addr().unwrap().port())
}

#[test]
fn a_deployment_to_a_headscale_on_this_machine() {
    let Some(program) = require::headscale() else { return };
    let program = program.canonicalize().unwrap_or(program);
    // The path of a socket has at most 108 bytes.
    let folder = std::env::temp_dir().join(format!("policy-headscale-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let ports = free_ports();
    configure(&folder, ports);
    let address = format!("127.0.0.1:{}", ports[0]);
    let headscale = Headscale::start(program, folder, &address);
    for user in ["alice", "bob"] {
        headscale.run(&["users", "create", user]);
    }
    let created = headscale.run(&["apikeys", "create"]);
    let key = created.split_whitespace().last().unwrap().to_owned();
    let set = |text: &str| {
        fs::write(headscale.folder.join("set.hujson"), text).unwrap();
        headscale.run(&["policy", "set", "-f", "set.hujson"]);
    };
    let folder = process::empty_directory(env!("CARGO_TARGET_TMPDIR"), "deploy-headscale");
    Deployment { folder: &folder, url: format!("http://{address}"), key, set: Box::new(set) }.check();
    println!("a deployment to headscale {}", headscale.run(&["version"]).trim());
}
