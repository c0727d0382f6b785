//! Tests of `policy migrate`, as a process and as a function.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use policy_analysis::Analysis;
use policy_core::{Policy, Severity};
use policy_test_support::process::Run;
use policy_tool::migrate::migrate;
use proptest::prelude::*;

use crate::policy_with_stdin;

fn run(directory: &Path, arguments: &[&str], stdin: &str) -> Run {
    policy_with_stdin(directory, &[&["migrate"], arguments].concat(), stdin)
}

fn directory(test: &str) -> PathBuf {
    super::directory(&format!("migrate/{test}"))
}

const ACLS: &str = r#"// The lab.
{
  "groups": {"group:dev": ["ada@example.com"]},
  "tagOwners": {"tag:db": [], "tag:web": []},
  "hosts": {"nas": "100.64.0.9"},

  // Who may what
  "ACLs": [
    // Everybody reaches the site
    { "action": "accept", "src": ["*"], "dst": ["tag:web:443"] }, // for now
    {
      "action": "accept", // nothing else is possible
      // no guests
      "users": [
        "group:dev", // ours
      ],
      "proto": "TCP", // no UDP
      "ports": [
        // first of all
        "tag:db:22",   // by hand
        "tag:db:5432", // by program
        "tag:web:80,8000-8080",
        /* the old one */ "nas:8000-8080,80",
        "[fd7a:115c:a1e0::9]:*",
        // "tag:old:22",
      ],
      // that is all
    },

    // policy: allow(redundant-rule) people look for it here
    // Each their own
    { "action": "accept", "src": ["group:dev", "*"], "dst": ["autogroup:self:*", "tag:web:22"] },
    { "action": "accept", "src": ["tag:web"], "dst": ["tag:db:*"], "proto": "icmp", "srcPosture": [] },
    // { "action": "accept", "src": ["*"], "dst": ["*:*"] },
  ], // to be reviewed
}
"#;

const GRANTS: &str = r#"// The lab.
{
	"groups":    {"group:dev": ["ada@example.com"]},
	"tagOwners": {"tag:db": [], "tag:web": []},
	"hosts":     {"nas": "100.64.0.9"},

	// Who may what
	"grants": [
		// Everybody reaches the site
		{"src": ["*"], "dst": ["tag:web"], "ip": ["443"]}, // for now
		{
			// nothing else is possible
			// no guests
			"src": [
				"group:dev", // ours
			],
			"dst": ["tag:db"],
			"ip": [
				// first of all
				"tcp:22", // by hand
				"tcp:5432", // by program
			], // no UDP
		},
		{
			"src": [
				"group:dev",
			],
			"dst": [
				"tag:web",
				/* the old one */
				"nas",
			],
			"ip": ["tcp:80", "tcp:8000-8080"],
		},
		{
			"src": [
				"group:dev",
			],
			"dst": [
				"fd7a:115c:a1e0::9",
				// "tag:old:22",
			],
			"ip": ["tcp:*"],
			// that is all
		},

		// policy: allow(redundant-rule) people look for it here
		// Each their own
		{
			"src": ["group:dev", "autogroup:member"],
			"dst": ["autogroup:self"],
			"ip":  ["*"],
		},
		// policy: allow(redundant-rule) people look for it here
		{"src": ["group:dev", "*"], "dst": ["tag:web"], "ip": ["22"]},
		{
			"src":        ["tag:web"],
			"dst":        ["tag:db"],
			"ip":         ["icmp:*"],
			"srcPosture": [],
		},
		// { "action": "accept", "src": ["*"], "dst": ["*:*"] },
	], // to be reviewed
}
"#;

#[test]
fn acls_become_grants_where_they_are() {
    let output = run(Path::new("."), &["-"], ACLS);
    assert_eq!(output.stdout.as_str(), GRANTS);
    assert_eq!(output.stderr.as_str(), "<stdin>: 4 acls became 7 grants, which allow exactly the same\n");
    assert_eq!(output.status, Some(0));
}

