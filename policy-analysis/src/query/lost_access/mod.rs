//! Finds access that some sources have under one policy and lack under another.
//!
//! Both policies have the same facts. Each is asked about the same pairs of a source and a
//! destination, and the rules between the two ends are subtracted from each other. A rule whose
//! selectors depend on an unknown fact counts only against a rule that depends on the same fact.

mod accounts;
mod offer;
mod pair;
mod targets;
mod view;

use crate::query::QueryError;
use crate::query::subject::{Subject, SubjectReader, selector};
use policy_core::access::{DeviceId, PortSet, Side};
use policy_core::model::{Policy, Selector, SelectorKind};
use policy_core::source::Origin;

pub use accounts::Account;
use accounts::Accounts;
use pair::PairComparison;
use targets::{questions, targets};
use view::View;

/// A source of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asker<'q> {
    /// A device, by its index in the facts.
    Device(DeviceId),
    /// A user by their login, on a device that the facts do not list.
    User(&'q str),
    /// Everyone with a role, such as `autogroup:admin`.
    Role(&'q str),
    /// A login, an address, or the name of a user or a device of the facts.
    Name(&'q str),
}

/// Access that a source has under one policy, and that it lacks or may lack under another.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct LostAccess {
    /// The name of the source. Names from the policy or the facts are in backticks.
    pub source: String,
    /// The name of the destination, in the same form.
    pub destination: String,
    /// The access.
    pub what: AccessKind,
    /// The rule of the old policy that gives it, or the whole policy if it has no rules.
    pub rule: Origin,
    /// The reason why it is not certain that the access is lost. `None` if it is.
    pub doubt: Option<LossDoubt>,
}

/// The kind of access between two ends.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum AccessKind {
    /// These ports.
    Ports(PortSet),
    /// Logins over Tailscale SSH to these accounts.
    Logins(Vec<Account>),
}

/// The reason why a loss is not certain. Each condition is a clause that begins with "if".
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum LossDoubt {
    /// The new policy gives the access under these conditions, which may or may not hold.
    KeptIf(Vec<String>),
    /// The old policy gives the access under these conditions, which may or may not hold.
    HadIf(Vec<String>),
}

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
    for (subject, asker) in sources.iter().zip(askers) {
        let [from, from_new] = [&old, &new].map(|view| view.sources(subject, asker));
        for (place, target) in targets.iter().enumerate() {
            lost.extend(comparison.losses_at([&from, &from_new], place, target));
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
