//! The policy's own `sshTests` as headscale runs them: against the SSH policies that it compiles
//! for its actual devices.

use std::net::IpAddr;

use crate::access::{BitSet, DeviceId, Resolution, Tailnet, after, before, single};
use crate::diagnostic::go_quote;
use crate::model::{
    Action, AddressRange, Autogroup, Policy, Selector, SelectorKind, SshRule, SshTest, localpart_domain,
};
use crate::testing::headscale::addresses::addresses;
use crate::testing::headscale::failure::{FailureScope, HeadscaleFailure};
use crate::testing::outcome::Expectation;

/// The SSH rules of a policy, with the devices at their ends.
pub(super) struct HeadscaleSsh<'p> {
    policy: &'p Policy,
    tailnet: &'p Tailnet<'p>,
    rules: Vec<ResolvedRule<'p>>,
}

struct ResolvedRule<'p> {
    rule: &'p SshRule,
    sources: BitSet,
    destinations: BitSet,
    /// True if `autogroup:self` is a destination.
    is_to_own: bool,
    /// True if there are other destinations.
    is_to_others: bool,
}

/// The result of a login under a device's SSH policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Reachability {
    is_allowed: bool,
    is_checked: bool,
}

impl<'p> HeadscaleSsh<'p> {
    pub(super) fn new(policy: &'p Policy, tailnet: &'p Tailnet<'p>) -> Self {
        let resolve = |list: &[Selector]| -> Vec<Resolution> { list.iter().map(|one| tailnet.resolve(one)).collect() };
        let rules = policy.ssh.iter().map(|rule| {
            let (sources, destinations) = (resolve(&rule.src), resolve(&rule.dst));
            let is_own = |resolution: &Resolution| matches!(resolution, Resolution::OwnDevices);
            ResolvedRule {
                rule,
                sources: tailnet.devices_of(&sources),
                destinations: tailnet.devices_of(&destinations),
                is_to_own: destinations.iter().any(is_own),
                is_to_others: !destinations.iter().all(is_own),
            }
        });
        HeadscaleSsh { policy, tailnet, rules: rules.collect() }
    }

    /// Returns the failure of a whole test, before any account is tried.
    pub(super) fn source_failure(&self, test: &SshTest) -> Option<HeadscaleFailure> {
        let source = test.src.as_ref()?;
        match addresses(self.policy, self.tailnet, source) {
            Err(mut unresolved) => {
                // Words that are not selectors have already been refused.
                unresolved.answer = unresolved.answer.replace("invalid alias: ", "");
                Some(HeadscaleFailure::of_source(source, &HeadscaleFailure::label(source), unresolved))
            }
            Ok(ranges) if ranges.is_empty() => {
                Some(HeadscaleFailure::of_empty_source(source, &HeadscaleFailure::label(source)))
            }
            Ok(_) => None,
        }
    }

    /// Returns the failure of a destination that has no device, whatever the account.
    pub(super) fn destination_failure(&self, test: &SshTest, destination: &Selector) -> Option<HeadscaleFailure> {
        let source = test.src.as_ref()?;
        match self.machines(source, destination) {
            Err(failure) => Some(failure),
            Ok(machines) if machines.is_empty() => {
                let (from, to) = (HeadscaleFailure::label(source), HeadscaleFailure::label(destination));
                let answer = format!("{from}: dst alias {} resolved to no nodes", go_quote(&to));
                Some(HeadscaleFailure::of_no_device(destination, answer))
            }
            Ok(_) => None,
        }
    }

    /// Returns the devices of a destination of a test.
    fn machines(&self, source: &Selector, destination: &Selector) -> Result<Vec<DeviceId>, HeadscaleFailure> {
        if destination.kind == SelectorKind::Autogroup(Some(Autogroup::SelfDevices)) {
            let user = self.tailnet.user(&source.text).filter(|_| source.kind == SelectorKind::User);
            let user = user.and_then(|user| self.tailnet.users.get(user));
            return Ok(user.map_or_else(Vec::new, |user| user.devices.to_vec()));
        }
        let ranges = addresses(self.policy, self.tailnet, destination).map_err(|unresolved| {
            let place = format!("{}: failed to resolve destinations", HeadscaleFailure::label(source));
            let before = format!("resolving destination {}: ", go_quote(&HeadscaleFailure::label(destination)));
            HeadscaleFailure::of_destination(destination, &place, &before, unresolved)
        })?;
        let found: BitSet = ranges.iter().flat_map(|&range| self.tailnet.addresses.overlapping(range)).collect();
        Ok(found.iter().collect())
    }

