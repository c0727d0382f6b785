use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

use crate::matrix::containment::{Containment, EndNames};
use policy_core::access::{
    AccessRule, BitSet, Denotation, Families, Family, PortSet, RuleIndex, SelectorId, Tailnet, UnknownFact,
    UnknownSelectors, sorted,
};
use policy_core::model::{Date, Device, Policy, Selector, SelectorKind};
use policy_core::source::Origin;

/// A table of the sources that reach each destination.
///
/// A cell contains only access that follows from the names: access that everyone in the source has
/// to everything in the destination, now and later. Access of a device through a second tag is in
/// [`device_matrix`](crate::Analysis::device_matrix).
#[derive(Debug)]
pub struct Matrix<'p> {
    tailnet: Tailnet<'p>,
    permits: RuleIndex<'p>,
    /// The rows, in the order in which rules name them.
    pub sources: Vec<MatrixEnd<'p>>,
    /// The columns, in the order in which rules, then tests and invariants name them. The last one
    /// is everything that none of them names.
    pub destinations: Vec<MatrixEnd<'p>>,
    /// For each source, the selectors that name it.
    names: Vec<EndNames>,
    /// For each destination, the selectors that name it.
    covered: Vec<EndNames>,
    /// By rule, its sorted sources and destinations.
    sorted: Vec<[Vec<SelectorId>; 2]>,
    /// By selector, the rules that have it as a source.
    from: Vec<Vec<usize>>,
    /// By selector, the destinations that it includes completely.
    towards: Vec<Vec<usize>>,
    /// By selector, the facts that decide whether it includes an end.
    decisive: Vec<Vec<UnknownFact>>,
    /// By selector, the families of the addresses that it may name.
    families: Vec<Families>,
    /// By fact, the destinations for which it is unknown.
    unknown: HashMap<UnknownFact, Vec<usize>>,
    /// By fact, the rules with a source that depends on it.
    unknown_from: HashMap<UnknownFact, Vec<usize>>,
    /// By destination, whether a test or an invariant names it.
    stated: Vec<bool>,
}

/// A row or a column.
#[derive(Clone, Copy, Debug)]
pub enum MatrixEnd<'p> {
    /// Everything that a selector stands for.
    Selector(&'p Selector),
    /// A device of the facts, and its user.
    Device(&'p Device, Option<usize>),
    /// Everything that is in no other column.
    AnythingElse,
}

/// The access of a source to a destination. Empty if there is none.
pub type Cell<'p> = Vec<CellAccess<'p>>;

/// Ports, and the conditions under which they are open.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CellAccess<'p> {
    /// The ports.
    pub ports: PortSet,
    /// The required postures, if there are any. The source must meet one of them.
    pub postures: &'p [Selector],
    /// The routers that may carry the packets, if the rules have `via`.
    pub via: &'p [Selector],
    /// The families of addresses over which the ports are open, if these are not all that both ends
    /// have.
    pub families: Option<Families>,
    /// If the access depends on unknown facts, the selectors that may or may not include an end.
    pub depends: Vec<&'p str>,
    /// The last day of it, if all rules that allow it end.
    pub until: Option<Date>,
    /// The rules that allow it.
    pub rules: Vec<Origin>,
}

impl<'p> MatrixEnd<'p> {
    /// Returns the name of the end.
    pub fn name(&self) -> &'p str {
        match self {
            MatrixEnd::Selector(selector) => &selector.text,
            MatrixEnd::Device(device, _) => &device.name,
            MatrixEnd::AnythingElse => "anything else",
        }
    }
}