#[test]
fn acls_join_the_grants_that_are_there() {
    for (from, to) in [
        (
            r#"{
	"acls": [ // old
		// one
		{"action": "accept", "src": ["*"], "dst": ["*:80"]},

		// two
		{"action": "accept", "src": ["*"], "dst": ["*:81"]}, // too
		// no more
	], // end of acls
	// The rules
	"grants": [
		{"src": ["*"], "dst": ["*"], "ip": ["79"]}, // zero
		// end of grants
	],
}
"#,
            r#"{
	// The rules
	"grants": [
		{"src": ["*"], "dst": ["*"], "ip": ["79"]}, // zero
		// end of grants

		// old

		// one
		{"src": ["*"], "dst": ["*"], "ip": ["80"]},

		// two
		{"src": ["*"], "dst": ["*"], "ip": ["81"]}, // too
		// no more

		// end of acls
	],
}
"#,
        ),
        // Plain JSON stays plain JSON, without trailing commas.
        (
            r#"{
	"grants": [
		{"src": ["*"], "dst": ["*"], "ip": ["79"]}
	],
	"acls": [
		{"action": "accept", "src": ["*"], "dst": ["*:80"]}
	]
}
"#,
            r#"{
	"grants": [
		{"src": ["*"], "dst": ["*"], "ip": ["79"]},

		{"src": ["*"], "dst": ["*"], "ip": ["80"]}
	]
}
"#,
        ),
        (
            r#"{"grants": null, "ssh": [], /* old */ "acls": [{"action": "accept", "src": ["*"], "dst": ["*:80"]}]}"#,
            "{\"grants\": [\n\t/* old */\n\n\t{\"src\": [\"*\"], \"dst\": [\"*\"], \"ip\": [\"80\"]},\n], \"ssh\": []}\n",
        ),
        (r#"{"acls": [], "grants": [ ]}"#, "{\"grants\": []}\n"),
        (
            r#"{"grants": [], /* none */ "acls": [/* at all */], "ssh": []}"#,
            "{\"grants\": [\n\t/* none */\n\n\t/* at all */\n], \"ssh\": []}\n",
        ),
    ] {
        let output = run(Path::new("."), &["-"], from);
        assert_eq!(output.stdout.as_str(), to);
    }
}

#[test]
fn a_long_grant_is_broken_at_its_fields_first() {
    let ports: Vec<String> = (1..30).map(|port| (10_000 + port).to_string()).collect();
    let acl = |ports: &[String]| {
        let ports = ports.join(",");
        format!("{{\"acls\": [{{\"action\": \"accept\", \"src\": [\"*\"], \"dst\": [\"192.0.2.1:{ports}\"]}}]}}")
    };
    let few = migrate(&acl(&ports[..3])).unwrap().text;
    assert!(
        few.contains("{\"src\": [\"*\"], \"dst\": [\"192.0.2.1\"], \"ip\": [\"10001\", \"10002\", \"10003\"]}"),
        "{few}"
    );
    let many = migrate(&acl(&ports)).unwrap().text;
    assert!(
        many.starts_with(
            "{\"grants\": [{\n\t\"src\": [\"*\"],\n\t\"dst\": [\"192.0.2.1\"],\n\t\"ip\": [\n\t\t\"10001\",\n"
        ),
        "{many}"
    );
}

