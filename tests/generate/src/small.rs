//! Small random policies with many overlaps, for comparing analyses with reference models.

use std::fmt::Write as _;

/// Marsaglia's xorshift, with the same numbers in every run.
pub struct Random(u64);

impl Random {
    /// Starts a different sequence for each seed.
    pub fn new(seed: u64) -> Self {
        // Adjacent seeds must not give similar sequences, and the state must not be zero.
        Random(seed.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// Returns a number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    /// Returns one of some words.
    pub fn one<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len())]
    }

    /// Returns one to three quoted words. One may appear twice.
    fn some(&mut self, words: &[&str]) -> String {
        let count = [1, 1, 1, 2, 2, 3][self.below(6)];
        (0..count).map(|_| format!("\"{}\"", self.one(words))).collect::<Vec<_>>().join(", ")
    }
}

/// Returns the seeds of the policies to test: `usual` many, or as many as the variable `POLICIES`
/// says. With `--release`, 10,000 take some minutes.
pub fn seeds(usual: u64) -> std::ops::Range<u64> {
    0..std::env::var("POLICIES").ok().and_then(|count| count.parse().ok()).unwrap_or(usual)
}

/// Possible sources.
pub const SOURCES: &[&str] = &[
    "*",
    "alice@example.com",
    "bob@example.com",
    "carol@other.org",
    "group:eng",
    "group:ops",
    "group:staff@example.com",
    "user:*@example.com",
    "autogroup:member",
    "autogroup:admin",
    "autogroup:owner",
    "autogroup:auditor",
    "autogroup:tagged",
    "autogroup:shared",
    "autogroup:danger-all",
    "tag:a",
    "tag:b",
    "tag:c",
    "100.64.0.2",
    "100.64.0.0/29",
    "10.0.0.0/30",
    "10.0.0.2",
    "lab",
    "ipset:some",
];

/// Possible destinations.
pub const DESTINATIONS: &[&str] = &[
    "*",
    "alice@example.com",
    "bob@example.com",
    "group:eng",
    "group:staff@example.com",
    "autogroup:member",
    "autogroup:admin",
    "autogroup:self",
    "autogroup:self",
    "autogroup:tagged",
    "autogroup:internet",
    "tag:a",
    "tag:b",
    "tag:c",
    "svc:web",
    "100.64.0.2",
    "100.64.0.9",
    "10.0.0.0/29",
    "10.0.0.2",
    "8.8.8.8",
    "lab",
    "ipset:some",
];

/// Possible sources of tests.
pub const TEST_SOURCES: &[&str] = &[
    "alice@example.com",
    "bob@example.com",
    "carol@other.org",
    "group:eng",
    "group:ops",
    "tag:a",
    "tag:b",
    "tag:r",
    "10.0.0.2",
    "100.64.0.2",
];

/// Possible hosts in targets of tests.
pub const TEST_DESTINATIONS: &[&str] = &[
    "alice@example.com",
    "bob@example.com",
    "group:ops",
    "tag:a",
    "tag:c",
    "10.0.0.2",
    "100.64.0.9",
    "8.8.8.8",
    "svc:web",
];

const PORTS: &[&str] = &["*", "1", "2", "1-2", "2-3", "tcp:1", "tcp:1-3", "tcp:*", "udp:2", "icmp:*", "gre:*"];

