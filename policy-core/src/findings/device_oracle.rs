//! A reference implementation of invariants about known devices, for the policies of
//! [`policy_generate::small`]. It compares every device with every other on every port: as it is,
//! and then by each of its tags alone.

use std::net::IpAddr;

use crate::Policy;
use crate::findings::device_invariant::device_invariants;
use crate::model::{Device, Invariant, Role};
use crate::proof::oracle::{Opening, Oracle, OracleRule, forbidden, rules};
use crate::source::Origin;
use policy_generate::small;
use policy_generate::small::Random;

/// An endpoint as it is, and as each of its tags alone describes it.
struct Bearer {
    user: Option<Origin>,
    whole: usize,
    names: Vec<usize>,
    is_device: bool,
}

/// Returns every known device, every known user without a device, and a stranger, with all their
/// forms.
fn bearers(policy: &Policy) -> (Vec<Bearer>, Vec<Oracle>) {
    let facts = &policy.facts;
    let person = |login: &str, role: Option<Role>| Some((login.to_owned(), role.unwrap_or(Role::Member), false));
    let (mut bearers, mut forms) = (Vec::new(), Vec::new());
    let mut push = |user, whole: Oracle, names: Vec<Oracle>, is_device| {
        let first = forms.len();
        forms.push(whole);
        forms.extend(names);
        // An endpoint with no more than one name has only one form.
        let names = if forms.len() > first + 2 { (first + 1..forms.len()).collect() } else { vec![first] };
        bearers.push(Bearer { user, whole: first, names, is_device });
    };
    for device in &facts.devices {
        let address = device.ipv4.map(IpAddr::V4);
        let owner = |device: &Device| facts.users.iter().find(|user| device.owner.as_deref() == Some(&user.name));
        let owner = owner(device);
        let with = |tags: Vec<String>| Oracle { tags, address, ..Oracle::default() };
        let tags: Vec<String> = device.tags.iter().map(|tag| tag.text.to_string()).collect();
        let names = tags.iter().map(|tag| with(vec![tag.clone()])).collect();
        let person = owner.and_then(|user| person(&user.email, user.role));
        push(owner.map(|user| user.origin), Oracle { person, ..with(tags) }, names, true);
    }
    for user in &facts.users {
        let whole = Oracle { person: person(&user.email, user.role), ..Oracle::default() };
        push(Some(user.origin), whole, Vec::new(), false);
    }
    let stranger = Oracle { person: person("other@elsewhere.net", None), ..Oracle::default() };
    push(None, stranger, Vec::new(), false);
    (bearers, forms)
}

/// Returns a small policy for devices with several tags. Most statements about one tag are not true
/// of another.
fn policy(random: &mut Random) -> (String, String) {
    let words = ["tag:a", "tag:a", "tag:b", "tag:b", "tag:c", "alice@example.com", "autogroup:member", "100.64.0.4"];
    let ports = ["1", "2-3", "tcp:1-2", "udp:4", "*", "gre:*"];
    let grants: Vec<String> = (0..random.below(3) + 1)
        .map(|_| {
            let (src, dst, ip) = (random.one(&words), random.one(&words), random.one(&ports));
            format!(r#"{{"src": ["{src}"], "dst": ["{dst}"], "ip": ["{ip}"]}}"#)
        })
        .collect();
    let invariants: Vec<String> = (0..4)
        .map(|_| {
            let (src, dst, except) = (random.one(&words), random.one(&words), random.one(&words));
            let ip = random.one(&ports);
            match random.below(4) {
                0 => format!(r#"{{"kind": "only", "src": ["{src}"], "targets": [{{"dst": ["{dst}"], "ip": ["{ip}"]}}]}}"#),
                1 => format!(r#"{{"kind": "isolated", "src": ["{src}"], "except": [{{"dst": ["{dst}"]}}]}}"#),
                2 => format!(r#"{{"kind": "never", "src": ["{src}"], "src_except": ["{except}"], "targets": [{{"dst": ["{dst}"]}}]}}"#),
                _ => format!(r#"{{"kind": "never", "src": ["{src}"], "targets": [{{"dst": ["{dst}"]}}], "except": [{{"dst": ["{except}"]}}]}}"#),
            }
        })
        .collect();
    let nodes = [
        r#"{"name": "laptop", "user": "alice", "ipv4": "100.64.0.2"}"#,
        r#"{"name": "nas", "tags": ["tag:a", "tag:b"], "ipv4": "100.64.0.3"}"#,
        r#"{"name": "hub", "tags": ["tag:b", "tag:c"], "ipv4": "100.64.0.4"}"#,
        r#"{"name": "plain", "tags": ["tag:c"], "ipv4": "100.64.0.5"}"#,
    ];
    let nodes: Vec<&str> = nodes.into_iter().filter(|_| random.below(4) > 0).collect();
    (
        format!(r#"{{"tagOwners": {{"tag:a": [], "tag:b": [], "tag:c": []}}, "grants": [{}]}}"#, grants.join(", ")),
        format!(
            r#"{{"users": [{{"name": "alice", "email": "alice@example.com"}}], "nodes": [{}], "invariants": [{}]}}"#,
            nodes.join(", "),
            invariants.join(", ")
        ),
    )
}

#[test]
fn an_invariant_is_false_of_devices_if_tags_together_do_what_none_does_alone() {
    let mut verdicts = [0, 0];
    for seed in small::seeds(300) {
        let mut random = Random::new(seed);
        let (text, facts) = if seed % 3 == 0 { small::policy(&mut random) } else { policy(&mut random) };
        let policy = Policy::with_facts(text.as_str(), facts.as_str());
        let (bearers, forms) = bearers(&policy);
        let rules: Vec<Opening> = rules(&policy, &forms).iter().map(OracleRule::whole).collect();
        let is_broken = |invariant: &Invariant, from: usize, to: usize, is_own: bool| {
            let ends = (&forms[from], &forms[to], is_own);
            let breaks = |open: u16| open != 0 && forbidden(&policy, invariant, ends, open) != 0;
            rules.iter().any(|rule| breaks(rule.packets((from, to, is_own))))
        };
        let is_by_tags_together = |invariant: &Invariant, source: &Bearer, destination: &Bearer| {
            let is_own = source.user.is_some() && source.user == destination.user;
            let is_broken = |from: usize, to: usize| is_broken(invariant, from, to, is_own);
            let by_name = source.names.iter().any(|&from| destination.names.iter().any(|&to| is_broken(from, to)));
            is_broken(source.whole, destination.whole) && !by_name
        };
        let is_false = |invariant: &Invariant| {
            let devices = || bearers.iter().filter(|bearer| bearer.is_device);
            // A device sends no packets to itself.
            let others = |source| devices().filter(move |device| !std::ptr::eq(*device, source));
            bearers.iter().any(|source| others(source).any(|device| is_by_tags_together(invariant, source, device)))
        };
        let found: Vec<Origin> = device_invariants(&policy).iter().map(|finding| finding.origin).collect();
        for invariant in &policy.facts.invariants {
            let wanted = is_false(invariant);
            assert_eq!(found.contains(&invariant.origin), wanted, "seed {seed}\n{text}\n{facts}\n{invariant:#?}");
            verdicts[usize::from(wanted)] += 1;
        }
    }
    assert!(verdicts[0] > 30 && verdicts[1] > 30, "{verdicts:?}");
}