#[test]
fn a_file_is_written_in_place_or_not_at_all() {
    let directory = directory("migrate_in_place");
    let path = directory.join("policy.hujson");
    fs::write(&path, ACLS).unwrap();
    let output = run(&directory, &["--write", "policy.hujson"], "");
    assert_eq!((output.status, output.stdout.as_str()), (Some(0), ""), "{}", output.stderr);
    assert_eq!(fs::read_to_string(&path).unwrap(), GRANTS);

    for (content, status, reason) in [
        // The file is not formatted, because formatting was not requested.
        ("{\"ssh\":[]}", 0, "policy.hujson: the file has no `acls`, so there is nothing to migrate\n"),
        ("{\"acls\":null}", 0, "policy.hujson: the file has no `acls`, so there is nothing to migrate\n"),
        (
            "{\"acls\": [{\"action\": \"accept\", \"src\": [\"tag:x\"], \"dst\": [\"*:22\"]}]}",
            1,
            "error[undefined-tag]: undefined tag `tag:x`\n --> policy.hujson:1:40\n",
        ),
        (
            "{\"acls\": [{\"action\": \"accept\", \"src\": [\"*\"], \"dst\": [\"::/0:22\"]}]}",
            1,
            "error[default-route]: `::/0` cannot be the destination of a grant\n --> policy.hujson:1:55\n",
        ),
        ("{\"acls\": [}", 1, "error[syntax]: invalid character '}' at start of value\n"),
    ] {
        fs::write(&path, content).unwrap();
        let output = run(&directory, &["-w", "policy.hujson"], "");
        assert_eq!((output.status, output.stdout.as_str()), (Some(status), ""), "{content}");
        assert!(output.stderr.starts_with(reason), "{content}: {}", output.stderr);
        let told = output
            .stderr
            .as_str()
            .ends_with("error: nothing has been migrated\nhelp: fix the errors above, then migrate\n");
        assert_eq!(told, status == 1, "{content}: {}", output.stderr);
        assert_eq!(fs::read_to_string(&path).unwrap(), content);
    }
    assert_eq!(fs::read_dir(&directory).unwrap().count(), 1);
}

#[test]
fn what_has_no_acls_comes_out_formatted() {
    let output = run(Path::new("."), &["-"], "{\"acls\":null,\"grants\":[]}");
    assert_eq!((output.stdout.as_str(), output.status), ("{\"acls\": null, \"grants\": []}\n", Some(0)));
    let output = run(Path::new("."), &["-"], "{\"acls\":[]}");
    assert_eq!(output.stdout.as_str(), "{\"grants\": []}\n");
    assert_eq!(output.stderr.as_str(), "<stdin>: `acls` is empty, and so are its grants\n");
}

#[test]
fn acls_become_grants_in_rust() {
    let output = run(
        Path::new("."),
        &["--rust", "-"],
        "{// The site\n\"acls\": [{\"action\": \"accept\", \"src\": [\"autogroup:member\"], \"dst\": [\"10.0.0.9:443,80\"], \"proto\": \"tcp\"}]}",
    );
    let source = "policy_macros::policy! {\n    //! The site\n    grants {\n        autogroup:member -> \"10.0.0.9\" on tcp:443, tcp:80;\n    }\n}\n";
    assert_eq!((output.stdout.as_str(), output.status), (source, Some(0)));
}

#[test]
fn wrong_usage_changes_nothing() {
    for arguments in [["--write", "-"].as_slice(), &["--write", "--rust", "x"], &["--plain", "x"], &[]] {
        let output = run(Path::new("."), arguments, ACLS);
        assert_eq!((output.status, output.stdout.as_str()), (Some(2), ""), "{arguments:?}");
    }
}

#[test]
fn the_role_is_called_as_the_file_calls_it() {
    for name in ["autogroup:member", "autogroup:members"] {
        let acls = format!(
            "{{\"acls\": [{{\"action\": \"accept\", \"src\": [\"*\"], \"dst\": [\"autogroup:self:*\"]}},\n\
             {{\"action\": \"accept\", \"src\": [\"*\"], \"dst\": [\"{name}:22\"]}}]}}"
        );
        let policy = Policy::parse(migrate(&acls).unwrap().text);
        let own = &policy.grants.as_deref().unwrap()[0];
        assert_eq!((own.src[0].text.as_str(), own.dst[0].text.as_str()), (name, "autogroup:self"));
    }
}