impl<'p> Matrix<'p> {
    /// See [`Analysis::matrix`](crate::Analysis::matrix).
    pub(crate) fn new(policy: &'p Policy) -> Self {
        let tailnet = Tailnet::new(policy);
        let permits = RuleIndex::new(policy, &tailnet);
        let sources = distinct(sources_of_rules(policy));
        let in_statements = destinations_of_statements(policy);
        let stated: HashSet<&str> = in_statements.iter().map(|selector| selector.text.as_str()).collect();
        let mut destinations = distinct([destinations_of_rules(policy), in_statements].concat());
        destinations.retain(|selector| selector.kind != SelectorKind::Wildcard);
        let stated: Vec<bool> = destinations.iter().map(|selector| stated.contains(selector.text.as_str())).collect();

        let rules = [sources_of_rules(policy), destinations_of_rules(policy)].concat();
        let coverage = Containment::new(policy, &tailnet, &permits.selectors, rules);
        let names = sources.iter().map(|selector| coverage.of_source(selector)).collect();
        let mut covered: Vec<EndNames> =
            destinations.iter().map(|selector| coverage.of_destination(selector)).collect();
        covered.push(coverage.of_anything_else());
        let destinations = destinations.into_iter().map(MatrixEnd::Selector).chain([MatrixEnd::AnythingElse]).collect();
        let unknown = coverage.unknown_selectors();
        let sources = sources.into_iter().map(MatrixEnd::Selector).collect();
        Matrix::of(tailnet, permits, unknown, [sources, destinations], [names, covered], stated)
    }

    /// See [`Analysis::device_matrix`](crate::Analysis::device_matrix).
    pub(crate) fn of_devices(policy: &'p Policy) -> Self {
        let tailnet = Tailnet::new(policy);
        let permits = RuleIndex::new(policy, &tailnet);
        let coverage = Containment::new(policy, &tailnet, &permits.selectors, []);
        let (mut names, mut covered) = (Vec::new(), Vec::new());
        for node in &tailnet.devices {
            let [as_source, as_destination] = coverage.of_device(node);
            names.push(as_source);
            covered.push(as_destination);
        }
        let devices: Vec<MatrixEnd> =
            tailnet.devices.iter().map(|node| MatrixEnd::Device(node.fact, node.user)).collect();
        let stated = vec![false; devices.len()];
        let unknown = coverage.unknown_selectors();
        Matrix::of(tailnet, permits, unknown, [devices.clone(), devices], [names, covered], stated)
    }

