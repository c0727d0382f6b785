//! Tests of the tables, pages and pictures of a policy that processes print.

#[path = "../blumeops-policy/src/tailnet.rs"]
mod tailnet;

use std::fs;
use std::path::{Path, PathBuf};

use policy_analysis::Analysis;
use policy_analysis::matrix::Matrix;
use policy_test_support::process::{self, Run};
use policy_test_support::snapshot;

const POLICY: &str = r#"{
	"groups": {
		// People | of the <b>lab</b>
		"group:lab": ["alice@example.com", "bob@example.com"],
	},
	"tagOwners": {
		// The database
		"tag:db":  [],
		"tag:web": [],
	},
	"grants": [
		{"src": ["group:lab"], "dst": ["tag:web", "tag:db"], "ip": ["tcp:443", "tcp:22"]},
		// Queries
		{"src": ["tag:web"], "dst": ["tag:db"], "ip": ["tcp:5432"]},
	],
	"ssh": [{"action": "check", "src": ["group:lab"], "dst": ["tag:db"], "users": ["root"]}],
}
"#;

const FACTS: &str = r#"{
	"users": [{"name": "alice", "email": "alice@example.com"}],
	"nodes": [
		{"name": "both", "tags": ["tag:db", "tag:web"]},
		{"name": "laptop", "user": "alice"},
	],
}"#;

/// Returns an empty directory for one test, with the policy and the facts in it.
fn directory(test: &str) -> PathBuf {
    let path = process::empty_directory(env!("CARGO_TARGET_TMPDIR"), &format!("render/{test}"));
    fs::write(path.join("policy.hujson"), POLICY).unwrap();
    fs::write(path.join("facts.json"), FACTS).unwrap();
    path
}

fn policy(directory: &Path, arguments: &[&str]) -> Run {
    process::run(env!("CARGO_BIN_EXE_standalone"), directory, arguments)
}

/// Returns the output of a command that must succeed.
fn printed(directory: &Path, arguments: &[&str]) -> String {
    let output = policy(directory, arguments);
    assert_eq!((output.status, output.stderr.as_str()), (Some(0), ""), "{arguments:?}");
    output.stdout
}

#[test]
fn the_page_of_blumeops_is_up_to_date() {
    let option = if snapshot::should_update() { "--output" } else { "--check" };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let run = process::run(env!("CARGO_BIN_EXE_blumeops"), folder, &["docs", option, "../docs/blumeops.md"]);
    assert_eq!(run.status, Some(0), "{}{}", run.stdout, run.stderr);
}

/// Checks the numbers of devices and tags in the last section of that page.
#[test]
fn what_the_page_of_blumeops_says_of_the_old_matrix_is_so() {
    let (by_device, by_tag) = (tailnet::POLICY.device_matrix(), tailnet::POLICY.matrix());
    let ports = |matrix: &Matrix, from: &str, to: &str| {
        let source = matrix.sources.iter().position(|end| end.name() == from).unwrap();
        let destination = matrix.destinations.iter().position(|end| end.name() == to).unwrap();
        matrix.row(source).get(&destination).map_or(String::new(), |cell| cell[0].ports.to_string())
    };
    for (from, to, expected) in [
        ("autogroup:member", "tag:kiwix", "tcp:443"),
        ("autogroup:member", "tag:feed", "tcp:443"),
        ("autogroup:member", "tag:devpi", "tcp:443"),
        ("autogroup:member", "tag:forge", "tcp:22, tcp:443"),
        ("autogroup:member", "tag:loki", ""),
        ("tag:homelab", "tag:pg", ""),
        ("tag:homelab", "tag:loki", ""),
        ("tag:k8s", "tag:forge", ""),
    ] {
        assert_eq!(ports(&by_tag, from, to), expected, "{from} to {to}");
    }
    for (from, to, expected) in [
        ("ringtail", "ingress-kiwix", "tcp:443, tcp:5432, tcp:9187"),
        ("ringtail", "ingress-miniflux", "tcp:443, tcp:5432, tcp:9187"),
        ("ringtail", "ingress-grafana", "tcp:443, tcp:5432, tcp:9187"),
        ("ringtail", "ingress-postgres", "tcp:443, tcp:5432, tcp:9187"),
        ("ringtail", "indri", "*"),
        ("ingress-kiwix", "indri", "tcp:443, tcp:2200, tcp:3001"),
        ("ingress-kiwix", "ringtail", "tcp:2200, tcp:3001"),
        ("ingress-kiwix", "sifaka", ""),
    ] {
        assert_eq!(ports(&by_device, from, to), expected, "{from} to {to}");
    }
    let carries =
        |tag: &str| tailnet::POLICY.facts.devices.iter().any(|device| device.tags.iter().any(|own| *own.text == *tag));
    assert!(carries("tag:loki") && !carries("tag:devpi"));
}