const FACTS: &str = r#"{
    "users": [{"name": "ada", "email": "ada@example.com", "role": "owner"}, {"name": "bob", "email": "bob@example.com", "role": "member"}],
    "nodes": [
        {"name": "a1", "user": "ada", "tags": [], "ipv4": "100.64.0.1", "ipv6": "fd7a:115c:a1e0::1"},
        {"name": "a2", "user": "ada", "tags": [], "ipv4": "100.64.0.2", "ipv6": "fd7a:115c:a1e0::2"},
        {"name": "b1", "user": "bob", "tags": [], "ipv4": "100.64.0.3", "ipv6": "fd7a:115c:a1e0::3"},
        {"name": "web", "tags": ["tag:web"], "ipv4": "100.64.0.4", "ipv6": "fd7a:115c:a1e0::4"},
        {"name": "nas", "tags": ["tag:db"], "ipv4": "100.64.0.9", "ipv6": "fd7a:115c:a1e0::9"},
        {"name": "exit", "tags": ["tag:db", "tag:web"], "ipv4": "100.64.0.5", "ipv6": "fd7a:115c:a1e0::5",
         "routable_ips": ["10.0.0.0/16", "0.0.0.0/0", "::/0"], "approved_routes": ["10.0.0.0/16", "0.0.0.0/0", "::/0"]}
    ]
}"#;

/// Returns what every device accepts, one line for each source, protocol, destination and range of
/// ports.
fn accepted(policy: &str) -> BTreeSet<String> {
    let policy = Policy::with_facts(policy, FACTS);
    let errors = policy.check().into_iter().filter(|finding| finding.severity() == Severity::Error);
    assert_eq!(errors.map(|error| error.message).collect::<Vec<_>>(), [""; 0], "{}", policy.text);
    let compiled = policy.validate().unwrap().compile().to_json();
    let mut lines = BTreeSet::new();
    for (device, got) in &compiled {
        for rule in got["packet_filter_rules"].as_array().into_iter().flatten() {
            for source in rule["SrcIPs"].as_array().unwrap() {
                for destination in rule["DstPorts"].as_array().unwrap() {
                    lines.insert(format!("{device}: {source} {} {destination}", rule["IPProto"]));
                }
            }
        }
    }
    lines
}

const SOURCES: &[&str] =
    &["*", "ada@example.com", "group:dev", "autogroup:member", "autogroup:owner", "tag:web", "nas", "100.64.0.3"];
const HOSTS: &[&str] = &[
    "*",
    "autogroup:self",
    "bob@example.com",
    "group:dev",
    "autogroup:member",
    "autogroup:internet",
    "tag:web",
    "tag:db",
    "nas",
    "10.0.0.0/8",
    "[fd7a:115c:a1e0::9]",
    "ipset:lab",
];
const PORTS: &[&str] = &["*", "22", "443,80", "80,443", "1-65535", "8000-8080,22"];

/// An ACL by numbers: its sources, its destinations with their ports, and its protocol.
type Numbers = (Vec<usize>, Vec<(usize, usize)>, usize);

/// Returns the text of an ACL that Tailscale accepts.
fn acl((sources, destinations, protocol): &Numbers) -> Vec<String> {
    let mut destinations: Vec<(&str, &str)> =
        destinations.iter().map(|(host, ports)| (HOSTS[host % HOSTS.len()], PORTS[ports % PORTS.len()])).collect();
    let has_self = destinations.iter().any(|(host, _)| *host == "autogroup:self");
    // Only users have devices of their own.
    let known = if has_self { 5 } else { SOURCES.len() };
    let sources: Vec<&str> = sources.iter().map(|source| SOURCES[source % known]).collect();
    let protocol = ["tcp", "UDP", "icmp", "47", ""][protocol % 5];
    if matches!(protocol, "icmp" | "47") {
        destinations.iter_mut().for_each(|(_, ports)| *ports = "*");
    }
    let list = |items: Vec<String>| {
        let mut tokens = vec!["[".to_owned()];
        for (index, item) in items.iter().enumerate() {
            tokens.extend((index > 0).then(|| ",".to_owned()));
            tokens.push(format!("\"{item}\""));
        }
        tokens.push("]".to_owned());
        tokens
    };
    let mut tokens: Vec<String> =
        ["{", "\"action\"", ":", "\"accept\"", ",", "\"src\"", ":"].map(str::to_owned).to_vec();
    tokens.extend(list(sources.iter().map(|source| (*source).to_owned()).collect()));
    tokens.extend([",", "\"dst\"", ":"].map(str::to_owned));
    tokens.extend(list(destinations.iter().map(|(host, ports)| format!("{host}:{ports}")).collect()));
    tokens.extend([",", "\"proto\"", ":"].map(str::to_owned));
    tokens.push(format!("\"{protocol}\""));
    tokens.push("}".to_owned());
    tokens
}

