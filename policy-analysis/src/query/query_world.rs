//! Everything that a question can be about.

use std::net::IpAddr;

use crate::query::numbers::Numbers;
use crate::query::query_end::{EndKind, QueryEnd};
use crate::query::rule_match::AppRuleMatch;
use crate::query::rules_between::RulesBetween;
use crate::query::subject::Subject;
use policy_core::access::{
    DeviceId, Endpoint, Principal, SelectorId, Side, SshRuleIndex, UnknownFact, UnknownSelectors, ssh_rule_selectors,
};
use policy_core::model::{Policy, Selector, SshRule};
use policy_core::proof::{AccessClasses, Class, ClassId, ClassName};

/// A policy with everyone and everything that its rules, SSH rules included, tell apart.
pub(super) struct QueryWorld<'p> {
    pub(super) space: AccessClasses<'p>,
    pub(super) ssh: SshRuleIndex<'p>,
    unknown_selectors: UnknownSelectors,
}

impl<'p> QueryWorld<'p> {
    /// Returns the selectors that classes must not straddle in addition to those of rules: those of SSH rules and of
    /// the question.
    pub(super) fn questions(policy: &Policy, subjects: &[&Subject]) -> Vec<Selector> {
        let asked = subjects.iter().filter_map(|subject| subject.selector.as_ref());
        ssh_rule_selectors(policy).chain(asked).cloned().collect()
    }

