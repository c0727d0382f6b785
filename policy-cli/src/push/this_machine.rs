//! The machine of the person who pushes.

use std::net::IpAddr;
use std::process::{Command, Stdio};

use policy_core::model::Facts;

use super::options::{Approval, PushOptions};
use super::question;

/// Returns the address of this machine in the tailnet, if a person pushes and the facts list the machine.
///
/// A job of CI is not asked about. It has no connections that a person would miss.
pub(super) fn detect(options: &PushOptions, facts: &Facts) -> Option<String> {
    if options.approval != Approval::Ask || !question::can_be_asked() {
        return None;
    }
    let mut tailscale = Command::new("tailscale");
    tailscale.arg("ip").stdin(Stdio::null()).stderr(Stdio::null());
    let output = tailscale.output().ok()?;
    own_address(&String::from_utf8_lossy(&output.stdout), facts)
}

/// Returns the first of these addresses that a device has. This machine may be in another tailnet.
fn own_address(lines: &str, facts: &Facts) -> Option<String> {
    let addresses = lines.lines().filter_map(|line| line.trim().parse::<IpAddr>().ok());
    let is_known = |address: &IpAddr| {
        let mut own = facts
            .devices
            .iter()
            .flat_map(|device| [device.ipv4.map(IpAddr::V4), device.ipv6.map(IpAddr::V6)].into_iter().flatten());
        own.any(|known| known == *address)
    };
    addresses.into_iter().find(is_known).map(|address| address.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_of_another_tailnet_is_not_guarded() {
        let (facts, _) =
            Facts::parse(r#"{"nodes": [{"name": "laptop", "user": "a@example.com", "ipv4": "100.64.0.1"}]}"#);
        for (lines, expected) in [
            ("100.64.0.1\nfd7a:115c:a1e0::1\n", Some("100.64.0.1")),
            ("100.99.9.9\n", None),
            ("", None),
            ("Tailscale is stopped.\n", None),
        ] {
            assert_eq!(own_address(lines, &facts).as_deref(), expected, "{lines:?}");
        }
    }
}
