//! The two ends of a test: who they are by the facts, or by their name alone where no device is known.

use std::net::IpAddr;

use crate::access::endpoint::{Endpoint, Principal};
use crate::access::interval::{FAMILIES, INTERNET, TAILNET, overlap, single};
use crate::access::tailnet::{DeviceId, Resolution, Tailnet, has_role};
use crate::model::{AddressRange, Autogroup, Role, Selector, SelectorKind};
use crate::testing::ternary::{MissingFact, Ternary};

/// A device that a test is about, or one that could be.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TestEndpoint<'p> {
    /// The login and role of whose it is.
    user: Option<(&'p str, Option<Role>)>,
    tags: Vec<&'p str>,
    addresses: Vec<IpAddr>,
    /// The service that it is, if it is no device.
    service: Option<&'p str>,
    /// Its name among the facts.
    device: Option<&'p str>,
    /// What the policy calls it, if that is an address of which nothing tells whether a subnet router leads to it.
    behind: Option<&'p str>,
    /// What the policy calls it, if that is an address of the tailnet and the facts do not tell whose.
    unknown: Option<&'p str>,
}

/// What is not known of somebody, so that selectors of that sort may name them.
#[derive(Clone, Copy, Debug)]
pub struct Unknowns {
    /// Their role.
    pub role: bool,
    /// In which groups of the identity provider they are, as nobody's are known here.
    pub groups: bool,
    /// Their addresses.
    pub addresses: bool,
    /// Anything but an address.
    pub names: bool,
    /// Whether it is part of the tailnet.
    pub route: bool,
}

/// The devices that a selector of a test stands for. A user or a tag without devices stands for one that could be.
/// Which device Tailscale takes for several is not known; a tag's are looked at by that tag alone.
pub fn parties<'p>(tailnet: &Tailnet<'p>, selector: &'p Selector) -> Vec<TestEndpoint<'p>> {
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
            each_or_imagined(tailnet, &devices, TestEndpoint { tags, ..TestEndpoint::default() })
        }
        SelectorKind::Service => vec![TestEndpoint { service: Some(&selector.text), ..TestEndpoint::default() }],
        SelectorKind::Address(_) | SelectorKind::Host => tailnet
            .literal(selector)
            .into_iter()
            .filter(|range| range.first == range.last)
            .map(|range| at(tailnet, range, &selector.text))
            .collect(),
        _ => match tailnet.meaning(selector) {
            Resolution::Devices(devices) => devices.iter().filter_map(|&device| of_device(tailnet, device)).collect(),
            _ => Vec::new(),
        },
    }
}

/// The devices that a tag of a test stands for, each with all its tags; `None` if none has another tag.
pub fn carriers<'p>(tailnet: &Tailnet<'p>, selector: &'p Selector) -> Option<Vec<TestEndpoint<'p>>> {
    let devices = tailnet.with_tag(&selector.text);
    let carriers: Vec<TestEndpoint> = devices.iter().filter_map(|&device| of_device(tailnet, device)).collect();
    let has_more = carriers.iter().any(|party| party.tags.len() > 1);
    (selector.kind == SelectorKind::Tag && has_more).then_some(carriers)
}

/// Whether a selector that stands for nobody does so for certain: what is in a group is written in the policy.
pub fn is_nobody(selector: &Selector) -> bool {
    matches!(selector.kind, SelectorKind::Group | SelectorKind::Host)
}

fn people<'p>(tailnet: &Tailnet<'p>, login: &'p str) -> Vec<TestEndpoint<'p>> {
    let known = tailnet.user(login).and_then(|user| tailnet.users.get(user));
    let user = Some(known.map_or((login, None), |user| (user.email, user.role)));
    let devices = known.map_or(&[][..], |user| &user.devices);
    each_or_imagined(tailnet, devices, TestEndpoint { user, ..TestEndpoint::default() })
}

