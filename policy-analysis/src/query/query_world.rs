//! The two ends of a question, and all that a policy gives between them.

use std::collections::HashMap;
use std::net::IpAddr;

use crate::query::QueryError;
use crate::query::subject::{Side, Subject};
use crate::query::unknown_selectors::{UnknownSelectors, is_somebodys};
use policy_core::access::endpoint::{Endpoint, Principal};
use policy_core::access::selector_index::SelectorId;
use policy_core::access::tailnet::DeviceId;
use policy_core::model::{Autogroup, Policy, Selector, SelectorKind, SshRule};
use policy_core::proof::classes::{AccessClasses, ClassId};

/// A policy with everybody and everything that it can tell apart, its SSH rules included.
pub(super) struct QueryWorld<'p> {
    pub(super) space: AccessClasses<'p>,
    pub(super) ssh: Vec<SshEnds<'p>>,
    /// By selector, the SSH rules that have it as a source
    ssh_from: Vec<Vec<usize>>,
    ssh_to: Vec<Vec<usize>>,
    /// What is not known of somebody may make rules with these theirs.
    doubtful: UnknownSelectors,
}

/// An SSH rule by the numbers of its selectors.
pub(super) struct SshEnds<'p> {
    pub(super) rule: &'p SshRule,
    pub(super) src: Vec<SelectorId>,
    pub(super) dst: Vec<SelectorId>,
    /// Whether it is to `autogroup:self`.
    pub(super) is_to_own: bool,
}

/// Somebody or something at one end: those whom no rule tells apart, or one device with all its tags.
#[derive(Clone, Debug)]
pub(super) struct QueryEnd<'p> {
    pub(super) names: Vec<String>,
    pub(super) identity: Endpoint<'p>,
    /// The selectors that name it, in order.
    pub(super) selectors: Vec<SelectorId>,
    /// Those that may name it, in order.
    pub(super) perhaps: Vec<SelectorId>,
    class: Option<ClassId>,
    /// Whether it is a device that is there because of one of its tags, and has others.
    pub(super) is_carrier: bool,
    /// Whether it is one device of somebody, rather than somebody.
    pub(super) is_device: bool,
    /// Whether it is an address of some device, of which nothing tells whose it is.
    pub(super) is_somebodys: bool,
    /// Whether it is somebody only if they have a role that no fact gives them.
    pub(super) is_of_assumed_role: bool,
    /// The rules that it is an end of.
    pub(super) permits: Vec<usize>,
    permits_perhaps: Vec<usize>,
    pub(super) ssh: Vec<usize>,
    ssh_perhaps: Vec<usize>,
}

impl QueryEnd<'_> {
    /// Its best name.
    pub(super) fn name(&self) -> &str {
        self.names.first().map_or("nobody", String::as_str)
    }
}

/// What a policy gives between two ends: rules by their numbers, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct RulesBetween {
    pub(super) permits: Vec<usize>,
    /// Those that may be about the two, for all that is known.
    pub(super) permits_perhaps: Vec<usize>,
    pub(super) ssh: Vec<usize>,
    pub(super) ssh_perhaps: Vec<usize>,
}

/// Sources and destinations between all of which the same is given.
pub(super) struct Block {
    /// By their places among the sources.
    pub(super) sources: Vec<usize>,
    pub(super) destinations: Vec<usize>,
    /// Whether they are devices of one user, where that makes a difference.
    pub(super) is_own: Option<bool>,
    pub(super) between: RulesBetween,
}

/// So many pairs of a source and a destination are looked at; a question about more is none that anybody has.
const MOST_PAIRS: usize = 2_000_000;

impl<'p> QueryWorld<'p> {
    /// What classes must not straddle beside the rules: the ends of SSH rules and of the question.
    pub(super) fn questions(policy: &Policy, subjects: &[&Subject]) -> Vec<Selector> {
        let ssh = policy.ssh.iter().flat_map(|rule| rule.src.iter().chain(&rule.dst));
        let asked = subjects.iter().filter_map(|subject| subject.selector.as_ref());
        ssh.chain(asked).cloned().collect()
    }

