//! `tagOwners` as a whole: repeated lists of owners, and tags that own other tags.

use std::collections::{HashMap, HashSet};

use crate::check::Checker;
use crate::check::names::{NameKind, key};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{List, Selector, SelectorKind};
use crate::source::Origin;

pub(super) fn check(checker: &mut Checker) {
    // In Rust, `let` can name a list, and the generated text does not show whether it was used.
    if !checker.policy.facts.are_in_source() {
        repeated(checker);
    }
    indirect(checker);
}

/// The number of tags with the same owners from which the list is worth a name.
const OFTEN: usize = 5;

/// Reports a list of two or more people that many tags share.
fn repeated(checker: &mut Checker) {
    let mut lists: HashMap<Vec<&str>, (usize, &List<Selector>)> = HashMap::new();
    for declaration in &checker.policy.tag_owners {
        let mut owners: Vec<&str> = declaration.owners.iter().map(|owner| owner.text.as_str()).collect();
        owners.sort_unstable();
        if owners.len() > 1 {
            lists.entry(owners).or_insert((0, &declaration.owners)).0 += 1;
        }
    }
    for (count, owners) in lists.into_values().filter(|(count, _)| *count >= OFTEN) {
        // Groups only have users as members, so a policy file cannot name other lists.
        if !owners.iter().all(|owner| owner.kind == SelectorKind::User) {
            continue;
        }
        let Some(origin) = owners.origin else { continue };
        let message = format!("{count} tags have these same owners, each with a list of its own");
        let help = "declare a group of them, and write the group";
        checker.report(Diagnostic::new(Code::RepeatedOwners, origin, message).help(help));
    }
}

/// Reports indirect owners. A device may take each tag that one of its tags owns, and then each tag
/// that the new tag owns. If that gives it a tag that none of its own tags owns, the list of owners
/// is incomplete.
///
/// Two steps are enough: on a longer path, the first tag that is not owned directly is two steps
/// away.
fn indirect(checker: &mut Checker) {
    let policy = checker.policy;
    let mut owned_by: HashMap<String, Vec<&Selector>> = HashMap::new();
    for declaration in &policy.tag_owners {
        let owners = declaration.owners.iter().filter(|owner| owner.kind == SelectorKind::Tag);
        owned_by.entry(key(NameKind::Tag, &declaration.tag)).or_default().extend(owners);
    }
    let none = Vec::new();
    for declaration in &policy.tag_owners {
        let tag = key(NameKind::Tag, &declaration.tag);
        let direct = owned_by.get(&tag).unwrap_or(&none);
        let names: HashSet<String> = direct.iter().map(|owner| key(NameKind::Tag, &owner.text)).collect();
        for middle in declaration.owners.iter().filter(|owner| owner.kind == SelectorKind::Tag) {
            let owners = owned_by.get(&key(NameKind::Tag, &middle.text)).unwrap_or(&none);
            let first = owners.iter().find(|owner| {
                let name = key(NameKind::Tag, &owner.text);
                name != tag && !names.contains(&name)
            });
            if let Some(first) = first {
                let message = format!(
                    "`{}` is not owned by `{}`, which can take it by way of `{}`",
                    declaration.tag, first.text, middle.text
                );
                let note: (String, Origin) =
                    (format!("`{}` can take `{}`", first.text, middle.text), first.text.origin);
                let help = format!("add `{}` to the owners of `{}` if that is meant", first.text, declaration.tag);
                checker.report(
                    Diagnostic::new(Code::IndirectOwner, middle.text.origin, message)
                        .note_at(note.0, note.1)
                        .help(help),
                );
            }
        }
    }
}
