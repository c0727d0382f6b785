//! Who and what a piece is about, in words of the policy.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use crate::diff::Term;
use crate::diff::diff_world::DiffWorld;
use crate::diff::joint_policy::Version;
use crate::diff::part::{ClassSet, common, without};
use policy_core::access::selector_index::SelectorId;
use policy_core::model::SelectorKind;
use policy_core::proof::classes::{Class, ClassId};

/// For so few classes words are looked for in any case.
const FEW: usize = 64;

/// Names for one end, out of the words of one policy.
pub(super) struct Namer<'w> {
    classes: &'w [Class<'w>],
    /// By selector, the classes that it names
    named: &'w [Vec<ClassId>],
    /// By selector, what it is called; nothing for a word that the policy has not
    words: Vec<Option<String>>,
    /// The selectors by what they are called
    numbers: HashMap<String, SelectorId>,
    /// What is told apart by whether a subnet router leads to it
    routed: HashSet<String>,
}

impl<'w> Namer<'w> {
    pub(super) fn of_sources(world: &'w DiffWorld, side: Version) -> Self {
        Namer::new(&world.space.sources, &world.space.sources_of, words(world, side))
    }

    pub(super) fn of_destinations(world: &'w DiffWorld, side: Version) -> Self {
        Namer::new(&world.space.destinations, &world.space.destinations_of, words(world, side))
    }

    fn new(classes: &'w [Class<'w>], named: &'w [Vec<ClassId>], words: Vec<Option<String>>) -> Self {
        let numbers = words.iter().enumerate().filter_map(|(id, word)| Some((word.clone()?, id))).collect();
        let routed = classes.iter().flat_map(names).filter_map(|name| Some(name.strip_suffix(ROUTED)?.to_owned()));
        let routed = routed.collect();
        Namer { classes, named, words, numbers, routed }
    }

    /// Names for a part of a region's end, of which the rule's words name more if `whole` says what it has. Whom nothing
    /// is told of, `ignored`, may be among those that a name stands for, or may not.
    pub(super) fn terms(
        &self,
        whole: Option<&[ClassId]>,
        part: &ClassSet,
        rule: &[SelectorId],
        ignored: &[ClassId],
    ) -> Vec<Term> {
        let mut terms = Vec::new();
        let mut told: HashSet<ClassId> = HashSet::new();
        for &id in rule {
            let Some(word) = self.word(id) else { continue };
            let named = match ignored {
                [] => Cow::Borrowed(self.named_by(id)),
                _ => Cow::Owned(without(self.named_by(id), ignored)),
            };
            // What the rule names and is not in the part; what is, and is not told of yet.
            let (missing, mut there) = match (part, whole) {
                (ClassSet::Except(out), None) => {
                    let missing = common(&named, out);
                    let there = if missing.is_empty() { Vec::new() } else { without(&named, &missing) };
                    (missing, there)
                }
                (ClassSet::Except(out), Some(whole)) => {
                    let there = without(&common(&named, whole), out);
                    (without(&named, &there), there)
                }
                (ClassSet::Only(list), _) => {
                    let there = common(&named, list);
                    (without(&named, &there), there)
                }
            };
            if missing.is_empty() {
                if !named.is_empty() {
                    terms.push(Term { word, except: Vec::new() });
                    told.extend(named.iter());
                }
                continue;
            }
            there.retain(|class| !told.contains(class));
            told.extend(&there);
            if there.is_empty() {
                continue;
            }
            // Of a large end nearly all of which is left, the rest is told: words for all that is left take long to find.
            let each = (there.len() <= FEW.max(4 * missing.len())).then(|| self.cover(&there, ignored));
            let but = (missing.len() <= FEW.max(4 * there.len())).then(|| self.cover(&missing, ignored));
            match (each, but) {
                (Some(each), Some(but)) if each.cost() > (but.words.len() + 1, but.described) => {
                    terms.push(Term { word, except: but.words });
                }
                (None, Some(but)) => terms.push(Term { word, except: but.words }),
                (each, _) => {
                    let each = each.into_iter().flat_map(|each| each.words);
                    terms.extend(each.map(|word| Term { word, except: Vec::new() }));
                }
            }
        }
        let mut seen = HashSet::new();
        terms.retain(|term| seen.insert(term.clone()));
        terms
    }

    /// The devices of some users, less those that are not among these.
    pub(super) fn own(
        &self,
        world: &DiffWorld,
        users: impl Iterator<Item = ClassId>,
        part: impl Iterator<Item = ClassId>,
    ) -> Vec<Term> {
        let mut homes: Vec<ClassId> = users.filter_map(|user| world.space.own.get(user)).flatten().copied().collect();
        homes.sort_unstable();
        homes.dedup();
        let part: Vec<ClassId> = part.collect();
        vec![Term { word: "autogroup:self".to_owned(), except: self.cover(&without(&homes, &part), &[]).words }]
    }

    /// Each member of some classes by its own name.
    pub(super) fn names(&self, classes: impl Iterator<Item = ClassId>) -> Vec<Term> {
        let classes = classes.filter_map(|class| self.classes.get(class));
        let names = classes.flat_map(|class| &class.names).map(|name| name.replace('`', ""));
        names.map(|word| Term { word, except: Vec::new() }).collect()
    }

    fn named_by(&self, id: SelectorId) -> &'w [ClassId] {
        self.named.get(id).map_or(&[], Vec::as_slice)
    }

    fn word(&self, id: SelectorId) -> Option<String> {
        self.words.get(id).cloned().flatten()
    }

    /// A few words that name these classes and no others.
    fn cover(&self, classes: &[ClassId], ignored: &[ClassId]) -> NamedSelector {
        let mut counts: HashMap<SelectorId, usize> = HashMap::new();
        for class in classes.iter().filter_map(|&class| self.classes.get(class)) {
            class.selectors.iter().for_each(|&id| *counts.entry(id).or_default() += 1);
        }
        let size = |id: SelectorId| match ignored {
            [] => self.named_by(id).len(),
            _ => without(self.named_by(id), ignored).len(),
        };
        let fitting = counts.into_iter().filter(|&(id, count)| count == size(id) && self.word(id).is_some());
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
        let described = classes.iter().filter(|class| left.contains(class)).flat_map(|&class| self.descriptions(class));
        let mut described = both_ways(described.collect());
        described.sort_unstable();
        NamedSelector { described: described.len(), words: [words, described].concat() }
    }

    /// What the members of a class are called. Where that is the policy's word for others, too, as for somebody on a device
    /// with an address that some rule names, it is said that it is not about those.
    fn descriptions(&self, number: ClassId) -> Vec<String> {
        let names = self.classes.get(number).map_or(Vec::new(), names);
        let exact = |name: String| {
            if self.routed.contains(&name) {
                return format!("{name}{NOT_ROUTED}");
            }
            let named = self.numbers.get(&name).map_or(&[][..], |&id| self.named_by(id));
            let others = named.iter().filter(|&&class| class != number).filter_map(|&class| self.classes.get(class));
            let others: Vec<String> = others.flat_map(self::names).collect();
            let states = others.iter().map(|other| {
                let state = other.strip_prefix(&name).unwrap_or(other);
                state.trim_matches([' ', '(', ')'])
            });
            match others.is_empty() {
                true => name.clone(),
                false => format!("{name} (but not {})", states.collect::<Vec<_>>().join(", ")),
            }
        };
        names.into_iter().map(exact).collect()
    }
}