/// Returns a policy with comments at some places between its tokens.
fn policy_of(acls: &[Numbers], grants: usize, is_before: bool, comments: &[(usize, usize)]) -> (String, usize) {
    let mut tokens: Vec<String> = [
        "{",
        "\"groups\"",
        ":",
        "{",
        "\"group:dev\"",
        ":",
        "[",
        "\"bob@example.com\"",
        "]",
        "}",
        ",",
        "\"hosts\"",
        ":",
        "{",
        "\"nas\"",
        ":",
        "\"100.64.0.9\"",
        "}",
        ",",
        "\"ipsets\"",
        ":",
        "{",
        "\"ipset:lab\"",
        ":",
        "[",
        "\"add 10.0.0.0/24\"",
        "]",
        "}",
        ",",
        "\"tagOwners\"",
        ":",
        "{",
        "\"tag:web\"",
        ":",
        "[",
        "]",
        ",",
        "\"tag:db\"",
        ":",
        "[",
        "]",
        "}",
    ]
    .map(str::to_owned)
    .to_vec();
    let mut sections = Vec::new();
    if grants > 0 {
        let mut section: Vec<String> = [",", "\"grants\"", ":", "["].map(str::to_owned).to_vec();
        for grant in 1..grants {
            section.extend((grant > 1).then(|| ",".to_owned()));
            section.push(r#"{"src": ["tag:db"], "dst": ["tag:web"], "ip": ["1234"]}"#.to_owned());
        }
        section.push("]".to_owned());
        sections.push(section);
    }
    let mut section: Vec<String> = [",", "\"acls\"", ":", "["].map(str::to_owned).to_vec();
    for (index, numbers) in acls.iter().enumerate() {
        section.extend((index > 0).then(|| ",".to_owned()));
        section.extend(acl(numbers));
    }
    section.push("]".to_owned());
    sections.insert(if is_before { 0 } else { sections.len() }, section);
    tokens.extend(sections.concat());
    tokens.push("}".to_owned());
    let mut places: Vec<(usize, usize)> =
        comments.iter().map(|(place, kind)| (place % (tokens.len() + 1), *kind)).collect();
    places.sort_unstable_by(|one, two| two.cmp(one));
    for (number, (place, kind)) in places.iter().enumerate() {
        let comment = match kind % 5 {
            0 => format!(" /* remark {number}. */ "),
            1 => format!(" // remark {number}.\n"),
            2 => format!("\n\n// remark {number}.\n"),
            3 => format!("\n// remark {number}.\n\n"),
            _ => format!("\n/* remark {number}. */"),
        };
        tokens.insert(*place, comment);
    }
    (tokens.concat(), places.len())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn grants_allow_what_the_acls_allowed_and_keep_every_comment(
        acls in prop::collection::vec(
            (prop::collection::vec(0_usize..100, 1..4), prop::collection::vec((0_usize..100, 0_usize..100), 1..6), 0_usize..100),
            0..4,
        ),
        grants in 0_usize..4,
        is_before in prop::bool::ANY,
        comments in prop::collection::vec((0_usize..1000, 0_usize..100), 0..8),
    ) {
        let (text, count) = policy_of(&acls, grants, is_before, &comments);
        let migrated = migrate(&text).unwrap_or_else(|errors| panic!("{text}: {errors:?}")).text;
        let policy = Policy::parse(migrated.as_str());
        prop_assert!(policy.acls.is_none() && policy.grants.is_some(), "{text}\nbecame {migrated}");
        prop_assert_eq!(accepted(&text), accepted(&migrated), "{}\nbecame {}", text, migrated);
        for number in 0..count {
            let remark = format!("remark {number}.");
            prop_assert_eq!(migrated.matches(&remark).count(), 1, "{} in {}\nbecame {}", remark, text, migrated);
        }
        // The output is formatted, and migrating it again changes nothing.
        prop_assert_eq!(&migrate(&migrated).unwrap().text, &migrated);
    }
}
