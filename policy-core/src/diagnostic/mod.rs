//! What is wrong, where, and what to write instead: the same words for the macro and the command line.

mod answer;
mod cause;
mod code;
mod quote;
pub mod suggestion;
mod unknown_name;
mod word;

pub use answer::{HeadscaleAnswer, HeadscaleStage};
pub use cause::group_by_cause;
pub use code::{Code, Evidence, Severity};
pub use quote::{go_quote, listed};
pub use unknown_name::UnknownName;
pub use word::Problem;

use crate::source::Origin;

/// One finding about a policy.
///
/// `P` says where it is. Most findings are about an [`Origin`], a range of a text. A parser of a single word knows only
/// bytes of that word (see [`Problem`]), and `policy!` knows tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Diagnostic<P = Origin> {
    /// Stable name of the kind of finding; also its heading in `docs/diagnostics.md`.
    pub code: Code,
    /// One sentence: lower case, no final period, the user's words in backticks.
    pub message: String,
    /// What to underline.
    pub origin: P,
    /// Second places and reasons, in the order to show them.
    pub notes: Vec<Note<P>>,
    /// The other places where the same is true, if [`group_by_cause`] has found any.
    pub also: Vec<Note<P>>,
    /// What to write instead.
    pub help: Option<String>,
    /// Tailscale's answer, if it refuses the policy for this.
    pub tailscale: Option<String>,
    /// headscale's answer, if it refuses the policy for this. Only findings about policies for headscale have one.
    pub headscale: Option<HeadscaleAnswer>,
    /// True if a comment of the policy makes this warning an error.
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
    /// Makes a diagnostic with only a sentence and a place.
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

    /// Adds what to write instead.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds what to write instead, if there is something to say.
    #[must_use]
    pub fn help_if(mut self, help: Option<String>) -> Self {
        self.help = help.or(self.help);
        self
    }

    /// Adds a fact about a second place.
    #[must_use]
    pub fn note_at(mut self, message: impl Into<String>, origin: impl Into<P>) -> Self {
        self.notes.push(Note { message: message.into(), origin: Some(origin.into()) });
        self
    }

    /// Adds a reason that has no place of its own.
    #[must_use]
    pub fn note(mut self, message: impl Into<String>) -> Self {
        self.notes.push(Note { message: message.into(), origin: None });
        self
    }

    /// Adds Tailscale's own message. It marks the policy as one that Tailscale refuses.
    #[must_use]
    pub fn tailscale(mut self, message: impl Into<String>) -> Self {
        self.tailscale = Some(message.into());
        self
    }

    /// Adds headscale's own message, given at that step. It marks the policy as one that headscale refuses.
    #[must_use]
    pub fn headscale(mut self, stage: HeadscaleStage, message: impl Into<String>) -> Self {
        self.headscale = Some(HeadscaleAnswer { stage, text: Some(message.into()) });
        self
    }

    /// Returns the name of the control server that refuses the policy for this, and its message.
    pub fn answer(&self) -> Option<(&'static str, &str)> {
        let headscale = self.headscale.as_ref().and_then(|answer| Some(("headscale", answer.text.as_deref()?)));
        headscale.or_else(|| Some(("Tailscale", self.tailscale.as_deref()?)))
    }

    /// Says whether it stops the policy from being used, by its kind or because the policy denies it.
    pub fn severity(&self) -> Severity {
        if self.denied { Severity::Error } else { self.code.severity() }
    }

    /// Returns true if it is an error.
    pub fn is_error(&self) -> bool {
        self.severity() == Severity::Error
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

/// The message and its code, as in ``undefined tag `tag:web` [undefined-tag]``.
impl<P> std::fmt::Display for Diagnostic<P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} [{}]", self.message, self.code)
    }
}

impl<P: std::fmt::Debug> std::error::Error for Diagnostic<P> {}
