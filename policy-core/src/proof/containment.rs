//! Whether the permits that are left allow all of something.
//!
//! What is asked about is a block: some sources, some destinations, some ports. It is looked at where the fewest permits
//! meet, and there it shows of most blocks that something is missing. Where nothing is, the permits that are enough
//! are so for all whom they have in common; the rest of the block is looked at in the same way.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::access::port_set::PortSet;
use crate::access::selector_index::SelectorId;
use crate::model::Selector;
use crate::proof::classes::{AccessClasses, ClassId, meets};
use crate::proof::end_weights::{EndWeights, uses};
use crate::proof::epoch_set::EpochSet;
use crate::proof::port_index::PortIndex;

/// With fewer permits than that, a look at each is as fast as one into an index. Small policies are to test it all the same.
const MANY: usize = if cfg!(test) { 1 } else { 256 };

/// A permit, less the items that have been taken away.
#[derive(Clone, Debug, Default)]
pub struct Remaining {
    pub src: Vec<SelectorId>,
    pub dst: Vec<SelectorId>,
    pub ports: PortSet,
}

/// A part of a permit that must stay allowed.
pub struct Cube<'r> {
    /// The permit, whose postures and routers it has.
    pub permit: usize,
    pub src: &'r [SelectorId],
    pub dst: &'r [SelectorId],
    pub ports: &'r PortSet,
}

/// Where something of a region is missing.
pub struct Uncovered {
    pub permit: usize,
    pub source: ClassId,
    pub destination: ClassId,
    /// Whether both are devices of one user.
    pub is_own: bool,
    /// What no permit opens there.
    pub ports: PortSet,
}

/// The permits of a space, less what has been taken away of them.
pub struct Containment<'a, 'p> {
    space: &'a AccessClasses<'p>,
    /// By number, what is left of each permit
    live: Vec<Remaining>,
    /// By number, the routers of each permit, a number for each set of them
    via: Vec<usize>,
    sources: EndWeights<'a, 'p>,
    destinations: EndWeights<'a, 'p>,
    by_port: PortIndex,
    marks: EpochSet,
    other_marks: EpochSet,
}

impl<'a, 'p> Containment<'a, 'p> {
    pub fn new(space: &'a AccessClasses<'p>) -> Self {
        let permits = &space.permits;
        let mut sets: HashMap<BTreeSet<&str>, usize> = HashMap::new();
        let via = permits.list.iter().map(|permit| {
            let next = sets.len();
            *sets.entry(permit.via().iter().map(|tag| tag.text.as_str()).collect()).or_insert(next)
        });
        let live = permits.list.iter().zip(&space.ports).map(|(permit, ports)| Remaining {
            src: permit.src.clone(),
            dst: permit.dst.clone(),
            ports: ports.clone(),
        });
        Containment {
            space,
            live: live.collect(),
            via: via.collect(),
            sources: EndWeights::new(&space.sources, &space.sources_of, permits.by_source()),
            destinations: EndWeights::new(&space.destinations, &space.destinations_of, permits.by_destination()),
            by_port: PortIndex::new(&space.ports),
            marks: EpochSet::new(permits.selectors.len()),
            other_marks: EpochSet::new(permits.selectors.len()),
        }
    }

    /// What is left of a permit.
    pub fn live(&self, permit: usize) -> Option<&Remaining> {
        self.live.get(permit)
    }

    /// Leaves that of a permit, and gives what it was.
    pub fn replace(&mut self, permit: usize, live: Remaining) -> Remaining {
        self.live.get_mut(permit).map(|slot| std::mem::replace(slot, live)).unwrap_or_default()
    }

    /// Whether a region is about nobody or nothing.
    pub fn is_empty(&self, region: &Cube) -> bool {
        let own = self.space.permits.selectors.own_devices();
        let has_some = |end: &EndWeights, ids: &[SelectorId]| ids.iter().any(|&id| Some(id) == own || end.has_some(id));
        region.ports.is_empty() || !has_some(&self.sources, region.src) || !has_some(&self.destinations, region.dst)
    }