/// One party for each device, or the imagined one if there are none.
fn each_or_imagined<'p>(
    tailnet: &Tailnet<'p>,
    devices: &[DeviceId],
    imagined: TestEndpoint<'p>,
) -> Vec<TestEndpoint<'p>> {
    let known = devices.iter().filter_map(|&device| tailnet.devices.get(device));
    let mut parties: Vec<TestEndpoint> = known
        .map(|node| TestEndpoint {
            addresses: node.addresses.clone(),
            device: Some(&node.fact.name),
            ..imagined.clone()
        })
        .collect();
    if parties.is_empty() {
        parties.push(imagined);
    }
    parties
}

fn at<'p>(tailnet: &Tailnet<'p>, range: AddressRange, name: &'p str) -> TestEndpoint<'p> {
    let device = tailnet.addresses.overlapping(range).next().and_then(|device| of_device(tailnet, device));
    device.unwrap_or_else(|| {
        let unknown = tailnet.may_be_a_devices(range).then_some(name);
        let behind = Some(name).filter(|_| tailnet.devices.is_empty());
        TestEndpoint { addresses: vec![range.first], behind, unknown, ..TestEndpoint::default() }
    })
}

fn of_device<'p>(tailnet: &Tailnet<'p>, device: DeviceId) -> Option<TestEndpoint<'p>> {
    let node = tailnet.devices.get(device)?;
    let user = node.user.and_then(|user| tailnet.users.get(user)).map(|user| (user.email, user.role));
    let tags = node.fact.tags.iter().map(|tag| tag.text.as_str()).collect();
    Some(TestEndpoint {
        user,
        tags,
        addresses: node.addresses.clone(),
        device: Some(&node.fact.name),
        ..TestEndpoint::default()
    })
}

