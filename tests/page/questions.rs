//! Tests that the page answers random questions about random policies as `explain` does.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::io::Write as _;
use std::path::Path;

use policy_analysis::Analysis as _;
use policy_analysis::query::{Case, Explanation, Login, NearRule, Obstacle, Question, Reason};
use policy_core::access::{Families, Family};
use policy_core::model::{Action, Protocol};
use policy_core::source::Origin;
use policy_core::testing::Decision;
use policy_core::{Policy, ValidPolicy};
use policy_generate::cases::{Shape, case};
use policy_generate::small::{Random, seeds};
use policy_oracle::world::facts;
use policy_test_support::{process, require};
use serde_json::{Value, json};

/// The number of policies of each shape, and the number of questions about each policy.
const POLICIES: u64 = 6;
const QUESTIONS: usize = 140;

/// Words for questions, in addition to the words of the policy.
const ADDRESSES: &[&str] = &[
    "10.0.0.1",
    "10.0.0.2",
    "10.0.0.77",
    "10.9.0.5",
    "192.168.1.1",
    "100.64.0.3",
    "100.64.0.9",
    "100.100.1.1",
    "203.0.113.7",
    "8.8.8.8",
    "fd7a:115c:a1e0::3",
    "fd7a:115c:a1e0::77",
    "fd7a:115c:a1e0:b1a:0:7:a00:2",
    "2001:db8::7",
    "fd00::1",
];
const PORTS: &[u16] = &[22, 80, 443, 22, 80, 443, 53, 8080];
const PROTOCOLS: &[u8] = &[6, 6, 6, 6, 6, 17, 17, 1, 58, 47];
const ACCOUNTS: &[&str] = &["root", "ubuntu", "alice", "bob"];

#[test]
fn the_page_answers_as_explain_does() {
    let Some(node) = require::node() else { return };
    let directory = process::empty_directory(env!("CARGO_TARGET_TMPDIR"), "page/questions");
    let mut asked: Vec<(ValidPolicy, Vec<Value>, String)> = Vec::new();
    let mut lines = String::new();
    for &shape in Shape::ALL {
        for seed in seeds(POLICIES) {
            let case = case(seed, shape);
            let facts =
                if seed % 3 == 0 { json!({}) } else { facts(&case["worlds"][usize::try_from(seed % 4).unwrap()]) };
            let (text, facts) = (case["policy"].to_string(), facts.to_string());
            let Ok(policy) = Policy::with_facts(text.as_str(), facts.as_str()).validate() else { continue };
            let name = format!("{shape:?}-{seed}");
            let page = page(&directory, &name, &text, &facts);
            let data = data(&page);
            let mut random = Random::new(seed);
            let questions: Vec<Value> = (0..QUESTIONS).map(|_| question(&mut random, &data)).collect();
            lines += &format!("{}\n", json!({"page": page, "questions": questions}));
            asked.push((policy, questions, name));
        }
    }
    let run = process::run_with_stdin(node, Path::new(env!("CARGO_MANIFEST_DIR")), &["page/answer.js"], &lines);
    assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""));
    let answers: Vec<Vec<Value>> = run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), asked.len());
    let (mut count, mut same_words) = (0, 0);
    let (mut decisions, mut wrong) = (HashMap::<String, usize>::new(), Vec::new());
    let (mut sentences_of_page, mut sentences_of_explain) = (BTreeSet::new(), BTreeSet::new());
    for ((policy, questions, name), answers) in asked.iter().zip(&answers) {
        for (question, said) in questions.iter().zip(answers) {
            let expected = expected(policy, question);
            *decisions.entry(expected["decision"].to_string()).or_default() += 1;
            count += 1;
            let said = of_page(said);
            same_words += usize::from(said == expected);
            sentences_of_page.extend(sentences(&said));
            sentences_of_explain.extend(sentences(&expected));
            if in_essence(question, &said) != in_essence(question, &expected) {
                wrong.push(format!("{name}: {question}\n  explain: {expected}\n  page:    {said}"));
            }
        }
    }
    let line = format!(
        "page: {count} questions about {} policies, {same_words} of them answered in the same words: {decisions:?}\n",
        asked.len()
    );
    std::io::stderr().write_all(line.as_bytes()).unwrap();
    assert!(
        wrong.is_empty(),
        "{} of {count}:\n{}",
        wrong.len(),
        wrong.iter().take(12).cloned().collect::<Vec<_>>().join("\n")
    );
    assert!(count >= 10_000 || std::env::var_os("POLICIES").is_some());
    assert!(same_words * 100 > count * 90, "{line}");
    let own: Vec<&String> = sentences_of_page.difference(&sentences_of_explain).collect();
    assert!(own.is_empty(), "`explain` has no such sentences: {own:#?}");
    assert!(decisions.values().filter(|count| **count > 400).count() >= 3, "{decisions:?}");
}