    pub(super) fn new(policy: &'p Policy, questions: &'p [Selector]) -> QueryWorld<'p> {
        let space = AccessClasses::with(policy, questions);
        let selectors = &space.permits.selectors;
        let own = selectors.own_devices();
        let ssh: Vec<SshEnds> = policy
            .ssh
            .iter()
            .map(|rule| {
                let (src, dst) = (selectors.ids(&rule.src), selectors.ids(&rule.dst));
                SshEnds { rule, is_to_own: own.is_some_and(|own| dst.contains(&own)), src, dst }
            })
            .collect();
        let (mut ssh_from, mut ssh_to) = (vec![Vec::new(); selectors.len()], vec![Vec::new(); selectors.len()]);
        for (number, rule) in ssh.iter().enumerate() {
            for (lists, ids) in [(&mut ssh_from, &rule.src), (&mut ssh_to, &rule.dst)] {
                ids.iter()
                    .for_each(|&id| lists.get_mut(id).into_iter().for_each(|list: &mut Vec<_>| list.push(number)));
            }
        }
        let doubtful = UnknownSelectors::of(&space, questions);
        QueryWorld { space, ssh, ssh_from, ssh_to, doubtful }
    }

    /// All that a subject stands for as a source.
    pub(super) fn sources(&self, subject: &Subject) -> Vec<QueryEnd<'p>> {
        self.ends(subject, Side::Source)
    }

    /// The same as a destination; of `autogroup:self` everything that is somebody's own device.
    pub(super) fn destinations(&self, subject: &Subject) -> Vec<QueryEnd<'p>> {
        if is_own_devices(subject) {
            let own = self.space.own_back.iter().enumerate().filter(|(_, sources)| !sources.is_empty());
            return own.filter_map(|(class, _)| self.class(class, Side::Destination)).collect();
        }
        self.ends(subject, Side::Destination)
    }

    /// Everybody.
    pub(super) fn all_sources(&self) -> Vec<QueryEnd<'p>> {
        (0..self.space.sources.len()).filter_map(|class| self.class(class, Side::Source)).collect()
    }

    /// Everything.
    pub(super) fn all_destinations(&self) -> Vec<QueryEnd<'p>> {
        (0..self.space.destinations.len()).filter_map(|class| self.class(class, Side::Destination)).collect()
    }

    fn ends(&self, subject: &Subject, side: Side) -> Vec<QueryEnd<'p>> {
        if let Some(device) = subject.device {
            return self.device(device, side);
        }
        let Some(selector) = &subject.selector else { return Vec::new() };
        let ids = self.space.permits.selectors.ids(std::slice::from_ref(selector));
        let classes = match side {
            Side::Source => self.space.sources_among(&ids),
            Side::Destination => self.space.destinations_among(&ids),
        };
        let mut ends: Vec<QueryEnd> = classes.into_iter().filter_map(|class| self.class(class, side)).collect();
        ends.extend(self.carriers(&ids, side));
        ends
    }

    /// The devices with several tags that one of the selectors names.
    fn carriers(&self, ids: &[SelectorId], side: Side) -> Vec<QueryEnd<'p>> {
        let devices = self.space.tailnet.devices.iter().enumerate();
        let several = devices.filter(|(_, node)| node.user.is_none() && node.fact.tags.len() > 1);
        let ends = several.filter_map(|(id, _)| self.tagged(id, side));
        let named = ends.filter(|end| ids.iter().any(|id| end.selectors.binary_search(id).is_ok()));
        named.map(|end| QueryEnd { is_carrier: true, ..end }).collect()
    }

    /// A device as what it is: with all its tags, or as its owner.
    fn device(&self, id: DeviceId, side: Side) -> Vec<QueryEnd<'p>> {
        let tailnet = &self.space.tailnet;
        let Some(node) = tailnet.devices.get(id) else { return Vec::new() };
        let Some(owner) = node.user.and_then(|user| tailnet.users.get(user)) else {
            return self.tagged(id, side).into_iter().collect();
        };
        let classes = if side == Side::Source { &self.space.sources } else { &self.space.destinations };
        let on = |addresses: &[IpAddr]| -> Vec<QueryEnd<'p>> {
            let mut found = Vec::new();
            for (class, own) in classes.iter().enumerate() {
                let is_it = |identity: &&Endpoint| {
                    matches!(identity.who, Principal::User { login, .. } if login.eq_ignore_ascii_case(owner.email))
                        && identity.addresses == addresses
                };
                let members = own.members.iter().zip(&own.names).filter(|(member, _)| is_it(member));
                for (identity, name) in members {
                    let Some(mut end) = self.class(class, side) else { continue };
                    let role = name.split_once(" (if ").and_then(|(_, role)| role.split_once(')'));
                    let role = role.map(|(role, _)| format!(" (if {role})"));
                    end.names = vec![format!("`{}`{}", node.fact.name, role.unwrap_or_default())];
                    end.identity = identity.clone();
                    end.is_device = true;
                    found.push(end);
                }
            }
            found
        };
        let by_address = if node.addresses.is_empty() { Vec::new() } else { on(&node.addresses) };
        if by_address.is_empty() { on(&[]) } else { by_address }
    }

    fn tagged(&self, id: DeviceId, side: Side) -> Option<QueryEnd<'p>> {
        let node = self.space.tailnet.devices.get(id)?;
        let tags: Vec<&str> = node.fact.tags.iter().map(|tag| tag.text.as_str()).collect();
        let who = if tags.is_empty() { Principal::Unknown } else { Principal::Tagged(tags) };
        let identity = Endpoint { who, addresses: node.addresses.clone(), is_routed: false };
        let selectors = match side {
            Side::Source => self.space.permits.selectors.of_source(&self.space.tailnet, &identity),
            Side::Destination => self.space.permits.selectors.of_destination(&identity),
        };
        Some(self.end(vec![format!("`{}`", node.fact.name)], identity, selectors, None, side))
    }

    fn class(&self, id: ClassId, side: Side) -> Option<QueryEnd<'p>> {
        let classes = if side == Side::Source { &self.space.sources } else { &self.space.destinations };
        let class = classes.get(id)?;
        let identity = class.members.first()?.clone();
        let end = self.end(class.names.clone(), identity, class.selectors.clone(), Some(id), side);
        Some(QueryEnd { is_of_assumed_role: class.is_of_assumed_role(), ..end })
    }

    fn end(
        &self,
        names: Vec<String>,
        identity: Endpoint<'p>,
        selectors: Vec<SelectorId>,
        class: Option<ClassId>,
        side: Side,
    ) -> QueryEnd<'p> {
        let is_somebodys = is_somebodys(&self.space, &identity);
        let mut perhaps = self.doubtful.of_end(&identity, is_somebodys);
        perhaps.retain(|id| selectors.binary_search(id).is_err());
        let permits = |ids: &[SelectorId]| match side {
            Side::Source => self.space.permits.with_source(ids),
            Side::Destination => self.space.permits.with_destination(ids),
        };
        let ssh = |ids: &[SelectorId]| union(if side == Side::Source { &self.ssh_from } else { &self.ssh_to }, ids);
        QueryEnd {
            permits: permits(&selectors),
            permits_perhaps: permits(&perhaps),
            ssh: ssh(&selectors),
            ssh_perhaps: ssh(&perhaps),
            names,
            identity,
            selectors,
            perhaps,
            class,
            is_carrier: false,
            is_device: false,
            is_somebodys,
            is_of_assumed_role: false,
        }
    }

    /// In which ways the two may meet: as devices of one user, and not as such.
    fn meetings(&self, source: &QueryEnd, destination: &QueryEnd, only_own: bool) -> Vec<bool> {
        let mut meetings = Vec::new();
        match (source.class, destination.class) {
            (Some(source), Some(destination)) => {
                meetings.extend(self.space.may_be_own(source, destination).then_some(true));
                meetings.extend(self.space.may_be_two(source, destination).then_some(false));
            }
            // A device with tags is nobody's.
            _ => meetings.push(false),
        }
        meetings.retain(|is_own| *is_own || !only_own);
        meetings
    }

    /// Whether the two may be devices of one user.
    pub(super) fn may_be_own(&self, source: &QueryEnd, destination: &QueryEnd) -> bool {
        self.meetings(source, destination, true).contains(&true)
    }

    /// SSH rules by their numbers.
    pub(super) fn ssh_rules(&self, numbers: &[usize]) -> Vec<&'p SshRule> {
        numbers.iter().filter_map(|&number| self.ssh.get(number)).map(|ssh| ssh.rule).collect()
    }

    /// All that is given from the one to the other.
    fn between(&self, source: &QueryEnd, destination: &QueryEnd, is_own: bool) -> RulesBetween {
        let is_own_perhaps = !is_own && may_be_one_users(source, destination);
        let home = |permits: &[usize], is_so: bool| -> Vec<usize> {
            permits.iter().copied().filter(|&permit| is_so && self.space.leads_home(permit)).collect()
        };
        let ssh_home = |rules: &[usize], is_so: bool| -> Vec<usize> {
            let is_home = |rule: usize| self.ssh.get(rule).is_some_and(|rule| rule.is_to_own);
            rules.iter().copied().filter(|&rule| is_so && is_home(rule)).collect()
        };
        let permits = merged([common(&source.permits, &destination.permits), home(&source.permits, is_own)]);
        let ssh = merged([common(&source.ssh, &destination.ssh), ssh_home(&source.ssh, is_own)]);
        let mut permits_perhaps = merged([
            common(&source.permits_perhaps, &destination.permits),
            common(&source.permits, &destination.permits_perhaps),
            common(&source.permits_perhaps, &destination.permits_perhaps),
            home(&source.permits, is_own_perhaps),
            home(&source.permits_perhaps, is_own || is_own_perhaps),
        ]);
        permits_perhaps.retain(|permit| permits.binary_search(permit).is_err());
        let mut ssh_perhaps = merged([
            common(&source.ssh_perhaps, &destination.ssh),
            common(&source.ssh, &destination.ssh_perhaps),
            common(&source.ssh_perhaps, &destination.ssh_perhaps),
            ssh_home(&source.ssh, is_own_perhaps),
            ssh_home(&source.ssh_perhaps, is_own || is_own_perhaps),
        ]);
        ssh_perhaps.retain(|rule| ssh.binary_search(rule).is_err());
        RulesBetween { permits, permits_perhaps, ssh, ssh_perhaps }
    }

    /// What is given between each two, put together where it is the same; `cut` leaves of it what is asked for. The
    /// sources come in their order.
    pub(super) fn rectangles(
        &self,
        sources: &[QueryEnd<'p>],
        destinations: &[QueryEnd<'p>],
        only_own: bool,
        cut: impl Fn(RulesBetween, &QueryEnd<'p>) -> RulesBetween,
    ) -> Result<Vec<Block>, QueryError> {
        if sources.len().saturating_mul(destinations.len()) > MOST_PAIRS {
            return Err(QueryError::new(
                "that is about more pairs of a source and a destination than fit in an answer",
            )
            .help("ask about fewer of them; `matrix --format json` tells of all"));
        }
        let mut rectangles: Vec<Block> = Vec::new();
        let mut rows: HashMap<Vec<Column>, Vec<usize>> = HashMap::new();
        for (place, source) in sources.iter().enumerate() {
            let row = self.row(source, destinations, only_own, &cut);
            if let Some(numbers) = rows.get(&row) {
                // What a device has by one of its tags alone is said of that.
                let numbers = numbers.iter().filter(|_| !source.is_carrier);
                for &number in numbers {
                    rectangles.get_mut(number).into_iter().for_each(|rectangle| rectangle.sources.push(place));
                }
                continue;
            }
            let mut numbers = Vec::new();
            for Column { is_own, between, destinations } in &row {
                numbers.push(rectangles.len());
                let (destinations, between) = (destinations.clone(), between.clone());
                rectangles.push(Block { sources: vec![place], destinations, is_own: *is_own, between });
            }
            rows.insert(row, numbers);
        }
        Ok(rectangles)
    }

    fn row(
        &self,
        source: &QueryEnd<'p>,
        destinations: &[QueryEnd<'p>],
        only_own: bool,
        cut: &impl Fn(RulesBetween, &QueryEnd<'p>) -> RulesBetween,
    ) -> Vec<Column> {
        let mut columns: Vec<Column> = Vec::new();
        let mut known: HashMap<(Option<bool>, RulesBetween), usize> = HashMap::new();
        for (place, destination) in destinations.iter().enumerate() {
            let meetings = self.meetings(source, destination, only_own).into_iter();
            let mut found: Vec<(Option<bool>, RulesBetween)> =
                meetings.map(|is_own| (Some(is_own), cut(self.between(source, destination, is_own), source))).collect();
            // That they are one user's is worth a word only if it makes a difference.
            match found.as_mut_slice() {
                [(is_own, _)] if !only_own => *is_own = None,
                [(is_own, between), (_, other)] if between == other => {
                    *is_own = None;
                    found.truncate(1);
                }
                _ => {}
            }
            for key in found {
                match known.get(&key).and_then(|&number| columns.get_mut(number)) {
                    // What a device has by one of its tags alone is said of that.
                    Some(column) => column.destinations.extend((!destination.is_carrier).then_some(place)),
                    None => {
                        known.insert(key.clone(), columns.len());
                        columns.push(Column { is_own: key.0, between: key.1, destinations: vec![place] });
                    }
                }
            }
        }
        columns
    }
}

/// Destinations to which a source has the same.
#[derive(PartialEq, Eq, Hash)]
struct Column {
    is_own: Option<bool>,
    between: RulesBetween,
    destinations: Vec<usize>,
}

/// Whether the two may be devices of one user, since it is not known whose one of them is.
fn may_be_one_users(source: &QueryEnd, destination: &QueryEnd) -> bool {
    let is_person = |end: &QueryEnd| matches!(end.identity.who, Principal::User { .. } | Principal::Member { .. });
    match (source.is_somebodys, destination.is_somebodys) {
        (true, true) => true,
        (true, false) => is_person(destination),
        (false, true) => is_person(source),
        (false, false) => false,
    }
}

/// Whether it is `autogroup:self`.
pub(super) fn is_own_devices(subject: &Subject) -> bool {
    let kind = subject.selector.as_ref().map(|selector| selector.kind);
    kind == Some(SelectorKind::Autogroup(Some(Autogroup::SelfDevices)))
}

fn union(lists: &[Vec<usize>], ids: &[SelectorId]) -> Vec<usize> {
    merged([ids.iter().filter_map(|&id| lists.get(id)).flatten().copied().collect()])
}

/// What is in both, each of which is in order.
fn common(some: &[usize], others: &[usize]) -> Vec<usize> {
    let (few, many) = if some.len() <= others.len() { (some, others) } else { (others, some) };
    few.iter().copied().filter(|number| many.binary_search(number).is_ok()).collect()
}

fn merged<const N: usize>(lists: [Vec<usize>; N]) -> Vec<usize> {
    let mut all = lists.concat();
    all.sort_unstable();
    all.dedup();
    all
}
