//! Every command in memory answers as the native program does: on policies of real tailnets, on the
//! cases of the suites, and on random policies.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use policy_generate::small::{self, Random};
use policy_test_support::process::{self, empty_directory, names};
use policy_test_support::{require, root};
use serde_json::{Value, json};

use crate::package;

/// The number of random policies. `POLICIES` sets another one.
const USUAL: u64 = 100;

/// Command lines about `policy.hujson`, `other.hujson` and `facts.json`.
const COMMAND_LINES: [&str; 12] = [
    "check --tailnet facts.json policy.hujson",
    "check --format json policy.hujson",
    "check --fix --unsafe-fixes policy.hujson",
    "fmt policy.hujson",
    "test --format json policy.hujson",
    "names --format json policy.hujson",
    "matrix --tailnet facts.json policy.hujson",
    "import policy.hujson",
    "diff policy.hujson other.hujson",
    "explain --tailnet facts.json policy.hujson tag:a tag:b:22",
    "who policy.hujson tag:b",
    "what --format json policy.hujson alice@example.com",
];

const TODAY: &str = "2027-03-17";

struct Texts([(&'static str, String); 3]);

impl Texts {
    fn new(policy: String, other: String, facts: String) -> Texts {
        Texts([("policy.hujson", policy), ("other.hujson", other), ("facts.json", facts)])
    }
}

fn all() -> Vec<Texts> {
    let read = |path: &str| fs::read_to_string(root().join(path)).unwrap();
    let seed = read("examples/terraform/policy.hujson");
    let mut all = vec![
        Texts::new(seed.clone(), seed.replacen("443", "444", 1), "{}".to_owned()),
        Texts::new(read("tests/page/policy.hujson"), seed, read("tests/page/facts.json")),
    ];
    let mut suite: Vec<_> =
        fs::read_dir(root().join("policy-core/tests/suite")).unwrap().map(|entry| entry.unwrap().path()).collect();
    suite.sort();
    for path in suite.iter().filter(|path| path.extension().is_some_and(|extension| extension == "hujson")) {
        let text = fs::read_to_string(path).unwrap();
        // The first cases of each file are enough: others tests have all of them.
        for case in text.split("//- ").skip(1).take(4) {
            let policy = case.split_once('\n').map_or("", |(_, policy)| policy).to_owned();
            all.push(Texts::new(policy, "{}".to_owned(), "{}".to_owned()));
        }
    }
    for seed in small::seeds(USUAL) {
        let mut random = Random::new(seed);
        let (policy, facts) = small::policy(&mut random);
        let (other, _) = small::policy(&mut random);
        let policy = if random.below(4) == 0 { policy.replacen("tag:a", "tag:A", 1) } else { policy };
        all.push(Texts::new(policy, other, facts));
    }
    all
}

/// Removes times, which differ from run to run.
pub(crate) fn timeless(text: &str) -> String {
    let is_time = |line: &&str| !line.trim_start().starts_with("\"seconds\": ");
    let lines: Vec<&str> = text.split('\n').filter(is_time).collect();
    let words = |line: &&str| match line.rsplit_once(" (") {
        Some((before, time)) if time.ends_with("ms)") => before.to_owned(),
        _ => (*line).to_owned(),
    };
    lines.iter().map(words).collect::<Vec<_>>().join("\n")
}

fn answer(status: &Value, stdout: &str, stderr: &str, files: &Value) -> Value {
    json!({ "status": status, "stdout": timeless(stdout), "stderr": timeless(stderr), "files": files })
}

#[test]
fn the_module_answers_as_the_program_does() {
    let (Some(node), Some(package)) = (require::node(), package()) else { return };
    let all = all();
    let lines: String = all
        .iter()
        .map(|Texts(texts)| {
            let files: serde_json::Map<String, Value> =
                texts.iter().map(|(name, text)| ((*name).to_owned(), json!(text))).collect();
            let lines: Vec<Vec<&str>> = COMMAND_LINES.map(|line| line.split(' ').collect()).to_vec();
            format!("{}\n", json!({ "files": files, "lines": lines, "today": TODAY }))
        })
        .collect();
    let script = root().join("tests/npm/answers.mjs");
    let run = process::run_with_stdin(node, Path::new("."), &[script.as_os_str(), package.as_os_str()], &lines);
    assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""));
    let answers: Vec<Vec<Value>> = run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), all.len());
    let (mut count, mut wrong) = (0, Vec::new());
    for (Texts(texts), answers) in all.iter().zip(&answers) {
        for (line, module) in COMMAND_LINES.iter().zip(answers) {
            let folder = empty_directory(env!("CARGO_TARGET_TMPDIR"), "npm-answers");
            for (name, text) in texts {
                fs::write(folder.join(name), text).unwrap();
            }
            let arguments: Vec<&str> = line.split(' ').collect();
            let program = env!("CARGO_BIN_EXE_standalone");
            let output = process::command(program, &folder, &arguments).env("POLICY_TODAY", TODAY).output().unwrap();
            let run = process::Run::from(output);
            let written: serde_json::Map<String, Value> = names(&folder)
                .into_iter()
                .map(|name| (name.clone(), fs::read_to_string(folder.join(&name)).unwrap()))
                .filter(|(name, text)| !texts.iter().any(|(old, before)| old == name && before == text))
                .map(|(name, text)| (name, json!(text)))
                .collect();
            let native = self::answer(&json!(run.status), &run.stdout, &run.stderr, &json!(written));
            let text = |name: &str| module[name].as_str().unwrap();
            let module = self::answer(&module["status"], text("stdout"), text("stderr"), &module["files"]);
            count += 1;
            if native != module {
                wrong.push(format!("policy {line}\nprogram: {native}\nmodule:  {module}\n{}", texts[0].1));
            }
        }
    }
    let line = format!("npm: {count} answers about {} policies, {} differ\n", all.len(), wrong.len());
    std::io::stderr().write_all(line.as_bytes()).unwrap();
    assert!(wrong.is_empty(), "{line}{}", wrong.iter().take(3).cloned().collect::<Vec<_>>().join("\n\n"));
}