/// Writes the page of a policy, and returns its path.
fn page(directory: &Path, name: &str, policy: &str, facts: &str) -> String {
    let [policy_file, facts_file, page] = ["hujson", "json", "html"].map(|ending| format!("{name}.{ending}"));
    fs::write(directory.join(&policy_file), policy).unwrap();
    fs::write(directory.join(&facts_file), facts).unwrap();
    let arguments = ["report", &policy_file, "--tailnet", &facts_file, "-o", &page];
    let run = process::run(env!("CARGO_BIN_EXE_standalone"), directory, &arguments);
    assert_eq!(run.status, Some(0), "{name}: {}", run.stderr);
    directory.join(page).to_str().unwrap().to_owned()
}

fn data(page: &str) -> Value {
    let html = fs::read_to_string(page).unwrap();
    let (_, rest) = html.split_once("<script id=\"data\" type=\"application/json\">").unwrap();
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

fn pick<T: Copy>(random: &mut Random, list: &[T]) -> T {
    list[random.below(list.len())]
}

fn question(random: &mut Random, data: &Value) -> Value {
    let words = data["words"].as_array().unwrap();
    let word = |random: &mut Random| match random.below(6) {
        0 => pick(random, ADDRESSES).to_owned(),
        _ => words[random.below(words.len())][0].as_str().unwrap().to_owned(),
    };
    let (source, destination) = (word(random), word(random));
    let account = (random.below(5) == 0).then(|| pick(random, ACCOUNTS));
    let protocol = if account.is_some() { 6 } else { pick(random, PROTOCOLS) };
    let port = match account {
        Some(_) => 22,
        None if Protocol(protocol).has_ports() => pick(random, PORTS),
        None => 0,
    };
    json!({"source": source, "destination": destination, "protocol": protocol, "port": port, "account": account})
}

/// Returns the answer of `explain`, in the form of [`of_page`].
fn expected(policy: &ValidPolicy, question: &Value) -> Value {
    let text = |name: &str| question[name].as_str().unwrap();
    let number = |name: &str| question[name].as_u64().unwrap();
    let asked = Question {
        source: text("source"),
        destination: text("destination"),
        protocol: Protocol(u8::try_from(number("protocol")).unwrap()),
        port: u16::try_from(number("port")).unwrap(),
        account: question["account"].as_str(),
    };
    let explanation: Explanation = match policy.explain(&asked) {
        Ok(explanation) => explanation,
        Err(error) => return json!({"error": error.message, "decision": null}),
    };
    let numbers: HashMap<Origin, usize> = rules(policy).into_iter().zip(0..).collect();
    let word = |decision| match decision {
        Decision::Allow => "allowed",
        Decision::Unknown => "depends",
        Decision::Deny => "denied",
    };
    let nearest =
        |list: &[NearRule]| list.iter().map(|near| json!([numbers[&near.rule], near.mismatch])).collect::<Vec<Value>>();
    let families = |families: Option<Families>| {
        families.map(|all| usize::from(all.contains(Family::V4)) + 2 * usize::from(all.contains(Family::V6)))
    };
    let login = |login: &Login| {
        json!({
            "decision": word(login.decision()),
            "by": login.rule.as_ref().map(|reason| json!([numbers[&reason.by.rule], reason.path])),
            "isCheck": login.rule.as_ref().is_some_and(|reason| reason.by.action == Action::Check),
            "possible": login.possible.iter().map(|reason| json!([numbers[&reason.by.rule], reason.path])).collect::<Vec<_>>(),
            "nearest": nearest(&login.nearest),
        })
    };
    let reasons = |list: &[Reason<_>]| {
        let reason = |reason: &Reason<policy_analysis::query::RuleMatch>| {
            json!([numbers[&reason.by.rule], families(reason.by.families), reason.path])
        };
        list.iter().map(reason).collect::<Vec<Value>>()
    };
    let case = |case: &Case| {
        json!({
            "sources": names(case.sources.iter().map(String::as_str)),
            "destinations": names(case.destinations.iter().map(String::as_str)),
            "isOwn": case.is_own,
            "decision": word(case.decision()),
            "network": word(case.network),
            "reasons": reasons(&case.reasons),
            "notCarried": reasons(&case.not_carried),
            "obstacle": case.obstacle.map(|obstacle| match obstacle {
                Obstacle::NoRouter => "noRouter",
                Obstacle::OnlyExitNodes => "onlyExitNodes",
                Obstacle::OnlySource => "onlySource",
                _ => "via",
            }),
            "families": families(case.families),
            "lacksFamily": case.has_no_common_family,
            "opensPing": case.is_ping_implied,
            "nearest": nearest(&case.nearest),
            "login": case.login.as_ref().map(login),
        })
    };
    let cases: Vec<Value> = explanation.cases.iter().map(case).collect();
    json!({
        "decision": word(explanation.decision()),
        "cases": sorted(cases),
        "isAboutNobody": explanation.is_about_nobody,
        "source": explanation.source,
        "destination": explanation.destination,
    })
}

/// Returns the answer of the page, without its internal fields.
fn of_page(said: &Value) -> Value {
    if !said["error"].is_null() {
        return json!({"error": said["error"], "decision": null});
    }
    let list =
        |list: &Value, form: &dyn Fn(&Value) -> Value| list.as_array().unwrap().iter().map(form).collect::<Vec<_>>();
    let reason = |reason: &Value| json!([reason["rule"], reason["families"], reason["path"]]);
    let near = |near: &Value| json!([near["rule"], near["mismatch"]]);
    let by = |by: &Value| json!([by["rule"], by["path"]]);
    let case = |case: &Value| {
        let login = &case["login"];
        let said = |login: &Value| {
            json!({
                "decision": login["decision"],
                "by": if login["by"].is_null() { Value::Null } else { by(&login["by"]) },
                "isCheck": login["isCheck"],
                "possible": list(&login["possible"], &by),
                "nearest": list(&login["nearest"], &near),
            })
        };
        json!({
            "sources": names(case["sources"].as_array().unwrap().iter().map(|name| name.as_str().unwrap())),
            "destinations": names(case["destinations"].as_array().unwrap().iter().map(|name| name.as_str().unwrap())),
            "isOwn": case["isOwn"],
            "decision": case["decision"],
            "network": case["network"],
            "reasons": list(&case["reasons"], &reason),
            "notCarried": list(&case["notCarried"], &reason),
            "obstacle": case["obstacle"],
            "families": case["families"],
            "lacksFamily": case["lacksFamily"],
            "opensPing": case["opensPing"],
            "nearest": list(&case["nearest"], &near),
            "login": if login.is_null() { Value::Null } else { said(login) },
        })
    };
    json!({
        "decision": said["decision"],
        "cases": sorted(list(&said["cases"], &case)),
        "isAboutNobody": said["isAboutNobody"],
        "source": said["source"],
        "destination": said["destination"],
    })
}

/// Returns names in order, without addresses. The page distinguishes more addresses, because it
/// must answer more questions.
fn names<'n>(names: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
    let is_address = |name: &str| {
        let word = name.split('`').nth(1).unwrap_or_default();
        word.starts_with(|letter: char| letter.is_ascii_digit()) || word.contains("::") || name.contains(" address")
    };
    let mut names: Vec<&str> = names.filter(|name| !is_address(name)).collect();
    names.sort_unstable();
    names
}