    fn of(
        tailnet: Tailnet<'p>,
        permits: RuleIndex<'p>,
        unknown_selectors: UnknownSelectors,
        [sources, destinations]: [Vec<MatrixEnd<'p>>; 2],
        [names, covered]: [Vec<EndNames>; 2],
        stated: Vec<bool>,
    ) -> Self {
        let count = permits.selectors.len();
        let in_order = |permit: &AccessRule| [sorted::sort(permit.src.clone()), sorted::sort(permit.dst.clone())];
        let sorted = permits.list.iter().map(in_order).collect();
        let mut from = vec![Vec::new(); count];
        for (number, permit) in permits.list.iter().enumerate().filter(|(_, permit)| !permit.ports.is_empty()) {
            permit
                .src
                .iter()
                .for_each(|&id| from.get_mut(id).into_iter().for_each(|list: &mut Vec<usize>| list.push(number)));
        }
        let mut towards = vec![Vec::new(); count];
        for (destination, end) in covered.iter().enumerate() {
            end.certain.iter().for_each(|&(id, _)| {
                towards.get_mut(id).into_iter().for_each(|list: &mut Vec<usize>| list.push(destination))
            });
        }
        // The devices that `autogroup:self` names depend on the row.
        if let Some(list) = permits.selectors.own_devices().and_then(|id| towards.get_mut(id)) {
            list.clear();
        }
        let families = permits.selectors.distinct.iter().map(|selector| match tailnet.literal(selector).as_slice() {
            [] => Families::BOTH,
            ranges => Families::of_ranges(ranges),
        });
        let families = families.collect();
        let mut decisive = vec![Vec::new(); count];
        let (mut unknown, mut unknown_from) = (HashMap::new(), HashMap::new());
        for fact in FACTS {
            let ids = unknown_selectors.dependent_on(&[fact]);
            let mut rules: Vec<usize> = ids.iter().filter_map(|&id| from.get(id)).flatten().copied().collect();
            rules.sort_unstable();
            rules.dedup();
            unknown_from.insert(fact, rules);
            ids.into_iter().for_each(|id| decisive.get_mut(id).into_iter().for_each(|facts| facts.push(fact)));
            let columns = covered.iter().enumerate().filter(|(_, end)| end.unknown.contains(&fact));
            unknown.insert(fact, columns.map(|(column, _)| column).collect());
        }
        Matrix {
            tailnet,
            permits,
            sources,
            destinations,
            names,
            covered,
            sorted,
            from,
            towards,
            decisive,
            families,
            unknown,
            unknown_from,
            stated,
        }
    }

    /// Returns the access of a source, by column.
    pub fn row(&self, source: usize) -> BTreeMap<usize, Cell<'p>> {
        let mut parts: BTreeMap<usize, Vec<Permit>> = BTreeMap::new();
        let Some(names) = self.names.get(source) else { return BTreeMap::new() };
        let mut rules = BitSet::new(self.permits.list.len());
        for &number in names.certain.iter().filter_map(|&(id, _)| self.from.get(id)).flatten() {
            rules.insert(number);
        }
        for &number in names.unknown.iter().filter_map(|fact| self.unknown_from.get(fact)).flatten() {
            rules.insert(number);
        }
        for (number, permit) in rules.iter().filter_map(|number| Some((number, self.permits.list.get(number)?))) {
            let Some([src, _]) = self.sorted.get(number) else { continue };
            let from = self.naming(names, src, &self.doubtful(names, src));
            for (column, to) in self.reached_by(source, number) {
                let Some(end) = self.covered.get(column) else { continue };
                if !end.is_carried(&self.tailnet, &self.permits.selectors, permit) {
                    continue;
                }
                let common = names.families.common(end.families);
                let mut add = |families: Option<Families>, depends| {
                    parts.entry(column).or_default().push(Permit { number, families, depends });
                };
                let certain = from.certain.common(to.certain);
                if !certain.is_empty() {
                    add((certain != common).then_some(certain), Vec::new());
                }
                for family in Family::BOTH.into_iter().filter(|&family| common.contains(family)) {
                    if let [Some(from), Some(to)] = [&from, &to].map(|naming| self.doubts(naming, family))
                        && !(from.is_empty() && to.is_empty())
                    {
                        add(None, [from, to].concat());
                        break;
                    }
                }
            }
        }
        parts.into_iter().map(|(destination, permits)| (destination, self.cell(&permits))).collect()
    }

    /// Returns how the sorted selectors `ids` of a rule name an end. `doubtful` has those of them
    /// that may name it.
    fn naming(&self, end: &EndNames, ids: &[SelectorId], doubtful: &[SelectorId]) -> Naming {
        let named = end.certain.iter().filter(|(id, _)| ids.binary_search(id).is_ok());
        let certain = named.fold(Families::default(), |all, (_, families)| all.with(*families));
        Naming { certain, doubtful: doubtful.to_vec() }
    }

    /// Returns the selectors that decide whether an end is named over a family. The list is empty
    /// if the end certainly is named, and `None` if it certainly is not.
    fn doubts(&self, naming: &Naming, family: Family) -> Option<Vec<SelectorId>> {
        if naming.certain.contains(family) {
            return Some(Vec::new());
        }
        let may_name = |id: &SelectorId| self.families.get(*id).is_some_and(|families| families.contains(family));
        let doubts: Vec<SelectorId> = naming.doubtful.iter().copied().filter(may_name).collect();
        (!doubts.is_empty()).then_some(doubts)
    }

    /// Returns the selectors that may name an end, depending on unknown facts about it.
    fn doubtful(&self, end: &EndNames, ids: &[SelectorId]) -> Vec<SelectorId> {
        if end.unknown.is_empty() {
            return Vec::new();
        }
        let is_doubtful = |id: &SelectorId| {
            let mut facts = self.decisive.get(*id).into_iter().flatten();
            facts.any(|fact| end.unknown.contains(fact))
        };
        ids.iter().copied().filter(is_doubtful).collect()
    }

