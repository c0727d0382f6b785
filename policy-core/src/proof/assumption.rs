//! Assumptions about the ends of an invariant: facts that may be true although nothing states them.

use std::collections::{HashMap, HashSet};

use crate::access::{
    Denotation, FOUR_VIA_SIX, Families, Family, SelectorId, Side, Tailnet, UnknownFact, embedded_ipv4, overlap,
};
use crate::model::InvariantKind;
use crate::proof::classes::ClassId;
use crate::proof::doubt::Openness;
use crate::proof::invariant::InvariantProver;
use crate::proof::partition::{CellId, Partition, PartitionCell};

/// A fact that may be true of an end.
pub(super) struct Assumption {
    pub(super) fact: UnknownFact,
    /// The selectors that name the end if the fact is true.
    pub(super) selectors: Vec<SelectorId>,
    needs: Openness,
    /// The only class to which the fact may apply.
    pub(super) only: Option<ClassId>,
    /// The invariant's statement about the end because of the fact.
    cell: PartitionCell,
}

impl Assumption {
    /// Returns `true` if the fact may be assumed of a class with this openness.
    pub(super) fn is_open(&self, open: Openness) -> bool {
        let needs = self.needs;
        needs.is_unplaced_device && open.is_unplaced_device
            || needs.is_service && open.is_service
            || needs.is_user && open.is_user
            || needs.may_be_shared && open.may_be_shared
    }

    fn fits(&self, class: ClassId, cell: &PartitionCell) -> bool {
        self.cell.families.intersects(cell.families)
            && self.only.map_or_else(|| self.is_open(cell.openness), |only| only == class)
    }
}

/// The assumptions about one end.
pub(super) struct AssumptionIndex {
    pub(super) all: Vec<Assumption>,
    /// By selector, the assumptions that make it name the end. Assumptions with the same effect on
    /// the invariant are left out.
    by_selector: HashMap<SelectorId, Vec<usize>>,
    /// The assumptions that make the end part of the invariant, with the same omissions.
    relevant: Vec<usize>,
    /// The first class of every cell that an assumption may apply to.
    firsts: Vec<(ClassId, CellId)>,
}

/// A class at one end, with its assumption.
pub(super) struct Candidate {
    pub(super) class: ClassId,
    pub(super) cell: PartitionCell,
    pub(super) assumption: Option<usize>,
}

impl AssumptionIndex {
    /// Returns the assumptions that matter to an invariant at one end.
    pub(super) fn new(prover: &InvariantProver, side: Side) -> AssumptionIndex {
        let classes = prover.classes;
        let (partition, rules) = match side {
            Side::Source => (&prover.sources, classes.rules.by_source()),
            Side::Destination => (&prover.destinations, classes.rules.by_destination()),
        };
        let mut index = AssumptionIndex {
            all: assumptions(prover, side),
            by_selector: HashMap::new(),
            relevant: Vec::new(),
            firsts: Vec::new(),
        };
        if index.all.is_empty() {
            return index;
        }
        index.firsts = partition.firsts();
        let is_open = |cell: CellId| partition.get(cell).is_some_and(|cell| cell.openness != Openness::default());
        index.firsts.retain(|&(_, cell)| is_open(cell));
        let is_only = prover.invariant.kind == InvariantKind::Only;
        let mut keys: HashMap<(PartitionCell, Openness, Option<ClassId>), usize> = HashMap::new();
        let mut seen: HashSet<(SelectorId, usize)> = HashSet::new();
        for (id, assumption) in index.all.iter().enumerate() {
            let cell = &assumption.cell;
            let next = keys.len();
            let key = (cell.clone(), assumption.needs, assumption.only);
            let number = *keys.entry(key).or_insert(next);
            let is_relevant = cell.is_named || !cell.targets.is_empty() || is_only && !cell.exceptions.is_empty();
            if number == next && is_relevant {
                index.relevant.push(id);
            }
            // A rule names an address literally, and not the address that it is translated to.
            let by_rules = assumption.selectors.iter().filter(|_| assumption.fact != UnknownFact::Route);
            for &selector in by_rules {
                let is_used = rules.get(selector).is_some_and(|rules| !rules.is_empty());
                if is_used && seen.insert((selector, number)) {
                    index.by_selector.entry(selector).or_default().push(id);
                }
            }
        }
        index
    }

    /// Returns the assumption with this index.
    pub(super) fn get(&self, id: usize) -> Option<&Assumption> {
        self.all.get(id)
    }

    /// Returns the assumptions that make a rule with these selectors name the end.
    fn named_by(&self, selectors: &[SelectorId]) -> impl Iterator<Item = usize> {
        selectors.iter().filter_map(|id| self.by_selector.get(id)).flatten().copied()
    }

