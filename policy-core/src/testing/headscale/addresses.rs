//! The addresses that a selector in a test stands for, by headscale's rules.
//!
//! headscale runs the tests of a policy against its actual devices. A selector that stands for none
//! of them fails its test.

use crate::access::{INTERNET, Resolution, TAILNET, Tailnet, coalesce, single};
use crate::diagnostic::go_quote;
use crate::model::{AddressRange, Autogroup, Policy, Prefix, Selector, SelectorKind};

/// A reason that headscale cannot resolve a selector to addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unresolved {
    /// The problem, in our words.
    pub(super) message: String,
    /// The problem, in headscale's words.
    pub(super) answer: String,
    /// The fix.
    pub(super) help: String,
    /// True if it fails whatever devices exist.
    pub(super) is_certain: bool,
}

/// Returns the addresses of a source or destination of a test, sorted and merged.
pub(super) fn addresses(
    policy: &Policy,
    tailnet: &Tailnet,
    selector: &Selector,
) -> Result<Vec<AddressRange>, Unresolved> {
    let text = &selector.text;
    let unresolved = |message: String, answer: String, help: &str| {
        Err(Unresolved { message, answer, help: help.to_owned(), is_certain: true })
    };
    match selector.kind {
        SelectorKind::Unknown => unresolved(
            format!("`{text}` is not a valid selector"),
            format!("invalid alias: invalid alias format: {}", go_quote(text)),
            "write a user, a group, a tag, a host or an address",
        ),
        SelectorKind::Host if !tailnet.declarations.hosts.contains_key(text.as_str()) => unresolved(
            format!("undefined host `{text}`"),
            format!("resolving: error resolving host: {}", go_quote(text)),
            "declare it under `hosts`, or write a user's login with its `@`",
        ),
        SelectorKind::User => known_users(tailnet, std::slice::from_ref(selector)).map(|()| devices(tailnet, selector)),
        SelectorKind::Group => {
            let members = policy.groups.iter().find(|group| *group.name == **text).map(|group| &group.members);
            known_users(tailnet, members.map_or(&[], |members| members)).map(|()| devices(tailnet, selector))
        }
        SelectorKind::Autogroup(Some(Autogroup::SelfDevices)) => unresolved(
            "`autogroup:self` stands for nothing by itself".to_owned(),
            "resolving: autogroup:self requires per-node resolution and cannot be resolved in this context".to_owned(),
            "write the user whose devices they are",
        ),
        SelectorKind::Autogroup(Some(
            Autogroup::Member | Autogroup::Tagged | Autogroup::Internet | Autogroup::DangerAll,
        )) => Ok(devices(tailnet, selector)),
        SelectorKind::Autogroup(_) => unresolved(
            format!("headscale does not know who is in `{text}`"),
            format!("resolving: unknown autogroup: {}", go_quote(text)),
            "write a user, a group or a tag",
        ),
        _ => Ok(devices(tailnet, selector)),
    }
}

/// Checks that headscale has all of the users, if the facts list its users.
fn known_users(tailnet: &Tailnet, users: &[Selector]) -> Result<(), Unresolved> {
    let unknown = users.iter().find(|user| tailnet.user(&user.text).is_none());
    let Some(unknown) = unknown.filter(|_| !tailnet.users.is_empty()) else { return Ok(()) };
    Err(Unresolved {
        message: format!("no user of the tailnet is called `{}`", unknown.text),
        answer: format!("user not found: token {}", go_quote(&unknown.text)),
        help: "create the user first, or test a user who exists".to_owned(),
        is_certain: false,
    })
}

fn devices(tailnet: &Tailnet, selector: &Selector) -> Vec<AddressRange> {
    resolved(tailnet, &tailnet.resolve(selector))
}

/// Returns the addresses that a resolved selector stands for.
pub(super) fn resolved(tailnet: &Tailnet, resolution: &Resolution) -> Vec<AddressRange> {
    coalesce(match resolution {
        Resolution::Everything => TAILNET.to_vec(),
        Resolution::AnyAddress => vec![Prefix::ALL_IPV4.range(), Prefix::ALL_IPV6.range()],
        Resolution::Internet => INTERNET.to_vec(),
        Resolution::Addresses(ranges) => ranges.clone(),
        Resolution::Devices(devices) => {
            let nodes = devices.iter().filter_map(|&device| tailnet.devices.get(device));
            nodes.flat_map(|node| node.addresses.iter().map(|&address| single(address))).collect()
        }
        Resolution::OwnDevices => Vec::new(),
    })
}
