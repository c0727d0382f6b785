//! SSH policies: the users who can log in to a device, and their accounts.

use std::collections::HashMap;
use std::net::IpAddr;
use std::rc::Rc;

use policy_core::access::{BitSet, DeviceId, Resolution, Tailnet, UserId};
use policy_core::model::{Action, Autogroup, Dialect, Policy, Selector, SelectorKind, SshRule, localpart_domain};
use policy_core::source::Text;

/// A rule of a device's SSH policy. The first that matches applies.
#[derive(Clone, Debug)]
pub struct SshAccess<'p> {
    /// The source addresses.
    pub principals: Rc<[IpAddr]>,
    /// The requested accounts, each with the local account that it maps to. An empty local account
    /// means none.
    pub users: Rc<[(&'p str, &'p str)]>,
    /// The action of the rule, which may be a check.
    pub action: Action,
    /// Patterns of the environment variables that may be set.
    pub accept_env: &'p [Text],
}

/// A part of an SSH rule: some sources with the same accounts.
struct SshPart<'p> {
    sources: Vec<DeviceId>,
    users: Rc<[(&'p str, &'p str)]>,
    /// Devices that get the rule even if they are not a destination. With `localpart:`, sources
    /// that are not a destination get the rule for their user's devices. `ssh-d2`
    receivers: BitSet,
    /// True if each receiver gets the rule with only itself as the source, as a tagged device does.
    is_for_itself: bool,
}

/// Returns the SSH policy of each device. Check rules come first, otherwise the order is that of
/// the policy. `ssh-multi-rule-accept-then-check`
pub(super) fn policies<'p>(policy: &'p Policy, tailnet: &Tailnet<'p>) -> Vec<Vec<SshAccess<'p>>> {
    let mut of_devices = vec![Vec::new(); tailnet.devices.len()];
    for wanted in [Action::Check, Action::Accept] {
        for rule in policy.ssh.iter().filter(|rule| rule.action == Some(wanted)) {
            match tailnet.dialect {
                Dialect::Tailscale => compile(tailnet, rule, wanted, &mut of_devices),
                Dialect::Headscale => compile_for_headscale(tailnet, rule, wanted, &mut of_devices),
            }
        }
    }
    of_devices
}

fn compile<'p>(tailnet: &Tailnet<'p>, rule: &'p SshRule, action: Action, of_devices: &mut [Vec<SshAccess<'p>>]) {
    let parts = parts(tailnet, rule);
    let others: Vec<_> = rule.dst.iter().map(|selector| tailnet.resolve(selector)).collect();
    let own = others.iter().any(|resolution| matches!(resolution, Resolution::OwnDevices));
    let has_others = others.iter().any(|resolution| !matches!(resolution, Resolution::OwnDevices));
    let destinations = tailnet.devices_of(&others);
    // Many devices have the same rule, so its thousands of sources are stored once.
    for part in &parts {
        let principals = addresses(tailnet, &part.sources);
        let of_users = if own { by_user(tailnet, &part.sources) } else { HashMap::new() };
        for (device, node) in tailnet.devices.iter().enumerate() {
            let itself = (part.is_for_itself && part.receivers.contains(device)).then(|| addresses(tailnet, &[device]));
            let principals = if destinations.contains(device) {
                Some(&principals)
            } else if has_others && part.receivers.contains(device) {
                Some(itself.as_ref().unwrap_or(&principals))
            } else {
                // With `autogroup:self`, each user's devices get the rule with that user's devices
                // as sources. `ssh-c1`
                node.user.and_then(|user| of_users.get(&user))
            };
            let Some(principals) = principals.filter(|principals| !principals.is_empty()) else { continue };
            if let Some(rules) = of_devices.get_mut(device) {
                let (principals, users) = (principals.clone(), part.users.clone());
                rules.push(SshAccess { principals, users, action, accept_env: &rule.accept_env });
            }
        }
    }
}

/// Adds a rule to the policies of the devices as headscale does. A user's devices are listed once,
/// a tagged device once for each of its tags. With `localpart:`, a source that is not a destination
/// gets the rule for its own user.
fn compile_for_headscale<'p>(
    tailnet: &Tailnet<'p>,
    rule: &'p SshRule,
    action: Action,
    of_devices: &mut [Vec<SshAccess<'p>>],
) {
    let resolve = |list: &'p [Selector]| -> Vec<Resolution> { list.iter().map(|one| tailnet.resolve(one)).collect() };
    let sources = tailnet.devices_of(&resolve(&rule.src));
    let is_own = |resolution: &Resolution| matches!(resolution, Resolution::OwnDevices);
    let (own, others): (Vec<_>, Vec<_>) = resolve(&rule.dst).into_iter().partition(is_own);
    let destinations = tailnet.devices_of(&others);
    let common = accounts(rule);
    let domains: Vec<&str> = rule.users.iter().filter_map(|user| localpart_domain(user)).collect();
    let of_users = by_user(tailnet, &sources.iter().collect::<Vec<_>>());
    let tags = |device: DeviceId| tailnet.devices.get(device).map_or(0, |node| node.fact.tags.len());
    let tagged: Vec<DeviceId> = sources.iter().flat_map(|device| std::iter::repeat_n(device, tags(device))).collect();
    let tagged = addresses(tailnet, &tagged);
    let access = |principals: &Rc<[IpAddr]>, users: &Rc<[(&'p str, &'p str)]>| SshAccess {
        principals: principals.clone(),
        users: users.clone(),
        action,
        accept_env: &rule.accept_env,
    };
    let of_user = |user: UserId| -> Vec<SshAccess<'p>> {
        let Some(principals) = of_users.get(&user) else { return Vec::new() };
        let email = tailnet.users.get(user).map_or("", |user| user.email);
        let local =
            email.rsplit_once('@').filter(|(_, own)| domains.iter().any(|domain| own.eq_ignore_ascii_case(domain)));
        let theirs = local.map(|(local, _)| access(principals, &Rc::from([(local, local)])));
        std::iter::once(access(principals, &common)).chain(theirs).collect()
    };
    for (device, node) in tailnet.devices.iter().enumerate() {
        let mut rules = Vec::new();
        if let (false, Some(user)) = (own.is_empty(), node.user) {
            rules.extend(of_user(user));
        }
        if destinations.contains(device) {
            if domains.is_empty() {
                let users = (0..tailnet.users.len()).filter_map(|user| of_users.get(&user));
                let principals: Rc<[IpAddr]> = users.chain([&tagged]).flat_map(|list| list.iter().copied()).collect();
                rules.push(access(&principals, &common));
            } else {
                rules.extend((0..tailnet.users.len()).flat_map(of_user));
                rules.push(access(&tagged, &common));
            }
        } else if !others.is_empty() && !domains.is_empty() && sources.contains(device) {
            match node.user {
                Some(user) => rules.extend(of_user(user)),
                None => rules.push(access(&addresses(tailnet, &[device]), &common)),
            }
        }
        if let Some(list) = of_devices.get_mut(device) {
            list.extend(rules.into_iter().filter(|rule| !rule.principals.is_empty()));
        }
    }
}