/// Returns the essence of an answer: the decision, and each combination of rules that decides a
/// part of it.
///
/// The page has examples for all possible questions, and `explain` has examples for one question.
/// So the two may name different examples of the same thing, or use them in sentences. One of the
/// two may also list a part separately that no rule is about. Only the decision shows such a part.
/// The same applies to the parts of a question about `autogroup:self`.
fn in_essence(question: &Value, answer: &Value) -> Value {
    if question["destination"] == "autogroup:self" {
        return json!([answer["decision"], answer["error"], answer["isAboutNobody"]]);
    }
    let rules = |list: &Value| list.as_array().into_iter().flatten().map(|item| item[0].clone()).collect::<Vec<_>>();
    let case = |case: &Value| {
        let login = &case["login"];
        let lists = [&case["reasons"], &case["notCarried"], &login["possible"]].map(rules);
        let has_rules = lists.iter().any(|list| !list.is_empty()) || !login["by"].is_null();
        let decision =
            json!([case["decision"], case["network"], case["obstacle"], case["families"], login["decision"]]);
        has_rules.then(|| json!([decision, lists, login["by"][0], login["isCheck"]]))
    };
    let mut cases = sorted(answer["cases"].as_array().into_iter().flatten().filter_map(case).collect());
    cases.dedup();
    json!([
        answer["decision"],
        answer["error"],
        cases,
        answer["isAboutNobody"],
        answer["source"],
        answer["destination"]
    ])
}

