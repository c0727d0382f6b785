//! Compares what a change of a policy does with what `diff` says about it.

use policy_analysis::Analysis as _;
use policy_analysis::diff::{Area, Diff, Direction, Term};
use policy_network::lab::Lab;

use crate::comparison::{Totals, compare_with_explain, connections, is_in_facts};
use crate::policies::Case;
use crate::questions::{self, Question, SILENT};

/// Puts a policy and then its new version into force, with the same connections. Each one that is
/// lost or gained must be between ends that `diff` names.
pub(crate) fn compare(lab: &mut Lab, case: &Case) -> Option<Totals> {
    let changed = case.new.as_ref()?;
    let ((old, before), (new, after)) = (case.read(&case.policy)?, case.read(changed)?);
    let mut ports = questions::ports(&case.policy);
    ports.extend(questions::ports(changed));
    ports.sort_unstable();
    ports.dedup();
    lab.listen(&ports, &SILENT);
    let mut questions = questions::questions(&before, &ports, connections() / 2);
    // Pings follow from the other connections. Routes change with the rules, so that the receivers
    // of the two policies may differ.
    let is_told = |question: &Question| {
        let is_device = before.device(&question.source).is_some() && before.device(&question.destination).is_some();
        is_device && [6, 17].contains(&question.attempt.protocol) && is_in_facts(&old, question)
    };
    questions.retain(is_told);
    // The old policy is one of its own as well.
    let mut totals = Totals { policies: 1, ..Totals::default() };
    let name = format!("{}, changed", case.name);
    lab.configure(&before);
    let open_before = compare_with_explain(lab, &name, &old, &questions, &mut totals);
    lab.configure(&after);
    let open_after = compare_with_explain(lab, &name, &new, &questions, &mut totals);
    let diff = old.device_diff(&new);
    for ((question, was), is) in questions.iter().zip(open_before).zip(open_after) {
        let direction = match (was, is) {
            (true, false) => Direction::Lost,
            (false, true) => Direction::Gained,
            _ => continue,
        };
        totals.changes += 1;
        if !names(&diff, direction, question) {
            let (source, destination, attempt) = (&question.source, &question.destination, &question.attempt);
            totals.differences.push(format!(
                "{}: {source} -> {destination} {}:{} is {direction:?}, and diff does not say so: {:?}",
                case.name,
                attempt.protocol,
                attempt.port,
                diff.changes.iter().map(ToString::to_string).collect::<Vec<_>>()
            ));
        }
    }
    Some(totals)
}

fn names(diff: &Diff, direction: Direction, question: &Question) -> bool {
    let has = |terms: &[Term], end: &str| {
        terms.iter().any(|term| {
            let is_meant = term.word == end || term.word == "*" || term.word.starts_with("any ");
            is_meant && !term.except.iter().any(|except| except == end)
        })
    };
    let mut changes = diff.changes.iter().filter(|change| change.area == Area::Access && change.direction == direction);
    changes.any(|change| has(&change.sources, &question.source) && has(&change.destinations, &question.destination))
}
