//! Who reaches something, and what somebody reaches.

use std::collections::{HashMap, HashSet};

use crate::query::QueryError;
use crate::query::block::{Block, RulesBetween, group_pairs};
use crate::query::explain::all_names;
use crate::query::numbers::Numbers;
use crate::query::query_end::QueryEnd;
use crate::query::query_world::QueryWorld;
use crate::query::rule_match::{AppRuleMatch, RuleMatch, SshRuleMatch};
use crate::query::subject::{Side, Subject};
use policy_core::access::port_set::PortSet;
use policy_core::model::{Action, Policy, Protocol};

/// All who reach something, or all that somebody reaches.
#[derive(Clone, Debug)]
pub struct Reachability {
    /// What it is that is asked about, where its word does not tell, after "is".
    pub subject: Option<String>,
    /// Who reaches what, the best examples first.
    pub reached: Vec<ReachabilityRow>,
    /// Devices that are meant, too, and by other tags of theirs reach or are reached by more than is said.
    pub carriers: Vec<String>,
}

/// Sources and destinations between all of which the same is given.
#[derive(Clone, Debug)]
pub struct ReachabilityRow {
    /// What the sources are called, the best name first; names that the policy has are in backticks.
    pub sources: Vec<String>,
    /// The destinations, likewise.
    pub destinations: Vec<String>,
    /// Whether these sources, or for [`what`] these destinations, are all that no other entry has.
    pub is_rest: bool,
    /// Whether it is between devices of one user, where that makes a difference.
    pub is_own: Option<bool>,
    /// On which ports, rule by rule.
    pub ways: Vec<RuleMatch>,
    /// As whom over Tailscale SSH, rule by rule, if the port is open as well; check rules come first, as they do there.
    pub logins: Vec<SshRuleMatch>,
    /// What they may do to its applications.
    pub apps: Vec<AppRuleMatch>,
}

/// The port of Tailscale SSH.
const SSH: u16 = 22;

impl ReachabilityRow {
    /// Whether the port of Tailscale SSH is open, without which no SSH rule is of any use.
    pub fn is_ssh_open(&self) -> bool {
        self.ports().contains(&PortSet::single(Protocol::TCP, SSH))
    }

    /// All that is open, whatever postures are asked for.
    pub fn ports(&self) -> PortSet {
        self.ways.iter().fold(PortSet::default(), |ports, way| ports.with(&way.ports))
    }
}

/// Everybody who reaches a destination of a valid policy on some of the ports, or on any if there are none, who logs in
/// there over Tailscale SSH, or may do something to its applications. Those are told, too, who do not exist yet: "any
/// other member". A device with several tags has what each of them has.
///
/// # Errors
/// If the policy knows no such destination; in the words in which a rule with it is refused.
///
/// ```
/// use policy_core::Policy;
/// use policy_analysis::query::who;
/// let policy = Policy::parse(r#"{
///     "groups": {"group:dba": ["alice@example.com"]},
///     "tagOwners": {"tag:db": []},
///     "grants": [{"src": ["group:dba"], "dst": ["tag:db"], "ip": ["tcp:5432"]}],
/// }"#);
/// let reach = who(&policy, "tag:db", None).unwrap();
/// assert_eq!(reach.reached[0].sources, ["`alice@example.com`"]);
/// assert_eq!(reach.reached[0].ports().to_string(), "tcp:5432");
/// assert_eq!(reach.reached.len(), 1);
/// ```
pub fn who(policy: &Policy, destination: &str, ports: Option<&PortSet>) -> Result<Reachability, QueryError> {
    let subject = Subject::new(policy, destination, Side::Destination)?;
    let questions = QueryWorld::questions(policy, &[&subject]);
    let world = QueryWorld::new(policy, &questions);
    let reacher = Reacher { world: &world, ports };
    let (carriers, own) = world.destinations(&subject).into_iter().partition::<Vec<_>, _>(|end| end.is_multi_tag());
    let sources = world.all(Side::Source);
    let blocks = reacher.blocks(&sources, &own, subject.is_own_devices())?;
    let is_rest = rest(&blocks, |block| &block.destinations, |block| &block.sources);
    Ok(Reachability {
        subject: subject.meaning,
        reached: reacher.reached(&sources, &own, &blocks, &is_rest),
        carriers: reacher.names_of_devices_with_more(&carriers, &own),
    })
}

