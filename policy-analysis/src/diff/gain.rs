//! What some rules give and others do not, in disjoint pieces.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

use crate::diff::Relation;
use crate::diff::diff_world::{DiffWorld, PostureId, Region, SetId};
use crate::diff::end::{ClassPairSet, Overlap};
use crate::diff::extent::Extent;
use crate::diff::merge::merged;
use crate::diff::part::{ClassSet, common};
use policy_core::proof::classes::{AccessClasses, ClassId};

/// A piece of a region that others do not give.
#[derive(Clone, Debug)]
pub(super) struct Gain<E> {
    /// The region, by its place
    pub(super) region: usize,
    /// Of its sources
    pub(super) from: ClassSet,
    /// Of its destinations
    pub(super) to: ClassSet,
    pub(super) relation: Relation,
    pub(super) extent: E,
    /// The postures of which one must be met, if there are any.
    pub(super) when: Vec<PostureId>,
    /// Those with which the others give it, too.
    pub(super) unless: Vec<PostureId>,
}

/// Of which region it is told what two give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// Of the larger
    LargestFirst,
    /// Of the one that comes first
    AsGiven,
}

/// All that `ours` give and `theirs` do not. No two pieces share anything.
pub(super) fn gains<E: Extent>(
    world: &DiffWorld,
    ours: &[Region<E>],
    theirs: &[Region<E>],
    order_of: Order,
) -> Vec<Gain<E>> {
    let mut seen: HashSet<Key<E>> = theirs.iter().map(key).collect();
    let changed: Vec<usize> =
        ours.iter().enumerate().filter(|(_, region)| seen.insert(key(region))).map(|(at, _)| at).collect();
    if changed.is_empty() {
        return Vec::new();
    }
    let mut comparison = Comparison::new(world, ours, theirs, &changed);
    let mut order = changed;
    if order_of == Order::LargestFirst {
        order.sort_by_cached_key(|&at| {
            let size = ours.get(at).map(|region| {
                // What needs no posture is given with each of them, too.
                (!region.postures.is_empty(), region.is_own, Reverse(comparison.size(region)))
            });
            (size, at)
        });
    }
    order.into_iter().flat_map(|at| comparison.gains_of(at)).collect()
}

type Key<'r, E> = (Ends<'r>, &'r E);
type Ends<'r> = (SetId, SetId, bool, &'r [PostureId], usize);

fn key<E>(region: &Region<E>) -> Key<'_, E> {
    (ends(region), &region.extent)
}

/// All of a region but its extent.
fn ends<E>(region: &Region<E>) -> Ends<'_> {
    (region.from, region.to, region.is_own, &region.postures, region.channel)
}

struct Comparison<'w, E> {
    space: &'w AccessClasses<'w>,
    /// Theirs, and then those of ours that they have not
    all: Vec<&'w Region<E>>,
    theirs: usize,
    /// By the place of one of ours, its place in `all`
    places: HashMap<usize, usize>,
    /// By all but the extent, those of theirs
    same: HashMap<Ends<'w>, Vec<usize>>,
    /// Whether one of `all` has been looked at, so that what it gives is told.
    is_told: Vec<bool>,
    from: ClassPairSet<'w>,
    to: ClassPairSet<'w>,
}

/// A region that has a say in what another one adds.
#[derive(Clone, Copy)]
struct Other {
    number: usize,
    /// Whether it asks for postures that the other one does not ask for: it gives the same, but not to all.
    is_partial: bool,
    from: Overlap,
    to: Overlap,
}

/// By which end a region is cut first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Axis {
    Source,
    Destination,
}

/// A part of a region, and the others that are about all of it.
struct Cell {
    from: ClassSet,
    to: ClassSet,
    others: Vec<Other>,
}

/// Somebody, and some of their devices.
type Homes = (ClassId, Vec<ClassId>);
/// Of an extent what is left, and the postures with which even that is given.
type Left<E> = Vec<(E, Vec<PostureId>)>;

impl<'w, E: Extent> Comparison<'w, E> {
    fn new(world: &'w DiffWorld, ours: &'w [Region<E>], theirs: &'w [Region<E>], changed: &[usize]) -> Self {
        let mut all: Vec<&Region<E>> = theirs.iter().collect();
        let mut places = HashMap::new();
        for &at in changed {
            places.insert(at, all.len());
            all.extend(ours.get(at));
        }
        let mut same: HashMap<Ends, Vec<usize>> = HashMap::new();
        for (number, region) in theirs.iter().enumerate() {
            same.entry(ends(region)).or_default().push(number);
        }
        let space = &world.space;
        Comparison {
            space,
            same,
            theirs: theirs.len(),
            places,
            is_told: vec![false; all.len()],
            from: ClassPairSet::new(&world.sources, space.sources.len(), all.iter().map(|region| region.from)),
            to: ClassPairSet::new(&world.destinations, space.destinations.len(), all.iter().map(|region| region.to)),
            all,
        }
    }