    /// Finds permits that together allow all of a region, and adds them to those of other regions.
    ///
    /// # Errors
    /// Tells a part of it that none allows.
    pub fn allow(&mut self, region: &Cube, by: &mut BTreeSet<usize>) -> Result<(), Uncovered> {
        match self.space.permits.selectors.own_devices().filter(|own| region.dst.contains(own)) {
            None => self.allow_direct(region, by),
            Some(own) => {
                let direct: Vec<SelectorId> = region.dst.iter().copied().filter(|&id| id != own).collect();
                self.allow_direct(&Cube { dst: &direct, ..*region }, by)?;
                self.allow_home(&Cube { dst: &[own], ..*region }, by)
            }
        }
    }

    fn allow_direct(&mut self, region: &Cube, by: &mut BTreeSet<usize>) -> Result<(), Uncovered> {
        let (source, destination) = (self.sources.least(region.src), self.destinations.least(region.dst));
        let (Some(source), Some(destination)) = (source, destination) else { return Ok(()) };
        let first = self.enough_between(region, source, destination)?;
        if first.are_for_all && first.permits.iter().all(|&permit| self.is_wide(region, permit)) {
            by.extend(first.permits);
            return Ok(());
        }
        if let [_, _, ..] = region.src {
            return region.src.iter().try_for_each(|&id| self.allow_direct(&Cube { src: &[id], ..*region }, by));
        }
        if let [_, _, ..] = region.dst {
            return region.dst.iter().try_for_each(|&id| self.allow_direct(&Cube { dst: &[id], ..*region }, by));
        }
        self.allow_block(region, by)
    }

    /// All sources to all destinations.
    fn allow_block(&mut self, region: &Cube, by: &mut BTreeSet<usize>) -> Result<(), Uncovered> {
        let mut blocks = vec![(self.space.sources_among(region.src), self.space.destinations_among(region.dst))];
        while let Some((mut sources, destinations)) = blocks.pop() {
            let Some(destination) = self.destinations.lightest(&destinations) else { continue };
            let mut done = HashSet::new();
            // The last are those with the least of a name, which is where coverage ends soonest.
            while let Some(source) = sources.pop() {
                if done.contains(&source) {
                    continue;
                }
                let enough = self.enough_between(region, source, destination)?;
                let (mut rows, mut other_columns) = (vec![source], destinations.clone());
                if enough.are_for_all {
                    let alike = self.sources_of_all(&enough.permits).into_iter();
                    rows.extend(alike.filter(|row| sources.binary_search(row).is_ok() && !done.contains(row)));
                    other_columns.retain(|&destination| !self.all_to(&enough.permits, destination));
                } else {
                    // To devices of another user nothing leads from there, whatever is allowed.
                    for &destination in destinations.iter().filter(|&&other| self.space.may_be_own(source, other)) {
                        if !self.space.may_be_two(source, destination) {
                            by.extend(self.enough_between(region, source, destination)?.permits);
                        }
                    }
                    other_columns.retain(|&destination| self.space.may_be_two(source, destination));
                }
                by.extend(enough.permits);
                done.extend(rows.iter().copied());
                rows.sort_unstable();
                blocks.push((rows, other_columns));
            }
        }
        Ok(())
    }

    /// Between devices of one user, for each user.
    fn allow_home(&mut self, region: &Cube, by: &mut BTreeSet<usize>) -> Result<(), Uncovered> {
        let space = self.space;
        let mut done = HashSet::new();
        for source in space.sources_among(region.src).into_iter().rev() {
            let homes = space.own.get(source).map_or(&[][..], Vec::as_slice);
            if homes.is_empty() || done.contains(&source) {
                continue;
            }
            let homeward = self.meeting(region, source, region.dst);
            match self.enough(region, homeward) {
                // What leads all of these home does so whatever devices they have.
                Ok(permits) => {
                    done.extend(self.sources_of_all(&permits));
                    by.extend(permits);
                }
                Err(_) => {
                    for &destination in homes {
                        by.extend(self.enough_at_home(region, source, destination)?);
                    }
                }
            }
        }
        Ok(())
    }

