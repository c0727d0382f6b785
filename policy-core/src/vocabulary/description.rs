//! The explanations of the vocabulary as text.

use crate::model::{Autogroup, Protocol};
use crate::vocabulary::{autogroup, kind, port, protocol};

/// Returns the explanation of an autogroup.
///
/// ```
/// use policy_core::model::Autogroup;
/// use policy_core::vocabulary::describe_autogroup;
/// assert_eq!(describe_autogroup(Autogroup::Tagged).unwrap(), "`autogroup:tagged`: every device that has any tag.");
/// ```
#[doc(hidden)]
pub fn describe_autogroup(autogroup: Autogroup) -> Option<String> {
    let all = [
        autogroup::DESCRIPTIONS,
        autogroup::it::DESCRIPTIONS,
        autogroup::network::DESCRIPTIONS,
        autogroup::billing::DESCRIPTIONS,
        autogroup::danger::DESCRIPTIONS,
    ];
    find(&all, autogroup)
}

/// Returns the explanation of a port.
#[doc(hidden)]
pub fn describe_port(port: u16) -> Option<String> {
    find(&[port::DESCRIPTIONS], port)
}

/// Returns the explanation of a protocol.
#[doc(hidden)]
pub fn describe_protocol(protocol: Protocol) -> Option<String> {
    // The others have their other names, too.
    find(&[protocol::ipv6::DESCRIPTIONS, protocol::DESCRIPTIONS], protocol)
}

/// Returns the explanation of a kind of name, such as `tag`.
#[doc(hidden)]
pub fn describe_kind(kind: &str) -> Option<String> {
    find(&[kind::DESCRIPTIONS], kind)
}

fn find<T: PartialEq>(tables: &[&[(T, &[&str])]], wanted: T) -> Option<String> {
    let (_, lines) = tables.iter().flat_map(|table| *table).find(|(value, _)| *value == wanted)?;
    Some(lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_autogroup_and_protocol_is_explained() {
        for autogroup in Autogroup::ALL {
            let text = describe_autogroup(*autogroup).unwrap_or_default();
            assert!(text.starts_with(&format!("`{autogroup}`")), "{autogroup}: {text}");
        }
        // Nobody writes Tailscale's own protocol into a policy.
        for (name, protocol) in Protocol::names().filter(|(_, protocol)| *protocol != Protocol::TSMP) {
            assert!(describe_protocol(protocol).is_some(), "{name}");
        }
        assert_eq!(describe_port(53).as_deref(), Some("Port 53: DNS, over UDP and TCP."));
        assert_eq!(describe_port(1), None);
        assert!(describe_kind("tag").is_some_and(|text| text.starts_with("`tag:web`")));
    }
}
