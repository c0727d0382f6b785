//! `ipsets`: operations in order, and sets that contain sets.

use std::collections::HashMap;

use crate::check::Checker;
use crate::diagnostic::{Code, Diagnostic, Help};
use crate::model::SelectorContext;
use crate::model::{IpSet, IpSetEntry, Operation, SelectorKind};

pub(super) fn check(checker: &mut Checker) {
    let policy = checker.policy;
    for ip_set in &policy.ipsets {
        for entry in &ip_set.entries {
            checker.selector(SelectorContext::IpSet, &entry.target);
            default_route(checker, entry);
        }
        operations(checker, ip_set);
    }
    cycles(checker);
}

/// Checks the operations of a set. Targets without an operation are allowed only in sets that only
/// add.
fn operations(checker: &mut Checker, ip_set: &IpSet) {
    let Some(remove) = ip_set.entries.iter().find(|entry| entry.operation == Operation::Remove) else { return };
    for entry in ip_set.entries.iter().filter(|entry| entry.operation == Operation::Bare) {
        let message = format!("`{}` needs an operation, since this set removes something", entry.text);
        checker.report(
            Diagnostic::new(Code::MixedOperations, entry.text.origin, message)
                .note_at("removed here", remove.text.origin)
                .help(Help::write(format!("add {}", entry.text))),
        );
    }
}

fn default_route(checker: &mut Checker, entry: &IpSetEntry) {
    if let SelectorKind::Prefix(prefix) = entry.target.kind
        && prefix.length == 0
    {
        let message =
            format!("`{prefix}` is every address of its family, which Tailscale refuses as a grant's destination");
        checker.report(
            Diagnostic::new(Code::DoubtfulDefaultRoute, entry.target.text.origin, message)
                .help("write `autogroup:internet` for what exit nodes lead to"),
        );
    }
}

/// The state of a set in the depth-first search.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    /// On the current path
    Open,
    Done,
}

/// Reports every reference that closes a cycle. The search uses an explicit stack, because sets may
/// be nested deeply.
fn cycles(checker: &mut Checker) {
    let sets = &checker.policy.ipsets;
    let index: HashMap<&str, usize> = sets.iter().enumerate().map(|(at, set)| (set.name.as_str(), at)).collect();
    let references: Vec<Vec<(usize, &IpSetEntry)>> = sets
        .iter()
        .map(|set| {
            set.entries.iter().filter_map(|entry| Some((*index.get(entry.target.text.as_str())?, entry))).collect()
        })
        .collect();
    let mut states = vec![State::New; sets.len()];
    for start in 0..sets.len() {
        let mut path = vec![(start, 0)];
        while let Some((set, next)) = path.last_mut() {
            let (set, at) = (*set, *next);
            *next += 1;
            let state = states.get(set).copied().unwrap_or(State::Done);
            if state == State::Done || (state == State::Open && at == 0) {
                path.pop();
                continue;
            }
            set_state(&mut states, set, State::Open);
            match references.get(set).and_then(|references| references.get(at)) {
                Some(&(inner, entry)) if states.get(inner) == Some(&State::Open) => {
                    let (message, help) = match inner == set {
                        true => (format!("`{}` contains itself", entry.target.text), "remove it"),
                        false => (
                            format!("`{}` contains this set, and this set contains it", entry.target.text),
                            "remove one of the references between them",
                        ),
                    };
                    checker.report(Diagnostic::new(Code::IpSetCycle, entry.target.text.origin, message).help(help));
                }
                Some(&(inner, _)) => path.push((inner, 0)),
                None => {
                    set_state(&mut states, set, State::Done);
                    path.pop();
                }
            }
        }
    }
}

fn set_state(states: &mut [State], set: usize, state: State) {
    if let Some(slot) = states.get_mut(set) {
        *slot = state;
    }
}
