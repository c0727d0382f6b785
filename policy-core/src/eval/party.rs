//! The two ends of a test: who they are by the facts, or by their name alone where no device is known.

use std::net::IpAddr;

use crate::model::{AddressRange, Autogroup, Role, Selector, SelectorKind};

use super::block::{INTERNET, TAILNET, overlap, single};
use super::identity::{Identity, Who};
use super::tailnet::{DeviceId, Meaning, Tailnet, has_role};

/// A device that a test is about, or one that could be.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Party<'p> {
    /// The login and role of whose it is.
    user: Option<(&'p str, Option<Role>)>,
    tags: Vec<&'p str>,
    addresses: Vec<IpAddr>,
}

/// The devices that a selector of a test stands for. A user or a tag without devices stands for one that could be.
/// Which device Tailscale takes for several is not known; a tag's are looked at by that tag alone.
pub(super) fn parties<'p>(tailnet: &Tailnet<'p>, selector: &'p Selector) -> Vec<Party<'p>> {
    match selector.kind {
        SelectorKind::User => people(tailnet, &selector.text),
        SelectorKind::Group => {
            let group = tailnet.groups.get(selector.text.as_str());
            group
                .into_iter()
                .flat_map(|group| &group.members)
                .flat_map(|member| people(tailnet, &member.text))
                .collect()
        }
        SelectorKind::Tag => {
            let tags = vec![selector.text.as_str()];
            let devices = tailnet.with_tag(&selector.text);
            or_imagined(addresses(tailnet, &devices), Party { tags, ..Party::default() })
        }
        SelectorKind::Address(_) | SelectorKind::Host => tailnet
            .literal(selector)
            .into_iter()
            .filter(|range| range.first == range.last)
            .map(|range| at(tailnet, range))
            .collect(),
        _ => match tailnet.meaning(selector) {
            Meaning::Devices(devices) => devices.iter().filter_map(|&device| of_device(tailnet, device)).collect(),
            _ => Vec::new(),
        },
    }
}

fn people<'p>(tailnet: &Tailnet<'p>, login: &'p str) -> Vec<Party<'p>> {
    let known = tailnet.user(login).and_then(|user| tailnet.users.get(user));
    let user = Some(known.map_or((login, None), |user| (user.email, user.role)));
    let devices = known.map_or(Vec::new(), |user| addresses(tailnet, &user.devices));
    or_imagined(devices, Party { user, ..Party::default() })
}

fn addresses(tailnet: &Tailnet, devices: &[DeviceId]) -> Vec<Vec<IpAddr>> {
    devices.iter().filter_map(|&device| tailnet.devices.get(device)).map(|node| node.addresses.clone()).collect()
}

/// One party for each device, or the imagined one if there are none.
fn or_imagined<'p>(devices: Vec<Vec<IpAddr>>, imagined: Party<'p>) -> Vec<Party<'p>> {
    if devices.is_empty() {
        return vec![imagined];
    }
    devices.into_iter().map(|addresses| Party { addresses, ..imagined.clone() }).collect()
}

fn at<'p>(tailnet: &Tailnet<'p>, range: AddressRange) -> Party<'p> {
    let device = tailnet.addresses.overlapping(range).next().and_then(|device| of_device(tailnet, device));
    device.unwrap_or(Party { addresses: vec![range.first], ..Party::default() })
}

fn of_device<'p>(tailnet: &Tailnet<'p>, device: DeviceId) -> Option<Party<'p>> {
    let node = tailnet.devices.get(device)?;
    let user = node.user.and_then(|user| tailnet.users.get(user)).map(|user| (user.email, user.role));
    let tags = node.fact.tags.iter().map(|tag| tag.text.as_str()).collect();
    Some(Party { user, tags, addresses: node.addresses.clone() })
}

impl<'p> Party<'p> {
    /// The login of whose it is, in its two halves.
    pub(super) fn login(&self) -> Option<(&'p str, &'p str)> {
        self.user.and_then(|(email, _)| email.rsplit_once('@'))
    }

    /// What the rules may name it by.
    pub(super) fn identity(&self) -> Identity<'p> {
        let who = match self.user {
            Some((login, role)) => Who::User { login, role },
            None if self.tags.is_empty() => Who::Unknown,
            None => Who::Tagged(self.tags.clone()),
        };
        Identity { who, addresses: self.addresses.clone(), is_routed: false }
    }

    /// Whether both are devices of one user, and so each other's `autogroup:self`.
    pub(super) fn is_own_device_of(&self, other: &Party) -> bool {
        matches!((self.user, other.user), (Some((a, _)), Some((b, _))) if a.eq_ignore_ascii_case(b))
    }

    /// Whether a source names it.
    pub(super) fn is_source(&self, tailnet: &Tailnet, selector: &Selector) -> bool {
        match selector.kind {
            SelectorKind::Wildcard => {
                let is_known = self.user.is_some() || !self.tags.is_empty();
                let routes = tailnet.routes.iter().map(|route| route.range());
                is_known || TAILNET.into_iter().chain(routes).any(|range| self.is_in(range))
            }
            SelectorKind::Autogroup(Some(Autogroup::DangerAll)) => true,
            _ => self.is_named(tailnet, selector),
        }
    }

    /// Whether a destination other than `autogroup:self` names it. What a public address is reached through is
    /// not looked at: without an exit node nobody gets there, whatever is allowed.
    pub(super) fn is_destination(&self, tailnet: &Tailnet, selector: &Selector) -> bool {
        match selector.kind {
            SelectorKind::Wildcard => true,
            SelectorKind::Autogroup(Some(Autogroup::Internet)) => INTERNET.into_iter().any(|range| self.is_in(range)),
            _ => self.is_named(tailnet, selector),
        }
    }

    fn is_named(&self, tailnet: &Tailnet, selector: &Selector) -> bool {
        let is_user = |login: &str| self.user.is_some_and(|(email, _)| email.eq_ignore_ascii_case(login));
        match selector.kind {
            SelectorKind::User => is_user(&selector.text),
            SelectorKind::Group => {
                let group = tailnet.groups.get(selector.text.as_str());
                group.is_some_and(|group| group.members.iter().any(|member| is_user(&member.text)))
            }
            SelectorKind::Domain => self.login().is_some_and(|(_, domain)| selector.domain() == Some(domain)),
            SelectorKind::Tag => self.tags.iter().any(|tag| tag.eq_ignore_ascii_case(&selector.text)),
            SelectorKind::Autogroup(Some(Autogroup::Tagged)) => !self.tags.is_empty(),
            SelectorKind::Autogroup(Some(autogroup)) => self.user.is_some_and(|(_, role)| has_role(role, autogroup)),
            _ => tailnet.literal(selector).into_iter().any(|range| self.is_in(range)),
        }
    }

    fn is_in(&self, range: AddressRange) -> bool {
        self.addresses.iter().any(|&address| overlap(single(address), range))
    }
}