    pub(super) fn new(policy: &'p Policy, questions: &'p [Selector]) -> QueryWorld<'p> {
        let space = AccessClasses::with_questions(policy, questions);
        let ssh = SshRuleIndex::new(policy, &space.rules.selectors);
        let unknown_selectors = UnknownSelectors::new(&space.tailnet, &space.rules.selectors);
        QueryWorld { space, ssh, unknown_selectors }
    }

    /// Returns the number of a selector of a rule.
    pub(super) fn id(&self, selector: &Selector) -> Option<SelectorId> {
        self.space.rules.selectors.id(&selector.text)
    }

    /// Returns everything that a subject stands for as a source.
    pub(super) fn sources(&self, subject: &Subject) -> Vec<QueryEnd<'p>> {
        self.ends(subject, Side::Source)
    }

    /// Returns everything that a subject stands for as a destination. `autogroup:self` stands for every device that
    /// belongs to a user.
    pub(super) fn destinations(&self, subject: &Subject) -> Vec<QueryEnd<'p>> {
        if subject.is_own_devices() {
            let own = self.space.same_user_sources.iter().enumerate().filter(|(_, sources)| !sources.is_empty());
            return own.filter_map(|(class, _)| self.class(class, Side::Destination)).collect();
        }
        self.ends(subject, Side::Destination)
    }

    /// Returns everything at that side.
    pub(super) fn all(&self, side: Side) -> Vec<QueryEnd<'p>> {
        (0..self.classes(side).len()).filter_map(|class| self.class(class, side)).collect()
    }

    fn classes(&self, side: Side) -> &[Class<'p>] {
        if side == Side::Source { &self.space.sources } else { &self.space.destinations }
    }

    fn ends(&self, subject: &Subject, side: Side) -> Vec<QueryEnd<'p>> {
        if let Some(device) = subject.device {
            return self.device(device, side);
        }
        let Some(selector) = &subject.selector else { return Vec::new() };
        let ids = self.space.rules.selectors.asked_ids(std::slice::from_ref(selector));
        let classes = match side {
            Side::Source => self.space.sources_named_by(&ids),
            Side::Destination => self.space.destinations_named_by(&ids),
        };
        let mut ends: Vec<QueryEnd> = classes.into_iter().filter_map(|class| self.class(class, side)).collect();
        ends.extend(self.multi_tag_devices(&ids, side));
        ends
    }

    /// Returns the devices with several tags that one of the selectors names.
    fn multi_tag_devices(&self, ids: &[SelectorId], side: Side) -> Vec<QueryEnd<'p>> {
        let devices = self.space.tailnet.devices.iter().enumerate();
        let several = devices.filter(|(_, node)| node.user.is_none() && node.fact.tags.len() > 1);
        let ends = several.filter_map(|(id, _)| self.tagged(id, side));
        let named = ends.filter(|end| ids.iter().any(|id| end.selectors.certain.binary_search(id).is_ok()));
        named.map(|end| QueryEnd { kind: EndKind::MultiTagDevice, ..end }).collect()
    }

    /// Returns a device as what it is: with all its tags, or as its owner.
    fn device(&self, id: DeviceId, side: Side) -> Vec<QueryEnd<'p>> {
        let tailnet = &self.space.tailnet;
        let Some(node) = tailnet.devices.get(id) else { return Vec::new() };
        let Some(owner) = node.user.and_then(|user| tailnet.users.get(user)) else {
            return self.tagged(id, side).into_iter().collect();
        };
        let classes = self.classes(side);
        let on = |addresses: &[IpAddr]| -> Vec<QueryEnd<'p>> {
            let mut found = Vec::new();
            for (class, own) in classes.iter().enumerate() {
                let is_it = |identity: &&Endpoint| {
                    matches!(identity.who, Principal::User { login, .. } if login.eq_ignore_ascii_case(owner.email))
                        && identity.addresses.is_empty() == addresses.is_empty()
                        && identity.addresses.iter().all(|address| addresses.contains(address))
                };
                let members = own.members.iter().zip(&own.names).filter(|(member, _)| is_it(member));
                for (identity, name) in members {
                    let Some(mut end) = self.class(class, side) else { continue };
                    let device = ClassName::new(format!("`{}`", node.fact.name));
                    let name = ClassName { assumed_role: name.assumed_role, ..device };
                    end.name = name.to_string();
                    end.names = vec![name];
                    end.identity = identity.clone();
                    end.kind = EndKind::UserDevice(class);
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
        let who = self.space.tailnet.principal(node);
        let identity = Endpoint { addresses: node.addresses.clone(), ..Endpoint::new(who) };
        let selectors = match side {
            Side::Source => self.space.rules.selectors.of_source(&self.space.tailnet, &identity),
            Side::Destination => self.space.rules.selectors.of_destination(&identity),
        };
        let names = vec![ClassName::new(format!("`{}`", node.fact.name))];
        Some(self.end(names, identity, selectors, EndKind::TaggedDevice, side))
    }

    fn class(&self, id: ClassId, side: Side) -> Option<QueryEnd<'p>> {
        let class = self.classes(side).get(id)?;
        let identity = class.members.first()?.clone();
        let end = self.end(class.names.clone(), identity, class.selectors.clone(), EndKind::Class(id), side);
        Some(QueryEnd { is_of_assumed_role: class.is_of_assumed_role(), ..end })
    }

    fn end(
        &self,
        names: Vec<ClassName>,
        identity: Endpoint<'p>,
        certain: Vec<SelectorId>,
        kind: EndKind,
        side: Side,
    ) -> QueryEnd<'p> {
        let is_unknown_device = identity.is_unknown_device(&self.space.tailnet);
        let mut unknown = identity.unknown_facts();
        unknown.extend(is_unknown_device.then_some(UnknownFact::Device));
        let mut possible = self.unknown_selectors.dependent_on(&unknown);
        possible.retain(|id| certain.binary_search(id).is_err());
        let (network, ssh) = (&self.space.rules, &self.ssh);
        let (rules, ssh) = match side {
            Side::Source => (
                Numbers { certain: network.with_source(&certain), possible: network.with_source(&possible) },
                Numbers { certain: ssh.by_source.numbers(&certain), possible: ssh.by_source.numbers(&possible) },
            ),
            Side::Destination => (
                Numbers { certain: network.with_destination(&certain), possible: network.with_destination(&possible) },
                Numbers {
                    certain: ssh.by_destination.numbers(&certain),
                    possible: ssh.by_destination.numbers(&possible),
                },
            ),
        };
        let selectors = Numbers { certain, possible };
        let name = names.first().map_or_else(|| "nobody".to_owned(), ClassName::to_string);
        QueryEnd { names, name, identity, kind, is_unknown_device, is_of_assumed_role: false, selectors, rules, ssh }
    }

    /// Returns whether the two can be devices of one user (`true`), and of different ones (`false`).
    pub(super) fn ownerships(&self, source: &QueryEnd, destination: &QueryEnd, only_own: bool) -> Vec<bool> {
        let mut ownerships = Vec::new();
        match (source.class(), destination.class()) {
            (Some(source), Some(destination)) => {
                ownerships.extend(self.space.may_be_same_user(source, destination).then_some(true));
                ownerships.extend(self.space.may_be_different_users(source, destination).then_some(false));
            }
            // A tagged device does not belong to a user.
            _ => ownerships.push(false),
        }
        ownerships.retain(|is_own| *is_own || !only_own);
        ownerships
    }

    /// Whether the two can be devices of one user.
    pub(super) fn may_be_own(&self, source: &QueryEnd, destination: &QueryEnd) -> bool {
        self.ownerships(source, destination, true).contains(&true)
    }

    /// Returns the SSH rules with these numbers.
    pub(super) fn ssh_rules(&self, numbers: &[usize]) -> Vec<&'p SshRule> {
        self.ssh.rules(numbers.iter().copied()).collect()
    }

    /// Returns the rules from one end to the other, which are devices of one user or not.
    pub(super) fn between(&self, source: &QueryEnd, destination: &QueryEnd, is_own: bool) -> RulesBetween {
        let ownership = source.ownership(destination, is_own);
        let (network, ssh) = (&self.space.rules.to_own, &self.ssh.to_own);
        RulesBetween {
            network: Numbers::between(&source.rules, &destination.rules, network, ownership),
            ssh: Numbers::between(&source.ssh, &destination.ssh, ssh, ownership),
        }
    }

    /// Returns the capabilities that these rules grant.
    pub(super) fn apps(&self, numbers: &[usize]) -> Vec<AppRuleMatch> {
        let rules = numbers.iter().filter_map(|&number| self.space.rule(number));
        rules.filter_map(AppRuleMatch::new).collect()
    }
}
