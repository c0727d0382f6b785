//! `except`: subtraction from lists, and errors if the policy file cannot express the result.

use std::borrow::Cow;
use std::collections::HashSet;

use policy_core::Code;
use policy_core::access::{Inexact, InexactReason, Rest};
use policy_core::model::Selector as Name;
use policy_core::source::{Origin, Text};

use super::names::{Names, Resolved};
use crate::finding::Finding;
use crate::tree::{Selector, place_of};

impl<'t> Names<'t> {
    /// Returns `list` without the selectors of `except`. Items that stay whole keep their text.
    pub(crate) fn subtract(
        &mut self,
        list: Vec<Resolved<'t>>,
        except: &'t [Selector],
        findings: &mut Vec<Finding>,
    ) -> Vec<Resolved<'t>> {
        let (Some(place), Some(subtraction)) = (place_of(except), self.subtraction) else { return list };
        let except = self.selectors(except, findings);
        let names = |list: &[Resolved]| -> Vec<Name> {
            list.iter().map(|item| Name::new(Text::escaped(&*item.text, Origin::default()))).collect()
        };
        let remainder = subtraction.remainder(&names(&list), &names(&except));
        let mut refused = HashSet::new();
        for inexact in &remainder.inexact {
            if let (Some(item), Some(by)) = (list.get(inexact.item), except.get(inexact.except))
                && refused.insert(inexact.except)
            {
                findings.push(cannot(item, by, inexact));
            }
        }
        for (item, _) in except.iter().zip(&remainder.takes).filter(|(_, takes)| !**takes) {
            findings.push(
                Finding::new(
                    Code::NeedlessExcept,
                    item.place,
                    format!("this removes nothing: `{}` is not in the list", item.written),
                )
                .help("leave it out, or add the item that it should be removed from"),
            );
        }
        let (mut left, mut seen) = (Vec::with_capacity(list.len()), HashSet::new());
        for (item, rest) in list.iter().zip(remainder.rest) {
            match rest {
                Rest::Whole if seen.insert(item.text.to_string()) => left.push(item.clone()),
                Rest::Whole => {}
                Rest::Names(names) => {
                    self.taken_apart.push(item.clone());
                    let names = names.into_iter().filter(|name| seen.insert(name.clone()));
                    left.extend(names.enumerate().map(|(index, name)| Resolved {
                        text: Cow::Owned(name),
                        docs: if index == 0 { item.docs } else { &[] },
                        // The source has another name for it.
                        quoted: true,
                        ..item.clone()
                    }));
                }
            }
        }
        if left.is_empty() && !list.is_empty() {
            findings.push(
                Finding::new(Code::EmptyExcept, place, "this `except` removes everything")
                    .help("leave out the statement, or name what should remain"),
            );
        }
        self.taken_apart.extend(except);
        left
    }
}

/// Returns the error about a name that cannot be subtracted from another one.
fn cannot(item: &Resolved, by: &Resolved, Inexact { why, .. }: &Inexact) -> Finding {
    let message = format!("`{} except {}` cannot be expressed in a policy file", item.written, by.written);
    let finding = Finding::new(Code::InexactExcept, by.place, message);
    let people = "declare a group of the remaining users, and write that";
    match why {
        InexactReason::Everything => finding
            .note_at("this includes every user and device, now and in the future", item.place)
            .help("write the remaining groups, tags and addresses"),
        InexactReason::OpenItem => {
            let help = match &*item.text {
                "autogroup:tagged" => "write the remaining tags",
                "autogroup:internet" => "write the remaining addresses",
                _ => people,
            };
            finding
                .note_at("the policy does not list who is in this, and others may join at any time", item.place)
                .help(help)
        }
        InexactReason::OpenExcept => {
            let note = format!("the policy does not list who is in `{}`, and others may join at any time", by.written);
            finding.note(note).help(people)
        }
        InexactReason::Address => {
            let is_address = Name::new(Text::escaped(&*by.text, Origin::default())).kind.is_address();
            let (bearer, help) = if is_address {
                (item, "give that device a tag or a group of its own, and name the others")
            } else {
                (by, "write the addresses to remove")
            };
            let note =
                format!("a device of `{}` may have such an address, and the policy does not say which", bearer.written);
            finding.note(note).help(help)
        }
    }
}