/// Checks the statements of that page about tests and invariants.
#[test]
fn what_indri_gets_round_is_what_the_page_of_blumeops_says() {
    let mut policy = tailnet::POLICY.clone().into_inner();
    policy.lints.clear();
    policy.facts.lints.clear();
    let found = policy.check().into_iter().filter(|finding| finding.code == policy_core::Code::ReachableDevice);
    let about: Vec<String> = found.map(|finding| finding.message).collect();
    assert_eq!(
        about,
        [
            "`allison` should not reach `tag:registry:443`, but can reach the device `indri`, which has that tag",
            "`allison` should not reach `tag:k8s-api:443`, but can reach the device `indri`, which has that tag",
            "`tag:flyio-proxy` should not reach `tag:homelab:443`, but can reach the device `indri`, which has that tag",
            "`tag:flyio-proxy` should not reach `tag:registry:443`, but can reach the device `indri`, which has that tag",
            "this does not hold for the known devices: `allison` reaches `indri` on `tcp:22`",
        ]
    );
}

#[test]
fn a_matrix_comes_in_four_formats() {
    let directory = directory("a_matrix_comes_in_four_formats");
    let markdown = printed(&directory, &["matrix", "policy.hujson"]);
    assert!(
        markdown.starts_with(
            "| Source | `tag:web` | `tag:db` |\n| --- | --- | --- |\n| `group:lab` | SSH, 443 | SSH, 443 |\n| `tag:web` | - | 5432 |\n\n"
        ),
        "{markdown}"
    );
    assert_eq!(
        printed(&directory, &["matrix", "policy.hujson", "--format", "csv"]),
        "\"\",tag:web,tag:db\r\ngroup:lab,\"tcp:22, tcp:443\",\"tcp:22, tcp:443\"\r\ntag:web,\"\",tcp:5432\r\n"
    );
    let json: serde_json::Value =
        serde_json::from_str(&printed(&directory, &["matrix", "policy.hujson", "--format", "json"])).unwrap();
    assert_eq!(json["destinations"], serde_json::json!(["tag:web", "tag:db"]));
    assert_eq!(
        json["access"][2],
        serde_json::json!({"source": "tag:web", "destination": "tag:db", "ports": ["tcp:5432"], "srcPosture": [], "via": [], "family": null, "dependsOn": [], "until": null, "rules": [{"file": "policy.hujson", "line": 14}]})
    );
    assert_eq!(json["depends"], serde_json::json!([]));
    let html = printed(&directory, &["matrix", "policy.hujson", "--format", "html"]);
    assert!(html.contains("<th scope=\"row\"><code>group:lab</code></th><td>SSH, 443</td>"), "{html}");
}

#[test]
fn devices_have_what_each_of_their_tags_has() {
    let directory = directory("devices_have_what_each_of_their_tags_has");
    let arguments = ["matrix", "policy.hujson", "--devices", "--tailnet", "facts.json", "--format", "csv"];
    assert_eq!(
        printed(&directory, &arguments),
        "\"\",both,laptop\r\nboth,tcp:5432,\"\"\r\nlaptop,\"tcp:22, tcp:443\",\"\"\r\n"
    );
    let output = policy(&directory, &["matrix", "policy.hujson", "--devices"]);
    assert_eq!(output.status, Some(2));
    assert_eq!(
        output.stderr.as_str(),
        "error: no devices are known\nhelp: name a file that lists them with `--tailnet`\n"
    );
}

