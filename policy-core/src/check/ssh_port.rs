//! SSH rules without effect, because no grant or ACL allows port 22 for them.
//!
//! Tailscale needs both: an SSH rule to log in, and a grant or an ACL to connect. Findings are
//! certain: selectors that may overlap are assumed to overlap.

use std::collections::{HashMap, HashSet};

use crate::access::{Declarations, Denotation, login_key, rule_selectors};
use crate::check::Checker;
use crate::diagnostic::{Code, Diagnostic, listed};
use crate::model::{List, Policy, PortRange, Protocol, Selector};

/// The port of Tailscale SSH.
const SSH: u16 = 22;

/// The maximum number of pairs of selectors to compare, far more than in any real policy. Beyond
/// it, nothing is reported.
const MAX_PAIRS: usize = 1_000_000;

pub(super) fn check(checker: &mut Checker) {
    let policy = checker.policy;
    // Without any network rules, everything is allowed.
    if policy.ssh.is_empty() || policy.grants.is_none() && policy.acls.is_none() {
        return;
    }
    let users = ListedUsers::new(policy);
    let opened = opened(policy, &users);
    let by_network: usize = opened.iter().map(|(from, to)| from.len() + to.len()).sum();
    let by_ssh: usize = policy.ssh.iter().map(|rule| rule.src.len() + rule.dst.len()).sum();
    if by_network.saturating_mul(by_ssh) > MAX_PAIRS {
        return;
    }
    for rule in &policy.ssh {
        let (mut src, dst) = (users.owners_of_all(&rule.src), users.owners_of_all(&rule.dst));
        // A rule whose sources are empty is reported elsewhere.
        src.retain(|owner| !matches!(owner, Owner::OneOf(logins) if logins.is_empty()));
        if src.is_empty() || dst.is_empty() {
            continue;
        }
        let is_open = |src: &[Owner]| opened.iter().any(|(from, to)| meet(src, from) && meet(&dst, to));
        if !is_open(&src) {
            let message = "nobody can use this SSH rule: no rule opens port 22 from its sources to its destinations";
            checker.report(
                Diagnostic::new(Code::ClosedSshPort, rule.origin, message).help("grant it as well, such as `tcp:22`"),
            );
            continue;
        }
        let cannot_use = |source: &&Selector| match users.owner(source) {
            Owner::OneOf(logins) if logins.is_empty() => false,
            owner => !is_open(&[owner]),
        };
        let without: Vec<&Selector> = rule.src.iter().filter(cannot_use).collect();
        if let Some(first) = without.first() {
            let message = format!(
                "{} cannot use this SSH rule: no rule opens port 22 from them to its destinations",
                listed(&without)
            );
            checker.report(
                Diagnostic::new(Code::ClosedSshPort, first.text.origin, message)
                    .help("grant it as well, such as `tcp:22`, or remove the source"),
            );
        }
    }
}

/// The possible owners of the devices that a selector stands for.
#[derive(Clone, Copy)]
enum Owner<'p> {
    /// It does not stand for devices.
    NoDevice,
    /// Any user or none: the devices may be tagged.
    Anyone,
    /// No user: the devices are tagged.
    Tagged,
    /// Some user.
    Somebody,
    /// One of these users.
    OneOf(&'p HashSet<String>),
}

/// The users that selectors list: the members of each group, and each single user.
struct ListedUsers<'p> {
    declarations: Declarations<'p>,
    logins: HashMap<&'p str, HashSet<String>>,
}

impl<'p> ListedUsers<'p> {
    fn new(policy: &'p Policy) -> Self {
        let declarations = Declarations::new(policy);
        let mut logins: HashMap<&str, HashSet<String>> = HashMap::new();
        let ssh = policy.ssh.iter().flat_map(|rule| rule.src.iter().chain(&rule.dst));
        for selector in rule_selectors(policy).into_iter().chain(ssh) {
            if let Denotation::Users(users) = Denotation::new(selector, &declarations) {
                logins.entry(&selector.text).or_insert_with(|| users.iter().map(login).collect());
            }
        }
        ListedUsers { declarations, logins }
    }

    fn owners_of_all(&self, list: &List<Selector>) -> Vec<Owner<'_>> {
        list.iter().map(|selector| self.owner(selector)).collect()
    }

    fn owner(&self, selector: &Selector) -> Owner<'_> {
        match Denotation::new(selector, &self.declarations) {
            Denotation::Tag(_) | Denotation::Tagged => Owner::Tagged,
            Denotation::Users(_) => self.logins.get(selector.text.as_str()).map_or(Owner::Somebody, Owner::OneOf),
            Denotation::Domain(_) | Denotation::SyncedGroup(_) | Denotation::Role(_) | Denotation::OwnDevices => {
                Owner::Somebody
            }
            Denotation::Internet => Owner::NoDevice,
            Denotation::Everything
            | Denotation::AnyAddress
            | Denotation::Shared
            | Denotation::Service(_)
            | Denotation::External(_)
            | Denotation::Addresses(_)
            | Denotation::Nothing => Owner::Anyone,
        }
    }
}

fn login(user: &Selector) -> String {
    login_key(user.text.trim_start_matches("user:"))
}

/// Returns the sources and destinations for which each rule allows the port.
fn opened<'a>(policy: &Policy, users: &'a ListedUsers) -> Vec<(Vec<Owner<'a>>, Vec<Owner<'a>>)> {
    let opens = |protocol: Option<Protocol>, ports: PortRange| {
        protocol.is_none_or(|protocol| protocol == Protocol::TCP) && ports.contains(SSH)
    };
    let mut opened = Vec::new();
    for grant in policy.grants.iter().flatten() {
        if grant.ip.iter().any(|spec| opens(spec.protocol, spec.ports)) {
            opened.push((users.owners_of_all(&grant.src), users.owners_of_all(&grant.dst)));
        }
    }
    for acl in policy.acls.iter().flatten() {
        let open = acl.dst.iter().filter(|dst| dst.ports.iter().any(|&ports| opens(acl.proto, ports)));
        let to: Vec<Owner> = open.map(|dst| users.owner(&dst.host)).collect();
        if !to.is_empty() {
            opened.push((users.owners_of_all(&acl.src), to));
        }
    }
    opened
}

fn meet(some: &[Owner], others: &[Owner]) -> bool {
    some.iter().any(|one| others.iter().any(|other| may_meet(*one, *other)))
}

/// Returns whether one device may belong to both owners. A device can have any two tags.
fn may_meet(one: Owner, other: Owner) -> bool {
    use Owner::{Anyone, NoDevice, OneOf, Somebody, Tagged};
    match (one, other) {
        (NoDevice, _) | (_, NoDevice) => false,
        (Anyone, _) | (_, Anyone) | (Tagged, Tagged) => true,
        (Tagged, Somebody | OneOf(_)) | (Somebody | OneOf(_), Tagged) => false,
        (OneOf(some), OneOf(others)) => !some.is_disjoint(others),
        (Somebody, Somebody | OneOf(_)) | (OneOf(_), Somebody) => true,
    }
}