/// Everything that a source of a valid policy reaches, logs in to over Tailscale SSH, or may do something to.
///
/// # Errors
/// If the policy knows no such source; in the words in which a rule with it is refused.
///
/// ```
/// use policy_core::Policy;
/// use policy_analysis::query::what;
/// let policy = Policy::parse(r#"{
///     "tagOwners": {"tag:web": [], "tag:db": []},
///     "grants": [{"src": ["tag:web"], "dst": ["tag:db"], "ip": ["tcp:5432"]}],
/// }"#);
/// let reach = what(&policy, "tag:web").unwrap();
/// assert_eq!(reach.reached[0].destinations, ["`tag:db`"]);
/// assert!(what(&policy, "tag:db").unwrap().reached.is_empty());
/// ```
pub fn what(policy: &Policy, source: &str) -> Result<Reachability, QueryError> {
    let subject = Subject::new(policy, source, Side::Source)?;
    let questions = QueryWorld::questions(policy, &[&subject]);
    let world = QueryWorld::new(policy, &questions);
    let reacher = Reacher { world: &world, ports: None };
    let (carriers, own) = world.sources(&subject).into_iter().partition::<Vec<_>, _>(|end| end.is_multi_tag());
    let destinations = world.all(Side::Destination);
    let blocks = reacher.blocks(&own, &destinations, false)?;
    let is_rest = rest(&blocks, |block| &block.sources, |block| &block.destinations);
    Ok(Reachability {
        subject: subject.meaning,
        reached: reacher.reached(&own, &destinations, &blocks, &is_rest),
        carriers: reacher.names_of_devices_with_more(&carriers, &own),
    })
}

