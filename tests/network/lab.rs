//! The nodes, the networks behind routers, and the control server.
//!
//! ```text
//! hub: control server, relay ── bridge ──┬── n0 … n8    nodes
//!                                        └── r0, r1, r2 ── w0, w1, w2    routers with a world behind each
//! ```
//!
//! A world answers for every private address and every documentation address, with its own name. So
//! it stands for the LAN of a subnet router as well as for the internet of an exit node, and two
//! routers can have overlapping routes. Nothing leads out of these namespaces.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::namespace::{Namespace, ip};
use crate::nodes::{self, ORDINARY};
use crate::program::{Program, run};
use crate::tailnet::Tailnet;

/// The address of the control server. With a public address, nodes would insist on HTTPS.
const HUB: &str = "172.20.77.1";

/// The addresses that each world has.
const BEHIND: [&str; 6] =
    ["10.0.0.0/8", "192.168.0.0/16", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "fd00:10::/32"];

/// The accounts of each node, in addition to `root`.
pub const ACCOUNTS: [&str; 4] = ["alice", "bob", "deploy", "ubuntu"];

/// A connection to try.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// The namespace that sends.
    pub from: String,
    /// The address that it sends from, if it has many.
    pub source: Option<IpAddr>,
    /// The address that it sends to.
    pub to: IpAddr,
    /// The protocol.
    pub protocol: u8,
    /// The port. Protocols without ports have port 0.
    pub port: u16,
    /// The account, for a login over Tailscale SSH.
    pub account: Option<String>,
}

/// The laboratory.
#[derive(Debug)]
pub struct Lab {
    folder: PathBuf,
    control: Program,
    probes: BTreeMap<String, Program>,
    nodes: Vec<(String, Child)>,
    packets: u64,
    tailnets: usize,
}

