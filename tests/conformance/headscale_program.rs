//! Tests against a headscale program on this machine, with the same policies.
//!
//! `headscale policy check` opens a new database, which has no users and no devices. So the results
//! of a policy's tests are not compared.

use std::fs;
use std::path::Path;

use policy_core::Policy;
use policy_core::check::rejection;
use policy_core::diagnostic::HeadscaleStage;
use policy_test_support::{process, require};

use crate::headscale::is_same;

/// The option with which `policy check` needs no running server.
const WITHOUT_SERVER: &str = "--bypass-grpc-and-access-database-directly";

/// The prefix of headscale's messages.
const BEFORE: &str = "Error: parsing policy file: ";

/// Returns the policies of the checker's own suite without the marks, each with its title.
fn policies() -> Vec<(String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policy-core/tests/suite/headscale.hujson");
    let suite = fs::read_to_string(path).unwrap();
    let cases = suite.split("\n//- ").skip(1).map(|case| case.split_once('\n').unwrap());
    let cases = cases.filter(|(_, text)| !text.starts_with("// facts: "));
    let unmarked = |text: &str| text.lines().filter(|line| !line.starts_with("//")).collect::<Vec<_>>().join("\n");
    cases.map(|(title, text)| (title.to_owned(), unmarked(text))).collect()
}

fn configure(folder: &Path) {
    let path = |name: &str| folder.join(name).display().to_string();
    let lines = [
        "server_url: http://127.0.0.1:8080".to_owned(),
        "listen_addr: 127.0.0.1:0".to_owned(),
        format!("noise: {{private_key_path: {}}}", path("noise.key")),
        "prefixes: {v4: 100.64.0.0/10, v6: \"fd7a:115c:a1e0::/48\"}".to_owned(),
        "derp: {server: {enabled: false}, urls: [], paths: [], auto_update_enabled: false}".to_owned(),
        format!("database: {{type: sqlite, sqlite: {{path: {}}}}}", path("db.sqlite")),
        "dns: {magic_dns: false, base_domain: example.net, override_local_dns: false}".to_owned(),
        "policy: {mode: database}".to_owned(),
        "log: {level: error}".to_owned(),
        "disable_check_updates: true".to_owned(),
    ];
    fs::write(folder.join("config.yaml"), lines.join("\n")).unwrap();
}

#[test]
fn a_headscale_on_this_machine_says_the_same() {
    let Some(program) = require::headscale() else { return };
    let folder = process::empty_directory(env!("CARGO_TARGET_TMPDIR"), "headscale");
    configure(&folder);
    let (mut wrong, mut compared) = (Vec::new(), 0);
    for (title, text) in policies() {
        let policy = Policy::parse(text.as_str());
        let findings = policy.check();
        let ours = rejection(&findings).map(|message| message.into_owned());
        let has_tests = !policy.tests.is_empty() || !policy.ssh_tests.is_empty();
        let answers = || findings.iter().filter_map(|finding| finding.headscale.as_ref());
        let is_run = answers().map(|answer| answer.stage).min().is_none_or(|stage| stage > HeadscaleStage::Checking);
        if has_tests && is_run {
            continue;
        }
        fs::write(folder.join("policy.hujson"), &text).unwrap();
        let arguments = ["-c", "config.yaml", "--force", "policy", "check", WITHOUT_SERVER, "-f", "policy.hujson"];
        let run = process::run(&program, &folder, &arguments);
        let headscale = (run.status != Some(0)).then(|| run.stderr.trim().replacen(BEFORE, "", 1));
        compared += 1;
        let agree = match (&headscale, &ours) {
            (None, None) => true,
            (Some(headscale), Some(ours)) => {
                // The keys of an ACL are read in random order.
                let mut each = answers().filter_map(|answer| answer.text.as_deref());
                is_same(headscale, ours) || each.any(|answer| is_same(headscale, answer))
            }
            _ => false,
        };
        if !agree {
            wrong.push(format!("{title}: headscale says {headscale:?}, we say {ours:?}"));
        }
    }
    println!("{compared} policies compared with {}", program.display());
    assert!(compared > 20 && wrong.is_empty(), "{}", wrong.join("\n"));
}