    /// Returns the columns that a rule reaches, or may reach, and how it names each.
    fn reached_by(&self, source: usize, number: usize) -> Vec<(usize, Naming)> {
        let own_devices = self.permits.selectors.own_devices();
        let Some([_, dst]) = self.sorted.get(number) else { return Vec::new() };
        let mut columns: Vec<usize> = Vec::new();
        let mut own = Vec::new();
        for &id in dst {
            columns.extend(self.towards.get(id).into_iter().flatten());
            let facts = self.decisive.get(id).into_iter().flatten();
            columns.extend(facts.filter_map(|fact| self.unknown.get(fact)).flatten());
            if own_devices == Some(id) {
                own.extend(self.own_devices(source));
            }
        }
        columns.sort_unstable();
        columns.dedup();
        columns.retain(|column| own.binary_search(column).is_err());
        // Columns with the same unknown facts have the same doubtful selectors.
        let mut doubts: Vec<(&[UnknownFact], Vec<SelectorId>)> = Vec::new();
        let mut named = Vec::with_capacity(columns.len());
        for column in columns {
            let Some(end) = self.covered.get(column) else { continue };
            let unknown = end.unknown.as_slice();
            let place = doubts.iter().position(|(known, _)| *known == unknown).unwrap_or_else(|| {
                doubts.push((unknown, self.doubtful(end, dst)));
                doubts.len() - 1
            });
            let doubtful = doubts.get(place).map_or(&[][..], |(_, doubtful)| doubtful);
            named.push((column, self.naming(end, dst, doubtful)));
        }
        let families = |column: usize| self.covered.get(column).map_or(Families::BOTH, |end| end.families);
        let own = own.iter().map(|&column| (column, Naming { certain: families(column), doubtful: Vec::new() }));
        named.extend(own);
        named
    }

    /// Returns the columns that are a source's own devices.
    fn own_devices(&self, source: usize) -> impl Iterator<Item = usize> {
        let source = self.sources.get(source).copied();
        let columns = self.destinations.iter().enumerate();
        columns
            .filter(move |(_, destination)| source.is_some_and(|source| self.is_own(source, **destination)))
            .map(|(column, _)| column)
    }

    /// Returns whether a destination is always an own device of a source.
    fn is_own(&self, source: MatrixEnd<'p>, destination: MatrixEnd<'p>) -> bool {
        match (source, destination) {
            (MatrixEnd::Device(_, Some(a)), MatrixEnd::Device(_, Some(b))) => a == b,
            (MatrixEnd::Selector(source), MatrixEnd::Selector(destination)) => {
                let [from, to] =
                    [source, destination].map(|selector| Denotation::new(selector, &self.tailnet.declarations));
                let is_user = |selector: &Selector| selector.kind == SelectorKind::User;
                match to {
                    Denotation::OwnDevices => from.is_users(),
                    _ if is_user(source) && is_user(destination) => source.text.eq_ignore_ascii_case(&destination.text),
                    _ => false,
                }
            }
            _ => false,
        }
    }

    /// Returns the rows and columns that are not empty: sources that reach something, and
    /// destinations that a source reaches or that a test or an invariant names.
    pub fn filled(&self) -> (Vec<usize>, Vec<usize>) {
        let mut is_reached = self.stated.clone();
        is_reached.resize(self.destinations.len(), false);
        let mut rows = Vec::new();
        for row in 0..self.sources.len() {
            let cells = self.row(row);
            if !cells.is_empty() {
                rows.push(row);
            }
            cells.into_keys().for_each(|column| is_reached.get_mut(column).into_iter().for_each(|it| *it = true));
        }
        let columns = is_reached.iter().enumerate().filter(|(_, is_reached)| **is_reached).map(|(column, _)| column);
        (rows, columns.collect())
    }

