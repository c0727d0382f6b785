//! A large policy as a company might have it, the same in every run, for benchmarks and tests.

use std::fmt::Write as _;

/// The numbers of tags, groups, hosts and users that the grants can name.
const TAGS: usize = 400;
const GROUPS: usize = 120;
const HOSTS: usize = 300;
const PEOPLE: usize = 900;

/// Returns a valid policy with this many grants, formatted as usual, with comments.
pub fn policy(grants: usize) -> String {
    let mut random = Random(0x5EED);
    let mut text = String::from("// The policy of a large company.\n{\n");
    section(
        &mut text,
        "groups",
        '{',
        (0..GROUPS).map(|group| {
            let people: Vec<String> = (0..random.below(12) + 1).map(|_| person(&mut random)).collect();
            (group % 4 == 0, format!("\"group:team-{group}\": [{}]", quoted(&people)))
        }),
    );
    section(
        &mut text,
        "tagOwners",
        '{',
        (0..TAGS).map(|tag| (tag % 5 == 0, format!("\"tag:service-{tag}\": [\"group:team-{}\"]", tag % GROUPS))),
    );
    section(
        &mut text,
        "hosts",
        '{',
        (0..HOSTS).map(|host| (host % 10 == 0, format!("\"host-{host}\": \"10.{}.{}.0/24\"", host / 250, host % 250))),
    );
    section(&mut text, "grants", '[', (0..grants).map(|number| (number % 3 == 0, grant(&mut random, number))));
    text.push_str("}\n");
    text
}

/// Returns a policy with this many grants and as many targets of tests.
#[allow(dead_code, reason = "only benchmarks use it")]
pub fn policy_with_tests(grants: usize) -> String {
    let mut text = policy(grants);
    text.truncate(text.rfind('}').unwrap_or_default());
    let mut random = Random(0x7E57);
    let tests = (0..grants / 5).map(|_| {
        let src =
            if random.below(2) == 0 { person(&mut random) } else { format!("tag:service-{}", random.below(TAGS)) };
        let mut target = || format!("tag:service-{}:{}", random.below(TAGS), 8000 + random.below(100));
        let (accept, deny) = (quoted(&[target()]), quoted(&[target(), target(), target(), target()]));
        (false, format!("{{\"src\": \"{src}\", \"accept\": [{accept}], \"deny\": [{deny}]}}"))
    });
    section(&mut text, "tests", '[', tests);
    text.push_str("}\n");
    text
}

/// Replaces comments and trailing commas by spaces. The result is plain JSON of the same length
/// with the same values.
#[allow(dead_code, reason = "not every benchmark uses it")]
pub fn plain(policy: &str) -> String {
    let mut plain = String::with_capacity(policy.len());
    for line in policy.split_inclusive('\n') {
        if line.trim_start().starts_with("//") {
            plain.extend(line.chars().map(|char| if char == '\n' { '\n' } else { ' ' }));
        } else {
            plain.push_str(line);
        }
    }
    for close in ["\t]", "}\n", "\t}"] {
        plain = plain.replace(&format!(",\n{close}"), &format!(" \n{close}"));
    }
    plain
}

/// Writes a top-level key with its entries, some of which have a comment.
fn section(text: &mut String, key: &str, open: char, entries: impl Iterator<Item = (bool, String)>) {
    let close = if open == '{' { '}' } else { ']' };
    let _ = writeln!(text, "\t\"{key}\": {open}");
    for (number, (has_comment, entry)) in entries.enumerate() {
        if has_comment {
            let _ = writeln!(text, "\t\t// Change {number} was asked for by operations; ask them before it goes.");
        }
        let _ = writeln!(text, "\t\t{entry},");
    }
    let _ = writeln!(text, "\t{close},");
}

fn grant(random: &mut Random, number: usize) -> String {
    let sources: Vec<String> = (0..random.below(3) + 1).map(|_| source(random)).collect();
    let mut destinations: Vec<String> = (0..random.below(3) + 1).map(|_| destination(random)).collect();
    // The random choice leaves out some hosts, and an unused host would give a warning.
    if number < HOSTS {
        destinations.push(format!("host-{number}"));
    }
    let mut ports: Vec<String> = (0..random.below(3) + 1).map(|_| port(random)).collect();
    let app = match number % 20 {
        0 => ", \"app\": {\"example.com/cap/console\": [{\"role\": \"viewer\", \"level\": 3}]}",
        _ => "",
    };
    // A port without a protocol after one with a protocol gives a warning.
    ports.sort_by_key(|port| port.contains(':'));
    let (src, dst, ip) = (quoted(&sources), quoted(&destinations), quoted(&ports));
    format!("{{\"src\": [{src}], \"dst\": [{dst}], \"ip\": [{ip}]{app}}}")
}

fn source(random: &mut Random) -> String {
    match random.below(10) {
        0 => "autogroup:member".to_owned(),
        1..=2 => person(random),
        3..=6 => format!("group:team-{}", random.below(GROUPS)),
        _ => format!("tag:service-{}", random.below(TAGS)),
    }
}

fn destination(random: &mut Random) -> String {
    match random.below(10) {
        0 => format!("10.{}.{}.0/24", random.below(256), random.below(256)),
        1..=2 => format!("host-{}", random.below(HOSTS)),
        _ => format!("tag:service-{}", random.below(TAGS)),
    }
}

fn port(random: &mut Random) -> String {
    match random.below(4) {
        0 => "443".to_owned(),
        1 => "udp:53".to_owned(),
        2 => format!("tcp:{}", 1024 + random.below(60_000)),
        _ => format!("tcp:{}-{}", 8000 + random.below(100), 8100 + random.below(100)),
    }
}

fn person(random: &mut Random) -> String {
    format!("person-{}@example.com", random.below(PEOPLE))
}

fn quoted(words: &[String]) -> String {
    words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ")
}

/// Marsaglia's xorshift, which is good enough and needs no dependency.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or_default() % bound
    }
}
