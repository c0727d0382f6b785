//! The comparison of two policies, pair by pair.

use std::collections::HashSet;

use crate::query::QueryError;
use crate::query::lost_access::accounts::Accounts;
use crate::query::lost_access::loss::{Asker, LostAccess};
use crate::query::lost_access::pair::PairComparison;
use crate::query::lost_access::targets::{questions, targets};
use crate::query::lost_access::view::View;
use crate::query::subject::{Subject, SubjectReader, selector};
use policy_core::access::{PortSet, Side};
use policy_core::model::{Policy, Selector, SelectorKind};

/// Returns the access of some sources that `old` gives and `new` does not. With `ports`, only these
/// ports count. See [`Analysis::lost_access`](crate::Analysis::lost_access).
pub(crate) fn lost_access(
    old: &Policy,
    new: &Policy,
    askers: &[Asker],
    ports: Option<&PortSet>,
) -> Result<Vec<LostAccess>, QueryError> {
    let mut reader = SubjectReader::new(old);
    let sources: Vec<Subject> = askers.iter().map(|asker| source(&mut reader, asker)).collect::<Result<_, _>>()?;
    let targets = targets(old, new, &reader);
    let accounts = Accounts::new(old, new, &sources);
    let questions = [old, new].map(|policy| questions(policy, [old, new], &sources, &targets));
    let [old_questions, new_questions] = &questions;
    let old = View::new(old, old_questions, &targets);
    let new = View::new(new, new_questions, &targets);
    let mut comparison = PairComparison::new([&old, &new], &accounts, ports);
    let mut lost = Vec::new();
    // A question about two roles may be twice about the same person.
    let mut seen = HashSet::new();
    for (subject, asker) in sources.iter().zip(askers) {
        let [from, from_new] = [&old, &new].map(|view| view.sources(subject, asker));
        for (place, target) in targets.iter().enumerate() {
            let losses = comparison.losses_at([&from, &from_new], place, target).into_iter();
            lost.extend(losses.filter(|loss| seen.insert(loss.clone())));
        }
    }
    Ok(lost)
}

/// Resolves a source.
fn source(reader: &mut SubjectReader, asker: &Asker) -> Result<Subject, QueryError> {
    match *asker {
        Asker::Device(id) => match reader.device_with(id) {
            Some(device) => Ok(device),
            None => Err(QueryError::new(format!("the facts have no device number {id}"))),
        },
        Asker::User(name) | Asker::Role(name) => Ok(Subject::of_selector(selector(name))),
        Asker::Name(word) => {
            let subject = reader.read(word, Side::Source)?;
            let is_one_selector = |one: &Selector| matches!(one.kind, SelectorKind::User | SelectorKind::Address(_));
            if subject.device.is_some() || subject.selector.as_ref().is_some_and(is_one_selector) {
                Ok(subject)
            } else {
                Err(QueryError::new(format!("`{word}` is not a user, a device or an address")))
            }
        }
    }
}
