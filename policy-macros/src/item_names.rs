use std::collections::HashMap;

/// The names of the items that a policy expands to, by module and declared name.
#[derive(Default)]
pub(crate) struct ItemNames(HashMap<(&'static str, String), String>);

impl ItemNames {
    /// Returns the name of the item for a declared name, if it has one.
    pub(crate) fn get(&self, module: &'static str, text: &str) -> Option<&str> {
        self.0.get(&(module, text.to_owned())).map(String::as_str)
    }

    pub(crate) fn add(&mut self, module: &'static str, text: &str, item: String) {
        self.0.insert((module, text.to_owned()), item);
    }
}

/// Returns the type of the items in a module.
pub(crate) fn type_of(module: &str) -> Option<&'static str> {
    Some(match module {
        "tag" => "Tag",
        "group" => "Group",
        "host" => "Host",
        "service" => "Service",
        "ipset" => "IpSet",
        "posture" => "Posture",
        "user" => "User",
        "device" => "Device",
        _ => return None,
    })
}

/// Returns the documentation of the item for a declared name. `doc` is the comment above the name.
pub(crate) fn documentation(name: &str, doc: Option<&str>) -> String {
    match doc {
        Some(doc) => format!("`{name}`: {doc}"),
        None => format!("`{name}`"),
    }
}