    /// Returns the rows and columns of an overview. With many narrow rules, the whole table would
    /// be unreadable.
    ///
    /// Rows are the sources whose own rules lead to several destinations. Rules with a single
    /// destination are left out, because each is readable by itself. Columns are the destinations
    /// of the rules in the overview and of tests and invariants, and "anything else" if one of
    /// these rules reaches it.
    pub fn overview(&self) -> (Vec<usize>, Vec<usize>) {
        let wildcard = self.permits.selectors.id("*");
        let own_rules = |row: usize| {
            let own = match self.sources.get(row) {
                Some(MatrixEnd::Selector(selector)) => self.permits.selectors.id(&selector.text),
                _ => None,
            };
            own.and_then(|id| self.from.get(id)).into_iter().flatten().copied()
        };
        let destinations =
            |number: usize| self.permits.list.get(number).map_or(&[][..], |permit| permit.dst.as_slice());
        // Many rows have the same long rules, so only as many destinations as necessary are
        // compared.
        let is_broad = |row: &usize| {
            let mut all = own_rules(*row).flat_map(destinations);
            let first = all.next();
            first.is_some() && (first == wildcard.as_ref() || all.any(|id| Some(id) != first))
        };
        let rows: Vec<usize> = (0..self.sources.len()).filter(is_broad).collect();
        let mut rules = BitSet::new(self.permits.list.len());
        rows.iter().flat_map(|&row| own_rules(row)).for_each(|number| rules.insert(number));
        let named: HashSet<SelectorId> = rules.iter().flat_map(destinations).copied().collect();
        let reaches_more = wildcard.is_some_and(|id| named.contains(&id));
        let is_column = |column: usize| match self.destinations.get(column) {
            Some(MatrixEnd::Selector(selector)) => {
                self.stated.get(column) == Some(&true)
                    || self.permits.selectors.id(&selector.text).is_some_and(|id| named.contains(&id))
            }
            Some(MatrixEnd::AnythingElse) => reaches_more,
            _ => false,
        };
        let columns = (0..self.destinations.len()).filter(|&column| is_column(column)).collect();
        (rows, columns)
    }
}

/// The way in which the selectors of a rule name an end.
struct Naming {
    /// The families of addresses over which selectors include all of the end.
    certain: Families,
    /// The selectors that may include all of the end.
    doubtful: Vec<SelectorId>,
}

/// A rule from a source to a destination.
struct Permit {
    number: usize,
    families: Option<Families>,
    depends: Vec<SelectorId>,
}

/// Facts about an end that may be unknown.
const FACTS: [UnknownFact; 9] = [
    UnknownFact::Role,
    UnknownFact::SyncedGroups,
    UnknownFact::Login,
    UnknownFact::User,
    UnknownFact::SharedUser,
    UnknownFact::Addresses,
    UnknownFact::ServiceAddresses,
    UnknownFact::Device,
    UnknownFact::Sharing,
];

