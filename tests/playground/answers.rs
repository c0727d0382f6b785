//! Tests that the playground answers as the program does, on policies of real tailnets and on
//! random ones.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use policy_generate::cases::{Shape, case};
use policy_generate::small::{Random, seeds};
use policy_oracle::world::facts;
use policy_test_support::process::{self, Run};
use policy_test_support::{require, root};
use serde_json::{Value, json};

use crate::built;

/// The number of random policies of each shape, and of questions about access for each policy.
const POLICIES: u64 = 6;
const QUESTIONS: usize = 4;

const PORTS: &[&str] = &["22", "443", "80", "udp:53", "icmp", "tcp:8080"];
const OTHERS: &[&str] = &["alice@example.com", "autogroup:member", "10.0.0.1", "100.64.0.3", "fd7a:115c:a1e0::3"];

/// A policy with everything that the page knows.
struct Texts {
    policy: String,
    other: String,
    facts: String,
}

/// A question as the page asks it, and the command line for it.
struct Question {
    name: &'static str,
    input: Value,
    arguments: Vec<String>,
}

fn question(name: &'static str, input: Value, command: &str, facts: &[&str], words: &[&str]) -> Question {
    let arguments = command.split(' ').chain(facts.iter().copied()).chain(["--"]).chain(words.iter().copied());
    Question { name, input, arguments: arguments.map(str::to_owned).collect() }
}

/// Returns the questions about a policy: each kind, and some pairs of its names.
fn questions(texts: &Texts, random: &mut Random) -> Vec<Question> {
    let policy: Value = serde_json::from_str(&policy_generate::large::plain(&texts.policy)).unwrap_or_default();
    let names = ["tagOwners", "groups", "hosts"].iter().filter_map(|section| policy[section].as_object());
    let mut words: Vec<String> = names.flat_map(|section| section.keys().cloned()).collect();
    words.extend(OTHERS.iter().map(|&word| word.to_owned()));
    let facts: &[&str] = if texts.facts.is_empty() { &[] } else { &["--tailnet", "facts.json"] };
    let access = |from: &str, to: &str, port: &str, account: &str| json!({"source": from, "destination": to, "port": port, "account": account});
    let mut all = vec![
        question("rust", Value::Null, "import", &[], &["policy.hujson"]),
        question("diff", json!({"otherIs": "new"}), "diff", facts, &["policy.hujson", "other.hujson"]),
        question("diff", json!({"otherIs": "old"}), "diff", facts, &["other.hujson", "policy.hujson"]),
    ];
    for _ in 0..QUESTIONS {
        let (from, to) = (&words[random.below(words.len())], &words[random.below(words.len())]);
        let port = random.one(PORTS);
        all.push(question("access", access(from, "", "", ""), "what", facts, &["policy.hujson", from]));
        all.push(question("access", access("", to, "", ""), "who", facts, &["policy.hujson", to]));
        let login =
            question("access", access(from, to, "", "root"), "explain --ssh=root", facts, &["policy.hujson", from, to]);
        all.push(login);
        let place = if to.contains("::") { format!("[{to}]") } else { to.clone() };
        let (command, end) = match port.split_once(':') {
            Some((protocol, number)) => (format!("explain --proto={protocol}"), format!("{place}:{number}")),
            None if port == "icmp" => ("explain --proto=icmp".to_owned(), to.clone()),
            None => ("explain".to_owned(), format!("{place}:{port}")),
        };
        all.push(question("access", access(from, to, port, ""), &command, facts, &["policy.hujson", from, &end]));
    }
    all
}

/// Returns the words of an answer. On the page, places have no parentheses, and a verdict has no
/// colon, because it has a colour.
fn words(text: &str) -> String {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ").replace(['(', ')'], "");
    ["allowed", "denied", "it depends"]
        .iter()
        .fold(flat, |text, verdict| text.replace(&format!("{verdict}: "), &format!("{verdict} ")))
}

