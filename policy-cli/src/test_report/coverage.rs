//! Rules that tests do not cover, and tests that would cover them.

use std::collections::HashMap;
use std::fmt::Write as _;

use policy_analysis::mutation::{Mutation, MutationCoverage, RuleCoverage, SuggestedTest, Widening};
use policy_core::json::{Map, ToJson, Value, json};
use policy_core::model::User;
use policy_core::testing::Expectation;

use crate::answer::RulePrinter;
use crate::json::array;
use crate::locations::Location;
use crate::text::{join, visible_lines};
use crate::words::{Names, quoted, test_target};

/// The coverage of the rules by tests and invariants, and the tests that would raise it.
pub(crate) struct CoverageReport<'a> {
    rules: RulePrinter<'a>,
    coverage: MutationCoverage,
    /// The names of `policy!`, if the policy has a Rust source. Otherwise, tests are written as
    /// HuJSON.
    names: Option<Names>,
}

/// A test with suggested lines.
struct Entry<'a> {
    pin: &'a SuggestedTest,
    /// The expectations, each with its targets or accounts.
    lists: [(&'static str, Vec<&'a str>); 3],
}

/// The source, protocol, destination and attributes, which all lines of one test share.
type Head<'a> = (&'a str, Option<u8>, Option<&'a str>, String);

/// The maximum width of a line of source.
const WIDTH: usize = 100;

impl<'a> CoverageReport<'a> {
    /// Creates a report. `source` has the users in the source of a `policy!`, if the policy has
    /// one.
    pub(crate) fn new(rules: RulePrinter<'a>, coverage: MutationCoverage, source: Option<&[User]>) -> Self {
        CoverageReport { rules, coverage, names: source.map(Names::from_users) }
    }

    /// Returns the percentage of rules that a test or an invariant needs.
    pub(crate) fn percent(&self) -> usize {
        self.coverage.percent()
    }

    /// Returns the result on one line.
    pub(crate) fn summary(&self) -> String {
        let (killed, widenings) = self.coverage.killed_widenings();
        let (needed, rules) = (self.coverage.killed_deletions(), self.coverage.rules.len());
        let apart = match self.coverage.untestable {
            0 => String::new(),
            1 => "; 1 grant with only app capabilities is left out".to_owned(),
            count => format!("; {count} grants with only app capabilities are left out"),
        };
        format!(
            "coverage: {needed} of {rules} rules are needed by a test ({}%), {killed} of {widenings} ways to widen them are detected{apart}",
            self.percent()
        )
    }

    /// Returns the report as text for people: the rules, and suggested tests.
    pub(super) fn to_text(&self) -> String {
        let mut text = String::new();
        let unneeded = self.rules(|covered| (!covered.is_deletion_killed).then(|| self.explain_unneeded(covered)));
        let deletions = |pin: &&SuggestedTest| pin.mutation == Mutation::Deletion;
        self.part(&mut text, "nothing would fail without these rules", &unneeded, &deletions);
        let open = self.rules(|covered| {
            let ways: Vec<String> =
                unnoticed(covered).map(|widening| describe(widening, covered.is_ssh).to_owned()).collect();
            (!ways.is_empty()).then(|| format!("for {}", ways.join(", for ")))
        });
        self.part(&mut text, "nothing would fail if these rules were wider", &open, &|pin| !deletions(pin));
        text
    }

    fn rules(&self, said: impl Fn(&RuleCoverage) -> Option<String>) -> String {
        let rules = self.coverage.rules.iter();
        let notes = rules.filter_map(|covered| {
            let note = Some(said(covered)?).filter(|note| !note.is_empty());
            Some((covered.rule, note.into_iter().collect()))
        });
        self.rules.rules(&notes.collect::<Vec<_>>())
    }

    /// Explains why no test or invariant needs a rule.
    fn explain_unneeded(&self, covered: &RuleCoverage) -> String {
        let has_pin = covered.suggested_tests.iter().any(|test| test.mutation == Mutation::Deletion);
        match (covered.is_redundant, has_pin) {
            (true, _) => "other rules allow all of it".to_owned(),
            (false, true) => String::new(),
            (false, false) => "no test was found that would need it".to_owned(),
        }
    }