/// Returns the sentences about the rules of an answer, without the names in them. Leaves out those
/// about an example that has no name of its own, because only the page may have that example.
fn sentences(answer: &Value) -> Vec<String> {
    const EXAMPLES: [&str; 2] = ["any other ", "behind a subnet router"];
    let without_names = |text: &str| {
        let parts = text.split('`').enumerate();
        parts.map(|(place, part)| if place % 2 == 0 { part } else { "`_`" }).collect::<String>()
    };
    let mut found = Vec::new();
    for case in answer["cases"].as_array().into_iter().flatten() {
        let login = &case["login"];
        let lists = [&case["reasons"], &case["notCarried"], &case["nearest"], &login["possible"], &login["nearest"]];
        let rules = lists.iter().filter_map(|list| list.as_array()).flatten().chain([&login["by"]]);
        // The last part of a rule is a sentence or a list of sentences.
        for last in rules.filter_map(|rule| rule.as_array()?.last()) {
            let texts = last.as_array().map_or(std::slice::from_ref(last), Vec::as_slice);
            let named =
                texts.iter().filter_map(Value::as_str).filter(|text| !EXAMPLES.iter().any(|of| text.contains(of)));
            found.extend(named.map(without_names));
        }
    }
    found
}

/// Sorts cases by their contents, because their order depends on the examples.
fn sorted(mut cases: Vec<Value>) -> Vec<Value> {
    cases.sort_by_cached_key(Value::to_string);
    cases
}

/// Returns the rules in the order of their numbers on the page.
fn rules(policy: &Policy) -> Vec<Origin> {
    let mut rules: Vec<Origin> = policy.grants.iter().flatten().map(|grant| grant.origin).collect();
    rules.extend(policy.acls.iter().flatten().map(|acl| acl.origin));
    if policy.grants.is_none() && policy.acls.is_none() {
        rules.push(policy.origin);
    }
    rules.extend(policy.ssh.iter().map(|rule| rule.origin));
    rules
}
