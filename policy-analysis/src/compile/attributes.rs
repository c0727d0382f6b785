//! Attributes of devices, from `nodeAttrs`.

use std::collections::BTreeSet;

use policy_core::json::Value;

use policy_core::access::Tailnet;
use policy_core::model::Policy;

/// Attributes that `funnel` implies: the ports that it may use, and a reminder that it needs HTTPS.
/// `nodeattrs-attr-c1-funnel`
const WITH_FUNNEL: [&str; 2] =
    ["https://tailscale.com/cap/funnel-ports?ports=443,8443,10000", "https://tailscale.com/cap/warn-funnel-no-https"];

/// The attribute of a device without an IPv4 address. `nodeattrs-attr-c15-disable-ipv4`
pub(super) const DISABLE_IPV4: &str = "disable-ipv4";

/// Returns the attributes of each device.
pub(super) fn attributes<'p>(policy: &'p Policy, tailnet: &Tailnet<'p>) -> Vec<BTreeSet<&'p str>> {
    let mut of_devices = vec![BTreeSet::new(); tailnet.devices.len()];
    let randomized = |key: &str, value: &Value| key == "randomizeClientPort" && *value == Value::Bool(true);
    if policy.settings.iter().any(|setting| randomized(&setting.key, &setting.value)) {
        of_devices.iter_mut().for_each(|attributes| attributes.extend(["randomize-client-port"]));
    }
    for entry in &policy.node_attrs {
        let resolutions: Vec<_> = entry.target.iter().map(|target| tailnet.resolve(target)).collect();
        for device in tailnet.devices_of(&resolutions).iter() {
            let Some(attributes) = of_devices.get_mut(device) else { continue };
            for attribute in &entry.attr {
                attributes.insert(attribute.as_str());
                if attribute.as_str() == "funnel" {
                    attributes.extend(WITH_FUNNEL);
                }
            }
        }
    }
    of_devices
}
