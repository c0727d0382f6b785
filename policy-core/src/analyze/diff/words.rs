//! Who and what a piece is about, in words of the policy.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use crate::analyze::{Class, ClassId};
use crate::eval::selectors::SelectorId;
use crate::model::SelectorKind;

use super::Term;
use super::joint::Side;
use super::part::{Part, common, without};
use super::world::World;

/// Of how many classes words are looked for one by one.
const MANY: usize = 2000;

/// Names for one end, out of the words of one policy.
pub(super) struct Words<'w> {
    classes: &'w [Class<'w>],
    /// By selector, the classes that it names
    named: &'w [Vec<ClassId>],
    /// By selector, what it is called; nothing for a word that the policy has not
    words: Vec<Option<String>>,
}

impl<'w> Words<'w> {
    pub(super) fn of_sources(world: &'w World, side: Side) -> Self {
        Words { classes: &world.space.sources, named: &world.space.sources_of, words: words(world, side) }
    }

    pub(super) fn of_destinations(world: &'w World, side: Side) -> Self {
        Words { classes: &world.space.destinations, named: &world.space.destinations_of, words: words(world, side) }
    }

    /// Names for a part of what a rule names with some selectors.
    pub(super) fn terms(&self, part: &Part, rule: &[SelectorId]) -> Vec<Term> {
        let mut terms = Vec::new();
        let mut told: HashSet<ClassId> = HashSet::new();
        for &id in rule {
            let (Some(word), named) = (self.word(id), self.named_by(id)) else { continue };
            // What the rule names and is not in the part; what is, and is not told of yet.
            let (missing, mut there) = match part {
                Part::Except(out) => {
                    let missing = common(named, out);
                    let there = if missing.is_empty() { Vec::new() } else { without(named, &missing) };
                    (missing, there)
                }
                Part::Only(list) => {
                    let there = common(named, list);
                    (without(named, &there), there)
                }
            };
            if missing.is_empty() {
                if !named.is_empty() {
                    terms.push(Term { word, except: Vec::new() });
                    told.extend(named);
                }
                continue;
            }
            there.retain(|class| !told.contains(class));
            told.extend(&there);
            if there.is_empty() {
                continue;
            }
            let each = (there.len() <= MANY || missing.len() > MANY).then(|| self.cover(&there));
            let but = (missing.len() <= MANY).then(|| self.cover(&missing));
            match (each, but) {
                (Some(each), Some(but)) if each.len() > but.len() + 1 => terms.push(Term { word, except: but }),
                (None, Some(but)) => terms.push(Term { word, except: but }),
                (each, _) => {
                    terms.extend(each.into_iter().flatten().map(|word| Term { word, except: Vec::new() }));
                }
            }
        }
        let mut seen = HashSet::new();
        terms.retain(|term| seen.insert(term.clone()));
        terms
    }

    /// The devices of whoever it is, less some.
    pub(super) fn own(&self, whole: &[ClassId], part: &Part) -> Vec<Term> {
        let missing = match part {
            Part::Except(out) => out.clone(),
            Part::Only(list) => without(whole, list),
        };
        vec![Term { word: "autogroup:self".to_owned(), except: self.cover(&missing) }]
    }

    fn named_by(&self, id: SelectorId) -> &'w [ClassId] {
        self.named.get(id).map_or(&[], Vec::as_slice)
    }

    fn word(&self, id: SelectorId) -> Option<String> {
        self.words.get(id).cloned().flatten()
    }

    /// A few words that name these classes and no others.
    fn cover(&self, classes: &[ClassId]) -> Vec<String> {
        let mut counts: HashMap<SelectorId, usize> = HashMap::new();
        for class in classes.iter().filter_map(|&class| self.classes.get(class)) {
            class.selectors.iter().for_each(|&id| *counts.entry(id).or_default() += 1);
        }
        let fitting =
            counts.into_iter().filter(|&(id, count)| count == self.named_by(id).len() && self.word(id).is_some());
        // The word that names most of what has no name yet comes first.
        let mut heap: BinaryHeap<(usize, Reverse<SelectorId>)> =
            fitting.map(|(id, count)| (count, Reverse(id))).collect();
        let mut left: HashSet<ClassId> = classes.iter().copied().collect();
        let mut words = Vec::new();
        while let Some((count, Reverse(id))) = heap.pop() {
            let now = self.named_by(id).iter().filter(|class| left.contains(class)).count();
            if now == 0 {
                continue;
            }
            if now < count {
                heap.push((now, Reverse(id)));
                continue;
            }
            self.named_by(id).iter().for_each(|class| {
                left.remove(class);
            });
            words.extend(self.word(id));
        }
        let rest = classes.iter().filter(|class| left.contains(class)).filter_map(|&class| self.classes.get(class));
        words.extend(rest.map(|class| class.name().replace('`', "")));
        words
    }
}

/// By selector, what one of the policies calls it. Names that it does not declare are left out.
fn words(world: &World, side: Side) -> Vec<Option<String>> {
    let joint = world.joint;
    let facts = &joint.policy.facts;
    let old_names: HashMap<&str, &str> = joint.renamed.iter().map(|(old, new)| (new.as_str(), old.as_str())).collect();
    let mut words: Vec<Option<String>> = vec![None; world.space.permits.selectors.len()];
    for selector in &joint.selectors {
        let name = selector.text.as_str();
        let is_declared = matches!(selector.kind, SelectorKind::Group | SelectorKind::Host | SelectorKind::IpSet);
        let word = match old_names.get(name) {
            Some(old) => (side == Side::Old).then(|| (*old).to_owned()),
            None if is_declared && !joint.declares(side, name) => None,
            None if selector.kind == SelectorKind::User && facts.are_in_source() => {
                Some(facts.user(name).map_or(name, |user| &user.name).to_owned())
            }
            None => Some(name.to_owned()),
        };
        if let Some(slot) = world.space.permits.selectors.id(name).and_then(|id| words.get_mut(id)) {
            *slot = word;
        }
    }
    words
}
