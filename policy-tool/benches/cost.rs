//! Measures the time and the memory of the program on texts that are designed to make it slow.
//!
//! `cargo bench -p tailnet-policy --bench cost` runs `policy` on each family of texts at two sizes.
//! It prints the time, the peak memory, and the factor by which twice the text multiplies each. The
//! factor is 2 for linear work. An argument such as `report` selects the families with that word in
//! their name.
//!
//! A run that exceeds [`LIMIT`] is stopped and printed as such.

#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on should panic")]

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// The maximum time of a run.
const LIMIT: Duration = Duration::from_secs(60);

/// The interval at which the memory of a run is measured.
const INTERVAL: Duration = Duration::from_millis(2);

/// A family of texts, by size.
struct Family {
    name: &'static str,
    /// The arguments of `policy`. `POLICY` stands for the file. With `diff`, the second file allows
    /// everything.
    arguments: &'static [&'static str],
    size: usize,
    text: fn(usize) -> String,
}

const FAMILIES: &[Family] = &[
    Family {
        name: "check, domains x synced groups x roles",
        arguments: &["check", "POLICY"],
        size: 64,
        text: products,
    },
    Family {
        name: "check, rules from domains to synced groups",
        arguments: &["check", "POLICY"],
        size: 400,
        text: pairs,
    },
    Family { name: "check, one rule with many ports", arguments: &["check", "POLICY"], size: 8_000, text: ports },
    Family {
        name: "check, ordinary grants",
        arguments: &["check", "POLICY"],
        size: 5_000,
        text: policy_generate::large::policy,
    },
    Family {
        name: "who '*', users in groups of every pattern",
        arguments: &["who", "POLICY", "*"],
        size: 250,
        text: patterns,
    },
    Family {
        name: "what autogroup:member, the same",
        arguments: &["what", "POLICY", "autogroup:member"],
        size: 250,
        text: patterns,
    },
    Family {
        name: "what, one acl with a port a tag",
        arguments: &["what", "POLICY", "autogroup:member"],
        size: 2_000,
        text: tag_ports,
    },
    Family {
        name: "report, tags to tags in one rule",
        arguments: &["report", "POLICY"],
        size: 500,
        text: tags_to_tags,
    },
    Family { name: "graph, tags to tags in one rule", arguments: &["graph", "POLICY"], size: 500, text: tags_to_tags },
    Family { name: "report, users to users", arguments: &["report", "POLICY"], size: 500, text: users_to_users },
    Family { name: "import, groups with a user each", arguments: &["import", "POLICY"], size: 16_000, text: groups },
    Family {
        name: "diff, narrow rules against one for everything",
        arguments: &["diff", "POLICY", "OPEN"],
        size: 5_000,
        text: policy_generate::large::policy,
    },
];

fn main() {
    // Only `cargo bench` passes this option. Tests measure nothing.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    let folder = std::env::temp_dir().join(format!("policy-cost-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    println!("{:<50} {:>9} {:>9} {:>9} {:>7} {:>7}", "family", "text", "time", "memory", "x time", "x memory");
    for family in FAMILIES.iter().filter(|family| family.name.contains(&wanted)) {
        let mut before: Option<Cost> = None;
        for size in [family.size, 2 * family.size] {
            let text = (family.text)(size);
            let cost = measure(family, &folder, &text);
            let growth = before.as_ref().map(|before| cost.growth(before)).unwrap_or_default();
            println!("{:<50} {:>6} KB {cost} {growth}", family.name, text.len() / 1000);
            before = Some(cost);
        }
    }
    fs::remove_dir_all(&folder).unwrap();
}

/// The cost of a run.
struct Cost {
    time: Duration,
    /// The peak memory in bytes, or 0 if the system does not report it.
    memory: u64,
    end: End,
}

/// The result of a run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Done,
    Refused,
    TooLong,
}

impl Cost {
    fn growth(&self, before: &Cost) -> String {
        let time = self.time.as_secs_f64() / before.time.as_secs_f64();
        let memory = self.memory as f64 / before.memory.max(1) as f64;
        format!("{time:>7.1} {memory:>7.1}")
    }
}

impl std::fmt::Display for Cost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.end == End::TooLong { ">" } else { "" };
        let time = format!("{sign}{:.2} s", self.time.as_secs_f64());
        let refused = if self.end == End::Refused { " refused" } else { "" };
        write!(f, "{time:>9} {:>6} MB{refused}", self.memory / 1_000_000)
    }
}

