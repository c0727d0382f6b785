//! The effect of rules: a rule that allows nothing, or everything.

use std::collections::{HashMap, HashSet};

use crate::check::Checker;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Acl, Autogroup, Dialect, Grant, IpSet, Operation, Policy, PortRange, Selector, SelectorKind};
use crate::source::{Origin, Text};

pub(super) fn check(checker: &mut Checker) {
    let policy = checker.policy;
    for grant in policy.grants.iter().flatten() {
        if allows_all(grant) {
            everything(checker, "grant", grant.origin);
        }
    }
    for acl in policy.acls.iter().flatten() {
        if allows_all_by_acl(acl) {
            everything(checker, "acl", acl.origin);
        }
    }
    idle(checker);
}

/// Reports a policy with neither `grants` nor `acls`. Tailscale then allows everything, whereas
/// empty lists deny everything.
pub(super) fn without_rules(checker: &mut Checker) {
    let policy = checker.policy;
    // Underlining the whole text would be too much.
    let start = policy.origin.start;
    let origin = Origin::new(start, policy.origin.end.min(start.saturating_add(1)));
    if policy.grants.is_some() || policy.acls.is_some() {
        let rules = policy.grants.iter().flatten().count() + policy.acls.iter().flatten().count();
        if rules == 0 && policy.dialect == Dialect::Headscale {
            let message = "an empty list of rules denies everything, and no list at all allows everything";
            let help = "write the rules, or allow this warning where nothing should get through";
            checker.report(Diagnostic::new(Code::DenyAll, origin, message).help(help));
        }
        return;
    }
    let message = "a policy without `grants` and `acls` lets every device reach every other one, on all ports";
    checker.report(
        Diagnostic::new(Code::AllowAll, origin, message)
            .help("write the rules, or an empty list of `grants` to allow nothing"),
    );
}

/// Returns whether a grant allows everything. A posture, a default posture or a router restricts
/// it.
fn allows_all(grant: &Grant) -> bool {
    grant.src.iter().any(is_all)
        && grant.dst.iter().any(is_all)
        && grant.ip.iter().any(|spec| spec.is_all())
        && grant.src_posture.is_absent_or_empty()
        && grant.via.is_absent_or_empty()
}

fn allows_all_by_acl(acl: &Acl) -> bool {
    let all_ports = |ports: &[PortRange]| ports.iter().any(|range| range.is_all());
    acl.src.iter().any(is_all)
        && acl.dst.iter().any(|destination| is_all(&destination.host) && all_ports(&destination.ports))
        && acl.proto.is_none()
        && acl.src_posture.is_absent_or_empty()
}

fn is_all(selector: &Selector) -> bool {
    matches!(selector.kind, SelectorKind::Wildcard | SelectorKind::Autogroup(Some(Autogroup::DangerAll)))
}

fn everything(checker: &mut Checker, noun: &str, origin: Origin) {
    if checker.policy.default_src_posture.is_absent_or_empty() {
        let message = format!("this {noun} lets every device reach every other one, on all ports");
        checker.report(
            Diagnostic::new(Code::AllowAll, origin, message)
                .help("name who may reach what, such as `autogroup:member` and `tag:web` on port 443"),
        );
    }
}

/// Reports rules whose sources or destinations are all empty, and empty groups that are used
/// elsewhere.
fn idle(checker: &mut Checker) {
    let policy = checker.policy;
    let groups = policy.groups.iter().filter(|group| group.members.is_absent_or_empty()).map(|group| &group.name);
    // A later operation may remove what one adds. That is not considered.
    let adds = |set: &&IpSet| set.entries.iter().any(|entry| entry.operation != Operation::Remove);
    let ip_sets = policy.ipsets.iter().filter(|set| !set.entries.incomplete && !adds(set)).map(|set| &set.name);
    let empty: HashMap<&str, &Text> = groups.chain(ip_sets).map(|name| (name.as_str(), name)).collect();
    if empty.is_empty() {
        return;
    }
    let mut told: HashSet<&str> = HashSet::new();
    let mut used: HashMap<&str, Origin> = HashMap::new();
    for (noun, origin, role, list) in lists(policy) {
        let named: Vec<&Text> = list.iter().filter_map(|selector| empty.get(selector.text.as_str()).copied()).collect();
        for (selector, name) in list.iter().filter_map(|selector| Some((selector, empty.get(selector.text.as_str())?)))
        {
            used.entry(name.as_str()).or_insert(selector.text.origin);
        }
        if let (Some(first), true) = (named.first(), named.len() == list.len()) {
            told.extend(named.iter().map(|name| name.as_str()));
            let message = format!("this {noun} does nothing, since its {role} are empty");
            let note = format!("`{first}` is empty");
            checker.report(Diagnostic::new(Code::IdleRule, origin, message).note_at(note, first.origin));
        }
    }
    for selector in elsewhere(policy) {
        used.entry(selector.text.as_str()).or_insert(selector.text.origin);
    }
    // A group that makes a rule idle is reported at the rule.
    for group in policy.groups.iter().filter(|group| empty.contains_key(group.name.as_str())) {
        let name = group.name.as_str();
        if let (Some(&used), false) = (used.get(name), told.contains(name)) {
            let message = format!("`{name}` has no members, so it stands for nobody");
            let finding = Diagnostic::new(Code::EmptyGroup, group.name.origin, message);
            checker.report(finding.note_at("it is used here", used));
        }
    }
}

/// The source list and the destination list of every rule, with the kind of rule, its place and the
/// name of the list.
fn lists(policy: &Policy) -> Vec<(&'static str, Origin, &'static str, Vec<&Selector>)> {
    let mut lists = Vec::new();
    for grant in policy.grants.iter().flatten() {
        lists.push(("grant", grant.origin, "sources", grant.src.iter().collect()));
        lists.push(("grant", grant.origin, "destinations", grant.dst.iter().collect()));
    }
    for acl in policy.acls.iter().flatten() {
        lists.push(("acl", acl.origin, "sources", acl.src.iter().collect()));
        lists.push(("acl", acl.origin, "destinations", acl.dst.iter().map(|dst| &dst.host).collect()));
    }
    for rule in &policy.ssh {
        lists.push(("SSH rule", rule.origin, "sources", rule.src.iter().collect()));
    }
    lists
}

/// The other places where a group can be used.
fn elsewhere(policy: &Policy) -> impl Iterator<Item = &Selector> {
    let approvers = &policy.auto_approvers;
    let owners = policy.tag_owners.iter().flat_map(|declaration| &declaration.owners);
    let targets = policy.node_attrs.iter().flat_map(|attr| &attr.target);
    let routes = approvers.routes.iter().flat_map(|route| &route.approvers);
    let services = approvers.services.iter().flat_map(|service| &service.approvers);
    owners.chain(targets).chain(routes).chain(services).chain(&approvers.exit_node)
}