/// Who logs in to each of some destinations over Tailscale SSH, or may do something to its applications; of ports only
/// that of SSH is told. Of a word that the policy does not know there is nothing.
///
/// ```
/// use policy_core::Policy;
/// use policy_analysis::query::who_beyond_ports;
/// let policy = Policy::parse(r#"{
///     "tagOwners": {"tag:db": [], "tag:web": []},
///     "ssh": [{"action": "accept", "src": ["tag:web"], "dst": ["tag:db"], "users": ["root"]}],
/// }"#);
/// let reached = who_beyond_ports(&policy, &["tag:db", "tag:web"]);
/// assert_eq!(reached[0][0].sources, ["`tag:web`"]);
/// assert!(reached[1].is_empty());
/// ```
pub fn who_beyond_ports(policy: &Policy, destinations: &[&str]) -> Vec<Vec<ReachabilityRow>> {
    let subjects: Vec<Option<Subject>> =
        destinations.iter().map(|word| Subject::new(policy, word, Side::Destination).ok()).collect();
    let known: Vec<&Subject> = subjects.iter().flatten().collect();
    let questions = QueryWorld::questions(policy, &known);
    let world = QueryWorld::new(policy, &questions);
    let ssh = PortSet::single(Protocol::TCP, SSH);
    let reacher = Reacher { world: &world, ports: Some(&ssh) };
    let sources = world.all(Side::Source);
    let reached = |subject: &Subject| {
        let own: Vec<QueryEnd> = world.destinations(subject).into_iter().filter(|end| !end.is_multi_tag()).collect();
        let blocks = reacher.blocks(&sources, &own, subject.is_own_devices()).unwrap_or_default();
        let is_rest = rest(&blocks, |block| &block.destinations, |block| &block.sources);
        let mut reached = reacher.reached(&sources, &own, &blocks, &is_rest);
        reached.retain(|reached| !reached.logins.is_empty() || !reached.apps.is_empty());
        reached
    };
    subjects.iter().map(|subject| subject.as_ref().map_or_else(Vec::new, reached)).collect()
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
        group_pairs(self.world, sources, destinations, only_own, |mut between, _| {
            between.network.certain.retain(|&rule| self.is_asked(rule));
            let ssh = if self.is_about_ssh() { between.ssh.certain } else { Vec::new() };
            RulesBetween {
                network: Numbers { certain: between.network.certain, possible: Vec::new() },
                ssh: Numbers { certain: ssh, possible: Vec::new() },
            }
        })
    }

    /// Whether a permit opens a port that is asked for, or gives a capability.
    fn is_asked(&self, permit: usize) -> bool {
        let opens = |ports: &PortSet| self.ports.map_or(!ports.is_empty(), |asked| !asked.common(ports).is_empty());
        self.world.space.ports.get(permit).is_some_and(opens)
            || self.world.space.permit(permit).is_some_and(|rule| AppRuleMatch::new(rule).is_some())
    }

    fn is_about_ssh(&self) -> bool {
        self.ports.is_none_or(|asked| asked.contains(&PortSet::single(Protocol::TCP, SSH)))
    }

    fn reached(
        &self,
        sources: &[QueryEnd],
        destinations: &[QueryEnd],
        blocks: &[Block],
        is_rest: &[bool],
    ) -> Vec<ReachabilityRow> {
        let is_any = |block: &Block| !block.between.is_empty();
        let each = blocks.iter().zip(is_rest).filter(|(block, _)| is_any(block));
        let reached = each.map(|(block, &is_rest)| ReachabilityRow {
            sources: all_names(sources, &block.sources),
            destinations: all_names(destinations, &block.destinations),
            is_rest,
            is_own: block.is_own,
            ways: self.ways(&block.between.network.certain),
            logins: self.logins(&block.between.ssh.certain),
            apps: self.world.apps(&block.between.network.certain),
        });
        let mut reached: Vec<ReachabilityRow> = reached.collect();
        reached.sort_by_key(|reached| reached.is_rest);
        reached
    }

    /// What is open, of an acl with several permits put together.
    fn ways(&self, permits: &[usize]) -> Vec<RuleMatch> {
        let mut ways: Vec<RuleMatch> = Vec::new();
        for permit in permits.iter().filter_map(|&number| self.world.space.permit(number)) {
            let way = RuleMatch::new(permit);
            match ways.last_mut().filter(|last| last.rule == way.rule) {
                Some(last) => last.ports = last.ports.with(&way.ports),
                None => ways.push(way),
            }
        }
        for way in &mut ways {
            way.ports = self.ports.map_or_else(|| way.ports.clone(), |asked| asked.common(&way.ports));
        }
        ways.retain(|way| !way.ports.is_empty());
        ways
    }

    fn logins(&self, ssh: &[usize]) -> Vec<SshRuleMatch> {
        let rules = self.world.ssh_rules(ssh).into_iter();
        let mut logins: Vec<SshRuleMatch> =
            rules.filter_map(|rule| SshRuleMatch::new(self.world.space.policy, rule)).collect();
        // Check rules come before all others. `ssh-multi-rule-accept-then-check`
        logins.sort_by_key(|login| login.action != Action::Check);
        logins
    }

    /// Returns the names of the devices that have rules which none of the others has.
    fn names_of_devices_with_more(&self, devices: &[QueryEnd], others: &[QueryEnd]) -> Vec<String> {
        let rules: HashSet<usize> = others.iter().flat_map(|end| end.rules.certain.iter().copied()).collect();
        let ssh: HashSet<usize> = others.iter().flat_map(|end| end.ssh.certain.iter().copied()).collect();
        let has_more = |device: &&QueryEnd| {
            device.rules.certain.iter().any(|&rule| self.is_asked(rule) && !rules.contains(&rule))
                || device.ssh.certain.iter().any(|rule| !ssh.contains(rule))
        };
        devices.iter().filter(has_more).map(|device| device.name().to_owned()).collect()
    }
}

/// For each block, whether its one side is all that no other one has: the largest of those that have the same
/// other side, if these leave nothing over, and none of them is empty.
fn rest<'r>(
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
        let has_void = numbers.iter().filter_map(of).any(|block| block.between.is_empty());
        let covered: HashSet<usize> = numbers.iter().filter_map(of).flat_map(&own).copied().collect();
        let size = |number: &&usize| of(number).map_or(0, |block| own(block).len());
        if let Some(&largest) = numbers.iter().max_by_key(size)
            && !has_void
            && covered.len() == everything.len()
            && let Some(is_rest) = is_rest.get_mut(largest)
        {
            *is_rest = true;
        }
    }
    is_rest
}
