//! Decides whether a selector names an endpoint.
//!
//! [`SelectorIndex`](crate::access::selector_index::SelectorIndex) finds all selectors of an endpoint at once. These
//! functions define what it finds, and say which fact is missing where the answer depends on one.

use crate::access::address_space::INTERNET;
use crate::access::denotation::{Denotation, has_role};
use crate::access::endpoint::{Endpoint, Principal, Reach};
use crate::access::ip_set;
use crate::access::tailnet::Tailnet;
use crate::access::ternary::{MissingFact, Ternary};
use crate::access::unknowns::Unknowns;
use crate::model::{AddressRange, Autogroup, Role, Selector};

/// Returns whether a selector names `endpoint` as a source.
pub fn matches_source<'p>(
    tailnet: &Tailnet<'p>,
    selector: &'p Selector,
    endpoint: &Endpoint<'p>,
    unknowns: Unknowns<'p>,
) -> Ternary<'p> {
    match tailnet.denote(selector) {
        Denotation::Everything if tailnet.contains(endpoint) => Ternary::Yes,
        Denotation::Everything => {
            unknowns.route.map_or(Ternary::No, |address| Ternary::Maybe(MissingFact::Route(address)))
        }
        Denotation::AnyAddress => Ternary::Yes,
        Denotation::Internet => Ternary::No,
        denotation => matches_either(tailnet, selector, denotation, endpoint, unknowns),
    }
}

/// Returns whether a selector other than `autogroup:self`, which depends on the source, names `endpoint` as a
/// destination.
///
/// A public address is behind exit nodes, which serve `autogroup:internet`, or behind subnet
/// routers, which serve literal prefixes. If the endpoint does not say which, both count.
pub fn matches_destination<'p>(
    tailnet: &Tailnet<'p>,
    selector: &'p Selector,
    endpoint: &Endpoint<'p>,
    unknowns: Unknowns<'p>,
) -> Ternary<'p> {
    match tailnet.denote(selector) {
        Denotation::Everything => Ternary::Yes,
        Denotation::AnyAddress => Ternary::No,
        Denotation::Internet => {
            (endpoint.reach != Reach::SubnetRoute && INTERNET.into_iter().any(|range| endpoint.is_in(range))).into()
        }
        denotation => matches_either(tailnet, selector, denotation, endpoint, unknowns),
    }
}

fn matches_either<'p>(
    tailnet: &Tailnet<'p>,
    selector: &'p Selector,
    denotation: Denotation<'p>,
    endpoint: &Endpoint<'p>,
    unknowns: Unknowns<'p>,
) -> Ternary<'p> {
    let who = &endpoint.who;
    let is_named = match denotation {
        Denotation::Users(logins) => match who {
            Principal::User { login, .. } | Principal::Login(login) => {
                logins.iter().any(|user| tailnet.identity(&user.text).eq_ignore_ascii_case(login))
            }
            _ => false,
        },
        Denotation::Domain(domain) => who.domain().is_some_and(|own| own.eq_ignore_ascii_case(domain)),
        Denotation::SyncedGroup(group) => match *who {
            Principal::User { login: user, .. } => return Ternary::Maybe(MissingFact::Membership { user, group }),
            Principal::Member { group: own, .. } => own == Some(group),
            _ => false,
        },
        Denotation::Role(role) => match *who {
            Principal::User { login: user, role: None } if role != Role::Member => {
                return Ternary::Maybe(MissingFact::Role { user, autogroup: Autogroup::of_role(role) });
            }
            Principal::User { role: own, .. } => has_role(own, role),
            Principal::Member { role: own, .. } => has_role(Some(own), role),
            _ => false,
        },
        Denotation::Tag(tag) => match who {
            Principal::Tagged(tags) => tags.iter().any(|own| own.eq_ignore_ascii_case(tag)),
            _ => false,
        },
        Denotation::Tagged => matches!(who, Principal::Tagged(_)),
        Denotation::Shared => *who == Principal::Shared,
        Denotation::Service(name) => *who == Principal::Service(name),
        Denotation::External(name) => return (*who == Principal::External(name)).into(),
        Denotation::Addresses(_) => {
            let ranges = ip_set::named_addresses(&tailnet.declarations, denotation);
            return has_address(tailnet, selector, &ranges, endpoint);
        }
        Denotation::Everything
        | Denotation::AnyAddress
        | Denotation::Internet
        | Denotation::OwnDevices
        | Denotation::Nothing => return Ternary::No,
    };
    match unknowns.device {
        Some(address) => Ternary::Maybe(MissingFact::Device(address)),
        None => is_named.into(),
    }
}

/// Returns whether an endpoint has an address in `ranges`, the addresses of `selector`.
fn has_address<'p>(
    tailnet: &Tailnet,
    selector: &'p Selector,
    ranges: &[AddressRange],
    endpoint: &Endpoint<'p>,
) -> Ternary<'p> {
    if endpoint.reach == Reach::ExitNode {
        return Ternary::No;
    }
    if endpoint.is_service() {
        let may_be = ranges.iter().any(|&range| tailnet.may_be_a_services(range));
        let fact = MissingFact::ServiceAddress(&selector.text);
        return if may_be { Ternary::Maybe(fact) } else { Ternary::No };
    }
    if !endpoint.addresses.is_empty() || !endpoint.who.is_device() {
        return ranges.iter().any(|&range| endpoint.is_in(range)).into();
    }
    // If no family is given, an address of either family is enough.
    let every = ip_set::of_every_device(ranges);
    if endpoint.family.map_or(!every.is_empty(), |family| every.contains(family)) {
        return Ternary::Yes;
    }
    let may_be = endpoint.lacks_addresses() && ranges.iter().any(|&range| tailnet.may_be_a_devices(range));
    if may_be { Ternary::Maybe(MissingFact::Device(&selector.text)) } else { Ternary::No }
}
