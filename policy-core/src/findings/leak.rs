//! Tests that pass by tags, and are got round by devices.

use crate::diagnostic::{Code, Diagnostic};
use crate::eval::{Leak, Outcome};
use crate::model::{Origin, Policy, Selector};

use super::words::Words;

/// What is denied to the tags of a test, and open between devices that have them. Tailscale tests tags only.
pub(super) fn leak(words: &Words, outcome: &Outcome) -> Option<Diagnostic> {
    let Leak { source, destination, rule } = outcome.leak?;
    let (who, target) = (words.source(outcome), words.target(outcome));
    let message = match (source, destination) {
        (None, Some(device)) => {
            format!("`{who}` should not reach `{target}`, but does reach the device `{device}`, which has that tag")
        }
        (Some(source), None) => {
            format!("`{who}` should not reach `{target}`, but the device `{source}`, which has that tag, does")
        }
        _ => {
            let (from, to) = (source.unwrap_or(who), destination.unwrap_or(&target));
            format!("`{who}` should not reach `{target}`, but of the devices with these tags `{from}` reaches `{to}`")
        }
    };
    let mut finding = Diagnostic::new(Code::ReachableDevice, outcome.target.origin, message);
    for device in [source, destination].into_iter().flatten() {
        if let Some(tag) = tag_of_rule(words.policy, device, rule) {
            finding = finding.note_at(format!("`{device}` has `{tag}`, too"), tag.text.origin);
        }
    }
    let help = "give what must be apart a device of its own, or allow this warning with the reason";
    Some(finding.note_at("by that, this rule allows it", rule).help(help))
}

/// The tag of a device that a rule names.
fn tag_of_rule<'p>(policy: &'p Policy, device: &str, rule: Origin) -> Option<&'p Selector> {
    let device = policy.facts.devices.iter().find(|known| known.name.as_str() == device)?;
    let grants = policy.grants.iter().flatten().filter(|grant| grant.origin == rule);
    let acls = policy.acls.iter().flatten().filter(|acl| acl.origin == rule);
    let of_grants = grants.flat_map(|grant| grant.src.iter().chain(&grant.dst));
    let of_acls = acls.flat_map(|acl| acl.src.iter().chain(acl.dst.iter().map(|dst| &dst.host)));
    let named: Vec<&Selector> = of_grants.chain(of_acls).collect();
    let is_named = |tag: &&Selector| named.iter().any(|selector| selector.text.eq_ignore_ascii_case(&tag.text));
    device.tags.iter().find(is_named)
}