    fn part(&self, text: &mut String, heading: &str, rules: &str, is_part: &dyn Fn(&&SuggestedTest) -> bool) {
        if rules.is_empty() {
            return;
        }
        let pins: Vec<&SuggestedTest> =
            self.coverage.rules.iter().flat_map(|covered| &covered.suggested_tests).filter(is_part).collect();
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "{heading}:\n{rules}");
        if !pins.is_empty() {
            let _ = writeln!(text, "these tests would:\n{}", visible_lines(&self.tests(&pins)));
        }
    }

    /// Returns tests with these lines, ready to be added to the policy.
    fn tests(&self, pins: &[&SuggestedTest]) -> String {
        let entries = entries(pins);
        let mut text = String::new();
        for (section, is_ssh) in [("tests", false), ("sshTests", true)] {
            let own: Vec<&Entry> = entries.iter().filter(|entry| entry.pin.destination.is_some() == is_ssh).collect();
            if own.is_empty() {
                continue;
            }
            let _ = match &self.names {
                Some(_) => writeln!(text, "  {section} {{"),
                None => writeln!(text, "  \"{section}\": ["),
            };
            for entry in own {
                let written = self.names.as_ref().map_or_else(|| entry.to_hujson(), |names| entry.to_rust(names));
                for line in written.lines() {
                    let _ = writeln!(text, "    {line}");
                }
            }
            text.push_str(if self.names.is_some() { "  }\n" } else { "  ],\n" });
        }
        text
    }

    /// Returns the report as JSON for programs.
    pub(super) fn to_json(&self) -> Value {
        let pin = |covered: &RuleCoverage, mutation: Mutation| {
            let pins: Vec<&SuggestedTest> =
                covered.suggested_tests.iter().filter(|test| test.mutation == mutation).collect();
            entries(&pins).first().map(|entry| json!({"section": entry.section(), "test": entry.to_json()}))
        };
        let rule = |covered: &RuleCoverage| {
            let wider = array(&covered.widenings, &|&(widening, is_killed)| {
                let pin = pin(covered, Mutation::Widening(widening));
                json!({"change": name(widening), "noticed": is_killed, "pin": pin})
            });
            let mut rule = json!({
                "rule": self.rules.text(covered.rule),
                "needed": covered.is_deletion_killed,
                "needless": covered.is_redundant,
                "pin": pin(covered, Mutation::Deletion),
                "wider": wider,
            });
            self.rules.location(covered.rule).add_to(&mut rule);
            rule
        };
        let (killed, widenings) = self.coverage.killed_widenings();
        json!({
            "rules": self.coverage.rules.len(),
            "needed": self.coverage.killed_deletions(),
            "percent": self.percent(),
            "ways": widenings,
            "noticed": killed,
            "untestable": self.coverage.untestable,
            "each": array(&self.coverage.rules, &rule),
        })
    }

    /// Returns each rule with its location, its text, and whether a test or an invariant needs it.
    pub(super) fn each(&self) -> impl Iterator<Item = (Location<'_>, String, bool)> {
        let rules = self.coverage.rules.iter();
        rules.map(|covered| {
            (self.rules.location(covered.rule), self.rules.text(covered.rule), covered.is_deletion_killed)
        })
    }
}

fn unnoticed(covered: &RuleCoverage) -> impl Iterator<Item = Widening> {
    covered.widenings.iter().filter(|(_, is_killed)| !is_killed).map(|(widening, _)| *widening)
}

fn describe(widening: Widening, is_ssh: bool) -> &'static str {
    match widening {
        Widening::Source => "every source",
        Widening::Destination => "every destination",
        Widening::Ports if is_ssh => "every account",
        Widening::Ports => "every port",
    }
}

fn name(widening: Widening) -> &'static str {
    match widening {
        Widening::Source => "anySource",
        Widening::Destination => "anyDestination",
        Widening::Ports => "anyPort",
    }
}

/// Returns tests as entries of a policy file, each with its section. Those with the same source are one.
pub fn suggested_tests<'t>(tests: impl IntoIterator<Item = &'t SuggestedTest>) -> Vec<(&'static str, String)> {
    let tests: Vec<&SuggestedTest> = tests.into_iter().collect();
    entries(&tests).iter().map(|entry| (entry.section(), entry.to_hujson())).collect()
}

