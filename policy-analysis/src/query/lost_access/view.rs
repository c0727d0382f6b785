//! One of the two policies that are compared: its ends, and the access that its rules give.

use crate::diff::{Extent, ItemSet, without_implied_pings};
use crate::query::lost_access::accounts::Accounts;
use crate::query::lost_access::loss::Asker;
use crate::query::lost_access::offer::Offer;
use crate::query::lost_access::targets::Target;
use crate::query::path::describe_doubt;
use crate::query::query_end::QueryEnd;
use crate::query::query_ends::QueryEnds;
use crate::query::query_world::QueryWorld;
use crate::query::rules_between::RulesBetween;
use crate::query::subject::Subject;
use policy_core::access::{Declarations, Denotation, PortSet, Principal, Side, ip_set, posture};
use policy_core::model::{Policy, Selector, SshRule};
use policy_core::source::Origin;

/// One policy, with the destinations of the question as its ends.
pub(super) struct View<'p> {
    pub(super) world: QueryWorld<'p>,
    declarations: Declarations<'p>,
    /// By target, the ends that it stands for.
    destinations: Vec<Vec<QueryEnd<'p>>>,
    /// By rule, the required postures. See [`View::postures`].
    postures: Vec<Vec<String>>,
    /// The same, by SSH rule.
    ssh_postures: Vec<Vec<String>>,
}

