//! The two ends of a test: devices of the facts, or a hypothetical endpoint if no device is known.

use crate::access::{
    Denotation, DeviceId, Endpoint, MissingFact, Node, Principal, Resolution, Tailnet, Ternary, UnknownFact, Unknowns,
    matches_destination, matches_source,
};
use crate::model::{AddressRange, Selector, SelectorKind};
use crate::testing::reading::Reading;

/// A device that a test is about, or a hypothetical one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TestEndpoint<'p> {
    endpoint: Endpoint<'p>,
    unknowns: Unknowns<'p>,
    /// Its name in the facts.
    device: Option<&'p str>,
    /// The way that it is read as a source.
    reading: Reading<'p>,
}

/// Returns the devices that a selector of a test stands for. A user or a tag without devices stands
/// for a hypothetical one. If there are several, it is unknown which device Tailscale uses. The
/// devices of a tag get that tag only.
pub(super) fn parties<'p>(tailnet: &Tailnet<'p>, selector: &'p Selector) -> Vec<TestEndpoint<'p>> {
    match tailnet.denote(selector) {
        Denotation::Users(logins) => logins.iter().flat_map(|login| devices_of_user(tailnet, &login.text)).collect(),
        Denotation::Tag(tag) => each_or_imagined(tailnet, &tailnet.with_tag(tag), Principal::Tagged(vec![tag])),
        Denotation::Service(name) => vec![TestEndpoint::imagined(Principal::Service(name))],
        Denotation::Addresses(_) if matches!(selector.kind, SelectorKind::Address(_) | SelectorKind::Host) => {
            let ranges = tailnet.literal(selector).into_iter();
            ranges.filter(|range| range.first == range.last).map(|range| at(tailnet, range, &selector.text)).collect()
        }
        _ => match tailnet.resolve(selector) {
            Resolution::Devices(devices) => devices_with_tags(tailnet, &devices),
            _ => Vec::new(),
        },
    }
}

/// Returns the devices that a tag of a test stands for, with all their tags. `None` if none has
/// another tag.
pub(super) fn carriers<'p>(tailnet: &Tailnet<'p>, selector: &'p Selector) -> Option<Vec<TestEndpoint<'p>>> {
    let Denotation::Tag(tag) = tailnet.denote(selector) else { return None };
    let carriers = devices_with_tags(tailnet, &tailnet.with_tag(tag));
    let has_several = |party: &TestEndpoint| matches!(&party.endpoint.who, Principal::Tagged(tags) if tags.len() > 1);
    carriers.iter().any(has_several).then_some(carriers)
}

/// Returns whether a selector that resolves to nothing certainly stands for nobody. The policy
/// itself lists the members of groups.
pub(super) fn is_nobody(selector: &Selector) -> bool {
    matches!(selector.kind, SelectorKind::Group | SelectorKind::Host)
}

fn devices_of_user<'p>(tailnet: &Tailnet<'p>, login: &'p str) -> Vec<TestEndpoint<'p>> {
    let known = tailnet.user(login).and_then(|user| tailnet.users.get(user));
    let (login, role) = known.map_or((login, None), |user| (user.email, user.role));
    let devices = known.map_or(&[][..], |user| &user.devices);
    each_or_imagined(tailnet, devices, Principal::User { login, role })
}

/// Returns one end for each device, or a hypothetical one if there is none.
fn each_or_imagined<'p>(tailnet: &Tailnet<'p>, devices: &[DeviceId], who: Principal<'p>) -> Vec<TestEndpoint<'p>> {
    if devices.is_empty() {
        return vec![TestEndpoint::imagined(who)];
    }
    let nodes = devices.iter().filter_map(|&device| tailnet.devices.get(device));
    nodes.map(|node| TestEndpoint::of_node(node, who.clone())).collect()
}