    /// Returns headscale's failure of an account that does not match the expectation on a
    /// destination.
    pub(super) fn failure(
        &self,
        test: &SshTest,
        expectation: Expectation,
        destination: &Selector,
        account: &str,
    ) -> Option<HeadscaleFailure> {
        let source = test.src.as_ref()?;
        let sources = self.sources(&addresses(self.policy, self.tailnet, source).ok()?);
        let mut lines = Vec::new();
        for machine in self.machines(source, destination).ok()? {
            let each = sources.iter().map(|&from| self.reachability(from, machine, account));
            let wrong = match expectation {
                Expectation::Accept => each.clone().find(|reached| !reached.is_allowed),
                Expectation::Deny => each.clone().find(|reached| reached.is_allowed),
                Expectation::Check => each.clone().find(|reached| !reached.is_checked),
            };
            let Some(wrong) = wrong else { continue };
            let name = self.tailnet.devices.get(machine).map_or("", |node| node.fact.name.as_str());
            let (expected, got) = match (expectation, wrong.is_allowed) {
                (Expectation::Accept, _) => ("ALLOWED", "DENIED"),
                (Expectation::Deny, _) => ("DENIED", "ALLOWED"),
                (Expectation::Check, true) => ("ALLOWED via check", "ALLOWED via accept"),
                (Expectation::Check, false) => ("ALLOWED via check", "DENIED"),
            };
            let account = if account.is_empty() { "\"\"" } else { account };
            let from = HeadscaleFailure::label(source);
            lines.push(format!("{from}/{account} -> {name}: expected {expected}, got {got}"));
        }
        if lines.is_empty() {
            return None;
        }
        let (should, but) = match expectation {
            Expectation::Accept => ("should get into", "do not allow it"),
            Expectation::Check => ("should have to pass a check to get into", "do not ask for one"),
            Expectation::Deny => ("should not get into", "allow it"),
        };
        let (from, to) = (&source.text, &destination.text);
        Some(HeadscaleFailure {
            message: format!("`{from}` {should} `{to}` as `{account}`, but the SSH policies of headscale {but}"),
            help: "headscale tries every address of the source on every device of the destination".to_owned(),
            answer: lines.join("\n"),
            is_certain: false,
            scope: FailureScope::Target,
        })
    }

    /// Returns the devices at some addresses, in order, and `None` for addresses without a device.
    fn sources(&self, ranges: &[AddressRange]) -> Vec<Option<(DeviceId, IpAddr)>> {
        let mut sources = Vec::new();
        for &range in ranges {
            let within = |address: &&IpAddr| range.contains(single(**address));
            let devices = self
                .tailnet
                .addresses
                .overlapping(range)
                .filter_map(|device| Some((device, self.tailnet.devices.get(device)?)));
            let mut found: Vec<(IpAddr, DeviceId)> = devices
                .flat_map(|(device, node)| node.addresses.iter().filter(within).map(move |&address| (address, device)))
                .collect();
            found.sort_unstable();
            found.dedup();
            let mut next = Some(range.first);
            for (address, device) in found {
                if next.is_some_and(|next| next < address) {
                    sources.push(None);
                }
                sources.push(Some((device, address)));
                next = after(address);
            }
            if next.is_some_and(|next| next <= range.last) && before(range.first) != Some(range.last) {
                sources.push(None);
            }
        }
        sources
    }

    fn reachability(&self, source: Option<(DeviceId, IpAddr)>, machine: DeviceId, account: &str) -> Reachability {
        let mut reached = Reachability::default();
        let Some((source, _)) = source else { return reached };
        for rule in &self.rules {
            if self.lets_in(rule, source, machine, account) {
                reached.is_allowed = true;
                reached.is_checked |= rule.rule.action == Some(Action::Check);
            }
        }
        reached
    }

    /// Returns whether a rule lets a device log in to another one. With `localpart:`, a device that
    /// is a source and not a destination also accepts logins, but only by its own user.
    fn lets_in(&self, rule: &ResolvedRule, source: DeviceId, machine: DeviceId, account: &str) -> bool {
        let user = |device: DeviceId| self.tailnet.devices.get(device).and_then(|node| node.user);
        let is_same_user = user(source).is_some() && user(source) == user(machine);
        let has_localpart = rule.rule.users.iter().any(|user| localpart_domain(user).is_some());
        let is_own_source = rule.is_to_others && has_localpart && rule.sources.contains(machine);
        let is_there = rule.is_to_own && is_same_user
            || rule.destinations.contains(machine)
            || is_own_source && (is_same_user || source == machine);
        if !rule.sources.contains(source) || !is_there {
            return false;
        }
        let is_named = rule.rule.users.iter().any(|name| match name.as_str() {
            "autogroup:nonroot" => account != "root",
            name => localpart_domain(name).is_none() && name == account,
        });
        let login = user(source).and_then(|user| self.tailnet.users.get(user)).map_or("", |user| user.email);
        let is_local = login.rsplit_once('@').is_some_and(|(local, own)| {
            let mut domains = rule.rule.users.iter().filter_map(|user| localpart_domain(user));
            local == account && domains.any(|domain| domain.eq_ignore_ascii_case(own))
        });
        !account.is_empty() && (is_named || is_local)
    }
}
