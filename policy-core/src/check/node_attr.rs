//! `nodeAttrs`: attributes and address pools of devices.

use std::net::{IpAddr, Ipv4Addr};

use crate::check::{Checker, app, capability};
use crate::diagnostic::{Code, Diagnostic, Help, suggestion};
use crate::model::SelectorContext;
use crate::model::{NODE_ATTRIBUTES, Network, NodeAttr, Prefix, name};
use crate::source::Text;

/// The prefix of attributes that would give a device privileges if a policy set them.
const PRIVILEGES: &str = "https://tailscale.com/cap/";

const fn v4(a: u8, b: u8, c: u8, length: u8) -> Prefix {
    Prefix { address: IpAddr::V4(Ipv4Addr::new(a, b, c, 0)), length }
}

/// The range of Tailscale's IPv4 addresses.
const ADDRESSES: Prefix = v4(100, 64, 0, 10);
/// The range of Tailscale's own services. Tailscale's answer to a pool inside it is known.
/// `nodeattrs-error-e4-reserved-ippool`
const SERVICES: Prefix = v4(100, 100, 100, 24);
/// Parts of the range that are never assigned to devices.
const RESERVED: &[Prefix] = &[v4(100, 100, 0, 24), SERVICES, v4(100, 115, 92, 23)];

pub(super) fn check(checker: &mut Checker) {
    for entry in &checker.policy.node_attrs {
        check_entry(checker, entry);
    }
}

fn check_entry(checker: &mut Checker, entry: &NodeAttr) {
    checker.selectors(SelectorContext::NodeTarget, &entry.target);
    if entry.target.is_absent_or_empty() {
        let origin = entry.target.origin.unwrap_or(entry.origin);
        checker.report(
            Diagnostic::new(Code::EmptyList, origin, "this entry has no target, so it does nothing")
                .help("write the targets, such as `*` for all devices, or leave out the entry"),
        );
    }
    if entry.attr.is_absent_or_empty()
        && entry.ip_pool.is_absent_or_empty()
        && entry.app.as_ref().is_none_or(|app| app.is_absent_or_empty())
    {
        checker.report(
            Diagnostic::new(Code::EmptyList, entry.origin, "this entry gives nothing to its targets")
                .help("add `attr`, `app` or `ipPool`"),
        );
    }
    // Without its only attribute, the entry would give nothing.
    let is_alone = entry.attr.len() == 1 && entry.ip_pool.is_absent_or_empty() && entry.app.is_none();
    for attribute in &entry.attr {
        check_attribute(checker, attribute, is_alone);
    }
    for capability in entry.app.iter().flat_map(|app| &app.capabilities) {
        if let Err(problem) = name::check_capability(&capability.name) {
            let message = format!("whether Tailscale takes `{}` as a capability here is not known", capability.name);
            let finding = Diagnostic::new(Code::UnknownCapability, capability.name.origin, message);
            checker.report(finding.note("in a grant, it refuses the name").help_if(problem.help));
        }
        app::references(checker, capability);
        capability::check_in_node_attribute(checker, capability);
    }
    for network in &entry.ip_pool {
        check_pool(checker, network);
    }
}

fn check_attribute(checker: &mut Checker, attribute: &Text, is_alone: bool) {
    if NODE_ATTRIBUTES.contains(&attribute.as_str()) {
        return;
    }
    if attribute.starts_with(PRIVILEGES) {
        let message = format!("`{attribute}` is a privilege that only Tailscale itself gives");
        let help = "leave it out: users get privileges from their roles";
        let help = if is_alone { Help::from(help) } else { Help::remove_entry(help).or("") };
        checker.report(Diagnostic::new(Code::PrivilegeAttribute, attribute.origin, message).help(help));
    } else if let Some(near) = near_attribute(attribute) {
        let message = format!("Tailscale is not known to have an attribute `{attribute}`");
        checker
            .report(Diagnostic::new(Code::MisspeltAttribute, attribute.origin, message).help(Help::did_you_mean(near)));
    }
}

/// Returns the known attribute that an unknown one nearly matches. Only the part before a colon is
/// compared.
fn near_attribute(attribute: &str) -> Option<String> {
    if let Some((prefix, value)) = attribute.split_once(':')
        && !attribute.starts_with("drive:")
    {
        // The part after `nextdns:` is the name of a profile, which can be anything. Other prefixes
        // are similar.
        let near = suggestion::nearest(prefix, ["nextdns", "drive"])?;
        return (near != prefix).then(|| format!("{near}:{value}"));
    }
    suggestion::nearest(attribute, NODE_ATTRIBUTES.iter().copied()).map(str::to_owned)
}

fn check_pool(checker: &mut Checker, network: &Network) {
    let (text, prefix) = (&network.text, network.prefix);
    if let Some(reserved) = RESERVED.iter().find(|reserved| prefix.overlaps(**reserved)) {
        let help = format!("write a prefix of `{ADDRESSES}` without it");
        checker.report(if reserved.contains(prefix) {
            let message = format!("`{text}` is part of `{reserved}`, which Tailscale reserves");
            let mut finding = Diagnostic::new(Code::IpPool, text.origin, message).help(help);
            finding.tailscale =
                SERVICES.contains(prefix).then(|| format!("IPPool({prefix}): network within reserved range"));
            finding
        } else {
            let message = format!("`{text}` contains `{reserved}`, which Tailscale reserves");
            Diagnostic::new(Code::DoubtfulIpPool, text.origin, message)
                .note("other tailnets have such pools, and no answer of Tailscale to one is known")
                .help(help)
        });
    } else if !ADDRESSES.contains(prefix) {
        checker.report(
            Diagnostic::new(
                Code::IpPool,
                text.origin,
                format!("`{text}` is not in `{ADDRESSES}`, where devices' addresses come from"),
            )
            .help("write a prefix of it, such as `100.80.0.0/16`"),
        );
    } else {
        checker.network(network);
    }
}