    /// Returns the classes that a rule names, with and without the assumptions that matter, and the
    /// classes that it names only under an assumption. Returns only cells that are `wanted`.
    pub(super) fn candidates(
        &self,
        partition: &Partition,
        selectors: &[SelectorId],
        wanted: impl Fn(&PartitionCell) -> bool,
    ) -> Vec<Candidate> {
        let mut all = Vec::new();
        for (class, cell) in partition.firsts_named_by(selectors) {
            self.add_named(partition, (class, cell), &wanted, &mut all);
        }
        for id in self.named_by(selectors) {
            let Some(assumption) = self.get(id) else { continue };
            let only = assumption.only.map(|class| (class, partition.cell_of(class)));
            for &(class, cell) in only.as_ref().map_or(&*self.firsts, std::slice::from_ref) {
                self.add(partition, (class, cell), id, &wanted, &mut all);
            }
        }
        all
    }

    /// Adds a class that a rule names, with and without the assumptions that matter.
    fn add_named(
        &self,
        partition: &Partition,
        (class, cell): (ClassId, CellId),
        wanted: &impl Fn(&PartitionCell) -> bool,
        all: &mut Vec<Candidate>,
    ) {
        let own = partition.get(cell).filter(|own| wanted(own));
        all.extend(own.map(|own| Candidate { class, cell: own.clone(), assumption: None }));
        self.relevant.iter().for_each(|&id| self.add(partition, (class, cell), id, wanted, all));
    }

    /// Adds a class under an assumption, if the assumption is possible.
    fn add(
        &self,
        partition: &Partition,
        (class, cell): (ClassId, CellId),
        id: usize,
        wanted: &impl Fn(&PartitionCell) -> bool,
        all: &mut Vec<Candidate>,
    ) {
        let (Some(assumption), Some(own)) = (self.get(id), partition.get(cell)) else { return };
        if assumption.fits(class, own) && (wanted(own) || wanted(&assumption.cell)) {
            let cell = own.and(&assumption.cell);
            if wanted(&cell) {
                all.push(Candidate { class, cell, assumption: Some(id) });
            }
        }
    }

    /// Like [`candidates`](Self::candidates), for one class, whether or not a rule names it.
    pub(super) fn candidates_of(
        &self,
        partition: &Partition,
        class: ClassId,
        is_named: bool,
        selectors: &[SelectorId],
        wanted: impl Fn(&PartitionCell) -> bool,
    ) -> Vec<Candidate> {
        let (mut all, cell) = (Vec::new(), partition.cell_of(class));
        match is_named {
            true => self.add_named(partition, (class, cell), &wanted, &mut all),
            false => {
                self.named_by(selectors).for_each(|id| self.add(partition, (class, cell), id, &wanted, &mut all));
            }
        }
        // The class exists under the assumption that its user belongs to another tailnet.
        let is_shared = |id: usize| self.get(id).is_some_and(|one| one.fact == UnknownFact::Sharing);
        all.retain(|candidate| !candidate.assumption.is_some_and(is_shared));
        all
    }
}

/// Returns every possible assumption about one end that some selector depends on.
fn assumptions(prover: &InvariantProver, side: Side) -> Vec<Assumption> {
    let classes = prover.classes;
    let index = &classes.rules.selectors;
    let (ranges, end) = match (&classes.named_ranges, side) {
        ([ranges, _], Side::Source) => (ranges, &classes.sources),
        ([_, ranges], Side::Destination) => (ranges, &classes.destinations),
    };
    let is_address = |id: &SelectorId| {
        // The numbers after those of the selectors also stand for addresses.
        index.denotations.get(*id).is_none_or(|denotation| matches!(denotation, Denotation::Addresses(_)))
    };
    let addresses = |class: ClassId| -> Vec<SelectorId> {
        let class = end.get(class).map_or(&[][..], |class| &class.selectors);
        class.iter().copied().filter(is_address).collect()
    };
    let mut all = Vec::new();
    let mut push = |fact, selectors: Vec<SelectorId>, families, needs, only| {
        let cell = PartitionCell { families, ..prover.cell_of_selectors(&selectors, side) };
        all.push(Assumption { fact, selectors, needs, only, cell });
    };
    for range in ranges {
        let family = Families::from(Family::of(range.range.first));
        if Tailnet::is_in_tailnet(range.range) {
            let is_unplaced_device = classes.tailnet.may_be_a_devices(range.range);
            let needs = Openness { is_unplaced_device, is_service: true, ..Openness::default() };
            push(UnknownFact::Addresses, addresses(range.class), family, needs, None);
        } else if overlap(range.range, FOUR_VIA_SIX)
            && side == Side::Destination
            && let Some(embedded) = embedded_ipv4(range.range)
        {
            for other in ranges.iter().filter(|other| overlap(other.range, embedded)) {
                push(UnknownFact::Route, addresses(other.class), family, Openness::default(), Some(range.class));
            }
        }
    }
    for (id, denotation) in index.denotations.iter().enumerate() {
        let needs = match denotation {
            Denotation::SyncedGroup(_) => Openness { is_user: true, ..Openness::default() },
            Denotation::Shared if side == Side::Source => Openness { may_be_shared: true, ..Openness::default() },
            _ => continue,
        };
        let fact = if needs.is_user { UnknownFact::SyncedGroups } else { UnknownFact::Sharing };
        push(fact, vec![id], Families::BOTH, needs, None);
    }
    all
}
