//! Gives a name another text in all places.

use policy_core::diagnostic::Problem;
use policy_core::json::write_string;
use policy_core::model::{POSTURE_ATTRIBUTES, SelectorKind, name};
use policy_core::source::{FileId, Origin};

use crate::name::{Name, NameKind};
use crate::snapshot::Snapshot;

/// A change of one of the texts of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// The part that it replaces.
    pub origin: Origin,
    /// The text in its place.
    pub text: String,
}

/// Returns whether a name can be renamed.
///
/// # Errors
/// Fails if Tailscale gives the name its meaning, with that reason.
pub fn check_renamable(name: &Name) -> Result<(), String> {
    let is_own = match name.kind {
        NameKind::Autogroup => true,
        NameKind::Attribute => POSTURE_ATTRIBUTES.iter().any(|(known, _)| *known == name.text),
        NameKind::Capability => name.text.starts_with("tailscale.com/"),
        _ => false,
    };
    if is_own { Err(format!("`{}` is a name of Tailscale's, so it cannot be renamed", name.text)) } else { Ok(()) }
}

/// Returns the changes that give a name another text in the policy and its invariants. The prefix,
/// such as `tag:`, may be left out.
///
/// # Errors
/// Fails if the new name is not valid, or exists already. The reason is a sentence in the style of
/// [`Diagnostic::message`](policy_core::Diagnostic::message).
///
/// ```
/// use policy_core::Policy;
/// use policy_ide::{Snapshot, rename};
/// let text = r#"{"tagOwners": {"tag:a": ["tag:b"], "tag:b": []}, "tests": [{"src": "tag:a", "deny": ["tag:b:22"]}]}"#;
/// let snapshot = Snapshot::new(text, Policy::parse);
/// let name = snapshot.names().iter().find(|name| name.text == "tag:b").unwrap();
/// let changes = rename(&snapshot, name, "db").unwrap();
/// assert_eq!((changes.len(), changes[0].text.as_str()), (3, "tag:db"));
/// assert_eq!(rename(&snapshot, name, "tag:a").unwrap_err(), "the tag `tag:a` exists already");
/// assert_eq!(rename(&snapshot, name, "d b").unwrap_err(), "a tag name cannot contain ` `");
/// ```
pub fn rename(snapshot: &Snapshot, name: &Name, new: &str) -> Result<Vec<Replacement>, String> {
    check_renamable(name)?;
    let prefix = name.kind.prefix();
    let new = if new.starts_with(prefix) { new.to_owned() } else { format!("{prefix}{new}") };
    check(name.kind, &new).map_err(|problem| problem.message)?;
    let renamed = Name { text: new.clone(), ..name.clone() };
    if !renamed.is_same(name) && snapshot.names().iter().any(|other| other.is_same(&renamed)) {
        return Err(format!("the {} `{new}` exists already", name.kind.noun()));
    }
    let change = |at: &Name| Replacement { origin: at.origin, text: written(snapshot, at, &new) };
    // The facts are of the tailnet, which does not change.
    let places = snapshot.names().iter().filter(|other| other.is_same(name));
    Ok(places.filter(|place| !matches!(place.origin.file, FileId::Facts(_))).map(change).collect())
}

fn check(kind: NameKind, new: &str) -> Result<(), Problem> {
    match kind {
        NameKind::Tag => name::check_tag(new),
        NameKind::Group => name::check_group(new),
        NameKind::Host => name::check_host(new),
        NameKind::IpSet => name::check_ip_set(new),
        NameKind::Posture => name::check_posture(new),
        NameKind::Service => name::check_service(new),
        NameKind::Capability => name::check_capability(new),
        NameKind::User if SelectorKind::of(new) == SelectorKind::User => Ok(()),
        NameKind::User => Err(Problem::word(
            policy_core::Code::InvalidSelector,
            format!("`{new}` is not a login, such as `alice@example.com`"),
        )),
        NameKind::Autogroup | NameKind::Attribute => Ok(()),
    }
}

/// Returns the new name as it is written at a place.
fn written(snapshot: &Snapshot, at: &Name, new: &str) -> String {
    let source = match at.origin.file {
        FileId::Invariants => snapshot.policy.locate(at.origin).and_then(|(text, range)| text.get(range)),
        FileId::Policy | FileId::Facts(_) | FileId::Scanned(_) => snapshot.document.text().get(at.origin.range()),
    };
    let mut literal = String::new();
    write_string(&mut literal, new);
    let is_quoted = source.is_some_and(|source| source.starts_with('"'));
    // In a file of invariants, the name may be a word without quotes.
    let is_word = |name: &str| {
        let name = name.split_once(':').map_or(name, |(_, name)| name);
        name.split('-')
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'))
    };
    let is_bare = at.origin.file == FileId::Invariants && source == Some(at.text.as_str()) && is_word(&at.text);
    if is_quoted || (is_bare && !is_word(new)) { literal } else { literal.trim_matches('"').to_owned() }
}
