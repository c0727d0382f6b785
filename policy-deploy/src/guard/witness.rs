use policy_analysis::query::LostAccess;
use policy_core::source::Origin;

/// A fact that shows why a guard does not hold, or a fact that is unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Witness {
    /// The fact, in lower case and without a final period.
    pub message: String,
    /// The place that shows it, if there is one.
    pub place: Option<PlaceIn>,
    /// What the place shows. It completes "here": `this rule of the live policy gives it`.
    pub note: Option<&'static str>,
    /// The lost access that the message is about. One message may be about several destinations.
    pub lost: Vec<LostAccess>,
}

/// A place in one of the texts that guards are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceIn {
    /// In the text of the live policy
    Live(Origin),
    /// In the text of the wanted policy
    Wanted(Origin),
    /// In the file of invariants to keep
    Invariants(Origin),
}

impl Witness {
    pub(super) fn new(message: impl Into<String>) -> Witness {
        Witness { message: message.into(), place: None, note: None, lost: Vec::new() }
    }

    pub(super) fn at(self, place: PlaceIn, note: &'static str) -> Witness {
        Witness { place: Some(place), note: Some(note), ..self }
    }
}

impl std::fmt::Display for Witness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}