/// Groups suggested lines with the same head into one test.
fn entries<'a>(pins: &[&'a SuggestedTest]) -> Vec<Entry<'a>> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut known: HashMap<Head, usize> = HashMap::new();
    for pin in pins {
        let attributes = Value::from(pin.attributes.clone()).to_string();
        let key = (pin.src.as_str(), pin.proto.map(|proto| proto.0), pin.destination.as_deref(), attributes);
        let number = *known.entry(key).or_insert_with(|| {
            entries.push(Entry { pin, lists: ["accept", "check", "deny"].map(|list| (list, Vec::new())) });
            entries.len() - 1
        });
        let list = match pin.expectation {
            Expectation::Accept => 0,
            Expectation::Check => 1,
            Expectation::Deny => 2,
        };
        if let Some((_, list)) = entries.get_mut(number).and_then(|entry| entry.lists.get_mut(list))
            && !list.contains(&pin.target.as_str())
        {
            list.push(&pin.target);
        }
    }
    entries
}

impl Entry<'_> {
    fn section(&self) -> &'static str {
        if self.pin.destination.is_some() { "sshTests" } else { "tests" }
    }

    fn to_json(&self) -> Value {
        let mut entry = Map::new();
        entry.insert("src".to_owned(), self.pin.src.clone().into());
        let dst = self.pin.destination.iter().map(|dst| ("dst", json!([dst])));
        let proto = self.pin.proto.iter().map(|proto| ("proto", proto.to_string().into()));
        let attributes = (!self.pin.attributes.is_empty()).then(|| Value::from(self.pin.attributes.clone()));
        let attributes = attributes.into_iter().map(|attributes| ("srcPostureAttrs", attributes));
        let lists = self.lists.iter().filter(|(_, list)| !list.is_empty());
        let lists = lists.map(|(name, list)| (*name, list.to_json()));
        entry.extend(dst.chain(proto).chain(attributes).chain(lists).map(|(key, value)| (key.to_owned(), value)));
        entry.into()
    }

    /// Returns the test as an entry of a policy file.
    fn to_hujson(&self) -> String {
        let Value::Object(entry) = self.to_json() else { return String::new() };
        let order = ["src", "dst", "proto", "srcPostureAttrs", "accept", "check", "deny"];
        let members = order.iter().filter_map(|key| Some((key, entry.get(*key)?)));
        let members: Vec<String> =
            members.map(|(key, value)| format!("\"{key}\": {}", to_spaced_json(value))).collect();
        format!("{{{}}},", members.join(", "))
    }

    /// Returns the test as a statement of `policy!`.
    fn to_rust(&self, names: &Names) -> String {
        let head = match &self.pin.destination {
            Some(destination) => format!("{} -> {}", names.selector(&self.pin.src), names.selector(destination)),
            None => names.selector(&self.pin.src),
        };
        let mut statements: Vec<String> = Vec::new();
        statements.extend(self.pin.proto.map(|proto| format!("proto {proto};")));
        if !self.pin.attributes.is_empty() {
            let attributes = to_spaced_json(&self.pin.attributes.clone().into());
            statements.push(format!("srcPostureAttrs {attributes};"));
        }
        for (name, list) in self.lists.iter().filter(|(_, list)| !list.is_empty()) {
            let word = |target: &&str| match self.pin.destination {
                Some(_) => quoted(target),
                None => test_target(names, target),
            };
            statements.push(format!("{name} {};", join(list, ", ", &word)));
        }
        let line = format!("{head} {{ {} }}", statements.join(" "));
        if line.chars().count() <= WIDTH {
            return line;
        }
        format!("{head} {{\n    {}\n}}", statements.join("\n    "))
    }
}

/// Returns JSON with spaces, as people write it.
fn to_spaced_json(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", join(items, ", ", &to_spaced_json)),
        Value::Object(members) => {
            let members =
                members.iter().map(|(key, value)| format!("{}: {}", Value::from(key.as_str()), to_spaced_json(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
        value => value.to_string(),
    }
}
