//! The subtraction of the access between two ends under one policy from that under another.

use crate::diff::Extent;
use crate::query::lost_access::loss::LossDoubt;
use policy_core::source::Origin;

/// Access that one rule gives one end to another.
pub(super) struct Offer<E> {
    pub(super) extent: E,
    pub(super) rule: Origin,
    /// The source must meet one of these postures, if there are any. Each has its name in the first
    /// line, and its conditions in the others.
    pub(super) postures: Vec<String>,
    pub(super) is_certain: bool,
    /// For each end, the selectors that may name it, if none certainly does.
    pub(super) doubts: [Vec<String>; 2],
    /// The unknown facts that it depends on, in words.
    pub(super) conditions: Vec<String>,
}

/// A part of an offer that the other policy does not give, or may not give.
pub(super) struct Loss<E> {
    pub(super) extent: E,
    pub(super) rule: Origin,
    pub(super) doubt: Option<LossDoubt>,
}

impl<E> Offer<E> {
    /// Returns whether everything that `other` gives is given whenever `other` gives it, apart from
    /// the extent.
    fn is_at_least(&self, other: &Offer<E>) -> bool {
        let is_within =
            |ours: &[String], theirs: &[String]| !ours.is_empty() && ours.iter().all(|one| theirs.contains(one));
        let meets_postures = self.postures.is_empty() || is_within(&other.postures, &self.postures);
        let is_sure = |(own, other): (&Vec<String>, &Vec<String>)| own.is_empty() || is_within(other, own);
        // A rule may be possible although each end is certainly named, by another address.
        let is_explained = self.is_certain || self.doubts.iter().any(|doubts| !doubts.is_empty());
        meets_postures && is_explained && self.doubts.iter().zip(&other.doubts).all(is_sure)
    }

    fn unmet(&self) -> Vec<String> {
        let name = |posture: &String| posture.lines().next().unwrap_or_default().to_owned();
        let names: Vec<String> = self.postures.iter().map(name).collect();
        let posture =
            (!names.is_empty()).then(|| format!("if the device meets {}, which is unknown", names.join(" or ")));
        self.conditions.iter().cloned().chain(posture).collect()
    }
}

/// Returns what `old` offers give and `new` ones do not. Access that several old rules give is
/// attributed to the first of them.
pub(super) fn subtract<E: Extent + Default>(old: &[Offer<E>], new: &[Offer<E>]) -> Vec<Loss<E>> {
    let mut losses = Vec::new();
    let mut seen = E::default();
    for offer in old {
        let mut rest = offer.extent.not_given_by(&seen);
        for kept in new.iter().filter(|kept| kept.is_at_least(offer)) {
            rest = rest.not_given_by(&kept.extent);
        }
        if rest.is_empty() {
            continue;
        }
        seen = seen.union(&rest);
        for perhaps in new.iter().filter(|perhaps| !perhaps.is_at_least(offer)) {
            let part = rest.given_by(&perhaps.extent);
            if !part.is_empty() {
                rest = rest.not_given_by(&part);
                losses.push(Loss { extent: part, rule: offer.rule, doubt: Some(LossDoubt::KeptIf(perhaps.unmet())) });
            }
        }
        if !rest.is_empty() {
            let doubt = (!offer.is_certain).then(|| LossDoubt::HadIf(offer.conditions.clone()));
            losses.push(Loss { extent: rest, rule: offer.rule, doubt });
        }
    }
    losses
}
