use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use crate::diff::change::Term;
use crate::diff::class_set::ClassSet;
use crate::diff::joint_classes::JointClasses;
use crate::diff::version::Version;
use policy_core::access::sorted;
use policy_core::access::{Family, SelectorId};
use policy_core::model::SelectorKind;
use policy_core::proof::{Class, ClassId, ClassName};

/// Names are searched for this many classes in any case.
const FEW: usize = 64;

/// Names classes at one end with selectors of one version.
pub(super) struct Namer<'w> {
    classes: &'w [Class<'w>],
    /// By selector, the classes that it stands for
    named: &'w [Vec<ClassId>],
    /// By selector, its text in this version, or `None` if the version does not have it.
    words: Vec<Option<String>>,
    /// The selectors by their text
    numbers: HashMap<String, SelectorId>,
    /// The base names of classes that differ only in whether they are behind a subnet router
    routed: HashSet<&'w str>,
}

impl<'w> Namer<'w> {
    pub(super) fn of_sources(joint: &'w JointClasses, version: Version) -> Self {
        Namer::new(&joint.space.sources, &joint.space.sources_of, words(joint, version))
    }

    pub(super) fn of_destinations(joint: &'w JointClasses, version: Version) -> Self {
        Namer::new(&joint.space.destinations, &joint.space.destinations_of, words(joint, version))
    }

    fn new(classes: &'w [Class<'w>], named: &'w [Vec<ClassId>], words: Vec<Option<String>>) -> Self {
        let numbers = words.iter().enumerate().filter_map(|(id, word)| Some((word.clone()?, id))).collect();
        let routed = classes.iter().filter(|class| class.names.iter().any(|name| name.is_routed)).flat_map(names);
        let routed = routed.filter(|name| name.is_routed).map(|name| name.base.as_str()).collect();
        Namer { classes, named, words, numbers, routed }
    }

    /// Returns names for a set of classes at an end of a region. The universe of the set is
    /// `universe`. If that is `None`, it is everything that the rule's selectors stand for. A name
    /// may include `ignored` classes.
    pub(super) fn terms(
        &self,
        universe: Option<&[ClassId]>,
        set: &ClassSet,
        rule: &[SelectorId],
        ignored: &[ClassId],
    ) -> Vec<Term> {
        let mut terms = Vec::new();
        let mut done: HashSet<ClassId> = HashSet::new();
        for &id in rule {
            let Some(word) = self.word(id) else { continue };
            let named = match ignored {
                [] => Cow::Borrowed(self.named_by(id)),
                _ => Cow::Owned(sorted::difference(self.named_by(id), ignored)),
            };
            let (mut present, missing) = split(&named, universe, set);
            if missing.is_empty() {
                if !named.is_empty() {
                    terms.push(Term::new(word));
                    done.extend(named.iter());
                }
                continue;
            }
            present.retain(|class| !done.contains(class));
            done.extend(&present);
            if present.is_empty() {
                continue;
            }
            // If a large set has nearly all classes, searching for names takes too long.
            let names = (present.len() <= FEW.max(4 * missing.len())).then(|| self.cover(&present, ignored));
            let except = (missing.len() <= FEW.max(4 * present.len())).then(|| self.cover(&missing, ignored));
            match (names, except) {
                (Some(names), Some(except)) if names.cost() > (except.words.len() + 1, except.described) => {
                    terms.push(Term { word, except: except.words });
                }
                (None, Some(except)) => terms.push(Term { word, except: except.words }),
                (names, _) => terms.extend(names.into_iter().flat_map(|names| names.words).map(Term::new)),
            }
        }
        let mut seen = HashSet::new();
        terms.retain(|term| seen.insert(term.clone()));
        terms
    }

    /// Returns a term for the users' own devices that are among `devices`.
    pub(super) fn self_term(
        &self,
        joint: &JointClasses,
        users: impl Iterator<Item = ClassId>,
        devices: impl Iterator<Item = ClassId>,
    ) -> Term {
        let missing = sorted::difference(&joint.devices_of_users(users), &devices.collect::<Vec<_>>());
        Term { word: "autogroup:self".to_owned(), except: self.cover(&missing, &[]).words }
    }

    fn named_by(&self, id: SelectorId) -> &'w [ClassId] {
        self.named.get(id).map_or(&[], Vec::as_slice)
    }

    fn word(&self, id: SelectorId) -> Option<String> {
        self.words.get(id).cloned().flatten()
    }

    /// Returns a few names that stand for these classes and no others.
    fn cover(&self, classes: &[ClassId], ignored: &[ClassId]) -> Cover {
        let mut counts: HashMap<SelectorId, usize> = HashMap::new();
        for class in classes.iter().filter_map(|&class| self.classes.get(class)) {
            class.selectors.iter().for_each(|&id| *counts.entry(id).or_default() += 1);
        }
        let size = |id: SelectorId| match ignored {
            [] => self.named_by(id).len(),
            _ => sorted::difference(self.named_by(id), ignored).len(),
        };
        let fitting = counts.into_iter().filter(|&(id, count)| count == size(id) && self.word(id).is_some());
        // The selector that adds the most classes comes first.
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
        let described = both_ways(described.collect()).into_iter();
        let mut described: Vec<String> = described.map(|description| description.to_string()).collect();
        described.sort_unstable();
        Cover { described: described.len(), words: [words, described].concat() }
    }

    /// Returns descriptions of the members of a class. If the policy uses the same word for others,
    /// such as a user's devices at an address that a rule names, the description excludes those.
    fn descriptions(&self, number: ClassId) -> Vec<Description> {
        let exact = |name: &ClassName| {
            let Description { text, reach } = Description::of(name);
            if reach == Reach::Routed {
                return Description { text, reach };
            }
            if self.routed.contains(name.base.as_str()) {
                return Description { text, reach: Reach::NotRouted };
            }
            let named = self.numbers.get(&text).map_or(&[][..], |&id| self.named_by(id));
            let others = named.iter().filter(|&&class| class != number).filter_map(|&class| self.classes.get(class));
            let others = others.flat_map(names).map(|other| {
                let is_same = other.base == name.base;
                let conditions = if is_same { other.conditions() } else { vec![Description::of(other).to_string()] };
                conditions.join(" ").replace('`', "")
            });
            let others: Vec<String> = others.collect();
            let text = if others.is_empty() { text } else { format!("{text} (but not {})", others.join(", ")) };
            Description { text, reach }
        };
        self.classes.get(number).into_iter().flat_map(names).map(exact).collect()
    }
}

