//! Finds everyone who can reach a destination, and everything that a source can reach.

use std::collections::{HashMap, HashSet};

use crate::query::QueryError;
use crate::query::block::{Block, group_pairs};
use crate::query::explain::all_names;
use crate::query::numbers::Numbers;
use crate::query::path::describe_doubt;
use crate::query::query_end::QueryEnd;
use crate::query::query_ends::QueryEnds;
use crate::query::query_world::QueryWorld;
use crate::query::rule_match::{AppRuleMatch, RuleMatch, SshRuleMatch, granted_app};
use crate::query::rules_between::RulesBetween;
use crate::query::subject::{Subject, selector};
use policy_core::access::{PortSet, Side, Tailnet};
use policy_core::model::{Action, Policy, Protocol, Selector};

/// Everyone who can reach a destination, or everything that a source can reach.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Reachability {
    /// A description of the subject of the question, if its name does not say what it is. It
    /// completes "is".
    pub subject: Option<String>,
    /// The sources and destinations, the best examples first.
    pub rows: Vec<ReachabilityRow>,
    /// True if devices are known, but none of them carries packets to the destination of the
    /// question.
    pub is_unrouted: bool,
    /// Devices that the question names by one tag, and that have more access by their other tags
    /// than the rows say.
    pub multi_tag_devices: Vec<String>,
}

/// Sources and destinations with the same rules between all of them.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ReachabilityRow {
    /// The names of the sources, the best first. Names from the policy are in backticks.
    pub sources: Vec<String>,
    /// The names of the destinations, in the same form.
    pub destinations: Vec<String>,
    /// True if these sources, or for [`what`](crate::Analysis::what) these destinations, are
    /// everything that is in no other row.
    pub is_rest: bool,
    /// True for devices of one user, false for other devices. `None` if that makes no difference.
    pub is_own: Option<bool>,
    /// The rules that open ports.
    pub rules: Vec<RuleMatch>,
    /// The SSH rules, which also need an open port. Check rules come first, as in Tailscale.
    pub logins: Vec<SshRuleMatch>,
    /// The grants of app capabilities.
    pub apps: Vec<AppRuleMatch>,
    /// Access that may exist in addition, depending on unknown facts.
    pub perhaps: Vec<PossibleAccess>,
}

/// Access that a rule may allow, depending on unknown facts.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PossibleAccess {
    /// The rule with the access that it would allow.
    pub what: Possible,
    /// The conditions, each in a sentence: `` if `alice` is in `group:eng@example.com`, … ``
    pub conditions: Vec<String>,
}

/// A rule that may apply.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Possible {
    /// It would open ports.
    Ports(RuleMatch),
    /// It would allow a login.
    Login(SshRuleMatch),
    /// It would grant app capabilities.
    App(AppRuleMatch),
}

/// The port of Tailscale SSH.
const SSH: u16 = 22;

impl ReachabilityRow {
    /// Returns whether the port of Tailscale SSH is open, which every SSH rule needs.
    pub fn is_ssh_open(&self) -> bool {
        self.ports().contains(&PortSet::single(Protocol::TCP, SSH))
    }

    /// Returns whether some access is certain and does not depend on unknown facts.
    pub fn is_certain(&self) -> bool {
        !self.rules.is_empty() || !self.logins.is_empty() || !self.apps.is_empty()
    }

    /// Returns the open ports, including those that require a posture.
    pub fn ports(&self) -> PortSet {
        self.rules.iter().fold(PortSet::default(), |ports, rule| ports.with(&rule.ports))
    }
}

