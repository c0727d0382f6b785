//! Diagnostics: the problem, its place and its fix, in the same words for the macro and the command
//! line.

mod answer;
mod cause;
mod code;
mod edit;
mod help;
mod quote;
pub mod suggestion;
mod unknown_name;
mod word;

pub use answer::{HeadscaleAnswer, HeadscaleStage};
pub use cause::group_by_cause;
pub use code::{Code, Evidence, Severity};
pub use edit::Edit;
pub use help::{Change, Fix, Help};
pub use quote::{go_quote, listed};
pub use unknown_name::UnknownName;
pub use word::Problem;

use crate::source::Origin;

/// One finding about a policy.
///
/// `P` is the type of its place. Most findings are about an [`Origin`], a range of a text. A parser
/// of a single word knows only bytes of that word (see [`Problem`]), and `policy!` knows tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Diagnostic<P = Origin> {
    /// The stable name of the kind of finding. It is also a heading in `docs/diagnostics.md`.
    pub code: Code,
    /// One sentence: lower case, no final period, the user's words in backticks.
    pub message: String,
    /// The text to underline.
    pub origin: P,
    /// Other places and reasons, in the order in which to show them.
    pub notes: Vec<Note<P>>,
    /// The other places with the same cause, if [`group_by_cause`] found any.
    pub also: Vec<Note<P>>,
    /// The fix.
    pub help: Option<Help>,
    /// Tailscale's answer, if it refuses the policy for this.
    pub tailscale: Option<String>,
    /// headscale's answer, if it refuses the policy for this. Only findings about policies for
    /// headscale have one.
    pub headscale: Option<HeadscaleAnswer>,
    /// True if the policy's lint levels turn this warning into an error.
    pub denied: bool,
}

/// A `note:` below a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Note<P = Origin> {
    /// A fact about that place.
    pub message: String,
    /// The second place, if the note is about one.
    pub origin: Option<P>,
}

impl<P> Diagnostic<P> {
    /// Makes a diagnostic from a message and a place.
    pub fn new(code: Code, origin: impl Into<P>, message: impl Into<String>) -> Self {
        Diagnostic {
            code,
            message: message.into(),
            origin: origin.into(),
            notes: Vec::new(),
            also: Vec::new(),
            help: None,
            tailscale: None,
            headscale: None,
            denied: false,
        }
    }

    /// Adds the fix.
    #[must_use]
    pub fn help(mut self, help: impl Into<Help>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds the fix, if there is one.
    #[must_use]
    pub fn help_if(mut self, help: Option<impl Into<Help>>) -> Self {
        self.help = help.map(Into::into).or(self.help);
        self
    }

    /// Adds a fact about another place.
    #[must_use]
    pub fn note_at(mut self, message: impl Into<String>, origin: impl Into<P>) -> Self {
        self.notes.push(Note { message: message.into(), origin: Some(origin.into()) });
        self
    }

    /// Adds a reason without a place.
    #[must_use]
    pub fn note(mut self, message: impl Into<String>) -> Self {
        self.notes.push(Note { message: message.into(), origin: None });
        self
    }

    /// Adds Tailscale's own message, which marks the policy as one that Tailscale refuses.
    #[must_use]
    pub fn tailscale(mut self, message: impl Into<String>) -> Self {
        self.tailscale = Some(message.into());
        self
    }

    /// Adds headscale's own message from the given stage, which marks the policy as one that
    /// headscale refuses.
    #[must_use]
    pub fn headscale(mut self, stage: HeadscaleStage, message: impl Into<String>) -> Self {
        self.headscale = Some(HeadscaleAnswer { stage, text: Some(message.into()) });
        self
    }

    /// Returns the name of the control server that refuses the policy because of this, and its
    /// message.
    pub fn answer(&self) -> Option<(&'static str, &str)> {
        let headscale = self.headscale.as_ref().and_then(|answer| Some(("headscale", answer.text.as_deref()?)));
        headscale.or_else(|| Some(("Tailscale", self.tailscale.as_deref()?)))
    }

    /// Returns the fix that a program can apply to the text at `origin`.
    pub fn fix(&self) -> Option<&Fix> {
        self.help.as_ref()?.fix.as_deref()
    }

    /// Returns the severity: that of the code, or an error if the policy denies the warning.
    pub fn severity(&self) -> Severity {
        if self.denied { Severity::Error } else { self.code.severity() }
    }

    /// Returns true if it is an error.
    pub fn is_error(&self) -> bool {
        self.severity() == Severity::Error
    }

    /// Returns whether `warning` may explain why a test or an invariant of the policy fails. That
    /// is the case if it is about a rule that a note of this error shows.
    pub fn is_explained_by(&self, warning: &Self, contains: impl Fn(&P, &P) -> bool) -> bool {
        let is_outcome = matches!(self.code, Code::FailingTest | Code::FailingSshTest | Code::BrokenInvariant);
        let mut rules = self.notes.iter().filter_map(|note| note.origin.as_ref());
        is_outcome && !warning.is_error() && rules.any(|rule| contains(rule, &warning.origin))
    }

    /// Returns the same diagnostic with its places converted.
    pub fn map_origins<Q>(self, mut convert: impl FnMut(P) -> Q) -> Diagnostic<Q> {
        let mut all = |notes: Vec<Note<P>>| {
            let convert = |note: Note<P>| Note { message: note.message, origin: note.origin.map(&mut convert) };
            notes.into_iter().map(convert).collect()
        };
        let (notes, also) = (all(self.notes), all(self.also));
        Diagnostic {
            code: self.code,
            message: self.message,
            origin: convert(self.origin),
            notes,
            also,
            help: self.help,
            tailscale: self.tailscale,
            headscale: self.headscale,
            denied: self.denied,
        }
    }
}

/// Writes the message and the code: ``undefined tag `tag:web` [undefined-tag]``.
impl<P> std::fmt::Display for Diagnostic<P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} [{}]", self.message, self.code)
    }
}

impl<P: std::fmt::Debug> std::error::Error for Diagnostic<P> {}