impl<'p> View<'p> {
    pub(super) fn new(policy: &'p Policy, questions: &'p [Selector], targets: &[Target]) -> View<'p> {
        let world = QueryWorld::new(policy, questions);
        let destinations = targets.iter().map(|target| {
            let mut ends = world.destinations(&target.subject);
            if target.is_rest {
                ends.retain(|end| end.identity.addresses.is_empty() && end.name().starts_with("any other"));
            }
            ends.retain(|end| !end.is_multi_tag());
            ends
        });
        let destinations = destinations.collect();
        let postures = world.space.rules.list.iter().map(|rule| meanings_of_postures(policy, rule.postures)).collect();
        let ssh = |rule: &&SshRule| meanings_of_postures(policy, posture::required(policy, &rule.src_posture));
        let ssh_postures = world.ssh.list.iter().map(ssh).collect();
        View { declarations: Declarations::new(policy), destinations, postures, ssh_postures, world }
    }

    /// Returns the ends that the target with this number stands for.
    pub(super) fn destinations(&self, target: usize) -> &[QueryEnd<'p>] {
        self.destinations.get(target).map_or(&[], Vec::as_slice)
    }

    /// Returns all pairs of these ends. If devices of one user, or of different ones, cannot be a
    /// pair, `is_own` does not matter for it.
    pub(super) fn pairs<'e>(
        &self,
        sources: &[&'e QueryEnd<'p>],
        destinations: &[&'e QueryEnd<'p>],
        is_own: bool,
    ) -> Vec<QueryEnds<'e, 'p>> {
        let mut pairs = Vec::new();
        for &source in sources {
            for &destination in destinations {
                let ownerships = self.world.ownerships(source, destination, false);
                let fits = ownerships.contains(&is_own);
                let ownerships = ownerships.into_iter().filter(|one| !fits || *one == is_own);
                pairs.extend(ownerships.map(|is_own| QueryEnds { source, destination, is_own }));
            }
        }
        pairs
    }

    /// Returns the ends that a source stands for.
    pub(super) fn sources(&self, subject: &Subject, asker: &Asker) -> Vec<QueryEnd<'p>> {
        let mut ends = self.world.sources(subject);
        ends.retain(|end| match asker {
            // The known devices of a user are asked about one by one.
            Asker::User(_) => end.identity.addresses.is_empty(),
            Asker::Role(_) => matches!(end.identity.who, Principal::Member { group: None, .. }),
            Asker::Device(_) | Asker::Name(_) => true,
        });
        ends.retain(|end| !end.is_multi_tag());
        // What a user has with every role is reported once.
        ends.sort_by_key(is_role_unknown);
        ends
    }

    /// Returns the meanings of the selectors of a list that may name an end.
    fn doubts(&self, ends: QueryEnds, list: &[&Selector], side: Side) -> Vec<String> {
        if list.iter().any(|one| ends.is_named(&self.world, one, side)) {
            return Vec::new();
        }
        let possible = list.iter().filter(|one| ends.may_be_named(&self.world, one, side));
        possible.map(|one| self.meaning(one)).collect()
    }

    /// Returns the meaning of a selector as text, to compare it with that of the other policy.
    fn meaning(&self, selector: &Selector) -> String {
        match Denotation::new(selector, &self.declarations) {
            Denotation::Users(logins) => {
                let mut logins: Vec<String> = logins.iter().map(|login| login.text.to_ascii_lowercase()).collect();
                logins.sort_unstable();
                logins.dedup();
                logins.join(" ")
            }
            denotation @ Denotation::Addresses(_) => {
                let ranges = ip_set::named_addresses(&self.declarations, denotation);
                ranges.iter().map(|range| range.to_string()).collect::<Vec<_>>().join(" ")
            }
            Denotation::Everything
            | Denotation::AnyAddress
            | Denotation::Domain(_)
            | Denotation::SyncedGroup(_)
            | Denotation::Role(_)
            | Denotation::Tag(_)
            | Denotation::Tagged
            | Denotation::Shared
            | Denotation::Service(_)
            | Denotation::External(_)
            | Denotation::Internet
            | Denotation::OwnDevices
            | Denotation::Nothing => selector.text.to_ascii_lowercase(),
        }
    }

    pub(super) fn network_offers(
        &self,
        between: &RulesBetween,
        ends: QueryEnds,
        ports: Option<&PortSet>,
    ) -> Vec<Offer<PortSet>> {
        let all = numbers(&between.network.certain, &between.network.possible);
        let offer = |(number, is_certain): (usize, bool)| {
            let rule = self.world.space.rule(number)?;
            let open = self.world.space.ports.get(number)?;
            let extent = ports.map_or_else(|| without_implied_pings(open.clone()), |asked| asked.common(open));
            let postures = self.postures.get(number)?;
            let src: Vec<&Selector> = rule.rule.src().iter().collect();
            let dst = rule.destinations();
            Some(self.offer(extent, rule.rule.origin(), postures, [&src, &dst], is_certain, ends))
        };
        all.filter_map(offer).filter(|offer| !offer.extent.is_empty()).collect()
    }

    pub(super) fn login_offers(
        &self,
        between: &RulesBetween,
        ends: QueryEnds,
        accounts: &Accounts,
    ) -> Vec<Offer<ItemSet>> {
        let login = ends.source.login().and_then(|login| login.rsplit_once('@'));
        let all = numbers(&between.ssh.certain, &between.ssh.possible);
        let offer = |(number, is_certain): (usize, bool)| {
            let rule = *self.world.ssh.list.get(number)?;
            let extent = accounts.of_rule(rule, login);
            let postures = self.ssh_postures.get(number)?;
            let (src, dst): (Vec<&Selector>, Vec<&Selector>) = (rule.src.iter().collect(), rule.dst.iter().collect());
            rule.action?;
            Some(self.offer(extent, rule.origin, postures, [&src, &dst], is_certain, ends))
        };
        all.filter_map(offer).filter(|offer| !offer.extent.is_empty()).collect()
    }

    fn offer<E>(
        &self,
        extent: E,
        rule: Origin,
        postures: &[String],
        [src, dst]: [&[&Selector]; 2],
        is_certain: bool,
        ends: QueryEnds,
    ) -> Offer<E> {
        let (postures, doubts, conditions) = (postures.to_vec(), Default::default(), Vec::new());
        let mut offer = Offer { extent, rule, postures, is_certain, doubts, conditions };
        if !is_certain {
            offer.doubts = [self.doubts(ends, src, Side::Source), self.doubts(ends, dst, Side::Destination)];
            for (list, side) in [(src, Side::Source), (dst, Side::Destination)] {
                offer.conditions.extend(describe_doubt(&self.world, ends, list.iter().copied(), side));
            }
        }
        offer
    }
}

/// Returns whether an end is a user with an assumed role.
pub(super) fn is_role_unknown(end: &QueryEnd) -> bool {
    end.is_of_assumed_role && matches!(end.identity.who, Principal::User { .. } | Principal::Login(_))
}

/// Returns the name of each posture with its conditions, because another policy may define the
/// name differently.
fn meanings_of_postures(policy: &Policy, postures: &[Selector]) -> Vec<String> {
    let meaning = |posture: &Selector| {
        let declared = policy.postures.iter().find(|declared| *declared.name == *posture.text);
        let conditions = declared.iter().flat_map(|declared| &declared.conditions);
        let mut words = vec![format!("`{}`", posture.text)];
        words.extend(conditions.map(|condition| condition.text.to_string()));
        words.join("\n")
    };
    postures.iter().map(meaning).collect()
}

/// Returns rules that apply for certain, then those that may apply.
fn numbers(certain: &[usize], possible: &[usize]) -> impl Iterator<Item = (usize, bool)> {
    let certain = certain.iter().map(|&number| (number, true));
    certain.chain(possible.iter().map(|&number| (number, false)))
}
