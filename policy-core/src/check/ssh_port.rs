//! SSH rules that nobody gets to use, since no grant or acl opens port 22 for them.
//!
//! Tailscale needs both: an SSH rule to log in, and a rule of the network to get there. What is said here is certain:
//! wherever two selectors may have something in common, they are taken to have.

use std::collections::{HashMap, HashSet};

use crate::check::Checker;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Autogroup, List, PortRange, Protocol, Selector, SelectorKind};

/// The port of Tailscale SSH.
const SSH: u16 = 22;

/// More pairs of selectors than anyone writes; with more, nothing is said.
const MAX_PAIRS: usize = 1_000_000;

pub(super) fn check(checker: &mut Checker) {
    let policy = checker.policy;
    // Without any rules, everything is open.
    if policy.grants.is_none() && policy.acls.is_none() {
        return;
    }
    let people = People::of(checker);
    let opened = opened(checker, &people);
    let by_network: usize = opened.iter().map(|(from, to)| from.len() + to.len()).sum();
    let by_ssh: usize = policy.ssh.iter().map(|rule| rule.src.len() + rule.dst.len()).sum();
    if by_network.saturating_mul(by_ssh) > MAX_PAIRS {
        return;
    }
    for rule in &policy.ssh {
        let (mut src, dst) = (people.all(&rule.src), people.all(&rule.dst));
        // A rule for nobody is reported as that.
        src.retain(|whose| !matches!(whose, Whose::OneOf(logins) if logins.is_empty()));
        let open = opened.iter().any(|(from, to)| meet(&src, from) && meet(&dst, to));
        if !open && !src.is_empty() && !dst.is_empty() {
            let message = "nobody can use this SSH rule: no rule opens port 22 from its sources to its destinations";
            checker.report(
                Diagnostic::new(Code::ClosedSshPort, rule.origin, message).help("grant it as well, as `tcp:22`"),
            );
        }
    }
}

/// Whose device a selector may stand for, as far as the policy tells.
#[derive(Clone, Copy)]
enum Whose<'p> {
    /// Nobody's: no device at all
    Nobody,
    /// Anyone's, with tags or without
    Anyone,
    /// A device with tags, which is nobody's
    Tagged,
    /// A device of somebody
    Somebody,
    /// A device of one of these
    OneOf(&'p HashSet<String>),
}

/// The people of the policy's groups, and each user alone.
struct People<'p> {
    members: HashMap<&'p str, HashSet<String>>,
}

impl<'p> People<'p> {
    fn of(checker: &Checker<'p>) -> Self {
        let policy = checker.policy;
        let mut members: HashMap<&str, HashSet<String>> = HashMap::new();
        for group in &policy.groups {
            members.insert(&group.name, group.members.iter().map(login).collect());
        }
        let grants = policy.grants.iter().flatten().flat_map(|grant| grant.src.iter().chain(&grant.dst));
        let sources = policy.acls.iter().flatten().flat_map(|acl| &acl.src);
        let destinations = policy.acls.iter().flatten().flat_map(|acl| acl.dst.iter().map(|dst| &dst.host));
        let ssh = policy.ssh.iter().flat_map(|rule| rule.src.iter().chain(&rule.dst));
        for user in grants.chain(sources).chain(destinations).chain(ssh) {
            if user.kind == SelectorKind::User {
                members.entry(&user.text).or_insert_with(|| HashSet::from([login(user)]));
            }
        }
        People { members }
    }

    fn all(&self, list: &List<Selector>) -> Vec<Whose<'_>> {
        list.iter().map(|selector| self.whose(selector)).collect()
    }

    fn whose(&self, selector: &Selector) -> Whose<'_> {
        match selector.kind {
            SelectorKind::Tag | SelectorKind::Autogroup(Some(Autogroup::Tagged)) => Whose::Tagged,
            SelectorKind::User | SelectorKind::Group => {
                self.members.get(selector.text.as_str()).map_or(Whose::Somebody, Whose::OneOf)
            }
            SelectorKind::Domain | SelectorKind::SyncedGroup => Whose::Somebody,
            SelectorKind::Autogroup(Some(Autogroup::SelfDevices)) => Whose::Somebody,
            SelectorKind::Autogroup(Some(Autogroup::Internet)) => Whose::Nobody,
            SelectorKind::Autogroup(Some(autogroup)) if autogroup.is_role() => Whose::Somebody,
            _ => Whose::Anyone,
        }
    }
}

fn login(user: &Selector) -> String {
    user.text.trim_start_matches("user:").to_ascii_lowercase()
}

/// From whom to whom each rule opens the port, if it does.
fn opened<'a>(checker: &Checker, people: &'a People) -> Vec<(Vec<Whose<'a>>, Vec<Whose<'a>>)> {
    let policy = checker.policy;
    let opens = |protocol: Option<Protocol>, ports: PortRange| {
        protocol.is_none_or(|protocol| protocol == Protocol::TCP) && ports.contains(SSH)
    };
    let mut opened = Vec::new();
    for grant in policy.grants.iter().flatten() {
        if grant.ip.iter().any(|spec| opens(spec.protocol, spec.ports)) {
            opened.push((people.all(&grant.src), people.all(&grant.dst)));
        }
    }
    for acl in policy.acls.iter().flatten() {
        let open = acl.dst.iter().filter(|dst| dst.ports.iter().any(|&ports| opens(acl.proto, ports)));
        let to: Vec<Whose> = open.map(|dst| people.whose(&dst.host)).collect();
        if !to.is_empty() {
            opened.push((people.all(&acl.src), to));
        }
    }
    opened
}

fn meet(some: &[Whose], others: &[Whose]) -> bool {
    some.iter().any(|one| others.iter().any(|other| may_meet(*one, *other)))
}

/// Whether one device may be both. A device can have any two tags.
fn may_meet(one: Whose, other: Whose) -> bool {
    use Whose::{Anyone, Nobody, OneOf, Somebody, Tagged};
    match (one, other) {
        (Nobody, _) | (_, Nobody) => false,
        (Anyone, _) | (_, Anyone) | (Tagged, Tagged) => true,
        (Tagged, Somebody | OneOf(_)) | (Somebody | OneOf(_), Tagged) => false,
        (OneOf(some), OneOf(others)) => !some.is_disjoint(others),
        (Somebody, Somebody | OneOf(_)) | (OneOf(_), Somebody) => true,
    }
}