/// See [`Analysis::who`](crate::Analysis::who).
pub(crate) fn who(policy: &Policy, destination: &str, ports: Option<&PortSet>) -> Result<Reachability, QueryError> {
    let subject = Subject::new(policy, destination, Side::Destination)?;
    let questions = QueryWorld::questions(policy, &[&subject]);
    let world = QueryWorld::new(policy, &questions);
    let reacher = Reacher { world: &world, ports };
    let (multi_tag, own) = world.destinations(&subject).into_iter().partition::<Vec<_>, _>(QueryEnd::is_multi_tag);
    let rows = reacher.rows_to(&world.all(Side::Source), &own, &subject)?;
    let multi_tag_devices = reacher.names_of_devices_with_more(&multi_tag, &own);
    let is_unrouted = !own.is_empty() && own.iter().all(QueryEnd::is_unrouted);
    Ok(Reachability { subject: subject.meaning, rows, is_unrouted, multi_tag_devices })
}

/// See [`Analysis::what`](crate::Analysis::what).
pub(crate) fn what(policy: &Policy, source: &str) -> Result<Reachability, QueryError> {
    let subject = Subject::new(policy, source, Side::Source)?;
    // Every route of the facts is a separate destination, even if no rule names it.
    let routes = Tailnet::new(policy).routes.into_iter().map(|route| selector(&route.to_string()));
    let questions: Vec<Selector> = QueryWorld::questions(policy, &[&subject]).into_iter().chain(routes).collect();
    let world = QueryWorld::new(policy, &questions);
    let reacher = Reacher { world: &world, ports: None };
    let (multi_tag, own) = world.sources(&subject).into_iter().partition::<Vec<_>, _>(QueryEnd::is_multi_tag);
    let destinations = world.all(Side::Destination);
    let blocks = reacher.blocks(&own, &destinations, false)?;
    let is_rest = find_rest(&blocks, |block| &block.sources, |block| &block.destinations);
    let rows = reacher.rows(&own, &destinations, &blocks, &is_rest);
    let multi_tag_devices = reacher.names_of_devices_with_more(&multi_tag, &own);
    Ok(Reachability { subject: subject.meaning, rows, is_unrouted: false, multi_tag_devices })
}

/// See [`Analysis::who_beyond_ports`](crate::Analysis::who_beyond_ports).
pub(crate) fn who_beyond_ports(policy: &Policy, destinations: &[&str]) -> Vec<Vec<ReachabilityRow>> {
    let subjects: Vec<Option<Subject>> =
        destinations.iter().map(|word| Subject::new(policy, word, Side::Destination).ok()).collect();
    let known: Vec<&Subject> = subjects.iter().flatten().collect();
    let questions = QueryWorld::questions(policy, &known);
    let world = QueryWorld::new(policy, &questions);
    let ssh = PortSet::single(Protocol::TCP, SSH);
    let reacher = Reacher { world: &world, ports: Some(&ssh) };
    let sources = world.all(Side::Source);
    let rows = |subject: &Subject| {
        let mut own = world.destinations(subject);
        own.retain(|end| !end.is_multi_tag());
        let mut rows = reacher.rows_to(&sources, &own, subject).unwrap_or_default();
        for row in &mut rows {
            row.perhaps.retain(|access| !matches!(access.what, Possible::Ports(_)));
        }
        rows.retain(|row| !row.logins.is_empty() || !row.apps.is_empty() || !row.perhaps.is_empty());
        rows
    };
    subjects.iter().map(|subject| subject.as_ref().map_or_else(Vec::new, rows)).collect()
}

struct Reacher<'a, 'p> {
    world: &'a QueryWorld<'p>,
    ports: Option<&'a PortSet>,
}