/// Returns why an answer of the page is not that of the program.
fn difference(question: &Question, answer: &Value, run: &Run) -> Option<String> {
    if let Some(text) = answer["text"].as_str() {
        let shown = answer["shown"].as_str().unwrap();
        // Rust is shown as it is.
        let is_shown = question.name == "rust" || words(shown) == words(&run.stdout);
        return match (text == run.stdout, is_shown) {
            (true, true) => None,
            (false, _) => Some(format!("page:\n{text}\nprogram:\n{}", run.stdout)),
            (true, false) => Some(format!("shown:   {shown}\nprinted: {}", run.stdout)),
        };
    }
    if answer["invalid"].is_string() {
        return (!run.stderr.contains("error[")).then(|| format!("invalid, but {run:?}"));
    }
    let failure = answer["failure"].as_str().unwrap();
    (failure != run.stderr.trim()).then(|| format!("page:\n{failure}\nprogram:\n{}", run.stderr))
}

fn random_texts(seed: u64, shape: Shape) -> Texts {
    let case = case(seed, shape);
    let facts =
        if seed.is_multiple_of(3) { json!({}) } else { facts(&case["worlds"][usize::try_from(seed % 4).unwrap()]) };
    Texts { policy: case["policy"].to_string(), other: case["new"].to_string(), facts: facts.to_string() }
}

#[test]
fn the_page_answers_as_the_program_does() {
    let (Some(node), Some(engine)) = (require::node(), built("wasm", "policy_wasm_bg.wasm")) else { return };
    let read = |path: &str| fs::read_to_string(root().join(path)).unwrap();
    let printed = process::run(env!("CARGO_BIN_EXE_blumeops"), Path::new("."), &[] as &[&str]).stdout;
    assert!(printed.contains("tagOwners"), "{printed}");
    let blumeops =
        Texts { other: printed.replacen("\"tcp:443\"", "\"tcp:8443\"", 1), policy: printed, facts: String::new() };
    let company = read("tests/page/policy.hujson");
    let company =
        Texts { other: company.replacen("tcp:443", "tcp:*", 1), policy: company, facts: read("tests/page/facts.json") };
    let example = read("playground/src/example.hujson");
    let example = Texts { other: example.replacen("tcp:22\", ", "", 1), policy: example, facts: String::new() };
    let random = Shape::ALL.iter().flat_map(|&shape| seeds(POLICIES).map(move |seed| random_texts(seed, shape)));
    let all: Vec<Texts> = [blumeops, company, example].into_iter().chain(random).collect();

    let mut lines = String::new();
    let mut asked = Vec::new();
    for (seed, texts) in (0..).zip(&all) {
        let questions = questions(texts, &mut Random::new(seed));
        let pairs: Vec<Value> = questions.iter().map(|question| json!([question.name, question.input])).collect();
        let texts = json!({"policy": texts.policy, "other": texts.other, "facts": texts.facts});
        lines += &format!("{}\n", json!({"texts": texts, "questions": pairs}));
        asked.push(questions);
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("playground/answers.mjs");
    let arguments = [script.as_os_str(), engine.as_os_str()];
    let run = process::run_with_stdin(node, Path::new(env!("CARGO_MANIFEST_DIR")), &arguments, &lines);
    assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""));
    let answers: Vec<Vec<Value>> = run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), all.len());

    let (mut texts_seen, mut failures, mut wrong) = (0, 0, Vec::new());
    for (number, ((texts, questions), answers)) in all.iter().zip(&asked).zip(&answers).enumerate() {
        let directory = process::empty_directory(env!("CARGO_TARGET_TMPDIR"), "playground/answers");
        for (name, text) in
            [("policy.hujson", &texts.policy), ("other.hujson", &texts.other), ("facts.json", &texts.facts)]
        {
            fs::write(directory.join(name), text).unwrap();
        }
        for (question, answer) in questions.iter().zip(answers) {
            let run = process::run(env!("CARGO_BIN_EXE_standalone"), &directory, &question.arguments);
            if answer["text"].is_string() {
                texts_seen += 1
            } else {
                failures += 1
            }
            if let Some(difference) = difference(question, answer, &run) {
                wrong.push(format!("policy {number}: {} {:?}\n{difference}", question.name, question.arguments));
            }
        }
    }
    let count = texts_seen + failures;
    let line = format!("playground: {count} answers about {} policies, {failures} of them failures\n", all.len());
    std::io::stderr().write_all(line.as_bytes()).unwrap();
    assert!(
        wrong.is_empty(),
        "{} of {count}:\n{}",
        wrong.len(),
        wrong.iter().take(5).cloned().collect::<Vec<_>>().join("\n\n")
    );
    assert!(texts_seen > 500 && failures > 20, "{line}");
}