    fn size(&self, region: &Region<E>) -> u128 {
        let (from, to) = (self.from.sets.classes(region.from), self.to.sets.classes(region.to));
        (from.len() as u128) * (to.len() as u128) * u128::from(region.extent.size())
    }

    fn gains_of(&mut self, at: usize) -> Vec<Gain<E>> {
        let Some(&place) = self.places.get(&at) else { return Vec::new() };
        let Some(&region) = self.all.get(place) else { return Vec::new() };
        // Most often it is the same rule that gives most of it.
        let same = self.same.get(&ends(region)).into_iter().flatten().filter_map(|&number| self.all.get(number));
        let extent = same.fold(region.extent.clone(), |rest, same| rest.without(&same.extent));
        if extent.is_empty() {
            return Vec::new();
        }
        let region = &Region { extent, ..region.clone() };
        let candidates = self.candidates(region, place);
        let mut gains = Vec::new();
        // A device that has this posture and no other; `None` for one that has none.
        let states = match region.postures.as_slice() {
            [] => vec![None],
            postures => postures.iter().copied().map(Some).collect(),
        };
        for state in states {
            let others = candidates.iter().filter_map(|&other| {
                let postures = &self.all.get(other.number)?.postures;
                let is_partial = !postures.is_empty() && state.is_none_or(|state| !postures.contains(&state));
                let counts = !is_partial || state.is_none() && other.number < self.theirs;
                counts.then_some(Other { is_partial, ..other })
            });
            let others: Vec<Other> = others.collect();
            let pieces = if region.is_own { self.own(region, others) } else { self.direct(region, others) };
            let when: Vec<PostureId> = state.into_iter().collect();
            gains.extend(pieces.into_iter().map(|piece| Gain { region: at, when: when.clone(), ..piece }));
        }
        // What adds nothing is given by others already.
        if let Some(is_told) = self.is_told.get_mut(place) {
            *is_told = !gains.is_empty();
        }
        merged(gains, self.from.sets.classes(region.from), self.to.sets.classes(region.to))
    }

    /// The regions that may have a say in what one adds.
    fn candidates(&mut self, region: &Region<E>, place: usize) -> Vec<Other> {
        let by_source = self.from.weight(region.from) <= self.to.weight(region.to);
        let near = if by_source { self.from.meeting(region.from) } else { self.to.meeting(region.to) };
        let mut found = Vec::new();
        for (number, overlap) in near {
            let Some(&other) = self.all.get(number) else { continue };
            let counts = number < self.theirs || number != place && self.is_told.get(number).is_some_and(|told| *told);
            if !counts || other.channel != region.channel || !other.extent.meets(&region.extent) {
                continue;
            }
            let (from, to) = match by_source {
                true => (overlap, self.to.overlap(region.to, other.to)),
                false => (self.from.overlap(region.from, other.from), overlap),
            };
            if from != Overlap::None && to != Overlap::None {
                found.push(Other { number, is_partial: false, from, to });
            }
        }
        found.sort_unstable_by_key(|other| other.number);
        found
    }

