//! The options with which an operator accepts what a guard finds.

use policy_deploy::guard::GuardName;

/// Returns the names for `--accept`, each with its statement. The other guards have options of their own.
pub(super) fn acceptable() -> impl Iterator<Item = (&'static str, &'static str)> {
    let has_no_option =
        |name: &&GuardName| !matches!(name, GuardName::OpenTailnet | GuardName::NewAccess | GuardName::Invariants);
    GuardName::ALL.iter().filter(has_no_option).map(|name| (name.name(), name.statement()))
}

/// Returns the option that accepts what a guard found.
pub(super) fn option_for(name: &str) -> Option<String> {
    if name == GuardName::OpenTailnet.name() {
        return Some("--allow-open".to_owned());
    }
    acceptable().any(|(known, _)| known == name).then(|| format!("--accept {name}"))
}
