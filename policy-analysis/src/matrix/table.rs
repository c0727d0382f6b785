use std::collections::{BTreeMap, HashMap, HashSet};

use crate::matrix::containment::Containment;
use policy_core::access::{
    AccessRule, BitSet, Declarations, Denotation, PortSet, RuleIndex, RuleRef, SelectorId, Tailnet,
};
use policy_core::model::{Device, Policy, Selector, SelectorKind};
use policy_core::source::Origin;

/// Which sources reach which destinations.
///
/// A cell says what the source reaches at the destination by their names alone: what everyone in the source reaches on
/// everything in the destination, now and later. What a device reaches by a second tag is in [`device_matrix`](crate::Analysis::device_matrix).
#[derive(Debug)]
pub struct Matrix<'p> {
    declarations: Declarations<'p>,
    permits: RuleIndex<'p>,
    /// The rows, in the order in which rules name them.
    pub sources: Vec<MatrixEnd<'p>>,
    /// The columns, in the order in which rules, then tests and invariants name them. The last is what none of them names.
    pub destinations: Vec<MatrixEnd<'p>>,
    /// For each source the selectors that include all of it.
    names: Vec<Vec<SelectorId>>,
    /// By selector, the rules with that source.
    from: Vec<Vec<usize>>,
    /// By selector, the destinations that it includes all of.
    towards: Vec<Vec<usize>>,
    /// By destination, whether a test or an invariant names it.
    stated: Vec<bool>,
}

/// A row or a column.
#[derive(Clone, Copy, Debug)]
pub enum MatrixEnd<'p> {
    /// What a selector stands for.
    Selector(&'p Selector),
    /// A device of the facts, and its user.
    Device(&'p Device, Option<usize>),
    /// What no other column is.
    AnythingElse,
}

/// What a source reaches at a destination: nothing if it is empty.
pub type Cell<'p> = Vec<CellAccess<'p>>;

/// Ports, and what it takes to reach them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CellAccess<'p> {
    /// The ports.
    pub ports: PortSet,
    /// The postures of which the source must meet one, if there are any.
    pub postures: &'p [Selector],
    /// The only routers that may carry it, if the rules name them.
    pub via: &'p [Selector],
    /// The rules that allow it.
    pub rules: Vec<Origin>,
}

impl<'p> MatrixEnd<'p> {
    /// Returns its name.
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
        let mut destinations = distinct(destinations_of_rules(policy).chain(destinations_of_statements(policy)));
        destinations.retain(|selector| selector.kind != SelectorKind::Wildcard);
        let stated: HashSet<&str> = destinations_of_statements(policy).map(|selector| selector.text.as_str()).collect();
        let stated: Vec<bool> = destinations.iter().map(|selector| stated.contains(selector.text.as_str())).collect();

