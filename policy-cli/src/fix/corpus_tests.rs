//! Applies all fixes to every policy of the test suites, and to random ones with mistakes.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use policy_analysis::Analysis;
use policy_core::model::{Date, Facts};
use policy_core::{Code, Policy};
use policy_generate::small::{self, Random};
use policy_test_support::{require, root};

use super::fixer::{Examined, Fixed, apply};
use super::sources::Sources;

/// The numbers of one corpus.
#[derive(Debug, Default)]
struct Tally {
    policies: usize,
    /// The policies with errors before and after.
    invalid: [usize; 2],
    changed: usize,
    applied: usize,
    refused: HashMap<String, usize>,
    unconfirmed: usize,
}

fn today() -> Option<Date> {
    "2027-03-31".parse().ok()
}

fn is_invalid(examined: &Examined) -> bool {
    examined.found.iter().any(|found| found.is_error)
}

fn counts(examined: &Examined) -> HashMap<(Code, &str), usize> {
    let mut counts = HashMap::new();
    for found in &examined.found {
        *counts.entry((found.code, found.message.as_str())).or_default() += 1;
    }
    counts
}

impl Tally {
    /// Applies the fixes of a policy, and checks what they promise. Returns the fixed texts.
    fn add(&mut self, title: &str, sources: &Sources, unsafe_too: bool) -> Option<Vec<String>> {
        let fix = |texts: &[String]| apply(texts.to_vec(), unsafe_too, &|texts| sources.examine(texts));
        let fixed = fix(&sources.texts)?;
        self.policies += 1;
        self.invalid[0] += usize::from(is_invalid(&fixed.before));
        self.invalid[1] += usize::from(is_invalid(fixed.after.as_ref().unwrap_or(&fixed.before)));
        self.applied += fixed.applied.len();
        self.unconfirmed += fixed.unconfirmed;
        for refused in &fixed.refused {
            let reason = refused.reason.split(':').next().unwrap_or_default();
            *self.refused.entry(reason.to_owned()).or_default() += 1;
        }
        let Fixed { texts, before, after: Some(after), .. } = fixed else {
            assert_eq!(fixed.texts, sources.texts, "{title}: nothing is fixed, but the text differs");
            return Some(fixed.texts);
        };
        self.changed += 1;
        // Unlike the loop, this compares only the first and the last text.
        assert!(!is_invalid(&after) || is_invalid(&before), "{title}: the result is not valid");
        if !is_invalid(&before) {
            let (before, after) = (counts(&before), counts(&after));
            for (finding, count) in &after {
                let known = before.get(finding).copied().unwrap_or_default();
                let is_counted = finding.1.contains(|char: char| char.is_ascii_digit());
                assert!(*count <= known || is_counted, "{title}: {finding:?} is new");
            }
        }
        if !unsafe_too && let (Some(old), Some(new)) = (before.valid(), after.valid()) {
            assert_eq!(old.diff(new).changes, [], "{title}: the access changes");
        }
        let again = fix(&texts).unwrap();
        assert_eq!(again.texts, texts, "{title}: a second run changes more");
        Some(texts)
    }

    fn print(&self, name: &str) {
        let mut refused: Vec<_> = self.refused.iter().collect();
        refused.sort();
        let mut line = format!(
            "{name}: {} policies, {} changed by {} fixes, invalid {:?}, unconfirmed {}",
            self.policies, self.changed, self.applied, self.invalid, self.unconfirmed
        );
        for (reason, count) in refused {
            write!(line, "; {count} × {reason}").unwrap();
        }
        println!("{line}");
    }
}

fn files(folder: &str, extension: &str) -> Vec<(String, String)> {
    let mut open: Vec<PathBuf> = vec![root().join(folder)];
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push((path.display().to_string(), fs::read_to_string(&path).unwrap_or_default()));
            }
        }
    }
    found.sort();
    found
}

/// Returns a policy file with facts as sources.
fn sources(text: &str, facts: &str) -> Sources {
    let policy = Policy::parse(text);
    let policy = if facts.is_empty() { policy } else { Policy { facts: Facts::parse(facts).0, ..policy } };
    Sources::of_file(Path::new("policy.hujson"), &policy, today())
}

/// Returns the cases of a file of `policy-core/tests/suite`, without their marks.
fn suite_cases(text: &str) -> Vec<(String, String, String)> {
    let is_mark = |line: &&str| {
        let comment = line.strip_prefix("//").map(str::trim_start);
        let marks = ["^", "help: ", "note: ", "tailscale: ", "headscale: "];
        comment.is_some_and(|comment| marks.iter().any(|mark| comment.starts_with(mark)))
    };
    let cases = text.split("//- ").skip(1).map(|case| {
        let lines: Vec<&str> = case.lines().filter(|line| !is_mark(line)).collect();
        let facts = lines.get(1).and_then(|line| line.strip_prefix("// facts: ")).unwrap_or_default();
        let start = if facts.is_empty() { 1 } else { 2 };
        (lines[0].to_owned(), lines.get(start..).unwrap_or_default().join("\n") + "\n", facts.to_owned())
    });
    cases.collect()
}