    /// What opens all ports of a region between two classes.
    fn enough_between(
        &mut self,
        region: &Cube,
        source: ClassId,
        destination: ClassId,
    ) -> Result<CoveringRules, Uncovered> {
        let space = self.space;
        let to = space.destinations.get(destination).map_or(&[][..], |class| &class.selectors);
        let enough = match self.missing(region, source, to) {
            Some(ports) => Err(ports),
            None => {
                let permits = self.meeting(region, source, to);
                self.enough(region, permits)
            }
        };
        match enough {
            Ok(permits) => Ok(CoveringRules { permits, are_for_all: true }),
            Err(ports) if space.may_be_two(source, destination) => {
                Err(Uncovered { permit: region.permit, source, destination, is_own: false, ports })
            }
            Err(_) if space.may_be_own(source, destination) => {
                Ok(CoveringRules { permits: self.enough_at_home(region, source, destination)?, are_for_all: false })
            }
            Err(_) => Ok(CoveringRules { permits: Vec::new(), are_for_all: false }),
        }
    }

    /// The same between devices of one user.
    fn enough_at_home(
        &mut self,
        region: &Cube,
        source: ClassId,
        destination: ClassId,
    ) -> Result<Vec<usize>, Uncovered> {
        let space = self.space;
        let class = space.destinations.get(destination);
        let direct = class.into_iter().flat_map(|class| &class.selectors).copied();
        let to: Vec<SelectorId> = direct.chain(space.permits.selectors.own_devices()).collect();
        let permits = self.meeting(region, source, &to);
        let lack = |ports| Uncovered { permit: region.permit, source, destination, is_own: true, ports };
        self.enough(region, permits).map_err(lack)
    }

    /// PortSet of a region that no permit opens from a class to one of some selectors, if that is seen at once: most rules
    /// have a port that few others have.
    fn missing(&mut self, region: &Cube, source: ClassId, to: &[SelectorId]) -> Option<PortSet> {
        let permits = &self.space.permits;
        let from = self.space.sources.get(source).map_or(&[][..], |class| &class.selectors);
        let near = uses(permits.by_source(), from).min(uses(permits.by_destination(), to));
        if near < MANY {
            return None;
        }
        let (piece, _) = self.by_port.rarest(region.ports).filter(|&(_, count)| count < near)?;
        let ports = self.by_port.ports(piece).common(region.ports);
        self.marks.set(from);
        self.other_marks.set(to);
        for permit in self.by_port.permits(piece) {
            if let Some(live) = self.live.get(permit)
                && self.marks.has_any(&live.src)
                && self.other_marks.has_any(&live.dst)
                && live.ports.overlap(&ports)
            {
                return None;
            }
        }
        Some(ports)
    }

