//! Facts about a tailnet: its users, devices, services and settings.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// A tailnet, apart from its policy. Every list is JSON as the API has it.
///
/// The default has three users, and four devices: a laptop, two servers with tags, and a subnet
/// router.
#[derive(Clone, Debug, PartialEq)]
pub struct Tailnet {
    /// The answer to Tailscale's list of devices, with all fields.
    pub devices: Value,
    /// The posture attributes by the `nodeId` of the device.
    pub attributes: BTreeMap<String, Value>,
    /// The answer to Tailscale's list of users.
    pub users: Value,
    /// The answer to Tailscale's list of services.
    pub services: Value,
    /// Tailscale's settings.
    pub settings: Map<String, Value>,
    /// The answer to headscale's list of nodes.
    pub nodes: Value,
    /// The answer to headscale's list of users.
    pub headscale_users: Value,
}

/// The fields of a device that Tailscale lists only if a request asks for all fields.
const FIELDS_OF_ALL: [&str; 5] =
    ["advertisedRoutes", "enabledRoutes", "clientConnectivity", "postureIdentity", "distro"];

impl Tailnet {
    /// Returns Tailscale's answer, with all fields or only with those that it has otherwise.
    pub(crate) fn list_devices(&self, with_all_fields: bool) -> Value {
        let mut answer = self.devices.clone();
        if let (false, Some(devices)) = (with_all_fields, answer["devices"].as_array_mut()) {
            for device in devices.iter_mut().filter_map(Value::as_object_mut) {
                device.retain(|field, _| !FIELDS_OF_ALL.contains(&field.as_str()));
            }
        }
        answer
    }

    /// Returns the device with this `nodeId` or `id`.
    pub(crate) fn device_mut(&mut self, id: &str) -> Option<&mut Value> {
        let mut devices = self.devices["devices"].as_array_mut()?.iter_mut();
        devices.find(|device| device["nodeId"] == id || device["id"] == id)
    }

    /// Returns Tailscale's answer for headscale, whose users all are members.
    pub(crate) fn users_as_members(&self) -> Value {
        let mut answer = self.users.clone();
        for user in answer["users"].as_array_mut().into_iter().flatten() {
            user["role"] = json!("member");
        }
        answer
    }
}

impl Default for Tailnet {
    fn default() -> Tailnet {
        let Value::Object(mut parts) = parts() else { return Tailnet::empty() };
        let mut part = |name: &str| parts.remove(name).unwrap_or_default();
        let attributes = part("attributes");
        let Value::Object(settings) = part("settings") else { return Tailnet::empty() };
        Tailnet {
            devices: json!({"devices": part("devices")}),
            attributes: attributes.as_object().cloned().unwrap_or_default().into_iter().collect(),
            users: json!({"users": part("users")}),
            services: json!({"vipServices": part("services")}),
            settings,
            nodes: json!({"nodes": part("nodes")}),
            headscale_users: json!({"users": part("headscaleUsers")}),
        }
    }
}

impl Tailnet {
    /// Makes a tailnet without users, devices and services.
    pub fn empty() -> Tailnet {
        Tailnet {
            devices: json!({"devices": []}),
            attributes: BTreeMap::new(),
            users: json!({"users": []}),
            services: json!({"vipServices": []}),
            settings: Map::new(),
            nodes: json!({"nodes": []}),
            headscale_users: json!({"users": []}),
        }
    }
}

/// Returns the lists of the default tailnet, which are in a file.
fn parts() -> Value {
    serde_json::from_str(include_str!("tailnet.json")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_tailnet_has_all_its_lists() {
        let tailnet = Tailnet::default();
        assert_eq!(tailnet.devices["devices"].as_array().unwrap().len(), 4);
        assert_eq!(tailnet.attributes.len(), 4);
        assert_eq!(tailnet.users["users"].as_array().unwrap().len(), 3);
        assert_eq!(tailnet.services["vipServices"].as_array().unwrap().len(), 1);
        assert_eq!(tailnet.nodes["nodes"].as_array().unwrap().len(), 4);
        assert_eq!(tailnet.headscale_users["users"].as_array().unwrap().len(), 3);
        assert_eq!(tailnet.users_as_members()["users"][0]["role"], "member");
        assert!(tailnet.list_devices(true)["devices"][3]["enabledRoutes"].is_array());
        assert!(tailnet.list_devices(false)["devices"][3]["enabledRoutes"].is_null());
    }
}
