//! Which rule comes nearest to allowing what none does.

use crate::json::Map;

use crate::access::posture;
use crate::model::{Condition, Policy, Selector, SelectorKind};
use crate::source::{Origin, Text};
use crate::testing::packet::{Packet, RulePorts, access_rules};
use crate::testing::ssh_test::SshLogin;
use crate::testing::ternary::Ternary;

/// The rule that comes nearest to allowing something.
#[derive(Clone, Debug)]
pub enum NearMiss<'p> {
    /// This one, but for one thing.
    Rule {
        /// The whole rule.
        rule: Origin,
        /// What keeps it from fitting.
        lack: Mismatch<'p>,
    },
    /// None, since no rule has the source at all.
    NoSource,
    /// None, since no rule has the destination at all.
    NoDestination,
    /// None: each lacks more than one thing.
    Nothing,
}

/// The one thing for which a rule does not fit.
#[derive(Clone, Debug)]
pub enum Mismatch<'p> {
    /// It opens the destination on these ports.
    RulePorts(RulePorts<'p>),
    /// The source is in none of its postures.
    Posture {
        /// The first condition that is not met.
        unmet: Option<&'p Condition>,
        /// Whether it is the posture of rules that have none of their own.
        is_default: bool,
    },
    /// It is for these sources.
    Source(&'p [Selector]),
    /// It leads to these destinations.
    Destination(Vec<&'p Selector>),
    /// It is for these accounts.
    Account(&'p [Text]),
}

/// The best rule so far, and what is known of all.
struct Search<'p> {
    best: Option<(u8, Origin, Mismatch<'p>)>,
    has_source: bool,
    has_destination: bool,
}

impl<'p> Search<'p> {
    const fn new() -> Self {
        Search { best: None, has_source: false, has_destination: false }
    }

    fn offer(&mut self, distance: u8, rule: Origin, lack: impl FnOnce() -> Mismatch<'p>) {
        if self.best.as_ref().is_none_or(|(least, ..)| distance < *least) {
            self.best = Some((distance, rule, lack()));
        }
    }

    fn found(self) -> NearMiss<'p> {
        match self.best {
            Some((_, rule, lack)) => NearMiss::Rule { rule, lack },
            None if !self.has_destination => NearMiss::NoDestination,
            None if !self.has_source => NearMiss::NoSource,
            None => NearMiss::Nothing,
        }
    }
}

/// The rule that comes nearest to letting a packet through. Other ports of the same destination are nearer than
/// another posture, that is nearer than another source, and that nearer than another destination; but a rule towards
/// `*` is about no destination in particular.
pub fn to_packet<'p>(packet: &Packet<'_, 'p>, host: &Selector) -> NearMiss<'p> {
    let mut search = Search::new();
    for rule in access_rules(packet.policy) {
        let is_source = packet.comes_from(rule) != Ternary::No;
        let has_posture = packet.has_posture_for(rule);
        let mut elsewhere = Vec::new();
        for (dst, ports) in rule.destinations() {
            // What may be there, for all that is known, would be no help to name.
            let (is_there, is_open) = (packet.goes_to(dst) == Ternary::Yes, packet.is_on(ports) != Ternary::No);
            search.has_destination |= is_there;
            let is_exact = dst.text.as_str() == host.text.as_str();
            match (is_there, is_open) {
                (true, false) if is_source && has_posture => {
                    search.offer(if is_exact { 0 } else { 1 }, rule.origin(), || Mismatch::RulePorts(ports));
                }
                (true, true) if is_source && !has_posture => {
                    search.offer(2, rule.origin(), || unmet(packet.policy, rule.src_posture(), packet.attributes));
                }
                (true, true) if !is_source && has_posture => {
                    let distance = if dst.kind == SelectorKind::Wildcard { 5 } else { 3 };
                    search.offer(distance, rule.origin(), || Mismatch::Source(rule.src()));
                }
                (false, true) if is_source && has_posture => elsewhere.push(dst),
                _ => {}
            }
        }
        search.has_source |= is_source;
        if !elsewhere.is_empty() {
            search.offer(4, rule.origin(), || Mismatch::Destination(elsewhere));
        }
    }
    search.found()
}

/// The SSH rule that comes nearest to letting somebody in, by the same measure.
pub fn to_login<'p>(login: &SshLogin<'_, 'p>) -> NearMiss<'p> {
    let mut search = Search::new();
    for rule in login.policy.ssh.iter().filter(|rule| rule.action.is_some()) {
        let is_source = login.comes_from(rule) != Ternary::No;
        let is_there = login.goes_by(rule) != Ternary::No;
        let is_account = login.is_one_of(rule) != Ternary::No;
        let has_posture = login.has_posture_for(rule);
        search.has_source |= is_source;
        search.has_destination |= is_there;
        match (is_account, has_posture, is_source, is_there) {
            (false, true, true, true) => search.offer(0, rule.origin, || Mismatch::Account(&rule.users)),
            (true, false, true, true) => {
                search.offer(2, rule.origin, || unmet(login.policy, &rule.src_posture, login.attributes))
            }
            (true, true, false, true) => search.offer(3, rule.origin, || Mismatch::Source(&rule.src)),
            (true, true, true, false) => {
                search.offer(4, rule.origin, || Mismatch::Destination(rule.dst.iter().collect()));
            }
            _ => {}
        }
    }
    search.found()
}

fn unmet<'p>(policy: &'p Policy, own: &'p [Selector], attributes: &Map) -> Mismatch<'p> {
    let unmet = posture::first_unmet(policy, posture::required(policy, own), attributes);
    Mismatch::Posture { unmet, is_default: own.is_empty() }
}
