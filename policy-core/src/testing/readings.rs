//! The outcome of a test whose reading is unknown. See [`Reading`].

use crate::access::{MissingFact, Ternary};
use crate::model::Selector;
use crate::testing::outcome::Evaluation;
use crate::testing::reading::Reading;

/// The evaluations of a test for each of its sources, in each reading.
pub(super) struct Readings<'p> {
    /// With all the access of each source.
    pub(super) by_itself: Vec<Evaluation<'p>>,
    /// In the other reading.
    pub(super) other: Vec<Evaluation<'p>>,
    /// With only the rules that apply to all sources.
    pub(super) in_common: Vec<Evaluation<'p>>,
}

impl<'p> Readings<'p> {
    /// Returns the evaluation if it is the same in every reading, or otherwise one that depends on
    /// the reading. `decisive` is the evaluation in the first reading.
    pub(super) fn settle(
        &self,
        decisive: Evaluation<'p>,
        reading: Reading<'p>,
        source: &'p Selector,
    ) -> Evaluation<'p> {
        let all = |evaluations: &[Evaluation], holds: Ternary| evaluations.iter().all(|one| one.holds == holds);
        let is_settled = match (decisive.holds, reading) {
            (Ternary::Maybe(_), _) => true,
            (Ternary::Yes, Reading::MemberOf(_)) => all(&self.in_common, Ternary::Yes),
            (Ternary::No, Reading::MemberOf(_)) => all(&self.by_itself, Ternary::No) && all(&self.other, Ternary::No),
            (holds, _) => Evaluation::decisive(&self.other)
                .and_then(|(place, _)| self.other.get(place))
                .is_none_or(|other| other.holds == holds),
        };
        if is_settled {
            return decisive;
        }
        let fact = match reading {
            Reading::MemberOf(group) => MissingFact::Representative(group),
            Reading::Itself | Reading::WithoutWildcard => MissingFact::WildcardOverIpv6(&source.text),
        };
        let rule = decisive.rule.or_else(|| self.by_itself.iter().chain(&self.other).find_map(|one| one.rule));
        Evaluation { holds: Ternary::Maybe(fact), rule }
    }
}
