//! The lists of headscale: `headscale nodes list -o json` and `headscale users list -o json`.

use policy_core::hujson::NodeId;
use policy_core::model::{Device, Facts, User};
use policy_core::source::Text;

use super::reader::Reader;

/// Returns the users or the nodes in a list. headscale omits fields that are empty.
pub(super) fn facts(reader: &mut Reader, root: NodeId) -> Facts {
    let mut facts = Facts::default();
    let items: Vec<NodeId> = reader.document.elements(root).collect();
    for id in items {
        if !reader.is_object(id, "an item of headscale's list") {
            continue;
        }
        // Every node has one of these keys, and no user does.
        if reader.value(id, "machine_key").or_else(|| reader.value(id, "ip_addresses")).is_some() {
            facts.devices.extend(device(reader, id));
        } else {
            let user = login(reader, id).map(|email| (email, reader.document.origin(id)));
            // A policy may also name a user by this name.
            let name = reader.text(id, "name");
            let user = user.map(|(email, origin)| {
                let name = name.unwrap_or_else(|| email.clone());
                User { name, email, role: None, doc: None, origin }
            });
            facts.users.extend(user);
        }
    }
    facts
}

/// Returns a user's name in policies: the e-mail address, or the name and `@` if there is none.
fn login(reader: &mut Reader, id: NodeId) -> Option<Text> {
    if let Some(email) = reader.text(id, "email") {
        return Some(email);
    }
    let Some(name) = reader.text(id, "name") else {
        reader.missing(id, "a user of headscale needs a name", "add `name`");
        return None;
    };
    Some(if name.contains('@') { name } else { Text::escaped(format!("{name}@"), name.origin) })
}

fn device(reader: &mut Reader, id: NodeId) -> Option<Device> {
    // The DNS name is unique, and the host name is not.
    let Some(name) = reader.text(id, "given_name").or_else(|| reader.text(id, "name")) else {
        reader.missing(id, "a node needs a name", "add `given_name`");
        return None;
    };
    // One list since 0.28. Before, one was set by the admin, and one had the requested tags that
    // were valid.
    let tags = reader.tags(id, &["tags", "valid_tags", "forced_tags"]);
    let user = reader.value(id, "user").filter(|_| tags.is_empty());
    let user = user.filter(|&user| reader.is_object(user, "`user`"));
    let owner = user.and_then(|user| login(reader, user));
    let (ipv4, ipv6) = reader.addresses(id, "ip_addresses");
    let mut routable = reader.routes(id, "available_routes");
    routable.origin = Some(reader.document.origin(id));
    let approved = reader.approved(id, "approved_routes", &routable);
    // This only says which routes the node serves now. An offline router may serve its routes
    // tomorrow, so a missing route means nothing.
    let primary = reader.routes(id, "subnet_routes");
    let origin = reader.document.origin(id);
    Some(Device { name, owner, tags, ipv4, ipv6, routable, approved, primary, doc: None, origin })
}