        let rules = sources_of_rules(policy).chain(destinations_of_rules(policy));
        let coverage = Containment::new(&tailnet, &permits.selectors, rules);
        let names = sources.iter().map(|selector| coverage.of_source(selector)).collect();
        let mut covered: Vec<Vec<SelectorId>> =
            destinations.iter().map(|selector| coverage.of_destination(selector)).collect();
        covered.push(coverage.of_anything_else());
        let destinations = destinations.into_iter().map(MatrixEnd::Selector).chain([MatrixEnd::AnythingElse]).collect();
        Matrix::of(
            tailnet.declarations,
            permits,
            sources.into_iter().map(MatrixEnd::Selector).collect(),
            destinations,
            names,
            &covered,
            stated,
        )
    }

    /// See [`Analysis::device_matrix`](crate::Analysis::device_matrix).
    pub(crate) fn of_devices(policy: &'p Policy) -> Self {
        let tailnet = Tailnet::new(policy);
        let permits = RuleIndex::new(policy, &tailnet);
        let coverage = Containment::new(&tailnet, &permits.selectors, []);
        let (mut names, mut covered) = (Vec::new(), Vec::new());
        for node in &tailnet.devices {
            let [as_source, as_destination] = coverage.of_device(node);
            names.push(as_source);
            covered.push(as_destination);
        }
        let devices: Vec<MatrixEnd> =
            tailnet.devices.iter().map(|node| MatrixEnd::Device(node.fact, node.user)).collect();
        let stated = vec![false; devices.len()];
        Matrix::of(tailnet.declarations, permits, devices.clone(), devices, names, &covered, stated)
    }

    fn of(
        declarations: Declarations<'p>,
        permits: RuleIndex<'p>,
        sources: Vec<MatrixEnd<'p>>,
        destinations: Vec<MatrixEnd<'p>>,
        names: Vec<Vec<SelectorId>>,
        covered: &[Vec<SelectorId>],
        stated: Vec<bool>,
    ) -> Self {
        let count = permits.selectors.len();
        let mut from = vec![Vec::new(); count];
        for (number, permit) in permits.list.iter().enumerate().filter(|(_, permit)| !permit.ports.is_empty()) {
            permit
                .src
                .iter()
                .for_each(|&id| from.get_mut(id).into_iter().for_each(|list: &mut Vec<usize>| list.push(number)));
        }
        let mut towards = vec![Vec::new(); count];
        for (destination, ids) in covered.iter().enumerate() {
            ids.iter().for_each(|&id| {
                towards.get_mut(id).into_iter().for_each(|list: &mut Vec<usize>| list.push(destination))
            });
        }
        // Whose own devices a column is depends on the row.
        if let Some(list) = permits.selectors.own_devices().and_then(|id| towards.get_mut(id)) {
            list.clear();
        }
        Matrix { declarations, permits, sources, destinations, names, from, towards, stated }
    }

    /// Returns what a source reaches: the destinations by their column, each with what is reached there.
    pub fn row(&self, source: usize) -> BTreeMap<usize, Cell<'p>> {
        let mut permits: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let own_devices = self.permits.selectors.own_devices();
        let mut rules = BitSet::new(self.permits.list.len());
        for &number in self.names.get(source).into_iter().flatten().filter_map(|&id| self.from.get(id)).flatten() {
            rules.insert(number);
        }
        for (number, permit) in rules.iter().filter_map(|number| Some((number, self.permits.list.get(number)?))) {
            let mut reach = |destination: usize| {
                let numbers = permits.entry(destination).or_default();
                if numbers.last() != Some(&number) {
                    numbers.push(number);
                }
            };
            for &id in &permit.dst {
                self.towards.get(id).into_iter().flatten().copied().for_each(&mut reach);
                if own_devices == Some(id) {
                    self.own_devices(source).for_each(&mut reach);
                }
            }
        }
        let cell = |numbers: Vec<usize>| cell(numbers.into_iter().filter_map(|number| self.permits.list.get(number)));
        permits.into_iter().map(|(destination, numbers)| (destination, cell(numbers))).collect()
    }

    /// Returns the columns that are a source's own devices.
    fn own_devices(&self, source: usize) -> impl Iterator<Item = usize> {
        let source = self.sources.get(source).copied();
        let columns = self.destinations.iter().enumerate();
        columns
            .filter(move |(_, destination)| source.is_some_and(|source| self.is_own(source, **destination)))
            .map(|(column, _)| column)
    }

    /// Whether a destination is always an own device of a source.
    fn is_own(&self, source: MatrixEnd<'p>, destination: MatrixEnd<'p>) -> bool {
        match (source, destination) {
            (MatrixEnd::Device(_, Some(a)), MatrixEnd::Device(_, Some(b))) => a == b,
            (MatrixEnd::Selector(source), MatrixEnd::Selector(destination)) => {
                let [from, to] = [source, destination].map(|selector| Denotation::new(selector, &self.declarations));
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

    /// Returns the rows and columns that are not empty: the sources that reach anything, and what any of them reaches or
    /// a test or an invariant names.
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

    /// Returns the rows and columns of an overview. With many narrow rules, the whole table would be unreadable.
    ///
    /// Rows are the sources whose own rules lead to several destinations. The other rules speak for themselves.
    /// Columns are what these rules name, what tests and invariants name, and what none of them names, if a row reaches
    /// that.
    pub fn overview(&self) -> (Vec<usize>, Vec<usize>) {
        let mut named: Vec<HashSet<SelectorId>> = Vec::with_capacity(self.sources.len());
        for end in &self.sources {
            let own = match end {
                MatrixEnd::Selector(selector) => self.permits.selectors.id(&selector.text),
                _ => None,
            };
            let numbers = own.and_then(|id| self.from.get(id)).into_iter().flatten();
            let permits = numbers.filter_map(|&number| self.permits.list.get(number));
            named.push(permits.flat_map(|permit| permit.dst.iter().copied()).collect());
        }
        let wildcard = self.permits.selectors.id("*");
        let is_broad = |ids: &HashSet<SelectorId>| ids.len() > 1 || wildcard.is_some_and(|id| ids.contains(&id));
        let rows: Vec<usize> = (0..self.sources.len()).filter(|&row| named.get(row).is_some_and(is_broad)).collect();
        let named: HashSet<SelectorId> = rows.iter().filter_map(|&row| named.get(row)).flatten().copied().collect();
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

/// Returns what rules open together: first what has no conditions, then what has some.
fn cell<'a, 'p: 'a>(permits: impl Iterator<Item = &'a AccessRule<'p>>) -> Cell<'p> {
    let mut parts: Vec<(CellAccess, Vec<_>)> = Vec::new();
    let mut places: HashMap<Vec<&str>, usize> = HashMap::new();
    for permit in permits {
        let via: &[Selector] = match permit.rule {
            RuleRef::Grant(grant) => &grant.via,
            RuleRef::Acl(_) | RuleRef::ImplicitAllowAll(_) => &[],
        };
        let postures = permit.postures;
        let texts = |list: &'p [Selector]| list.iter().map(|selector| selector.text.as_str());
        let place = *places.entry(texts(postures).chain([""]).chain(texts(via)).collect()).or_insert_with(|| {
            parts.push((CellAccess { ports: PortSet::default(), postures, via, rules: Vec::new() }, Vec::new()));
            parts.len() - 1
        });
        if let Some((access, ports)) = parts.get_mut(place) {
            ports.extend(permit.ports.iter().copied());
            if access.rules.last() != Some(&permit.rule.origin()) {
                access.rules.push(permit.rule.origin());
            }
        }
    }
    let mut cell: Cell =
        parts.into_iter().map(|(access, ports)| CellAccess { ports: PortSet::new(ports), ..access }).collect();
    cell.sort_by_key(CellAccess::is_conditional);
    if let Some((first, rest)) = cell.split_first().filter(|(first, _)| !first.is_conditional()) {
        let more: Vec<CellAccess> =
            rest.iter().filter(|access| !first.ports.contains(&access.ports)).cloned().collect();
        cell = [first.clone()].into_iter().chain(more).collect();
    }
    cell
}

impl CellAccess<'_> {
    /// Whether it takes more than being the source.
    pub fn is_conditional(&self) -> bool {
        !self.postures.is_empty() || !self.via.is_empty()
    }
}

fn distinct<'p>(selectors: impl Iterator<Item = &'p Selector>) -> Vec<&'p Selector> {
    let mut seen = HashSet::new();
    selectors.filter(|selector| seen.insert(selector.text.as_str())).collect()
}

fn sources_of_rules(policy: &Policy) -> impl Iterator<Item = &Selector> {
    let grants = policy.grants.iter().flatten().filter(|grant| !grant.ip.is_empty()).flat_map(|grant| &grant.src);
    grants.chain(policy.acls.iter().flatten().flat_map(|acl| &acl.src))
}

fn destinations_of_rules(policy: &Policy) -> impl Iterator<Item = &Selector> {
    let grants = policy.grants.iter().flatten().filter(|grant| !grant.ip.is_empty()).flat_map(|grant| &grant.dst);
    let acls = policy.acls.iter().flatten().flat_map(|acl| &acl.dst);
    grants.chain(acls.map(|destination| &destination.host))
}

/// Returns the destinations of tests and invariants.
fn destinations_of_statements(policy: &Policy) -> impl Iterator<Item = &Selector> {
    let tests = policy.tests.iter().flat_map(|test| test.accept.iter().chain(&test.deny)).map(|target| &target.host);
    let invariants = policy.facts.invariants.iter().flat_map(|invariant| &invariant.targets);
    tests.chain(invariants.flat_map(|target| &target.dst))
}

#[cfg(test)]
mod tests {
    use super::*;
    use policy_core::access::Ternary;
    use policy_core::model::{PortRange, Protocol};
    use policy_core::testing::test_outcomes;
    use policy_generate::small;
    use policy_generate::small::Random;

    const NAMED: &[&str] =
        &["alice@example.com", "bob@example.com", "tag:a", "tag:b", "tag:c", "100.64.0.2", "10.0.0.2"];
    const PROTOCOLS: &[(&str, u8, u16)] =
        &[("tcp", 6, 1), ("tcp", 6, 2), ("tcp", 6, 3), ("tcp", 6, 9), ("udp", 17, 2), ("icmp", 1, 0), ("gre", 47, 0)];

    /// The policy with a test for every pair of ends, protocol and port.
    fn with_tests(policy: &str, ends: &[&str]) -> String {
        let mut tests = String::new();
        for source in ends {
            for (name, _, port) in PROTOCOLS {
                let targets: Vec<String> = ends.iter().map(|end| format!("\"{end}:{port}\"")).collect();
                tests += &format!(r#"{{"src": "{source}", "proto": "{name}", "accept": [{}]}},"#, targets.join(", "));
            }
        }
        format!("{}, \"tests\": [{tests}]}}", policy.strip_suffix('}').unwrap())
    }

    /// Whether a cell says what the tests of that policy say, postures being unmet.
    fn compare(matrix: &Matrix, policy: &Policy, ends: &[&str], place: impl Fn(&MatrixEnd, &str) -> bool) {
        let find = |list: &[MatrixEnd], name: &str| list.iter().position(|end| place(end, name));
        let mut outcomes = test_outcomes(policy).into_iter();
        for source in ends {
            let row = find(&matrix.sources, source).map(|row| matrix.row(row));
            for &(name, number, port) in PROTOCOLS {
                for destination in ends {
                    let outcome = outcomes.next().unwrap();
                    // What hangs on a fact that is not known is not given by the names alone.
                    let (Some(row), Ternary::Yes | Ternary::No) = (&row, outcome.evaluation.holds) else { continue };
                    let column = find(&matrix.destinations, destination).unwrap();
                    let probe = PortSet::new([(Some(Protocol(number)), PortRange::single(port))]);
                    let cell = row.get(&column).into_iter().flatten();
                    let is_reached =
                        cell.filter(|access| access.postures.is_empty()).any(|access| access.ports.contains(&probe));
                    assert_eq!(
                        is_reached,
                        outcome.passes(),
                        "{source} to {destination} on {name}:{port} of {}",
                        policy.text
                    );
                }
            }
        }
        assert!(outcomes.next().is_none());
    }

    #[test]
    fn a_cell_says_what_tests_of_these_names_say() {
        for seed in small::seeds(300) {
            let (text, facts) = small::policy(&mut Random::new(seed));
            let people = format!("{}, \"nodes\": []}}", facts.split_once(", \"nodes\"").unwrap().0);
            let policy = Policy::with_facts(&with_tests(&text, NAMED), &people);
            compare(&Matrix::new(&policy), &policy, NAMED, |end, name| end.name() == name);
        }
    }

    #[test]
    fn a_cell_of_devices_says_what_tests_of_their_addresses_say() {
        let addresses = ["100.64.0.2", "100.64.0.9", "100.64.0.1"];
        for seed in small::seeds(300) {
            let mut random = Random::new(seed);
            let (text, _) = small::policy(&mut random);
            let first = random.one(&[r#""user": "alice""#, r#""tags": ["tag:a", "tag:b"]"#, r#""tags": ["tag:c"]"#]);
            let facts = format!(
                r#"{{"users": [{{"name": "alice", "email": "alice@example.com", "role": "owner"}}], "nodes": [
                {{"name": "one", {first}, "ipv4": "100.64.0.2"}},
                {{"name": "two", "user": "alice", "ipv4": "100.64.0.9"}},
                {{"name": "three", "tags": ["tag:b", "tag:r"], "ipv4": "100.64.0.1"}}]}}"#
            );
            let policy = Policy::with_facts(&with_tests(&text, &addresses), &facts);
            compare(&Matrix::of_devices(&policy), &policy, &addresses, |end, name| match end {
                MatrixEnd::Device(device, _) => device.ipv4.is_some_and(|address| address.to_string() == name),
                _ => false,
            });
        }
    }

    #[test]
    fn broad_sources_are_rows_and_what_somebody_cares_for_is_a_column() {
        let policy = Policy::parse(
            r#"{"grants": [
                {"src": ["autogroup:admin"], "dst": ["*"], "ip": ["*"]},
                {"src": ["tag:narrow"], "dst": ["tag:far"], "ip": ["443"]},
                {"src": ["tag:broad"], "dst": ["tag:a", "tag:b"], "ip": ["443"]},
                {"src": ["tag:twice"], "dst": ["tag:far"], "ip": ["22"]},
                {"src": ["tag:twice"], "dst": ["tag:far"], "ip": ["80"]},
            ], "tests": [{"src": "tag:narrow", "deny": ["tag:c:22"]}]}"#,
        );
        let matrix = Matrix::new(&policy);
        let (rows, columns) = matrix.overview();
        let names = |ends: &[MatrixEnd], places: &[usize]| {
            places.iter().map(|&place| ends[place].name().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(names(&matrix.sources, &rows), ["autogroup:admin", "tag:broad"]);
        assert_eq!(names(&matrix.destinations, &columns), ["tag:a", "tag:b", "tag:c", "anything else"]);

        let (rows, columns) = matrix.filled();
        assert_eq!(names(&matrix.sources, &rows), ["autogroup:admin", "tag:narrow", "tag:broad", "tag:twice"]);
        assert_eq!(names(&matrix.destinations, &columns), ["tag:far", "tag:a", "tag:b", "tag:c", "anything else"]);
    }

    #[test]
    fn what_takes_more_stands_apart() {
        let policy = Policy::parse(
            r#"{"postures": {"posture:p": ["node:os == 'linux'"]}, "grants": [
                {"src": ["tag:a"], "dst": ["tag:b"], "ip": ["tcp:22", "tcp:80"], "srcPosture": ["posture:p"]},
                {"src": ["tag:a"], "dst": ["tag:b"], "ip": ["tcp:443"]},
                {"src": ["tag:a"], "dst": ["tag:b"], "ip": ["tcp:443"], "via": ["tag:r"]},
            ]}"#,
        );
        let cell = Matrix::new(&policy).row(0).remove(&0).unwrap();
        let said: Vec<_> =
            cell.iter().map(|access| (access.ports.to_string(), access.postures.len(), access.via.len())).collect();
        assert_eq!(said, [("tcp:443".to_owned(), 0, 0), ("tcp:22, tcp:80".to_owned(), 1, 0)]);
    }
}