    /// The permits from a class to one of some selectors that may help with a region, in order.
    fn meeting(&mut self, region: &Cube, source: ClassId, to: &[SelectorId]) -> Vec<usize> {
        let (space, mut found) = (self.space, Vec::new());
        let from = space.sources.get(source).map_or(&[][..], |class| &class.selectors);
        let (by_source, by_destination) = (space.permits.by_source(), space.permits.by_destination());
        let is_from = uses(by_source, from) < uses(by_destination, to);
        let (near, lists, far) = if is_from { (from, by_source, to) } else { (to, by_destination, from) };
        self.marks.set(far);
        for &id in near {
            for &permit in lists.get(id).into_iter().flatten() {
                let Some(live) = self.live.get(permit) else { continue };
                let (here, there) = if is_from { (&live.src, &live.dst) } else { (&live.dst, &live.src) };
                if self.marks.has_any(there) && here.contains(&id) && self.may_help(region, permit, live) {
                    found.push(permit);
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Whether a permit leads through the same routers and has some of the ports.
    fn may_help(&self, region: &Cube, permit: usize, live: &Remaining) -> bool {
        self.via.get(permit) == self.via.get(region.permit) && live.ports.overlap(region.ports)
    }

    /// Which of some permits together open all ports of a region, whatever posture there is; else what is missing.
    /// Those that do so for all of the region are taken rather than others, and one rather than two.
    fn enough(&mut self, region: &Cube, mut permits: Vec<usize>) -> Result<Vec<usize>, PortSet> {
        let by = self.first_enough(region, &permits)?;
        if let [one] = *by
            && (permits.len() == 1 || self.is_wide(region, one))
        {
            return Ok(by);
        }
        permits.sort_by_cached_key(|&permit| {
            let is_whole = self.live.get(permit).is_some_and(|live| live.ports.contains(region.ports));
            (!self.is_wide(region, permit), !is_whole)
        });
        self.first_enough(region, &permits)
    }

    fn first_enough(&self, region: &Cube, permits: &[usize]) -> Result<Vec<usize>, PortSet> {
        let mut by = Vec::new();
        // A device that has one posture and no other, or none. What it may do, all may that have more.
        let postures = self.space.permit(region.permit).map_or(&[][..], |permit| permit.postures);
        let states = postures.iter().map(Some).chain(postures.is_empty().then_some(None));
        for posture in states {
            let mut rest = region.ports.clone();
            for &permit in permits.iter().filter(|&&permit| self.is_met(permit, posture)) {
                let Some(live) = self.live.get(permit) else { continue };
                let less = rest.without(&live.ports);
                if less != rest {
                    by.push(permit);
                    rest = less;
                }
                if rest.is_empty() {
                    break;
                }
            }
            if !rest.is_empty() {
                return Err(rest);
            }
        }
        Ok(by)
    }

    /// Whether a posture is enough for a permit.
    fn is_met(&self, permit: usize, posture: Option<&Selector>) -> bool {
        self.space.permit(permit).is_some_and(|permit| {
            permit.postures.is_empty()
                || posture.is_some_and(|posture| permit.postures.iter().any(|one| *one.text == *posture.text))
        })
    }

    /// Whether a permit has all sources and destinations of a region, each by one of its own selectors.
    fn is_wide(&mut self, region: &Cube, permit: usize) -> bool {
        let Some(live) = self.live.get(permit) else { return false };
        region.src.iter().all(|&id| self.sources.has_wider(id, &live.src))
            && region.dst.iter().all(|&id| self.destinations.has_wider(id, &live.dst))
    }

    /// The classes that are sources of each of some permits, in order.
    fn sources_of_all(&self, permits: &[usize]) -> Vec<ClassId> {
        let lives: Vec<&Remaining> = permits.iter().filter_map(|&permit| self.live.get(permit)).collect();
        let few = lives.iter().min_by_key(|live| uses(&self.space.sources_of, &live.src));
        let mut sources = few.map_or(Vec::new(), |live| self.space.sources_among(&live.src));
        sources.retain(|&source| {
            let class = self.space.sources.get(source);
            class.is_some_and(|class| lives.iter().all(|live| meets(&live.src, &class.selectors)))
        });
        sources
    }

    fn all_to(&self, permits: &[usize], destination: ClassId) -> bool {
        let class = self.space.destinations.get(destination);
        let is_to = |live: &Remaining| class.is_some_and(|class| meets(&live.dst, &class.selectors));
        permits.iter().all(|&permit| self.live.get(permit).is_some_and(is_to))
    }
}

/// Permits that open all that is asked for.
struct CoveringRules {
    permits: Vec<usize>,
    /// Whether they do so for whomever they have as sources and destinations, and not just for devices of one user.
    are_for_all: bool,
}