impl<'p> Reacher<'_, 'p> {
    fn blocks(
        &self,
        sources: &[QueryEnd<'p>],
        destinations: &[QueryEnd<'p>],
        only_own: bool,
    ) -> Result<Vec<Block>, QueryError> {
        let is_about_ssh = self.ports.is_none_or(|asked| asked.contains(&PortSet::single(Protocol::TCP, SSH)));
        group_pairs(self.world, sources, destinations, only_own, |mut between, _| {
            between.retain_network(|rule| self.is_asked(rule));
            between.not_carried.clear();
            between.retain_ssh(|_| is_about_ssh);
            between
        })
    }

    /// Returns whether a rule opens a port of the question, or grants capabilities.
    fn is_asked(&self, rule: usize) -> bool {
        let opens = |ports: &PortSet| self.ports.map_or(!ports.is_empty(), |asked| !asked.common(ports).is_empty());
        self.world.space.ports.get(rule).is_some_and(opens)
            || self.world.space.rule(rule).is_some_and(|rule| granted_app(rule).is_some())
    }

    /// Returns the rows from all sources to the ends that a subject stands for.
    fn rows_to(
        &self,
        sources: &[QueryEnd<'p>],
        own: &[QueryEnd<'p>],
        subject: &Subject,
    ) -> Result<Vec<ReachabilityRow>, QueryError> {
        let blocks = self.blocks(sources, own, subject.is_own_devices())?;
        let is_rest = find_rest(&blocks, |block| &block.destinations, |block| &block.sources);
        Ok(self.rows(sources, own, &blocks, &is_rest))
    }

    fn rows(
        &self,
        sources: &[QueryEnd<'p>],
        destinations: &[QueryEnd<'p>],
        blocks: &[Block],
        is_rest: &[bool],
    ) -> Vec<ReachabilityRow> {
        let reached = blocks.iter().zip(is_rest).filter(|(block, _)| !block.between.is_empty());
        let rows = reached.map(|(block, &is_rest)| ReachabilityRow {
            sources: all_names(sources, &block.sources),
            destinations: all_names(destinations, &block.destinations),
            is_rest,
            is_own: block.is_own,
            rules: self.rules(&block.between.network.certain, &block.between),
            logins: self.logins(&block.between.ssh.certain),
            apps: self.world.apps(&block.between.network.certain),
            perhaps: self.perhaps(sources, destinations, block),
        });
        let mut rows: Vec<ReachabilityRow> = rows.collect();
        rows.sort_by_key(|row| (!row.is_certain(), row.is_rest));
        rows
    }

    /// Returns the open ports by rule. An ACL with different ports is several rules in the index,
    /// which are combined here.
    fn rules(&self, numbers: &[usize], between: &RulesBetween) -> Vec<RuleMatch> {
        let mut rules: Vec<RuleMatch> = Vec::new();
        for (number, rule) in numbers.iter().filter_map(|&number| Some((number, self.world.space.rule(number)?))) {
            let rule = RuleMatch { families: between.limit(number), ..RuleMatch::new(rule) };
            match rules.last_mut().filter(|last| last.rule == rule.rule) {
                Some(last) => last.ports = last.ports.with(&rule.ports),
                None => rules.push(rule),
            }
        }
        if let Some(asked) = self.ports {
            for rule in &mut rules {
                rule.ports = asked.common(&rule.ports);
            }
        }
        rules.retain(|rule| !rule.ports.is_empty());
        rules
    }

    /// Returns access that may exist in addition, and the unknown facts that it depends on.
    fn perhaps(&self, sources: &[QueryEnd<'p>], destinations: &[QueryEnd<'p>], block: &Block) -> Vec<PossibleAccess> {
        let first = |ends: &'_ [QueryEnd<'p>], places: &[usize]| -> Option<QueryEnd<'p>> {
            let mut end = ends.get(*places.first()?)?.clone();
            if places.len() > 1 {
                "one of these".clone_into(&mut end.name);
            }
            Some(end)
        };
        let network = &block.between.network.possible;
        let logins = &block.between.ssh.possible;
        if network.is_empty() && logins.is_empty() {
            return Vec::new();
        }
        let (Some(source), Some(destination)) =
            (first(sources, &block.sources), first(destinations, &block.destinations))
        else {
            return Vec::new();
        };
        let ends = QueryEnds { source: &source, destination: &destination, is_own: block.is_own == Some(true) };
        let conditions = |src: &[Selector], dst: &[&Selector]| {
            let source = describe_doubt(self.world, ends, src, Side::Source);
            let destination = describe_doubt(self.world, ends, dst.iter().copied(), Side::Destination);
            source.into_iter().chain(destination).collect()
        };
        let mut found: Vec<PossibleAccess> = Vec::new();
        for (number, rule) in network.iter().filter_map(|&number| Some((number, self.world.space.rule(number)?))) {
            let conditions = conditions(rule.rule.src(), &rule.destinations());
            for way in self.rules(&[number], &block.between) {
                found.push(PossibleAccess { what: Possible::Ports(way), conditions: Vec::clone(&conditions) });
            }
            if let Some(app) = AppRuleMatch::new(rule) {
                found.push(PossibleAccess { what: Possible::App(app), conditions });
            }
        }
        for rule in self.world.ssh_rules(logins) {
            let dst: Vec<&Selector> = rule.dst.iter().collect();
            if let Some(login) = SshRuleMatch::new(self.world.space.policy, rule) {
                found.push(PossibleAccess { what: Possible::Login(login), conditions: conditions(&rule.src, &dst) });
            }
        }
        found
    }

    fn logins(&self, ssh: &[usize]) -> Vec<SshRuleMatch> {
        let rules = self.world.ssh_rules(ssh).into_iter();
        let mut logins: Vec<SshRuleMatch> =
            rules.filter_map(|rule| SshRuleMatch::new(self.world.space.policy, rule)).collect();
        // Check rules come before all others. `ssh-multi-rule-accept-then-check`
        logins.sort_by_key(|login| login.action != Action::Check);
        logins
    }

    /// Returns the names of the devices that have a rule which none of the others has.
    fn names_of_devices_with_more(&self, devices: &[QueryEnd], others: &[QueryEnd]) -> Vec<String> {
        let all_rules = |end: &QueryEnd| Numbers::any(end.parts.iter().map(|part| part.rules.clone())).certain;
        let all_ssh = |end: &QueryEnd| Numbers::any(end.parts.iter().map(|part| part.ssh.clone())).certain;
        let rules: HashSet<usize> = others.iter().flat_map(all_rules).collect();
        let ssh: HashSet<usize> = others.iter().flat_map(all_ssh).collect();
        let has_more = |device: &&QueryEnd| {
            all_rules(device).into_iter().any(|rule| self.is_asked(rule) && !rules.contains(&rule))
                || all_ssh(device).into_iter().any(|rule| !ssh.contains(&rule))
        };
        devices.iter().filter(has_more).map(|device| device.name().to_owned()).collect()
    }
}

/// Returns, for each block, whether its own side is everything that is in no other block. This is
/// so for the largest block among those with the same other side, if together they contain
/// everything and each has rules.
fn find_rest<'r>(
    blocks: &'r [Block],
    others: impl Fn(&'r Block) -> &'r [usize],
    own: impl Fn(&'r Block) -> &'r [usize],
) -> Vec<bool> {
    let everything: HashSet<usize> = blocks.iter().flat_map(&own).copied().collect();
    let mut alike: HashMap<&[usize], Vec<usize>> = HashMap::new();
    for (number, block) in blocks.iter().enumerate() {
        alike.entry(others(block)).or_default().push(number);
    }
    let mut is_rest = vec![false; blocks.len()];
    for numbers in alike.values() {
        let of = |number: &usize| blocks.get(*number);
        let has_empty = numbers.iter().filter_map(of).any(|block| block.between.is_empty());
        let covered: HashSet<usize> = numbers.iter().filter_map(of).flat_map(&own).copied().collect();
        let size = |number: &&usize| of(number).map_or(0, |block| own(block).len());
        if let Some(&largest) = numbers.iter().max_by_key(size)
            && !has_empty
            && covered.len() == everything.len()
            && let Some(is_rest) = is_rest.get_mut(largest)
        {
            *is_rest = true;
        }
    }
    is_rest
}
