//! Who reaches something, and what somebody reaches.

use std::collections::{HashMap, HashSet};

use crate::query::explain::{all_names, apps, ssh_way, way};
use crate::query::query_world::{Block, QueryEnd, QueryWorld, RulesBetween, is_own_devices};
use crate::query::subject::{Side, Subject};
use crate::query::{AppRuleMatch, QueryError, RuleMatch, SshRuleMatch};
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
    let asker = Reacher { world: &world, ports };
    let (carriers, own) = world.destinations(&subject).into_iter().partition::<Vec<_>, _>(|end| end.is_carrier);
    let sources = world.all_sources();
    let rectangles = asker.rectangles(&sources, &own, is_own_devices(&subject))?;
    let is_rest = rest(&rectangles, |rectangle| &rectangle.destinations, |rectangle| &rectangle.sources);
    Ok(Reachability {
        subject: subject.meaning,
        reached: asker.reached(&sources, &own, &rectangles, &is_rest),
        carriers: asker.those_with_more(&carriers, &own),
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
    let asker = Reacher { world: &world, ports: None };
    let (carriers, own) = world.sources(&subject).into_iter().partition::<Vec<_>, _>(|end| end.is_carrier);
    let destinations = world.all_destinations();
    let rectangles = asker.rectangles(&own, &destinations, false)?;
    let is_rest = rest(&rectangles, |rectangle| &rectangle.sources, |rectangle| &rectangle.destinations);
    Ok(Reachability {
        subject: subject.meaning,
        reached: asker.reached(&own, &destinations, &rectangles, &is_rest),
        carriers: asker.those_with_more(&carriers, &own),
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
    let asker = Reacher { world: &world, ports: Some(&ssh) };
    let sources = world.all_sources();
    let reached = |subject: &Subject| {
        let own: Vec<QueryEnd> = world.destinations(subject).into_iter().filter(|end| !end.is_carrier).collect();
        let rectangles = asker.rectangles(&sources, &own, is_own_devices(subject)).unwrap_or_default();
        let is_rest = rest(&rectangles, |rectangle| &rectangle.destinations, |rectangle| &rectangle.sources);
        let mut reached = asker.reached(&sources, &own, &rectangles, &is_rest);
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
    fn rectangles(
        &self,
        sources: &[QueryEnd<'p>],
        destinations: &[QueryEnd<'p>],
        only_own: bool,
    ) -> Result<Vec<Block>, QueryError> {
        self.world.rectangles(sources, destinations, only_own, |between, _| RulesBetween {
            permits: between.permits.into_iter().filter(|&permit| self.is_asked(permit)).collect(),
            ssh: if self.is_about_ssh() { between.ssh } else { Vec::new() },
            ..RulesBetween::default()
        })
    }

    /// Whether a permit opens a port that is asked for, or gives a capability.
    fn is_asked(&self, permit: usize) -> bool {
        let opens = |ports: &PortSet| self.ports.map_or(!ports.is_empty(), |asked| !asked.common(ports).is_empty());
        self.world.space.ports.get(permit).is_some_and(opens) || !apps(self.world, &[permit]).is_empty()
    }

    fn is_about_ssh(&self) -> bool {
        self.ports.is_none_or(|asked| asked.contains(&PortSet::single(Protocol::TCP, SSH)))
    }

    fn reached(
        &self,
        sources: &[QueryEnd],
        destinations: &[QueryEnd],
        rectangles: &[Block],
        is_rest: &[bool],
    ) -> Vec<ReachabilityRow> {
        let is_any = |rectangle: &Block| rectangle.between != RulesBetween::default();
        let each = rectangles.iter().zip(is_rest).filter(|(rectangle, _)| is_any(rectangle));
        let reached = each.map(|(rectangle, &is_rest)| ReachabilityRow {
            sources: all_names(sources, &rectangle.sources),
            destinations: all_names(destinations, &rectangle.destinations),
            is_rest,
            is_own: rectangle.is_own,
            ways: self.ways(&rectangle.between.permits),
            logins: self.logins(&rectangle.between.ssh),
            apps: apps(self.world, &rectangle.between.permits),
        });
        let mut reached: Vec<ReachabilityRow> = reached.collect();
        reached.sort_by_key(|reached| reached.is_rest);
        reached
    }

    /// What is open, of an acl with several permits put together.
    fn ways(&self, permits: &[usize]) -> Vec<RuleMatch> {
        let mut ways: Vec<RuleMatch> = Vec::new();
        for permit in permits.iter().filter_map(|&number| self.world.space.permit(number)) {
            let way = way(permit);
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
        let mut logins: Vec<SshRuleMatch> = rules.filter_map(|rule| ssh_way(self.world.space.policy, rule)).collect();
        // Check rules come before all others. `ssh-multi-rule-accept-then-check`
        logins.sort_by_key(|login| login.action != Action::Check);
        logins
    }

    /// The devices with rules that none of the others has.
    fn those_with_more(&self, carriers: &[QueryEnd], others: &[QueryEnd]) -> Vec<String> {
        let permits: HashSet<usize> = others.iter().flat_map(|end| end.permits.iter().copied()).collect();
        let ssh: HashSet<usize> = others.iter().flat_map(|end| end.ssh.iter().copied()).collect();
        let has_more = |carrier: &&QueryEnd| {
            carrier.permits.iter().any(|&permit| self.is_asked(permit) && !permits.contains(&permit))
                || carrier.ssh.iter().any(|rule| !ssh.contains(rule))
        };
        carriers.iter().filter(has_more).map(|carrier| carrier.name().to_owned()).collect()
    }
}

/// For each rectangle, whether its one side is all that no other one has: the largest of those that have the same
/// other side, if these leave nothing over, and none of them is empty.
fn rest<'r>(
    rectangles: &'r [Block],
    others: impl Fn(&'r Block) -> &'r [usize],
    own: impl Fn(&'r Block) -> &'r [usize],
) -> Vec<bool> {
    let everything: HashSet<usize> = rectangles.iter().flat_map(&own).copied().collect();
    let mut alike: HashMap<&[usize], Vec<usize>> = HashMap::new();
    for (number, rectangle) in rectangles.iter().enumerate() {
        alike.entry(others(rectangle)).or_default().push(number);
    }
    let mut is_rest = vec![false; rectangles.len()];
    for numbers in alike.values() {
        let of = |number: &usize| rectangles.get(*number);
        let has_void = numbers.iter().filter_map(of).any(|rectangle| rectangle.between == RulesBetween::default());
        let covered: HashSet<usize> = numbers.iter().filter_map(of).flat_map(&own).copied().collect();
        let size = |number: &&usize| of(number).map_or(0, |rectangle| own(rectangle).len());
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