impl Lab {
    /// Starts everything, and waits until each node has joined. `tools` has the programs.
    pub fn start(folder: &Path, tools: &Path) -> Lab {
        add_accounts(folder);
        ip(
            &["-batch", "-"],
            &["link set lo up", "link add br0 type bridge", &format!("addr add {HUB}/24 dev br0"), "link set br0 up"],
        );
        let mut control = Command::new(tools.join("control"));
        control.args(["--host", HUB, "--sockets"]).arg(folder);
        let mut lab = Lab {
            folder: folder.to_owned(),
            control: Program::start("control", control),
            probes: BTreeMap::new(),
            nodes: Vec::new(),
            packets: 0,
            tailnets: 0,
        };
        for name in nodes::names() {
            let number = lab.nodes.len();
            let node = Namespace::new(&name);
            ip(
                &["-batch", "-"],
                &[
                    &format!("link add {name} type veth peer name eth0 netns {name}"),
                    &format!("link set {name} master br0 up"),
                ],
            );
            node.ip(&[&format!("addr add 172.20.77.{}/24 dev eth0", number + 10), "link set eth0 up"]);
            if let Some(router) = number.checked_sub(ORDINARY) {
                let world = add_world(&node, router);
                lab.start_probe(&world, tools);
            }
            lab.start_probe(&node, tools);
            lab.start_node(&node, tools);
        }
        let names = nodes::names();
        let joined =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| lab.control.ask(&json!({"join": names}))));
        if let Err(panic) = joined {
            lab.print_logs();
            std::panic::resume_unwind(panic);
        }
        for name in nodes::names() {
            // Linux forgets the IPv4 routes of an interface when it loses its last IPv4 address, and a
            // node does not notice. A device that gets an IPv4 address back would be cut off.
            let arguments = ["addr", "add", "169.254.77.1/32", "dev", "tailscale0", "scope", "link"];
            run("ip", &["-n", &name].into_iter().chain(arguments).collect::<Vec<_>>());
        }
        lab
    }

    fn start_probe(&mut self, namespace: &Namespace, tools: &Path) {
        let mut command = namespace.command(&tools.join("probe"));
        command.arg(&namespace.name);
        self.probes.insert(namespace.name.clone(), Program::start(&namespace.name, command));
    }

    fn start_node(&mut self, namespace: &Namespace, tools: &Path) {
        let folder = self.folder.join(&namespace.name);
        fs::create_dir(&folder).unwrap();
        let log = || File::create(folder.join("log")).unwrap();
        let mut command = namespace.command(&tools.join("tailscaled"));
        command
            .args(["--tun=tailscale0", "--state=mem:", "--port=41641", "--no-logs-no-support"])
            .arg(format!("--statedir={}", folder.display()))
            .arg(format!("--socket={}", folder.join("sock").display()))
            .env("TS_NO_LOGS_NO_SUPPORT", "true")
            .env("TS_DISABLE_PORTMAPPER", "1")
            .env("TS_DEBUG_FIREWALL_MODE", "nftables")
            .stdin(Stdio::null())
            .stdout(log())
            .stderr(log());
        self.nodes.push((namespace.name.clone(), command.spawn().unwrap()));
    }

    fn print_logs(&self) {
        for (name, _) in &self.nodes {
            let log = fs::read_to_string(self.folder.join(name).join("log")).unwrap_or_default();
            let lines: Vec<&str> = log.lines().collect();
            eprintln!("{name}:\n{}", lines[lines.len().saturating_sub(10)..].join("\n"));
        }
    }

    /// Gives each node its configuration, and waits until it is in force.
    pub fn configure(&mut self, tailnet: &Tailnet) {
        self.tailnets += 1;
        let mut nodes = tailnet.configurations();
        // A node that this tailnet does not have sees nobody.
        for (number, name) in nodes::names().into_iter().enumerate() {
            let unused = || json!({"addresses": [format!("100.127.255.{number}")]});
            nodes.entry(name).or_insert_with(unused);
        }
        let addresses: Vec<(String, Value)> =
            nodes.iter().map(|(name, node)| (name.clone(), node["addresses"].clone())).collect();
        let name = format!("t{}.example", self.tailnets);
        let configured = self.control.ask(&json!({"tailnet": {"name": name, "nodes": nodes}}));
        for (name, node) in &nodes {
            for attribute in node["cap_map"].as_object().into_iter().flatten().map(|(attribute, _)| attribute) {
                let has = configured["attributes"][name].as_array().unwrap();
                assert!(has.iter().any(|has| has == attribute), "{name} does not have {attribute}");
            }
        }
        self.ask_all(addresses.into_iter().map(|(name, addresses)| (name, json!({"addresses": addresses}))).collect());
        // The engine of a node gets its new peers right after its addresses.
        std::thread::sleep(std::time::Duration::from_millis(200));
    }

    /// Makes all namespaces answer on these ports, and receive packets of these protocols.
    pub fn listen(&mut self, ports: &[u16], protocols: &[u8]) {
        let request = json!({"listen": ports, "protocols": protocols});
        let names: Vec<String> = self.probes.keys().cloned().collect();
        self.ask_all(names.into_iter().map(|name| (name, request.clone())).collect());
    }

    /// Sends a request to several namespaces at the same time.
    fn ask_all(&mut self, requests: Vec<(String, Value)>) -> Vec<(String, Value)> {
        for (name, request) in &requests {
            self.probes.get_mut(name).unwrap().send(request);
        }
        requests.into_iter().map(|(name, _)| (name.clone(), self.probes.get_mut(&name).unwrap().receive())).collect()
    }

    /// Tries connections, and returns who answered each. It is empty if nobody did.
    ///
    /// A packet without an answer is answered by the namespace that it arrives in.
    pub fn attempt(&mut self, attempts: &[Attempt], patience: u32) -> Vec<String> {
        let mut of_senders: BTreeMap<&str, Vec<(usize, Value)>> = BTreeMap::new();
        let first = self.packets;
        for (number, attempt) in attempts.iter().enumerate() {
            let probe = json!({
                "id": self.packets, "protocol": attempt.protocol, "to": attempt.to, "port": attempt.port,
                "from": attempt.source.map(|source| source.to_string()).unwrap_or_default(),
                "account": attempt.account.as_deref().unwrap_or_default(),
            });
            self.packets += 1;
            of_senders.entry(&attempt.from).or_default().push((number, probe));
        }
        let requests = of_senders.iter().map(|(name, probes)| {
            let probes: Vec<&Value> = probes.iter().map(|(_, probe)| probe).collect();
            ((*name).to_owned(), json!({"probes": probes, "patience": patience}))
        });
        let told = self.ask_all(requests.collect());
        let mut answers = vec![String::new(); attempts.len()];
        for (name, answer) in told {
            let numbers = of_senders[name.as_str()].iter().map(|(number, _)| *number);
            for (number, answer) in numbers.zip(answer["answers"].as_array().unwrap()) {
                answers[number] = answer.as_str().unwrap().to_owned();
            }
        }
        let names: Vec<String> = self.probes.keys().cloned().collect();
        for (name, received) in self.ask_all(names.into_iter().map(|name| (name, json!({}))).collect()) {
            for id in received["received"].as_array().into_iter().flatten().filter_map(Value::as_u64) {
                // A packet of an earlier call may arrive late.
                if let Some(number) = id.checked_sub(first).and_then(|number| usize::try_from(number).ok())
                    && number < answers.len()
                {
                    answers[number].clone_from(&name);
                }
            }
        }
        answers
    }

    /// Returns the app capabilities that nodes report for the device with an address, as
    /// `tailscale whois` does.
    pub fn who_is(&mut self, questions: &[(String, IpAddr)]) -> Vec<Value> {
        let questions: Vec<Value> =
            questions.iter().map(|(node, address)| json!({"node": node, "address": address})).collect();
        let mut told = self.control.ask(&json!({"whois": questions}));
        match told["capabilities"].take() {
            Value::Array(capabilities) => capabilities,
            _ => vec![Value::Null; questions.len()],
        }
    }
}

