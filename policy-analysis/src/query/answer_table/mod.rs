//! Data from which a web page can answer questions about a policy without this program.
//!
//! The data has everything that [`explain`](crate::Analysis::explain) finds out about one end of a
//! question: the endpoints that a word stands for, the selectors that include them or may include
//! them, and the ranges of addresses that the policy treats alike. The page only compares two ends,
//! in the order of [`explain`](super::explain). `policy-cli/src/render/site/answer.js` does this,
//! and a test compares the answers of both.

mod addresses;
mod end_table;
mod interner;
mod rule_table;
mod words;

use std::collections::HashMap;

use policy_core::access::{SelectorId, Side};
use policy_core::json::{Value, json};
use policy_core::model::{Policy, Selector};
use policy_core::source::Origin;

use crate::query::path::{LOCAL_SSH, OWN_DEVICES};
use crate::query::query_world::QueryWorld;
use crate::query::subject::{Subject, SubjectReader};
use end_table::{EndTable, EndWriter};
use rule_table::RuleTable;

/// The answers to all questions about the names and the addresses of a policy, as data.
pub struct AnswerTable {
    /// The rules, in the order of their numbers in the data: grants, ACLs, then SSH rules. The
    /// whole policy, if it has no grants and no ACLs.
    pub rules: Vec<Origin>,
    /// The data.
    pub data: Value,
    /// True if the policy has too many devices for a page. Then the data has no devices.
    pub lacks_devices: bool,
}

/// The maximum number of names in a policy that a browser can show.
const MOST_WORDS: usize = 4_000;
/// The maximum number of rules in such a policy.
const MOST_RULES: usize = 5_000;
/// The maximum number of devices in the data. Each device adds much data, because the access of a
/// device beyond the tailnet depends on the routes that it gets.
const MOST_DEVICES: usize = 100;

impl AnswerTable {
    /// Collects the answers. Returns `None` if there are too many for a browser.
    pub(crate) fn new(policy: &Policy) -> Option<AnswerTable> {
        let rule_count = policy.grants.as_ref().map_or(0, Vec::len) + policy.acls.as_ref().map_or(0, Vec::len);
        let lacks_devices = policy.facts.devices.len() > MOST_DEVICES;
        let words = words::words(policy, !lacks_devices);
        if rule_count + policy.ssh.len() > MOST_RULES || words.len() > MOST_WORDS {
            return None;
        }
        let mut reader = SubjectReader::new(policy);
        let subjects: Vec<[Result<Subject, String>; 2]> = words
            .iter()
            .map(|word| {
                [Side::Source, Side::Destination].map(|side| reader.read(word, side).map_err(|error| error.message))
            })
            .collect();
        let known: Vec<&Subject> = subjects.iter().flatten().filter_map(|subject| subject.as_ref().ok()).collect();
        let questions = QueryWorld::questions(policy, &known);
        let world = QueryWorld::new(policy, &questions);
        let rules = RuleTable::new(policy, &world);
        let mut table = EndTable::default();
        let writer = EndWriter::new(&world, &rules.selectors, !lacks_devices, &mut table);
        let words: Vec<Value> = words
            .iter()
            .zip(&subjects)
            .filter_map(|(word, sides)| {
                let [source, destination] = sides;
                let meaning = [source, destination].into_iter().find_map(|side| side.as_ref().ok());
                let (kind, meaning) = (words::kind(meaning?, word), meaning?.meaning.clone());
                let [source, destination] =
                    [(source, Side::Source), (destination, Side::Destination)].map(|(subject, side)| match subject {
                        Ok(subject) => writer.add_subject(subject, side, &mut table).into(),
                        Err(message) => Value::from(message.as_str()),
                    });
                Some(json!([word, kind, source, destination, meaning]))
            })
            .collect();
        let addresses = addresses::addresses(policy, &mut reader, &rules, !lacks_devices, &mut table);
        let mut data = table.finish();
        let members = json!({
            "words": words,
            "addresses": addresses,
            "selectors": rules.selectors.texts(),
            "rules": rules.rules,
            "access": rules.access,
            "ssh": rules.ssh,
            "ownDevices": OWN_DEVICES,
            "localSsh": LOCAL_SSH,
        });
        if let (Some(data), Value::Object(members)) = (data.as_object_mut(), members) {
            data.extend(members);
        }
        Some(AnswerTable { rules: rules.origins, data, lacks_devices })
    }
}

/// The selectors of rules, with numbers that do not depend on the question.
#[derive(Default)]
struct RuleSelectors<'p> {
    numbers: HashMap<&'p str, usize>,
    texts: Vec<&'p str>,
}

impl<'p> RuleSelectors<'p> {
    fn add(&mut self, text: &'p str) -> usize {
        *self.numbers.entry(text).or_insert_with(|| {
            self.texts.push(text);
            self.texts.len() - 1
        })
    }

    fn add_all(&mut self, selectors: impl IntoIterator<Item = &'p Selector>) -> Vec<usize> {
        selectors.into_iter().map(|selector| self.add(&selector.text)).collect()
    }

    fn texts(&self) -> &[&'p str] {
        &self.texts
    }

    /// Returns the number of each selector of a world. `None` for selectors that no rule has.
    fn of_world(&self, world: &QueryWorld) -> Vec<Option<usize>> {
        let selectors = &world.space.rules.selectors;
        let mut numbers: Vec<Option<usize>> =
            selectors.distinct.iter().map(|selector| self.numbers.get(selector.text.as_str()).copied()).collect();
        numbers.resize(selectors.len(), None);
        for (ids, word) in world.space.rules.list.iter().flat_map(implicit_ends) {
            for &id in ids {
                numbers.get_mut(id).into_iter().for_each(|number| *number = self.numbers.get(word).copied());
            }
        }
        numbers
    }
}

/// The ends of the implicit rule of a policy without rules. They have no selector in the text.
const ANYBODY: &str = "(anybody)";
const ANYTHING: &str = "(anything)";

fn implicit_ends<'r>(
    rule: &'r policy_core::access::AccessRule,
) -> impl Iterator<Item = (&'r [SelectorId], &'static str)> {
    let is_implicit = matches!(rule.rule, policy_core::access::RuleRef::ImplicitAllowAll(_));
    let ends = [(rule.src.as_slice(), ANYBODY), (rule.dst.as_slice(), ANYTHING)];
    ends.into_iter().filter(move |_| is_implicit)
}
