//! The findings about invariants that hold for each tag, but not for a device that carries several of them.

use crate::diagnostic::{Code, Diagnostic};
use crate::findings::multi_tag_bypass::{HELP, is_among, words_of_rule};
use crate::findings::words::listed;
use crate::model::{Policy, Selector};
use crate::proof::{DeviceViolation, device_violations};

/// Returns a warning for each invariant that a device with several tags breaks.
pub(super) fn device_invariants(policy: &Policy) -> Vec<Diagnostic> {
    device_violations(policy).iter().map(|violation| warning(policy, violation)).collect()
}

fn warning(policy: &Policy, violation: &DeviceViolation) -> Diagnostic {
    let DeviceViolation { invariant, source, destination, packet: (protocol, port), rule, .. } = violation;
    let port = if protocol.has_ports() { format!("`{protocol}:{port}`") } else { format!("`{protocol}`") };
    let message = format!("this does not hold for the known devices: {source} reaches {destination} on {port}");
    let mut finding =
        Diagnostic::new(Code::ReachableDevice, invariant.origin, message).note_at("this rule allows it", *rule);
    let named: Vec<&Selector> = words_of_rule(policy, *rule).into_iter().chain(invariant.selectors()).collect();
    for device in &violation.combining {
        let tags: Vec<&Selector> = device.tags.iter().filter(|tag| is_among(&named, tag)).collect();
        let tags = if tags.len() > 1 { tags } else { device.tags.iter().collect() };
        finding = finding.note_at(format!("`{}` carries {}", device.name, listed(tags)), device.origin);
    }
    finding.help(HELP)
}