fn at<'p>(tailnet: &Tailnet<'p>, range: AddressRange, name: &'p str) -> TestEndpoint<'p> {
    if let Some(device) = tailnet.addresses.overlapping(range).next()
        && let Some(device) = devices_with_tags(tailnet, &[device]).pop()
    {
        return device;
    }
    let endpoint = Endpoint { addresses: vec![range.first], ..Endpoint::default() };
    let unknowns = Unknowns {
        device: endpoint.is_unknown_device(tailnet).then_some(name),
        route: tailnet.devices.is_empty().then_some(name),
    };
    TestEndpoint { endpoint, unknowns, ..TestEndpoint::default() }
}

/// Returns devices with all their tags.
fn devices_with_tags<'p>(tailnet: &Tailnet<'p>, devices: &[DeviceId]) -> Vec<TestEndpoint<'p>> {
    let nodes = devices.iter().filter_map(|&device| tailnet.devices.get(device));
    nodes.map(|node| TestEndpoint::of_node(node, tailnet.principal(node))).collect()
}

impl<'p> TestEndpoint<'p> {
    fn imagined(who: Principal<'p>) -> Self {
        TestEndpoint { endpoint: Endpoint::new(who), ..TestEndpoint::default() }
    }

    fn of_node(node: &Node<'p>, who: Principal<'p>) -> Self {
        let endpoint = Endpoint { addresses: node.addresses.clone(), ..Endpoint::new(who) };
        TestEndpoint { endpoint, device: Some(&node.fact.name), ..TestEndpoint::default() }
    }

    /// Returns the login of its user.
    pub fn user(&self) -> Option<&'p str> {
        match self.endpoint.who {
            Principal::User { login, .. } => Some(login),
            _ => None,
        }
    }

    /// Returns its name in the facts.
    pub fn device(&self) -> Option<&'p str> {
        self.device
    }

    /// Returns the two halves of the login of its user.
    pub fn login(&self) -> Option<(&'p str, &'p str)> {
        self.user()?.rsplit_once('@')
    }

    /// Returns the endpoint that selectors match on.
    pub fn endpoint(&self) -> &Endpoint<'p> {
        &self.endpoint
    }

    /// Returns the same end in another reading.
    pub fn read_as(&self, reading: Reading<'p>) -> Self {
        TestEndpoint { reading, ..self.clone() }
    }

    /// Returns the way that it is read as a source.
    pub fn reading(&self) -> Reading<'p> {
        self.reading
    }

    /// Returns the facts that are unknown about it.
    pub fn unknown_facts(&self) -> Vec<UnknownFact> {
        // The access of a group does not depend on its members.
        if matches!(self.reading, Reading::MemberOf(_)) {
            return Vec::new();
        }
        let mut unknown = self.endpoint.unknown_facts();
        unknown.extend(self.unknowns.device.map(|_| UnknownFact::Device));
        unknown.extend(self.unknowns.route.map(|_| UnknownFact::Route));
        unknown
    }

    /// Returns whether both are devices of one user, and so each other's `autogroup:self`.
    pub fn is_own_device_of(&self, other: &TestEndpoint<'p>) -> Ternary<'p> {
        let unknown = match (self.user(), other.user()) {
            (Some(a), Some(b)) => return a.eq_ignore_ascii_case(b).into(),
            // Otherwise one end has no user. The ends can be of one user only if that end is an
            // unknown device.
            (Some(_), None) => other.unknowns.device,
            (None, Some(_)) => self.unknowns.device,
            (None, None) => self.unknowns.device.filter(|_| other.unknowns.device.is_some()),
        };
        unknown.map_or(Ternary::No, |address| Ternary::Maybe(MissingFact::Device(address)))
    }

    /// Returns whether a source names it.
    pub fn is_source(&self, tailnet: &Tailnet<'p>, selector: &'p Selector) -> Ternary<'p> {
        if !self.reading.keeps(&selector.text, tailnet.denote(selector)) {
            return Ternary::No;
        }
        matches_source(tailnet, selector, &self.endpoint, self.unknowns)
    }

    /// Returns whether a destination other than `autogroup:self` names it.
    pub fn is_destination(&self, tailnet: &Tailnet<'p>, selector: &'p Selector) -> Ternary<'p> {
        matches_destination(tailnet, selector, &self.endpoint, self.unknowns)
    }
}