/// Runs the program on a text, and measures it.
fn measure(family: &Family, folder: &Path, text: &str) -> Cost {
    let (policy, open) = (folder.join("policy.hujson"), folder.join("open.hujson"));
    fs::write(&policy, text).unwrap();
    fs::write(&open, r#"{"grants": [{"src": ["*"], "dst": ["*"], "ip": ["*"]}]}"#).unwrap();
    let arguments = family.arguments.iter().map(|argument| match *argument {
        "POLICY" => policy.clone().into_os_string(),
        "OPEN" => open.clone().into_os_string(),
        argument => argument.into(),
    });
    let mut command = Command::new(env!("CARGO_BIN_EXE_policy"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let mut child = command.spawn().unwrap();
    let mut memory = 0;
    loop {
        memory = peak_memory(&child).unwrap_or(memory);
        if let Some(status) = child.try_wait().unwrap() {
            // The program refuses answers that exceed a documented bound.
            let end = if matches!(status.code(), Some(0 | 1)) { End::Done } else { End::Refused };
            return Cost { time: start.elapsed(), memory, end };
        }
        if start.elapsed() > LIMIT {
            child.kill().unwrap();
            child.wait().unwrap();
            return Cost { time: LIMIT, memory, end: End::TooLong };
        }
        thread::sleep(INTERVAL);
    }
}

/// Returns the peak memory of a program, if the system reports it.
fn peak_memory(child: &Child) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let kilobytes: u64 =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().split(' ').next()?.parse().ok()?;
    Some(kilobytes * 1024)
}

/// Returns a list of `count` items in quotes.
fn list(count: usize, item: impl Fn(usize) -> String) -> String {
    let items: Vec<String> = (0..count).map(|number| format!("\"{}\"", item(number))).collect();
    format!("[{}]", items.join(", "))
}

/// Returns members of an object, or elements of a list.
fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(|number| line(number) + ",\n").collect()
}

fn tag_owners(count: usize) -> String {
    format!("\"tagOwners\": {{{}}}", lines(count, |number| format!("\"tag:t{number}\": []")))
}

/// Returns a rule with `size` domains, `size` synced groups and every role as sources.
fn products(size: usize) -> String {
    let src = [
        list(size, |number| format!("user:*@d{number}.example.com")),
        list(size, |number| format!("group:g{number}@example.com")),
        list(6, |role| {
            let roles = ["owner", "admin", "it-admin", "network-admin", "billing-admin", "auditor"];
            format!("autogroup:{}", roles.get(role).unwrap())
        }),
    ];
    let src = src.map(|list| list.trim_matches(['[', ']']).to_owned()).join(", ");
    format!("{{{}, \"grants\": [{{\"src\": [{src}], \"dst\": [\"tag:t0\"], \"ip\": [\"tcp:443\"]}}]}}", tag_owners(1))
}

/// Returns rules from one domain to one synced group each.
fn pairs(size: usize) -> String {
    let rule = |number| {
        format!(
            "{{\"src\": [\"user:*@d{number}.example.com\"], \"dst\": [\"group:s{number}@example.com\"], \"ip\": [\"tcp:443\"]}}"
        )
    };
    format!("{{\"grants\": [{}]}}", lines(size, rule))
}

/// Returns one rule with many single ports.
fn ports(size: usize) -> String {
    let ip = list(size, |number| format!("tcp:{}", 2 * number + 1));
    format!(
        "{{{}, \"grants\": [{{\"src\": [\"autogroup:member\"], \"dst\": [\"tag:t0\"], \"ip\": {ip}}}]}}",
        tag_owners(1)
    )
}

/// Returns users in groups by the bits of their number, and rules between all pairs of groups.
fn patterns(size: usize) -> String {
    let bits = usize::BITS as usize - size.leading_zeros() as usize;
    let members = |bit: usize| {
        let users: Vec<String> =
            (0..size).filter(|user| user >> bit & 1 == 1).map(|user| format!("\"u{user}@example.com\"")).collect();
        format!("\"group:g{bit}\": [{}]", users.join(", "))
    };
    let rule = |number: usize| {
        let (from, to) = (number / bits, number % bits);
        format!("{{\"src\": [\"group:g{from}\"], \"dst\": [\"group:g{to}\"], \"ip\": [\"tcp:{}\"]}}", number + 1)
    };
    format!("{{\"groups\": {{{}}}, \"grants\": [{}]}}", lines(bits, members), lines(bits * bits, rule))
}

/// Returns one ACL with another tag and port for each destination.
fn tag_ports(size: usize) -> String {
    let dst = list(size, |number| format!("tag:t{number}:{}", number % 60_000 + 1));
    format!(
        "{{{}, \"acls\": [{{\"action\": \"accept\", \"src\": [\"autogroup:member\"], \"dst\": {dst}}}]}}",
        tag_owners(size)
    )
}

/// Returns one rule from many tags to the same tags.
fn tags_to_tags(size: usize) -> String {
    let tags = list(size, |number| format!("tag:t{number}"));
    format!("{{{}, \"grants\": [{{\"src\": {tags}, \"dst\": {tags}, \"ip\": [\"tcp:443\"]}}]}}", tag_owners(size))
}

/// Returns one rule from many users to the same users.
fn users_to_users(size: usize) -> String {
    let users = list(size, |number| format!("u{number}@example.com"));
    format!("{{\"grants\": [{{\"src\": {users}, \"dst\": {users}, \"ip\": [\"tcp:443\"]}}]}}")
}

/// Returns many groups with one user each.
fn groups(size: usize) -> String {
    format!("{{\"groups\": {{{}}}}}", lines(size, |number| format!("\"group:g{number}\": [\"u{number}@example.com\"]")))
}
