//! The way from this machine to the API: through the tailnet, or not.

use std::net::IpAddr;

use policy_core::access::{INTERNET, TAILNET, overlap, single};
use policy_core::model::{Device, Facts, Prefix};

/// The domain of the names that Tailscale gives to devices.
const MAGIC_DNS: &str = ".ts.net";

/// The way to the host of an API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnPath {
    /// It does not lead through the tailnet.
    Outside,
    /// It leads through the tailnet, for this reason. A policy may cut it.
    Inside(String),
    /// It may lead through the tailnet, for this reason.
    Unknown(String),
}

/// Returns whether the way to a host leads through the tailnet, so that a policy may cut it. `host`
/// is the name or the address in the URL, without a port. `addresses` are those that it resolves
/// to.
///
/// ```
/// use policy_core::model::Facts;
/// use policy_deploy::guard::{OwnPath, own_path};
/// let (facts, _) = Facts::parse(r#"{"nodes": [
///     {"name": "router", "tags": ["tag:r"], "routable_ips": ["10.0.0.0/24"], "approved_routes": ["10.0.0.0/24"]},
/// ]}"#);
/// let way = |host: &str, address: &str| own_path(host, &[address.parse().unwrap()], &facts);
/// assert_eq!(way("api.tailscale.com", "192.200.0.1"), OwnPath::Outside);
/// assert_eq!(
///     way("headscale.example.com", "10.0.0.7"),
///     OwnPath::Inside("`10.0.0.7` is in the route `10.0.0.0/24` of `router`".to_owned()),
/// );
/// ```
pub fn own_path(host: &str, addresses: &[IpAddr], facts: &Facts) -> OwnPath {
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    if host.ends_with(MAGIC_DNS) {
        return OwnPath::Inside(format!("`{host}` is a name in a tailnet"));
    }
    if let Some(device) = facts.devices.iter().find(|device| is_name_of(device, &host)) {
        return OwnPath::Inside(format!("`{host}` is the device `{}`", device.name));
    }
    let itself = host.parse::<IpAddr>().ok();
    let addresses: Vec<IpAddr> =
        addresses.iter().copied().chain(itself).map(|address| address.to_canonical()).collect();
    if addresses.is_empty() {
        return OwnPath::Unknown(format!("the addresses of `{host}` are unknown"));
    }
    if let Some(reason) = addresses.iter().find_map(|&address| inside(address, facts)) {
        return OwnPath::Inside(reason);
    }
    if addresses.iter().all(IpAddr::is_loopback) {
        return OwnPath::Outside;
    }
    if facts.devices.is_empty() {
        return OwnPath::Unknown("the facts list no devices, so the routes and exit nodes are unknown".to_owned());
    }
    let is_public = |address: &IpAddr| INTERNET.into_iter().any(|public| overlap(public, single(*address)));
    let is_exit_node = |device: &&Device| routes(device).any(|route| route.length == 0);
    match facts.devices.iter().find(is_exit_node) {
        Some(exit_node) if addresses.iter().any(is_public) => {
            OwnPath::Unknown(format!("whether this machine uses the exit node `{}` is unknown", exit_node.name))
        }
        _ => OwnPath::Outside,
    }
}

/// Returns whether a host is a device by its name in the tailnet, with or without its domain.
fn is_name_of(device: &Device, host: &str) -> bool {
    let name = device.name.to_ascii_lowercase();
    let name = name.trim_end_matches('.');
    let label = name.split('.').next().unwrap_or_default();
    host.parse::<IpAddr>().is_err() && (host == name || host == label)
}

/// Returns the reason why an address is reached through the tailnet.
fn inside(address: IpAddr, facts: &Facts) -> Option<String> {
    let is_own = |device: &&Device| {
        let v4 = device.ipv4.map(IpAddr::V4);
        let v6 = device.ipv6.map(IpAddr::V6);
        v4 == Some(address) || v6 == Some(address)
    };
    if let Some(device) = facts.devices.iter().find(is_own) {
        return Some(format!("`{address}` is the device `{}`", device.name));
    }
    if TAILNET.into_iter().any(|range| overlap(range, single(address))) {
        return Some(format!("`{address}` is an address of a tailnet"));
    }
    facts.devices.iter().find_map(|device| {
        let mut narrow = routes(device).filter(|route| route.length > 0);
        let route = narrow.find(|route| overlap(route.range(), single(address)))?;
        Some(format!("`{address}` is in the route `{route}` of `{}`", device.name))
    })
}

/// Returns the routes that a device advertises or that are approved.
fn routes(device: &Device) -> impl Iterator<Item = Prefix> {
    device.approved.iter().chain(&device.routable).map(|network| network.prefix.masked())
}