    fn other(&self, other: Other) -> Option<&'w Region<E>> {
        self.all.get(other.number).copied()
    }

    /// What some others leave of an extent.
    fn left<'o>(&self, extent: &E, others: impl Iterator<Item = &'o Other> + Clone) -> Left<E> {
        let mut rest = extent.clone();
        for region in others.clone().filter(|other| !other.is_partial).filter_map(|&other| self.other(other)) {
            rest = rest.without(&region.extent);
            if rest.is_empty() {
                return Vec::new();
            }
        }
        let mut left = vec![(rest, Vec::new())];
        for region in others.filter(|other| other.is_partial).filter_map(|&other| self.other(other)) {
            left = left
                .into_iter()
                .flat_map(|(extent, postures)| {
                    let with: Vec<PostureId> = postures.iter().chain(&region.postures).copied().collect();
                    [(extent.without(&region.extent), postures), (extent.common(&region.extent), sorted(with))]
                })
                .filter(|(extent, _)| !extent.is_empty())
                .collect();
        }
        left
    }

    /// Of a region to what it names, cut in the way that leaves fewer pieces.
    fn direct(&self, region: &Region<E>, others: Vec<Other>) -> Vec<Gain<E>> {
        let around = |other: &&Other| {
            other.from == Overlap::All && other.to == Overlap::All && !self.is_own(other) && !other.is_partial
        };
        let Some((extent, _)) = self.left(&region.extent, others.iter().filter(around)).pop() else {
            return Vec::new();
        };
        let others: Vec<Other> = others
            .into_iter()
            .filter(|other| self.other(*other).is_some_and(|other| other.extent.meets(&extent)))
            .collect();
        let by_source = self.pieces(region, self.cells(region, &others, Axis::Source), &extent);
        if by_source.len() < 2 {
            return by_source;
        }
        let by_destination = self.pieces(region, self.cells(region, &others, Axis::Destination), &extent);
        let cost = |pieces: &[Gain<E>]| {
            let is_cut = |part: &ClassSet| usize::from(*part != ClassSet::ALL);
            (pieces.len(), pieces.iter().map(|piece| is_cut(&piece.from) + is_cut(&piece.to)).sum::<usize>())
        };
        if cost(&by_source) < cost(&by_destination) { by_source } else { by_destination }
    }

    fn is_own(&self, other: &Other) -> bool {
        self.other(*other).is_some_and(|other| other.is_own)
    }

    /// The parts of a region that the same others are about.
    fn cells(&self, region: &Region<E>, others: &[Other], first: Axis) -> Vec<Cell> {
        let groups = |axis: Axis, others: &[Other]| match axis {
            Axis::Source => {
                let sets = self.from.sets;
                self.groups(others, sets.classes(region.from), |other| other.from, |other| sets.classes(other.from))
            }
            Axis::Destination => {
                let sets = self.to.sets;
                self.groups(others, sets.classes(region.to), |other| other.to, |other| sets.classes(other.to))
            }
        };
        let lines = groups(first, others).into_iter();
        match first {
            Axis::Source => lines
                .flat_map(|(row, from)| {
                    let cells = groups(Axis::Destination, &row).into_iter();
                    cells.map(move |(others, to)| Cell { from: from.clone(), to, others }).collect::<Vec<_>>()
                })
                .collect(),
            Axis::Destination => lines
                .flat_map(|(column, to)| {
                    let cells = groups(Axis::Source, &column).into_iter();
                    cells.map(move |(others, from)| Cell { from, to: to.clone(), others }).collect::<Vec<_>>()
                })
                .collect(),
        }
    }

    /// What is left of an extent in the cells of a region, in as few pieces as it takes.
    fn pieces(&self, region: &Region<E>, cells: Vec<Cell>, extent: &E) -> Vec<Gain<E>> {
        let (from, to) = (self.from.sets.classes(region.from), self.to.sets.classes(region.to));
        let mut pieces = Vec::new();
        for cell in cells {
            let (own, direct): (Vec<Other>, Vec<Other>) = cell.others.into_iter().partition(|other| self.is_own(other));
            let at_own = own.iter().filter_map(|&other| self.other(other)).map(|other| &other.extent);
            let at_own = at_own.fold(None, |all: Option<E>, more| Some(all.map_or(more.clone(), |all| all.with(more))));
            let at_own = at_own.filter(|_| self.pair(&cell.from, &cell.to, (from, to), Relation::Own));
            let mut push = |relation, extent, unless| {
                let (from, to) = (cell.from.clone(), cell.to.clone());
                pieces.push(Gain { region: 0, from, to, relation, extent, when: Vec::new(), unless });
            };
            for (rest, unless) in self.left(extent, direct.iter()) {
                let Some(at_own) = &at_own else {
                    push(Relation::Any, rest, unless);
                    continue;
                };
                push(Relation::Any, rest.without(at_own), unless.clone());
                let rest = rest.common(at_own);
                for (rest, more) in self.left(&rest, own.iter()) {
                    push(Relation::Own, rest, sorted([unless.as_slice(), &more].concat()));
                }
                push(Relation::Others, rest, unless);
            }
        }
        pieces
            .retain(|piece| !piece.extent.is_empty() && self.pair(&piece.from, &piece.to, (from, to), piece.relation));
        // What cannot be between devices of one user fits to what is not, and makes no piece of its own beside it.
        let is_home = |piece: &Gain<E>| self.pair(&piece.from, &piece.to, (from, to), Relation::Own);
        let has_others = pieces.iter().any(|piece| piece.relation == Relation::Others);
        if has_others {
            for piece in pieces.iter_mut().filter(|piece| piece.relation == Relation::Any && !is_home(piece)) {
                piece.relation = Relation::Others;
            }
        }
        pieces = merged(pieces, from, to);
        if has_others {
            for piece in pieces.iter_mut().filter(|piece| piece.relation == Relation::Others && !is_home(piece)) {
                piece.relation = Relation::Any;
            }
        }
        pieces
    }

    /// The classes of one end by which of the others are about them.
    fn groups(
        &self,
        others: &[Other],
        whole: &[ClassId],
        overlap: impl Fn(&Other) -> Overlap,
        classes: impl Fn(&Region<E>) -> &'w [ClassId],
    ) -> Vec<(Vec<Other>, ClassSet)> {
        let mut of_class: BTreeMap<ClassId, Vec<usize>> = BTreeMap::new();
        for (number, other) in others.iter().enumerate().filter(|(_, other)| overlap(other) != Overlap::All) {
            let Some(region) = self.other(*other) else { continue };
            for class in common(whole, classes(region)) {
                of_class.entry(class).or_default().push(number);
            }
        }
        let rest = ClassSet::except(whole, of_class.keys().copied().collect());
        let mut groups: BTreeMap<Vec<usize>, Vec<ClassId>> = BTreeMap::new();
        for (class, numbers) in of_class {
            groups.entry(numbers).or_default().push(class);
        }
        let mut parts: Vec<(Vec<usize>, ClassSet)> = vec![(Vec::new(), rest)];
        parts.retain(|(_, part)| part.classes(whole).next().is_some());
        parts.extend(groups.into_iter().map(|(numbers, list)| (numbers, ClassSet::only(whole, list))));
        let everywhere: Vec<Other> = others.iter().copied().filter(|other| overlap(other) == Overlap::All).collect();
        let all = parts.into_iter().map(|(numbers, part)| {
            let some = numbers.into_iter().filter_map(|number| others.get(number).copied());
            (everywhere.iter().copied().chain(some).collect(), part)
        });
        all.collect()
    }

    /// Whether some of the ones may be related so to some of the others.
    fn pair(
        &self,
        source: &ClassSet,
        destination: &ClassSet,
        (from, to): (&[ClassId], &[ClassId]),
        relation: Relation,
    ) -> bool {
        let is_home = |class: ClassId| {
            self.space.own.get(class).is_some_and(|own| own.iter().any(|&home| destination.contains(home, to)))
        };
        let meets = |class: ClassId| destination.classes(to).any(|other| self.space.may_be_two(class, other));
        source.classes(from).any(|class| match relation {
            Relation::Any => meets(class) || is_home(class),
            Relation::Own => is_home(class),
            Relation::Others => meets(class),
        })
    }

    /// Of a region between devices of one user.
    fn own(&self, region: &Region<E>, others: Vec<Other>) -> Vec<Gain<E>> {
        let (from, to) = (self.from.sets.classes(region.from), self.to.sets.classes(region.to));
        let gain = |from, to, (extent, unless): (E, Vec<PostureId>)| Gain {
            region: 0,
            from,
            to,
            relation: Relation::Own,
            extent,
            when: Vec::new(),
            unless,
        };
        // By what is left, those between whom it is.
        let mut left: BTreeMap<(E, Vec<PostureId>), Vec<Homes>> = BTreeMap::new();
        for (row, part) in self.groups(&others, from, |other| other.from, |region| self.from.sets.classes(region.from))
        {
            for source in part.classes(from) {
                let homes = common(self.space.own.get(source).map_or(&[][..], Vec::as_slice), to);
                for home in homes {
                    let is_about = |other: &&Other| {
                        self.other(**other)
                            .is_some_and(|region| self.to.sets.classes(region.to).binary_search(&home).is_ok())
                    };
                    for rest in self.left(&region.extent, row.iter().filter(is_about)) {
                        let pairs = left.entry(rest).or_default();
                        match pairs.last_mut() {
                            Some((last, homes)) if *last == source => homes.push(home),
                            _ => pairs.push((source, vec![home])),
                        }
                    }
                }
            }
        }
        let mut gains = Vec::new();
        for (rest, pairs) in left {
            let mut whole = Vec::new();
            let mut parts: BTreeMap<Vec<ClassId>, Vec<ClassId>> = BTreeMap::new();
            for (source, homes) in pairs {
                match self.space.own.get(source).is_some_and(|own| common(own, to) == homes) {
                    true => whole.push(source),
                    false => parts.entry(homes).or_default().push(source),
                }
            }
            whole.sort_unstable();
            if !whole.is_empty() {
                // Whoever has no device has none that could be reached.
                let has_none =
                    |&class: &ClassId| self.space.own.get(class).is_none_or(|own| common(own, to).is_empty());
                let idle = from.iter().copied().filter(has_none);
                whole.extend(idle);
                whole.sort_unstable();
                gains.push(gain(ClassSet::only(from, whole), ClassSet::ALL, rest.clone()));
            }
            for (homes, mut sources) in parts {
                sources.sort_unstable();
                gains.push(gain(ClassSet::only(from, sources), ClassSet::only(to, homes), rest.clone()));
            }
        }
        gains
    }
}

fn sorted(mut numbers: Vec<PostureId>) -> Vec<PostureId> {
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}