#[test]
fn a_page_keeps_what_its_author_wrote() {
    let directory = directory("a_page_keeps_what_its_author_wrote");
    let page = directory.join("page.md");
    fs::write(&page, "# Mine\n\n<!-- policy:begin groups -->\nstale\n<!-- policy:end -->\n\nMine, too.\n").unwrap();
    let check = || policy(&directory, &["docs", "policy.hujson", "--tailnet", "facts.json", "--check", "page.md"]);
    let stale = check();
    assert_eq!(stale.status, Some(1));
    assert!(stale.stdout.contains("\n-stale\n"), "{}", stale.stdout);
    assert_eq!(
        stale.stderr.as_str(),
        "error: `page.md` is out of date\nhelp: bring it up to date with `policy docs policy.hujson --output page.md`\n"
    );
    assert_eq!(printed(&directory, &["docs", "policy.hujson", "--tailnet", "facts.json", "--output", "page.md"]), "");
    assert_eq!(
        fs::read_to_string(&page).unwrap(),
        "# Mine\n\n<!-- policy:begin groups -->\n\n| Group | Members | Purpose |\n| --- | --- | --- |\n\
         | `group:lab` | `alice`, `bob@example.com` | People \\| of the \\<b\\>lab\\</b\\> |\n\n<!-- policy:end -->\n\nMine, too.\n"
    );
    assert_eq!(check().status, Some(0));
}

#[test]
fn a_new_page_has_every_section_and_is_fresh() {
    let directory = directory("a_new_page_has_every_section_and_is_fresh");
    assert_eq!(printed(&directory, &["docs", "policy.hujson", "-o", "new.md"]), "");
    assert_eq!(printed(&directory, &["docs", "policy.hujson", "--check", "new.md"]), "");
    let page = fs::read_to_string(directory.join("new.md")).unwrap();
    assert_eq!(page, printed(&directory, &["docs", "policy.hujson"]));
    for part in [
        "## Device tags\n",
        "| `tag:db` | | The database |",
        "- `tag:web` → `tag:db` on `tcp:5432`: Queries\n",
        "| `group:lab` | `tag:db` | `root` | check (12h) | |",
        "## Auto approvers\n\n<!-- policy:begin auto-approvers -->\n\nNone.\n",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
}

#[test]
fn a_page_has_further_sections_where_its_author_puts_them() {
    let directory = directory("a_page_has_further_sections_where_its_author_puts_them");
    let more = r#"
	"hosts": {"nas": "10.1.0.9"},
	"ipsets": {"ipset:lan": ["add 10.1.0.0/16", "remove host:nas"]},
	// Devices that we manage
	"postures": {"posture:linux": ["node:os == 'linux'"]},
	"defaultSrcPosture": ["posture:linux"],
	"nodeAttrs": [{"target": ["tag:web"], "attr": ["funnel"]}],
	"derpMap": {"OmitDefaultRegions": true, "Regions": {
		"1": null,
		"900": {"RegionID": 900, "RegionCode": "lab", "RegionName": "Lab", "Nodes": [{"Name": "1", "RegionID": 900, "HostName": "derp.example.com"}]},
	}},
}
"#;
    fs::write(directory.join("policy.hujson"), POLICY.trim_end().strip_suffix('}').unwrap().to_owned() + more).unwrap();
    let names = ["people", "owners", "hosts", "ipsets", "postures", "node-attributes", "derp"];
    let markers = names.map(|name| format!("<!-- policy:begin {name} -->\n<!-- policy:end -->\n")).concat();
    fs::write(directory.join("page.md"), markers).unwrap();
    let arguments = ["docs", "policy.hujson", "--tailnet", "facts.json", "--output", "page.md"];
    assert_eq!(policy(&directory, &arguments).status, Some(0));
    let page = fs::read_to_string(directory.join("page.md")).unwrap();
    for line in [
        "| `alice` | `alice@example.com` | | `group:lab` | |",
        "| `tag:db` | admins | The database |",
        "| `nas` | `10.1.0.9` | |",
        "| `ipset:lan` | `add 10.1.0.0/16`, `remove host:nas` | |",
        "| `posture:linux` | `node:os == 'linux'` | |",
        "A source must meet `posture:linux`, unless a rule names other postures.",
        "| `tag:web` | `funnel` | |",
        "Tailscale's own regions are not used.",
        "| `1` | | left out |",
        "| `900` `lab` | Lab | `derp.example.com` |",
    ] {
        assert!(page.contains(&format!("{line}\n")), "{line} in {page}");
    }
    let report = printed_with_warnings(&directory, &["report", "policy.hujson", "--tailnet", "facts.json"]);
    assert!(report.contains("<h2 id=\"h-derp\">DERP</h2>") && report.contains("<h2 id=\"h-people\">People</h2>"));
}