impl<'p> Matrix<'p> {
    /// Combines the access of several rules. Access without conditions comes first, and before
    /// access that ends.
    fn cell(&self, permits: &[Permit]) -> Cell<'p> {
        let mut parts: Vec<(CellAccess, Vec<_>)> = Vec::new();
        let mut places: HashMap<_, usize> = HashMap::new();
        for permit in permits {
            let Some(rule) = self.permits.list.get(permit.number) else { continue };
            let (via, postures, families) = (rule.via(), rule.postures, permit.families);
            let until = rule.rule.until().map(|until| until.date);
            let texts = |list: &'p [Selector]| list.iter().map(|selector| selector.text.as_str());
            let distinct = &self.permits.selectors.distinct;
            let depends =
                permit.depends.iter().filter_map(|&id| distinct.get(id)).map(|selector| selector.text.as_str());
            let depends: Vec<&'p str> = depends.collect();
            let key: Vec<&str> =
                texts(postures).chain([""]).chain(texts(via)).chain([""]).chain(depends.clone()).collect();
            let place = *places.entry((key, families, until)).or_insert_with(|| {
                let ports = PortSet::default();
                let access = CellAccess { ports, postures, via, families, depends, until, rules: Vec::new() };
                parts.push((access, Vec::new()));
                parts.len() - 1
            });
            if let Some((access, ports)) = parts.get_mut(place) {
                ports.extend(rule.ports.iter().copied());
                if access.rules.last() != Some(&rule.rule.origin()) {
                    access.rules.push(rule.rule.origin());
                }
            }
        }
        let mut cell: Cell =
            parts.into_iter().map(|(access, ports)| CellAccess { ports: PortSet::new(ports), ..access }).collect();
        cell.sort_by_key(|access| {
            let end = access.until.map(Reverse);
            (!access.depends.is_empty(), access.is_conditional(), end)
        });
        let mut left: Cell = Vec::with_capacity(cell.len());
        for access in cell {
            let lasting = || left.iter().filter(|other| other.lasts_as_long_as(&access));
            let mut conditionless = lasting().filter(|other| !other.is_conditional());
            if conditionless.any(|other| other.ports.contains(&access.ports)) {
                continue;
            }
            // Ports do not end if access that lasts longer includes them.
            let same = lasting().filter(|other| access.until.is_some() && other.has_conditions_of(&access));
            let ports = same.fold(access.ports.clone(), |ports, other| ports.without(&other.ports));
            if !ports.is_empty() {
                left.push(CellAccess { ports, ..access });
            }
        }
        left
    }
}

impl CellAccess<'_> {
    /// Returns whether the access lasts as long as other access, or longer.
    fn lasts_as_long_as(&self, other: &CellAccess) -> bool {
        self.until.is_none_or(|until| other.until.is_some_and(|other| other <= until))
    }

    /// Returns whether the access has the same conditions as other access.
    fn has_conditions_of(&self, other: &CellAccess) -> bool {
        let texts = |list: &[Selector]| list.iter().map(|selector| selector.text.to_string()).collect::<Vec<_>>();
        texts(self.postures) == texts(other.postures)
            && texts(self.via) == texts(other.via)
            && self.families == other.families
            && self.depends == other.depends
    }

    /// Returns whether the access has conditions other than being the source.
    pub fn is_conditional(&self) -> bool {
        !self.postures.is_empty() || !self.via.is_empty() || self.families.is_some() || !self.depends.is_empty()
    }
}

fn distinct(selectors: Vec<&Selector>) -> Vec<&Selector> {
    let mut seen = HashSet::new();
    selectors.into_iter().filter(|selector| seen.insert(selector.text.as_str())).collect()
}

fn sources_of_rules(policy: &Policy) -> Vec<&Selector> {
    let mut sources = Vec::new();
    for grant in policy.grants.iter().flatten().filter(|grant| !grant.ip.is_empty()) {
        sources.extend(&grant.src);
    }
    for acl in policy.acls.iter().flatten() {
        sources.extend(&acl.src);
    }
    sources
}

fn destinations_of_rules(policy: &Policy) -> Vec<&Selector> {
    let mut destinations = Vec::new();
    for grant in policy.grants.iter().flatten().filter(|grant| !grant.ip.is_empty()) {
        destinations.extend(&grant.dst);
    }
    for acl in policy.acls.iter().flatten() {
        destinations.extend(acl.dst.iter().map(|destination| &destination.host));
    }
    destinations
}

/// Returns the destinations of tests and invariants.
fn destinations_of_statements(policy: &Policy) -> Vec<&Selector> {
    let mut destinations = Vec::new();
    for test in &policy.tests {
        destinations.extend(test.accept.iter().chain(&test.deny).map(|target| &target.host));
    }
    for target in policy.facts.invariants.iter().flat_map(|invariant| &invariant.targets) {
        destinations.extend(&target.dst);
    }
    destinations
}