const ROUTED: &str = " behind a subnet router";
const NOT_ROUTED: &str = " behind no subnet router";

/// What is there behind a subnet router and not behind one, told once.
fn both_ways(words: Vec<String>) -> Vec<String> {
    let all: HashSet<String> = words.iter().cloned().collect();
    let once = |word: String| match (word.strip_suffix(ROUTED), word.strip_suffix(NOT_ROUTED)) {
        (Some(name), _) if all.contains(&format!("{name}{NOT_ROUTED}")) => None,
        (_, Some(name)) if all.contains(&format!("{name}{ROUTED}")) => Some(name.to_owned()),
        _ => Some(word),
    };
    words.into_iter().filter_map(once).collect()
}

#[cfg(test)]
impl Namer<'_> {
    /// What terms stand for: the classes that their words name, and those of which each description is there.
    pub(super) fn meaning(&self, terms: &[Term]) -> std::collections::BTreeSet<ClassId> {
        let of = |words: &[String]| -> std::collections::BTreeSet<ClassId> {
            let both = words.iter().flat_map(|word| [format!("{word}{ROUTED}"), format!("{word}{NOT_ROUTED}")]);
            let both: Vec<String> = both.chain(words.iter().cloned()).collect();
            let ids = (0..self.words.len()).filter(|&id| self.word(id).is_some_and(|word| words.contains(&word)));
            let named = ids.flat_map(|id| self.named_by(id).iter().copied());
            let described = (0..self.classes.len()).filter(|&class| {
                let names = self.descriptions(class);
                !names.is_empty() && names.iter().all(|name| both.contains(name))
            });
            named.chain(described).collect()
        };
        let plain: Vec<String> =
            terms.iter().filter(|term| term.except.is_empty()).map(|term| term.word.clone()).collect();
        let mut all = of(&plain);
        for term in terms.iter().filter(|term| !term.except.is_empty()) {
            let out = of(&term.except);
            all.extend(of(std::slice::from_ref(&term.word)).into_iter().filter(|class| !out.contains(class)));
        }
        all
    }
}

/// Namer that together name some classes.
struct NamedSelector {
    words: Vec<String>,
    /// How many of them are descriptions, for want of a word in the policy
    described: usize,
}

impl NamedSelector {
    /// Fewer words are better, then those of the policy.
    fn cost(&self) -> (usize, usize) {
        (self.words.len(), self.described)
    }
}

/// What the members of a class are called, less those that are only a state of another one.
fn names(class: &Class) -> Vec<String> {
    let all: HashSet<&str> = class.names.iter().map(String::as_str).collect();
    let is_state = |name: &str| {
        let ends = name.match_indices([' ', ',']).filter_map(|(end, _)| name.get(..end));
        ends.into_iter().any(|start| all.contains(start))
    };
    let mut seen = HashSet::new();
    let names = class.names.iter().filter(|name| !is_state(name) && seen.insert(name.as_str()));
    names.map(|name| name.replace('`', "").replace(", behind", " behind")).collect()
}

/// By selector, what one of the policies calls it. Names that it does not declare are left out.
fn words(world: &DiffWorld, side: Version) -> Vec<Option<String>> {
    let joint = world.joint;
    let facts = &joint.policy.facts;
    let old_names: HashMap<&str, &str> = joint.renamed.iter().map(|(old, new)| (new.as_str(), old.as_str())).collect();
    let mut words: Vec<Option<String>> = vec![None; world.space.permits.selectors.len()];
    for selector in &joint.selectors {
        let name = selector.text.as_str();
        let is_declared = matches!(selector.kind, SelectorKind::Group | SelectorKind::IpSet);
        let word = match old_names.get(name) {
            Some(old) => (side == Version::Old).then(|| (*old).to_owned()),
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
