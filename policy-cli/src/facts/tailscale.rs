//! What Tailscale's API lists: `GET /tailnet/{tailnet}/devices?fields=all` and `GET /tailnet/{tailnet}/users`.

use policy_core::hujson::NodeId;
use policy_core::model::{Device, Facts, Role, User};

use super::reader::Reader;

/// The users and devices of the tailnet. What is shared into it belongs to others, and a device that is not authorized
/// gets nothing, so both are left out. Whether a key has expired is a question of the hour and not of the policy.
pub(super) fn facts(reader: &mut Reader, root: NodeId) -> Facts {
    let users = reader.items(root, "users");
    let devices = reader.items(root, "devices");
    Facts {
        users: users.into_iter().filter_map(|id| user(reader, id)).collect(),
        devices: devices.into_iter().filter_map(|id| device(reader, id)).collect(),
        ..Facts::default()
    }
}

fn user(reader: &mut Reader, id: NodeId) -> Option<User> {
    if !reader.is_object(id, "a user") || reader.text(id, "type").is_some_and(|kind| *kind == *"shared") {
        return None;
    }
    let Some(email) = reader.text(id, "loginName") else {
        reader.missing(id, "a user of Tailscale's API needs a login", "add `loginName`");
        return None;
    };
    // A role that Tailscale invents one day is one that is not known here.
    let role = reader.text(id, "role").and_then(|role| role.parse::<Role>().ok());
    Some(User { name: email.clone(), email, role, doc: None, origin: reader.document.origin(id) })
}

fn device(reader: &mut Reader, id: NodeId) -> Option<Device> {
    if !reader.is_object(id, "a device") {
        return None;
    }
    let is_external = reader.flag(id, "isExternal") == Some(true);
    if is_external || reader.flag(id, "authorized") == Some(false) {
        return None;
    }
    // Two devices may have one host name, but not one name in DNS.
    let full = reader.text(id, "name").map(|name| name.slice(0..name.find('.').unwrap_or(name.len())));
    let Some(name) = full.or_else(|| reader.text(id, "hostname")) else {
        reader.missing(id, "a device needs a name", "add `name`");
        return None;
    };
    let tags = reader.tags(id, &["tags"]);
    // Of a tagged device this is who added it.
    let owner = reader.text(id, "user").filter(|_| tags.is_empty());
    let (ipv4, ipv6) = reader.addresses(id, "addresses");
    let routable = reader.routes(id, "advertisedRoutes");
    let approved = reader.approved(id, "enabledRoutes", &routable);
    let origin = reader.document.origin(id);
    Some(Device { name, owner, tags, ipv4, ipv6, routable, approved, primary: Default::default(), doc: None, origin })
}
