//! A tailnet with everything that a policy file does not state, and an equal policy that states all
//! of it.

use std::net::IpAddr;

use serde_json::{Value, json};

/// The tag of the devices that stand for services.
const SERVICE_TAG: &str = "tag:zz-service";

/// A device, or a service.
#[derive(Clone, Debug)]
pub struct Device {
    /// Its name.
    pub name: String,
    /// The login of its owner, unless it is tagged.
    pub login: Option<String>,
    /// The role of its owner.
    pub role: String,
    /// True if its owner is a user of another tailnet that a device is shared with.
    pub is_shared: bool,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its own addresses.
    pub addresses: Vec<IpAddr>,
    /// The service that it stands for.
    pub service: Option<String>,
}

impl Device {
    /// Returns whether facts can list the device.
    pub fn is_in_facts(&self) -> bool {
        self.service.is_none() && !self.is_shared
    }
}

/// Returns the devices of a world, followed by its services.
pub fn devices(world: &Value) -> Vec<Device> {
    let users = || world["users"].as_array().into_iter().flatten();
    let mut devices: Vec<Device> = Vec::new();
    for node in world["nodes"].as_array().into_iter().flatten() {
        let user = users().find(|user| !node["user"].is_null() && user["name"] == node["user"]);
        let login = user.map(|user| text(&user["email"]));
        devices.push(Device {
            name: text(&node["name"]),
            is_shared: login.as_ref().is_some_and(|login| texts(&world["shared"]).contains(login)),
            role: user.map_or_else(String::new, |user| text(&user["role"])),
            login,
            tags: texts(&node["tags"]),
            addresses: [&node["ipv4"], &node["ipv6"]]
                .into_iter()
                .filter_map(|address| address.as_str()?.parse().ok())
                .collect(),
            service: None,
        });
    }
    for (name, addresses) in world["services"].as_object().into_iter().flatten() {
        devices.push(Device {
            name: name.replace(':', "-"),
            login: None,
            role: String::new(),
            is_shared: false,
            tags: Vec::new(),
            addresses: texts(addresses).iter().map(|address| address.parse().unwrap()).collect(),
            service: Some(name.clone()),
        });
    }
    devices
}

/// Returns the facts that users can write: the users and devices of the tailnet.
pub fn facts(world: &Value) -> Value {
    let shared = texts(&world["shared"]);
    let list = |key: &str| world[key].as_array().cloned().unwrap_or_default();
    let (ours, theirs): (Vec<Value>, Vec<Value>) =
        list("users").into_iter().partition(|user| !shared.contains(&text(&user["email"])));
    let is_theirs = |node: &Value| theirs.iter().any(|user| user["name"] == node["user"]);
    let nodes: Vec<Value> = list("nodes").into_iter().filter(|node| !is_theirs(node)).collect();
    json!({"users": ours, "nodes": nodes})
}

/// Returns the facts with a device for each service, and with the devices of other tailnets.
pub fn all_facts(world: &Value) -> Value {
    let mut facts = json!({"users": world["users"], "nodes": world["nodes"]});
    for device in devices(world).iter().filter(|device| device.service.is_some()) {
        let [ipv4, ipv6] = [true, false].map(|v4| device.addresses.iter().find(|address| address.is_ipv4() == v4));
        let node = json!({"name": device.name, "tags": [SERVICE_TAG], "ipv4": ipv4, "ipv6": ipv6});
        facts["nodes"].as_array_mut().unwrap().push(node);
    }
    facts
}

/// Returns an equal policy in which names that only a world explains are replaced by ordinary ones:
/// synced groups by groups, services by IP sets, `autogroup:shared` and `autogroup:member` by
/// groups.
pub fn spell_out(policy: &Value, world: &Value) -> Value {
    let mut policy = policy.clone();
    let has_services = world["services"].as_object().is_some_and(|services| !services.is_empty());
    let shared = texts(&world["shared"]);
    let mut named: Vec<(String, Vec<String>)> = Vec::new();
    for (group, members) in world["synced"].as_object().into_iter().flatten() {
        let name = format!("group:zz-{}", group.trim_start_matches("group:").split('@').next().unwrap());
        policy["groups"][&name] = members.clone();
        named.push((group.clone(), vec![name]));
    }
    if !shared.is_empty() {
        let logins = |is_shared: bool| -> Vec<String> {
            let users = world["users"].as_array().into_iter().flatten().map(|user| text(&user["email"]));
            users.filter(|login| shared.contains(login) == is_shared).collect()
        };
        policy["groups"]["group:zz-shared"] = json!(logins(true));
        policy["groups"]["group:zz-member"] = json!(logins(false));
        named.push(("autogroup:shared".to_owned(), vec!["group:zz-shared".to_owned()]));
        named.push(("autogroup:member".to_owned(), vec!["group:zz-member".to_owned()]));
    } else {
        policy["groups"]["group:zz-shared"] = json!([]);
        named.push(("autogroup:shared".to_owned(), vec!["group:zz-shared".to_owned()]));
    }
    if has_services {
        // A service is not a tagged device.
        let tags = policy["tagOwners"].as_object().into_iter().flatten().map(|(tag, _)| tag.clone()).collect();
        named.push(("autogroup:tagged".to_owned(), tags));
        policy["tagOwners"][SERVICE_TAG] = json!([]);
        for (service, addresses) in world["services"].as_object().into_iter().flatten() {
            let name = service.replace("svc:", "ipset:zz-");
            let set: Vec<String> = texts(addresses).iter().map(|address| format!("add {address}")).collect();
            policy["ipsets"][&name] = json!(set);
            named.push((service.clone(), vec![name]));
        }
    }
    for section in ["grants", "acls", "ssh"] {
        for rule in policy[section].as_array_mut().into_iter().flatten() {
            for list in ["src", "dst"] {
                let replaced = texts(&rule[list]).iter().flat_map(|word| replace(word, &named)).collect::<Vec<_>>();
                rule[list] = json!(replaced);
            }
        }
    }
    policy
}

/// Replaces a word, with or without ports.
fn replace(word: &str, named: &[(String, Vec<String>)]) -> Vec<String> {
    for (name, others) in named {
        if let Some(ports) = word.strip_prefix(name.as_str())
            && (ports.is_empty() || ports.starts_with(':'))
        {
            return others.iter().map(|other| format!("{other}{ports}")).collect();
        }
    }
    vec![word.to_owned()]
}

/// Returns a JSON string, or an empty text.
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Returns a list of JSON strings.
pub fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().map(text).collect()
}
