//! Runs the guards, and decides whether the push stops.

use std::path::Path;

use policy_core::model::InvariantsFile;
use policy_deploy::guard::{self, Guard, GuardInput, GuardName, Outcome, PlaceIn, Witness};
use policy_deploy::push::Refusal;

use super::acceptance::option_for;
use super::comparison::{AccessComparison, Comparison};
use super::options::PushOptions;
use crate::deploy::LIVE;
use crate::line_index::LineIndex;
use crate::locations::Locations;
use crate::push_report::{GuardRow, GuardState};
use crate::text::{counted, join_quoted};

/// What the guards need to know beside the policies.
pub(super) struct GuardContext<'a> {
    pub(super) options: &'a PushOptions,
    /// The new policy's name in messages.
    pub(super) name: &'a Path,
    /// This machine, or the person at it.
    pub(super) me: Option<&'a str>,
    /// The invariants of `--keep`.
    pub(super) keep: Option<&'a InvariantsFile>,
}

/// Runs the guards.
///
/// # Errors
/// Fails if the live policy cannot be evaluated, and the operator does not accept that.
pub(super) fn check(comparison: &Comparison, context: &GuardContext) -> Result<Vec<GuardRow>, Refusal> {
    let options = context.options;
    match comparison {
        Comparison::Access(both) => {
            let input = GuardInput {
                me: context.me,
                max_lost: options.max_lost.unwrap_or(GuardInput::MAX_LOST),
                deny_new_access: options.denies_new_access,
                keep: context.keep,
            };
            let guards = guard::check(&both.live, &both.new, &input);
            Ok(guards.iter().map(|guard| row(guard, both, context)).collect())
        }
        Comparison::Text { .. } if !options.allows_unreadable => {
            Err(Refusal::decision("the live policy has errors, so it is not known what the push takes from whom").help(
                "run `drift` to see the live policy, or push with `--force-unreadable` to replace it without knowing \
                 what it allows",
            ))
        }
        Comparison::Text { .. } => Ok(unknown(context)),
    }
}

/// Returns the guards of a live policy that cannot be evaluated. None of them holds.
fn unknown(context: &GuardContext) -> Vec<GuardRow> {
    let is_asked = |name: &&GuardName| match name {
        GuardName::ThisMachine => context.me.is_some(),
        GuardName::NewAccess => context.options.denies_new_access,
        GuardName::Invariants => context.keep.is_some(),
        GuardName::Administrators
        | GuardName::TagOwners
        | GuardName::Approvers
        | GuardName::OpenTailnet
        | GuardName::EndedRules
        | GuardName::LostShare => true,
    };
    let row = |name: &GuardName| GuardRow {
        name: name.name(),
        title: name.statement().to_owned(),
        state: GuardState::Unknown,
        details: vec!["the live policy cannot be evaluated".to_owned()],
        stops: true,
        is_accepted: true,
    };
    GuardName::ALL.iter().filter(is_asked).map(row).collect()
}

fn row(guard: &Guard, both: &AccessComparison, context: &GuardContext) -> GuardRow {
    let state = match guard.outcome {
        Outcome::Holds => GuardState::Holds,
        Outcome::Violated(_) => GuardState::Violated,
        Outcome::Unknown(_) => GuardState::Unknown,
    };
    let witnesses = guard.witnesses().iter().map(|witness| line(witness, both, context));
    let name = guard.name.name();
    GuardRow {
        name,
        title: guard.name.statement().to_owned(),
        state,
        details: witnesses.chain(guard.basis.iter().cloned()).collect(),
        stops: guard.stops(),
        is_accepted: guard.stops() && accepts(context.options, guard.name),
    }
}

/// Returns a witness with its place.
fn line(witness: &Witness, both: &AccessComparison, context: &GuardContext) -> String {
    let place = witness.place.map(|place| match place {
        PlaceIn::Live(origin) => Locations::new(Path::new(LIVE), &both.live).link(origin),
        PlaceIn::Wanted(origin) => Locations::new(context.name, &both.new).link(origin),
        PlaceIn::Invariants(origin) => context.keep.map_or_else(String::new, |keep| {
            let line = usize::try_from(origin.start).map(|start| LineIndex::new(&*keep.text).position(start).line);
            line.map_or_else(|_| keep.name.clone(), |line| format!("{}:{line}", keep.name))
        }),
    });
    match place {
        Some(place) => format!("{}  ({place})", witness.message),
        None => witness.message.clone(),
    }
}

fn accepts(options: &PushOptions, name: GuardName) -> bool {
    let is_open = name == GuardName::OpenTailnet && options.allows_open;
    is_open || options.accepted.iter().any(|accepted| accepted == name.name())
}

/// Stops if a guard does not hold, and the operator does not accept that.
pub(super) fn stop(guards: &[GuardRow]) -> Result<(), Refusal> {
    let stopping: Vec<&GuardRow> = guards.iter().filter(|guard| guard.stops && !guard.is_accepted).collect();
    if stopping.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = stopping.iter().map(|guard| guard.name.to_owned()).collect();
    let verb = if stopping.len() == 1 { "stops" } else { "stop" };
    let message = format!("{} {verb} this push: {}", counted(stopping.len(), "guard"), join_quoted(&names, ", "));
    let options: Vec<String> = stopping.iter().filter_map(|guard| option_for(guard.name)).collect();
    let refusal = Refusal::decision(message);
    Err(if options.is_empty() {
        refusal
    } else {
        refusal.help(format_args!("change the policy; or push with `{}` to accept what they found", options.join(" ")))
    })
}