/// Returns the output of a command, and ignores its warnings.
fn printed_with_warnings(directory: &Path, arguments: &[&str]) -> String {
    let output = policy(directory, arguments);
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    output.stdout
}

#[test]
fn a_page_without_a_place_for_the_policy_is_left_alone() {
    let directory = directory("a_page_without_a_place_for_the_policy_is_left_alone");
    let page = directory.join("page.md");
    for (content, reason) in [
        ("# Mine\n", "error: `page.md` has no markers for the policy\n"),
        (
            "<!-- policy:begin groops -->\n<!-- policy:end -->\n",
            "error: `groops` is not a section of the page, in line 1 of `page.md`\nhelp: did you mean `groups`?\n",
        ),
    ] {
        fs::write(&page, content).unwrap();
        let output = policy(&directory, &["docs", "policy.hujson", "--output", "page.md"]);
        assert_eq!(output.status, Some(2));
        assert!(output.stderr.starts_with(reason), "{}", output.stderr);
        assert_eq!(fs::read_to_string(&page).unwrap(), content);
    }
}

#[test]
fn a_policy_with_errors_has_no_tables() {
    let directory = directory("a_policy_with_errors_has_no_tables");
    fs::write(directory.join("policy.hujson"), POLICY.replace("\t\t\"tag:web\": [],\n", "")).unwrap();
    for command in ["matrix", "docs", "graph", "report"] {
        let output = policy(&directory, &[command, "policy.hujson"]);
        assert_eq!((output.status, output.stdout.as_str()), (Some(1), ""), "{command}");
        assert!(output.stderr.contains("error[undefined-tag]"), "{}", output.stderr);
    }
}

#[test]
fn a_graph_comes_in_three_formats() {
    let directory = directory("a_graph_comes_in_three_formats");
    for (format, part) in [
        ("mermaid", "    s0 -->|\"SSH, 443\"| d0\n"),
        ("dot", "\ts0 -> d0 [label=\"SSH, 443\"];\n"),
        ("svg", "<title>group:lab → tag:web: SSH, 443</title>"),
    ] {
        let graph = printed(&directory, &["graph", "policy.hujson", "--format", format]);
        assert!(graph.contains(part), "{graph}");
    }
}

#[test]
fn a_report_is_one_file_that_asks_for_no_other() {
    let directory = directory("a_report_is_one_file_that_asks_for_no_other");
    assert_eq!(printed(&directory, &["report", "policy.hujson", "--tailnet", "facts.json", "-o", "page.html"]), "");
    let page = fs::read_to_string(directory.join("page.html")).unwrap();
    assert!(page.contains("default-src 'none'"));
    let addresses = page.match_indices("://").map(|(at, _)| page[..at].rsplit(['"', '\'', ' ']).next().unwrap());
    // The only address is the SVG namespace, which is never requested.
    assert_eq!(addresses.collect::<Vec<_>>(), ["http"]);
    for attribute in ["src=", "@import", "url("] {
        assert!(!page.contains(attribute), "{attribute}");
    }
}

#[test]
fn help_teaches() {
    let directory = directory("help_teaches");
    for command in ["matrix", "docs", "graph", "report"] {
        let help = printed(&directory, &[command, "--help"]);
        assert!(help.contains("Example") && help.contains(&format!("policy {command} policy.hujson")), "{help}");
    }
}