impl<'p> TestEndpoint<'p> {
    /// The login of whose it is.
    pub fn user(&self) -> Option<&'p str> {
        self.user.map(|(email, _)| email)
    }

    /// Its name among the facts.
    pub fn device(&self) -> Option<&'p str> {
        self.device
    }

    /// The login of whose it is, in its two halves.
    pub fn login(&self) -> Option<(&'p str, &'p str)> {
        self.user()?.rsplit_once('@')
    }

    /// What the rules may name it by.
    pub fn identity(&self) -> Endpoint<'p> {
        let who = match (self.user, self.service) {
            (Some((login, role)), _) => Principal::User { login, role },
            (None, Some(name)) => Principal::Service(name),
            (None, None) if self.tags.is_empty() => Principal::Unknown,
            (None, None) => Principal::Tagged(self.tags.clone()),
        };
        Endpoint { who, addresses: self.addresses.clone(), is_routed: false }
    }

    /// What is not known of it.
    pub fn gaps(&self) -> Unknowns {
        Unknowns {
            role: matches!(self.user, Some((_, None))),
            groups: self.user.is_some(),
            addresses: self.addresses.is_empty() && self.service.is_none(),
            names: self.unknown.is_some(),
            route: self.behind.is_some(),
        }
    }

    /// Whether both are devices of one user, and so each other's `autogroup:self`.
    pub fn is_own_device_of(&self, other: &TestEndpoint<'p>) -> Ternary<'p> {
        match (self.user, other.user) {
            (Some((a, _)), Some((b, _))) => a.eq_ignore_ascii_case(b).into(),
            // A tagged device is nobody's.
            (Some(_), None) => {
                other.unknown.map_or(Ternary::No, |address| Ternary::Maybe(MissingFact::Device(address)))
            }
            (None, Some(_)) => self.unknown.map_or(Ternary::No, |address| Ternary::Maybe(MissingFact::Device(address))),
            (None, None) => match (self.unknown, other.unknown) {
                (Some(address), Some(_)) => Ternary::Maybe(MissingFact::Device(address)),
                _ => Ternary::No,
            },
        }
    }

    /// Whether a source names it.
    pub fn is_source(&self, tailnet: &Tailnet, selector: &'p Selector) -> Ternary<'p> {
        match selector.kind {
            SelectorKind::Wildcard => {
                let is_known = self.user.is_some() || !self.tags.is_empty();
                let routes = tailnet.routes.iter().map(|route| route.range());
                match self.behind {
                    _ if is_known || TAILNET.into_iter().chain(routes).any(|range| self.is_in(range)) => Ternary::Yes,
                    Some(address) => Ternary::Maybe(MissingFact::Route(address)),
                    None => Ternary::No,
                }
            }
            SelectorKind::Autogroup(Some(Autogroup::DangerAll)) => Ternary::Yes,
            _ => self.is_named(tailnet, selector),
        }
    }

    /// Whether a destination other than `autogroup:self` names it. What a public address is reached through is
    /// not looked at: without an exit node nobody gets there, whatever is allowed.
    pub fn is_destination(&self, tailnet: &Tailnet, selector: &'p Selector) -> Ternary<'p> {
        match selector.kind {
            SelectorKind::Wildcard => Ternary::Yes,
            SelectorKind::Autogroup(Some(Autogroup::Internet)) => {
                INTERNET.into_iter().any(|range| self.is_in(range)).into()
            }
            _ => self.is_named(tailnet, selector),
        }
    }

    fn is_named(&self, tailnet: &Tailnet, selector: &'p Selector) -> Ternary<'p> {
        let is_user = |login: &str| self.user.is_some_and(|(email, _)| email.eq_ignore_ascii_case(login));
        let is_named = match selector.kind {
            SelectorKind::User => is_user(&selector.text),
            SelectorKind::Group => {
                let group = tailnet.groups.get(selector.text.as_str());
                group.is_some_and(|group| group.members.iter().any(|member| is_user(&member.text)))
            }
            SelectorKind::SyncedGroup => {
                if let Some((user, _)) = self.user {
                    return Ternary::Maybe(MissingFact::Membership { user, group: &selector.text });
                }
                false
            }
            SelectorKind::Domain => self.login().is_some_and(|(_, domain)| selector.domain() == Some(domain)),
            SelectorKind::Tag => self.tags.iter().any(|tag| tag.eq_ignore_ascii_case(&selector.text)),
            SelectorKind::Autogroup(Some(Autogroup::Tagged)) => !self.tags.is_empty(),
            SelectorKind::Autogroup(Some(autogroup)) => match self.user {
                Some((user, None)) if autogroup.is_role() && autogroup != Autogroup::Member => {
                    return Ternary::Maybe(MissingFact::Role { user, autogroup });
                }
                user => user.is_some_and(|(_, role)| has_role(role, autogroup)),
            },
            SelectorKind::Service => self.service == Some(selector.text.as_str()),
            _ => return self.is_at(tailnet, selector),
        };
        match self.unknown {
            Some(address) => Ternary::Maybe(MissingFact::Device(address)),
            None => is_named.into(),
        }
    }

    /// Whether it has one of the addresses that a selector names.
    fn is_at(&self, tailnet: &Tailnet, selector: &'p Selector) -> Ternary<'p> {
        let ranges = tailnet.literal(selector);
        if !self.addresses.is_empty() || self.service.is_some() {
            return ranges.into_iter().any(|range| self.is_in(range)).into();
        }
        // A device whose addresses are not known still has one in each family.
        let is_all = |range: &AddressRange| {
            FAMILIES.into_iter().any(|family| range.first <= family.first && family.last <= range.last)
        };
        if ranges.iter().any(is_all) {
            return Ternary::Yes;
        }
        match ranges.into_iter().any(|range| tailnet.may_be_a_devices(range)) {
            true => Ternary::Maybe(MissingFact::Device(&selector.text)),
            false => Ternary::No,
        }
    }

    fn is_in(&self, range: AddressRange) -> bool {
        self.addresses.iter().any(|&address| overlap(single(address), range))
    }
}