/// Returns a term for each of the names of devices and addresses.
pub(super) fn device_terms(names: &[&ClassName]) -> Vec<Term> {
    let all: HashSet<&ClassName> = names.iter().copied().collect();
    // A device with both of its addresses is written as the device.
    let whole = |name: &&ClassName| {
        let with = |family| ClassName { family, ..(*name).clone() };
        let has_both = Family::BOTH.into_iter().all(|family| all.contains(&with(Some(family))));
        if has_both { with(None) } else { (*name).clone() }
    };
    let mut seen = HashSet::new();
    let words = names.iter().map(whole).map(|name| name.to_string().replace('`', ""));
    words.filter(|word| seen.insert(word.clone())).map(Term::new).collect()
}

/// A description of a class's members, for which the policy has no word.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Description {
    text: String,
    reach: Reach,
}

/// The relation of a description to subnet routers.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Reach {
    /// Not distinguished
    Any,
    Routed,
    NotRouted,
}

impl Description {
    fn of(name: &ClassName) -> Description {
        let reach = if name.is_routed { Reach::Routed } else { Reach::Any };
        let text = ClassName { is_routed: false, ..name.clone() }.to_string().replace('`', "");
        Description { text, reach }
    }
}

impl std::fmt::Display for Description {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let suffix = match self.reach {
            Reach::Any => "",
            Reach::Routed => ROUTED,
            Reach::NotRouted => NOT_ROUTED,
        };
        write!(f, "{}{suffix}", self.text)
    }
}

const ROUTED: &str = " behind a subnet router";
const NOT_ROUTED: &str = " not behind a subnet router";

