use crate::diagnostic::Fix;
use crate::source::Origin;

/// A replacement of a part of a text that fixes a finding.
///
/// `P` is the type of its place. [`Document::edit`](crate::hujson::Document::edit) makes one for
/// HuJSON, and `policy_syntax::edit` one for the text of a `policy!`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Edit<P = Origin> {
    /// The part of the text to replace. It may be larger than the place of the finding.
    pub place: P,
    /// The new text.
    pub text: String,
    /// False if a person must confirm the change: the user may have meant something else, or a
    /// comment is removed.
    pub is_certain: bool,
    /// True if the change does not affect who can reach what, even if it is not certain.
    pub keeps_access: bool,
}

impl<P> Edit<P> {
    /// Creates the edit that makes the change of a fix at a place.
    pub fn new(fix: &Fix, place: P, text: String) -> Self {
        Edit { place, text, is_certain: fix.is_certain, keeps_access: fix.keeps_access }
    }

    /// Creates an edit that removes a place. Comments have to be removed by a person.
    pub fn remove(fix: &Fix, place: P, has_comments: bool) -> Self {
        let edit = Edit::new(fix, place, String::new());
        Edit { is_certain: edit.is_certain && !has_comments, ..edit }
    }

    /// Returns the same edit with its place converted.
    pub fn map_place<Q>(self, convert: impl FnOnce(P) -> Q) -> Edit<Q> {
        let Edit { place, text, is_certain, keeps_access } = self;
        Edit { place: convert(place), text, is_certain, keeps_access }
    }
}
