//! Lists the names of a policy that other programs use.

use policy_core::Policy;
use policy_core::json::{Map, ToJson, Value};

use crate::json::VERSION;
use crate::names::{NamedKind, PolicyNames};
use crate::style::{HEADING, paint};
use crate::text::{padded, visible};

/// The answer to `names`.
pub(crate) struct NamesAnswer {
    file: String,
    names: PolicyNames,
}

impl NamesAnswer {
    pub(crate) fn new(file: String, policy: &Policy) -> NamesAnswer {
        NamesAnswer { file, names: PolicyNames::new(policy, &NamedKind::ALL) }
    }

    /// For people.
    pub(crate) fn to_text(&self) -> String {
        let mut text = String::new();
        for (kind, names) in self.names.iter().filter(|(_, names)| !names.is_empty()) {
            text.push_str(if text.is_empty() { "" } else { "\n" });
            text.push_str(&format!("{}\n", paint(HEADING, kind.plural())));
            let width = names.iter().map(|name| name.name.chars().count()).max().unwrap_or(0);
            for name in names {
                let doc = name.doc.as_deref().and_then(|doc| doc.lines().next()).unwrap_or_default();
                let line = format!("  {}  {}", padded(&visible(&name.name), width), visible(doc));
                text.push_str(&format!("{}\n", line.trim_end()));
            }
        }
        text
    }

    /// For programs.
    pub(crate) fn to_json(&self) -> Value {
        let head = [("version", VERSION.to_json()), ("file", self.file.to_json())];
        let head = head.into_iter().map(|(key, value)| (key.to_owned(), value));
        Value::Object(head.chain(self.names.to_json()).collect::<Map>())
    }
}