/// Combines descriptions of the same address, behind a subnet router and not behind one.
fn both_ways(descriptions: Vec<Description>) -> Vec<Description> {
    let all: HashSet<Description> = descriptions.iter().cloned().collect();
    let combine = |one: Description| {
        let other = match one.reach {
            Reach::Any => return Some(one),
            Reach::Routed => Reach::NotRouted,
            Reach::NotRouted => Reach::Routed,
        };
        if !all.contains(&Description { reach: other, text: one.text.clone() }) {
            return Some(one);
        }
        (one.reach == Reach::NotRouted).then_some(Description { reach: Reach::Any, ..one })
    };
    descriptions.into_iter().filter_map(combine).collect()
}

#[cfg(test)]
impl Namer<'_> {
    /// Returns the classes that terms stand for, by their names and by their descriptions.
    pub(super) fn meaning(&self, terms: &[Term]) -> std::collections::BTreeSet<ClassId> {
        let of = |words: &[String]| -> std::collections::BTreeSet<ClassId> {
            let both = words.iter().flat_map(|word| [format!("{word}{ROUTED}"), format!("{word}{NOT_ROUTED}")]);
            let both: Vec<String> = both.chain(words.iter().cloned()).collect();
            let ids = (0..self.words.len()).filter(|&id| self.word(id).is_some_and(|word| words.contains(&word)));
            let named = ids.flat_map(|id| self.named_by(id).iter().copied());
            let described = (0..self.classes.len()).filter(|&class| {
                let names = self.descriptions(class);
                !names.is_empty() && names.iter().all(|name| both.contains(&name.to_string()))
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

/// Names that together stand for some classes.
struct Cover {
    words: Vec<String>,
    /// The number of `words` that are descriptions because no selector fits
    described: usize,
}

impl Cover {
    /// Returns the sort key of a cover. Fewer names are better, then fewer descriptions.
    fn cost(&self) -> (usize, usize) {
        (self.words.len(), self.described)
    }
}

/// Splits the classes of a selector into those in a set and those outside it.
fn split(named: &[ClassId], universe: Option<&[ClassId]>, set: &ClassSet) -> (Vec<ClassId>, Vec<ClassId>) {
    let present = match (set, universe) {
        (ClassSet::AllExcept(excluded), None) => {
            let missing = sorted::intersection(named, excluded);
            // In this case the selector itself is the name.
            let present = if missing.is_empty() { Vec::new() } else { sorted::difference(named, &missing) };
            return (present, missing);
        }
        (ClassSet::AllExcept(excluded), Some(universe)) => {
            sorted::difference(&sorted::intersection(named, universe), excluded)
        }
        (ClassSet::Only(classes), _) => sorted::intersection(named, classes),
    };
    let missing = sorted::difference(named, &present);
    (present, missing)
}

/// Returns the distinct names of a class's members, without special cases of other names.
fn names<'c>(class: &'c Class) -> Vec<&'c ClassName> {
    let mut by_base: HashMap<&str, Vec<&ClassName>> = HashMap::new();
    for name in &class.names {
        by_base.entry(&name.base).or_default().push(name);
    }
    let is_variant = |name: &ClassName| {
        let mut others = by_base.get(name.base.as_str()).into_iter().flatten();
        others.any(|other| name.is_variant_of(other))
    };
    let mut seen = HashSet::new();
    class.names.iter().filter(|name| !is_variant(name) && seen.insert(*name)).collect()
}

/// Returns, by selector, its text in one version. Names that the version does not declare are left
/// out.
fn words(classes: &JointClasses, version: Version) -> Vec<Option<String>> {
    let joint = classes.joint;
    let facts = &joint.policy.facts;
    let selectors = &classes.space.rules.selectors;
    let old_names: HashMap<&str, &str> = joint.renamed.iter().map(|(old, new)| (new.as_str(), old.as_str())).collect();
    let mut words: Vec<Option<String>> = vec![None; selectors.len()];
    for selector in &joint.selectors {
        let name = selector.text.as_str();
        let is_declared = matches!(selector.kind, SelectorKind::Group | SelectorKind::IpSet);
        let word = match old_names.get(name) {
            Some(old) => (version == Version::Old).then_some(*old),
            None if is_declared && !joint.declares(version, name) => None,
            None if selector.kind == SelectorKind::User && facts.are_in_source() => {
                Some(facts.user(name).map_or(name, |user| &user.name))
            }
            None => Some(name),
        };
        if let Some(slot) = selectors.id(name).and_then(|id| words.get_mut(id)) {
            *slot = word.map(str::to_owned);
        }
    }
    words
}