/// Returns the addresses of the given devices, grouped by user.
fn by_user(tailnet: &Tailnet, devices: &[DeviceId]) -> HashMap<UserId, Rc<[IpAddr]>> {
    let mut of_users: HashMap<UserId, Vec<DeviceId>> = HashMap::new();
    for &device in devices {
        if let Some(user) = tailnet.devices.get(device).and_then(|node| node.user) {
            of_users.entry(user).or_default().push(device);
        }
    }
    of_users.into_iter().map(|(user, devices)| (user, addresses(tailnet, &devices))).collect()
}

/// Returns the parts of a rule: one, or with `localpart:` two for each user, one with the common
/// accounts and one with the user's own. `ssh-d2` `ssh-d11`
fn parts<'p>(tailnet: &Tailnet<'p>, rule: &'p SshRule) -> Vec<SshPart<'p>> {
    let sources: Vec<DeviceId> = rule.src.iter().flat_map(|selector| sources(tailnet, selector)).collect();
    let common = accounts(rule);
    let domains: Vec<&str> = rule.users.iter().filter_map(|user| localpart_domain(user)).collect();
    if domains.is_empty() {
        return vec![SshPart::new(sources, common)];
    }
    let mut parts = Vec::new();
    for (id, user) in tailnet.users.iter().enumerate() {
        let is_theirs = |device: &&DeviceId| tailnet.devices.get(**device).is_some_and(|node| node.user == Some(id));
        let sources: Vec<DeviceId> = sources.iter().filter(is_theirs).copied().collect();
        if sources.is_empty() {
            continue;
        }
        let receivers: BitSet = sources.iter().copied().collect();
        let part = |users| SshPart { receivers: receivers.clone(), ..SshPart::new(sources.clone(), users) };
        parts.push(part(common.clone()));
        if let Some((local, domain)) = user.email.rsplit_once('@')
            && domains.iter().any(|own| own.eq_ignore_ascii_case(domain))
        {
            parts.push(part(Rc::from([(local, local)])));
        }
    }
    let is_tagged = |device: &DeviceId| tailnet.devices.get(*device).is_some_and(|node| node.user.is_none());
    let tagged: Vec<DeviceId> = sources.into_iter().filter(is_tagged).collect();
    let receivers = tagged.iter().copied().collect();
    parts.push(SshPart { receivers, is_for_itself: true, ..SshPart::new(tagged, common) });
    parts
}

impl<'p> SshPart<'p> {
    fn new(sources: Vec<DeviceId>, users: Rc<[(&'p str, &'p str)]>) -> Self {
        SshPart { sources, users, receivers: BitSet::default(), is_for_itself: false }
    }
}

/// Returns the devices that match a source. `autogroup:tagged` lists a device with two tags twice.
/// `ssh-b6`
fn sources(tailnet: &Tailnet, selector: &Selector) -> Vec<DeviceId> {
    let resolution = tailnet.resolve(selector);
    if let (SelectorKind::Autogroup(Some(Autogroup::Tagged)), Resolution::Devices(devices)) =
        (selector.kind, &resolution)
    {
        let tags = |device: DeviceId| tailnet.devices.get(device).map_or(0, |node| node.fact.tags.len());
        return devices.iter().flat_map(|&device| std::iter::repeat_n(device, tags(device))).collect();
    }
    match resolution {
        Resolution::Devices(devices) => devices.to_vec(),
        resolution => tailnet.devices_of([&resolution]).iter().collect(),
    }
}

/// Returns the accounts of a rule, without those that differ between users. `ssh-a2` `ssh-a4`
fn accounts(rule: &SshRule) -> Rc<[(&str, &str)]> {
    let mut accounts: Vec<(&str, &str)> = rule
        .users
        .iter()
        .filter(|user| localpart_domain(user).is_none())
        .map(|user| match user.as_str() {
            "autogroup:nonroot" => ("*", "="),
            name => (name, name),
        })
        .collect();
    if !accounts.iter().any(|&(name, _)| name == "root") {
        accounts.push(("root", ""));
    }
    accounts.sort_unstable();
    accounts.dedup();
    accounts.into()
}

fn addresses(tailnet: &Tailnet, devices: &[DeviceId]) -> Rc<[IpAddr]> {
    devices
        .iter()
        .filter_map(|&device| tailnet.devices.get(device))
        .flat_map(|node| node.addresses.iter().copied())
        .collect()
}
