//! The lists of Tailscale's API: `GET /tailnet/{tailnet}/devices?fields=all` and `GET
//! /tailnet/{tailnet}/users`.

use policy_core::hujson::NodeId;
use policy_core::model::{Device, Facts, Role, User};

use super::reader::Reader;

/// Returns the users and devices of the tailnet. Shared users and devices belong to other tailnets,
/// and devices that are not authorized have no access, so both are left out. Expired keys are
/// ignored, because they can be renewed at any time.
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
    // A role that Tailscale adds in the future is unknown here.
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
    // DNS names are unique, and host names are not.
    let full = reader.text(id, "name").map(|name| name.slice(0..name.find('.').unwrap_or(name.len())));
    let Some(name) = full.or_else(|| reader.text(id, "hostname")) else {
        reader.missing(id, "a device needs a name", "add `name`");
        return None;
    };
    let tags = reader.tags(id, &["tags"]);
    // For a tagged device, this is the user who added it.
    let owner = reader.text(id, "user").filter(|_| tags.is_empty());
    let (ipv4, ipv6) = reader.addresses(id, "addresses");
    let routable = reader.routes(id, "advertisedRoutes");
    let approved = reader.approved(id, "enabledRoutes", &routable);
    let origin = reader.document.origin(id);
    Some(Device { name, owner, tags, ipv4, ipv6, routable, approved, primary: Default::default(), doc: None, origin })
}
