//! Finds the rules that come nearest to allowing a connection.

use policy_core::access::{AccessRule, Side};
use policy_core::json::Map;
use policy_core::source::Origin;
use policy_core::testing::{
    Conditions, MismatchEnds, NearMisses, Words, includes_account, named_as, nearest_rules, nearest_ssh_rules,
};

use crate::query::query_ends::QueryEnds;
use crate::query::query_world::QueryWorld;

/// A rule that does not meet only one condition of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct NearRule {
    /// The rule.
    pub rule: Origin,
    /// The reason why it does not apply. It completes "this rule": `` is for `autogroup:admin`, not
    /// for `bob` ``.
    pub mismatch: String,
}

/// The maximum number of rules that are shown.
const MOST: usize = 3;

/// Returns the rules that come nearest to allowing a packet.
pub(super) fn nearest_to_packet(
    world: &QueryWorld,
    words: &Words,
    ends: QueryEnds,
    is_on: &dyn Fn(&AccessRule) -> bool,
) -> Vec<NearRule> {
    let asked = ends.destination.name().trim_matches('`');
    let is_destination = |selector: &_| ends.is_named(world, selector, Side::Destination);
    let to_own = &world.space.rules.to_own;
    let near_misses = nearest_rules(&world.space.rules.list, MOST, |number, rule| {
        let has = |ids: &[usize], side| ids.iter().any(|id| ends.end(side).selectors.certain.binary_search(id).is_ok());
        let is_there = has(&rule.dst, Side::Destination) || ends.is_own && to_own.contains(number);
        Conditions {
            source: has(&rule.src, Side::Source),
            destination: if is_there { named_as(rule.destinations(), asked, is_destination) } else { None },
            ports: is_on(rule),
            posture: true,
        }
    });
    describe(words, ends, &near_misses)
}

/// Returns the SSH rules that come nearest to allowing a login as an account.
pub(super) fn nearest_to_login(world: &QueryWorld, words: &Words, ends: QueryEnds, account: &str) -> Vec<NearRule> {
    let asked = ends.destination.name().trim_matches('`');
    let login = ends.source.login().and_then(|login| login.rsplit_once('@'));
    let near_misses = nearest_ssh_rules(world.space.policy, MOST, |_, rule| Conditions {
        source: rule.src.iter().any(|selector| ends.is_named(world, selector, Side::Source)),
        destination: named_as(&rule.dst, asked, |selector| ends.is_named(world, selector, Side::Destination)),
        ports: includes_account(rule, account, login),
        posture: true,
    });
    describe(words, ends, &near_misses)
}

fn describe(words: &Words, ends: QueryEnds, near_misses: &NearMisses) -> Vec<NearRule> {
    let ends = MismatchEnds {
        source: ends.source.name(),
        login: ends.source.login(),
        destination: ends.destination.name(),
        is_to_user: ends.destination.is_person() && !ends.destination.is_user_device(),
        address: None,
        attributes: &Map::new(),
    };
    let rules = near_misses.rules.iter();
    rules.map(|near| NearRule { rule: near.rule, mismatch: near.mismatch.describe(words, &ends) }).collect()
}