/// Applies the certain fixes, and then all of them.
fn both(name: &str, mut each: impl FnMut(&mut Tally, bool)) -> [Tally; 2] {
    [false, true].map(|unsafe_too| {
        let mut tally = Tally::default();
        each(&mut tally, unsafe_too);
        tally.print(&format!("{name}, {}", if unsafe_too { "all fixes" } else { "certain fixes" }));
        tally
    })
}

#[test]
fn the_policies_of_the_suites_stay_whole() {
    let suite = files("policy-core/tests/suite", "hujson");
    let [certain, all] = both("suite", |tally, unsafe_too| {
        for (file, text) in &suite {
            for (title, policy, facts) in suite_cases(text) {
                tally.add(&format!("{file}: {title}"), &sources(&policy, &facts), unsafe_too);
            }
        }
    });
    assert!(certain.policies > 300 && certain.applied > 40 && all.applied > certain.applied);
    let imports = files("tests/import", "hujson");
    both("import", |tally, unsafe_too| {
        for (file, text) in &imports {
            tally.add(file, &sources(text, ""), unsafe_too);
        }
    });
}

#[test]
fn the_mistakes_in_rust_stay_whole() {
    let mistakes = fs::read_to_string(root().join("policy-syntax/tests/mistakes/mistakes.txt")).unwrap();
    let cases = mistakes.split("//- ").skip(1).map(|case| {
        let (title, rest) = case.split_once('\n').unwrap();
        let body: Vec<&str> = rest.lines().filter(|line| !line.starts_with("//>")).collect();
        (title.to_owned(), format!("policy! {{\n{}\n}}\n", body.join("\n")))
    });
    let ui = files("tests/ui", "rs");
    let cases: Vec<(String, String)> = cases.chain(ui).collect();
    let [certain, all] = both("policy!", |tally, unsafe_too| {
        for (title, text) in &cases {
            tally.add(title, &Sources::of_rust(text, None, today()), unsafe_too);
        }
    });
    assert!(certain.policies > 300 && certain.applied > 60 && all.applied > certain.applied);
}

#[test]
fn the_captured_policies_stay_whole() {
    let Some(folder) = require::corpus("given") else { return };
    let mut cases = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        let file: serde_json::Value = serde_json::from_str(&text).unwrap();
        for case in file.as_array().unwrap() {
            let policy = case["policy_text"].as_str().map_or_else(|| case["policy"].to_string(), str::to_owned);
            cases.push((case["id"].as_str().unwrap().to_owned(), policy));
        }
    }
    both("corpus", |tally, unsafe_too| {
        for (id, policy) in &cases {
            tally.add(id, &sources(policy, ""), unsafe_too);
        }
    });
}

/// Makes a mistake in a policy of [`small::policy`].
fn broken(random: &mut Random, text: &str) -> String {
    let mistakes = [
        ("\"tag:a\"", "\"tag:A\""),
        ("\"group:staff@example.com\"", "\"group:staf@example.com\""),
        ("\"autogroup:member\"", "\"autogroup:membr\""),
        ("\"autogroup:tagged\"", "\"autogroup:taged\""),
        ("\"group:eng\"", "\"group:egn\""),
        ("\"posture:p\"", "\"postur:p\""),
        ("\"lab\"", "\"lba\""),
        ("\"src\"", "\"users\""),
        ("\"src\"", "\"scr\""),
        ("\"dst\"", "\"ports\""),
        ("\"srcPosture\"", "\"srcPostur\""),
        ("\"tcp:1-3\"", "\"tcp:3-1\""),
        ("\"tcp:*\"", "\"TCP:*\""),
        ("\"10.0.0.0/30\"", "\"10.0.0.1/30\""),
        ("\"accept\"", "\"acept\""),
        ("[\"tag:c\"]", "\"tag:c\""),
        ("\"*\"", "\"* \""),
        ("\"proto\": \"tcp\"", "\"proto\": \"tpc\""),
    ];
    let (right, wrong) = mistakes[random.below(mistakes.len())];
    let places: Vec<usize> = text.match_indices(right).map(|(at, _)| at).collect();
    let mut text = text.to_owned();
    if !places.is_empty() {
        let at = places[random.below(places.len())];
        text.replace_range(at..at + right.len(), wrong);
    }
    text
}

#[test]
fn random_policies_with_mistakes_stay_whole() {
    let mut of_mistakes = [0, 0];
    both("random", |tally, unsafe_too| {
        for seed in small::seeds(300) {
            let random = &mut Random::new(seed);
            let (right, facts) = small::policy(random);
            let mut text = right.clone();
            for _ in 0..=random.below(2) {
                text = broken(random, &text);
            }
            let title = format!("seed {seed}: {text}");
            let texts = tally.add(&title, &sources(&text, &facts), unsafe_too);
            let is_valid = |text: &str| Policy::parse(text).validate().is_ok();
            if unsafe_too && is_valid(&right) && !is_valid(&text) {
                let is_fixed = texts.is_some_and(|texts| is_valid(&texts.concat()));
                of_mistakes[usize::from(is_fixed)] += 1;
            }
        }
    });
    let [left, fixed] = of_mistakes;
    println!("of the invalid policies, {fixed} are valid now, and {left} are not");
    assert!(fixed > left);
}