/// Returns a policy and its facts.
pub fn policy(random: &mut Random) -> (String, String) {
    let mut text = String::from(
        r#"{"groups": {"group:eng": ["alice@example.com", "carol@other.org"], "group:ops": ["bob@example.com", "carol@other.org"]},
        "hosts": {"lab": "10.0.0.0/30"},
        "ipsets": {"ipset:some": ["add 10.0.0.0/29", "remove 10.0.0.2", "add 100.64.0.2"]},
        "tagOwners": {"tag:a": [], "tag:b": [], "tag:c": [], "tag:r": []},
        "postures": {"posture:p": ["node:os == 'linux'"], "posture:q": ["node:os == 'macos'"]},"#,
    );
    if random.below(8) == 0 {
        text.push_str(r#""defaultSrcPosture": ["posture:p"],"#);
    }
    let rules = random.below(6);
    let (grants, acls): (Vec<_>, Vec<_>) = (0..rules).partition(|_| random.below(3) > 0);
    let grants: Vec<String> = grants.iter().map(|_| grant(random)).collect();
    let acls: Vec<String> = acls.iter().map(|_| acl(random)).collect();
    let _ = write!(text, "\"grants\": [{}], \"acls\": [{}]}}", grants.join(", "), acls.join(", "));
    (text, facts(random))
}

fn grant(random: &mut Random) -> String {
    let (src, dst, ip) = (random.some(SOURCES), random.some(DESTINATIONS), random.some(PORTS));
    let via = if random.below(8) == 0 { r#", "via": ["tag:r"]"# } else { "" };
    let app = if random.below(8) == 0 { r#", "app": {"example.com/cap/x": []}"# } else { "" };
    format!(r#"{{"src": [{src}], "dst": [{dst}], "ip": [{ip}]{}{via}{app}}}"#, posture(random))
}

fn acl(random: &mut Random) -> String {
    let src = random.some(SOURCES);
    let dst: Vec<String> = (0..random.below(2) + 1)
        .map(|_| format!("\"{}:{}\"", random.one(DESTINATIONS), random.one(&["*", "1", "1,3", "2-3"])))
        .collect();
    let proto = ["", r#", "proto": "tcp""#, r#", "proto": "udp""#][random.below(3)];
    format!(r#"{{"action": "accept", "src": [{src}], "dst": [{}]{proto}{}}}"#, dst.join(", "), posture(random))
}

fn posture(random: &mut Random) -> &'static str {
    [
        "",
        "",
        "",
        "",
        r#", "srcPosture": ["posture:p"]"#,
        r#", "srcPosture": ["posture:q"]"#,
        r#", "srcPosture": ["posture:p", "posture:q"]"#,
    ][random.below(7)]
}

fn facts(random: &mut Random) -> String {
    let alice = ["", r#", "role": "owner""#, r#", "role": "admin""#][random.below(3)];
    let bob = ["", "", r#", "role": "member""#][random.below(3)];
    let users = format!(
        r#"{{"name": "alice", "email": "alice@example.com"{alice}}}, {{"name": "bob", "email": "bob@example.com"{bob}}}"#
    );
    let nodes = [
        r#"{"name": "laptop", "user": "alice", "ipv4": "100.64.0.2"}"#,
        r#"{"name": "phone", "user": "bob", "ipv4": "100.64.0.9"}"#,
        r#"{"name": "nas", "tags": ["tag:a", "tag:b"], "ipv4": "100.64.0.3"}"#,
        r#"{"name": "hub", "tags": ["tag:b", "tag:c"], "ipv4": "100.64.0.4"}"#,
        r#"{"name": "router", "tags": ["tag:r"], "ipv4": "100.64.0.1", "approved_routes": ["10.0.0.0/31"], "routable_ips": ["10.0.0.0/31"]}"#,
    ];
    let nodes: Vec<&str> = nodes.into_iter().filter(|_| random.below(3) == 0).collect();
    let invariants: Vec<String> = (0..random.below(3)).map(|_| invariant(random)).collect();
    format!(r#"{{"users": [{users}], "nodes": [{}], "invariants": [{}]}}"#, nodes.join(", "), invariants.join(", "))
}

fn invariant(random: &mut Random) -> String {
    let src = random.some(SOURCES);
    let mut except = String::new();
    if random.below(2) == 0 {
        except = format!(r#", "except": [{}]"#, target(random));
    }
    let kind = random.one(&["never", "never", "only", "isolated"]);
    if kind == "isolated" {
        return format!(r#"{{"kind": "isolated", "src": [{src}]{except}}}"#);
    }
    if random.below(2) == 0 {
        let _ = write!(except, r#", "src_except": [{}]"#, random.some(SOURCES));
    }
    let targets: Vec<String> = (0..random.below(2) + 1).map(|_| target(random)).collect();
    format!(r#"{{"kind": "{kind}", "src": [{src}], "targets": [{}]{except}}}"#, targets.join(", "))
}

fn target(random: &mut Random) -> String {
    let dst = random.some(DESTINATIONS);
    let ip = if random.below(3) == 0 { String::new() } else { format!(r#", "ip": [{}]"#, random.some(PORTS)) };
    format!(r#"{{"dst": [{dst}]{ip}}}"#)
}