/// Adds accounts to those of the machine, for this mount namespace only.
fn add_accounts(folder: &Path) {
    for (file, fields) in [("passwd", ":x:ID:ID::/tmp:/bin/sh"), ("group", ":x:ID:")] {
        let path = format!("/etc/{file}");
        let mut text = fs::read_to_string(&path).unwrap();
        for (number, account) in ACCOUNTS.iter().enumerate() {
            if !text.lines().any(|line| line.starts_with(&format!("{account}:"))) {
                text += &format!("{account}{}\n", fields.replace("ID", &(6000 + number).to_string()));
            }
        }
        let changed = folder.join(file);
        fs::write(&changed, text).unwrap();
        run("mount", &["--bind", changed.to_str().unwrap(), &path]);
    }
}

/// Adds the world behind a router.
fn add_world(router: &Namespace, number: usize) -> Namespace {
    let name = format!("w{number}");
    let world = Namespace::new(&name);
    let (v4, v6) = (format!("192.0.2.{}", number * 4), format!("fd00:77:{number}::"));
    let at = |host: u8| {
        let (prefix, last) = v4.rsplit_once('.').unwrap();
        (format!("{prefix}.{}", last.parse::<u8>().unwrap() + host), format!("{v6}{host}"))
    };
    let ((router4, router6), (world4, world6)) = (at(1), at(2));
    router.ip(&[
        &format!("link add eth1 type veth peer name eth0 netns {name}"),
        &format!("addr add {router4}/30 dev eth1"),
        &format!("addr add {router6}/64 dev eth1 nodad"),
        "link set eth1 up",
        &format!("route add default via {world4}"),
    ]);
    world.set(&["net.ipv4.ip_nonlocal_bind=1", "net.ipv6.ip_nonlocal_bind=1"]);
    world.ip(&[
        &format!("addr add {world4}/30 dev eth0"),
        &format!("addr add {world6}/64 dev eth0 nodad"),
        "link set eth0 up",
        &format!("route add 100.64.0.0/10 via {router4}"),
    ]);
    let local: Vec<String> = BEHIND
        .iter()
        .map(|prefix| format!("{} route add local {prefix} dev lo", if prefix.contains(':') { "-6" } else { "-4" }))
        .collect();
    for command in &local {
        let arguments: Vec<&str> = ["-n", &name].into_iter().chain(command.split(' ')).collect();
        run("ip", &arguments);
    }
    // In a batch, a command cannot have options of its own.
    run("ip", &["-n", &router.name, "-6", "route", "add", "default", "via", &world6]);
    run("ip", &["-n", &name, "-6", "route", "add", "fd7a:115c:a1e0::/48", "via", &router6]);
    router.set(&["net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1"]);
    world
}
