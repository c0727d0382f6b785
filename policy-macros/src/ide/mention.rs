//! Names and words as they stand in the source.

use proc_macro2::Span;

/// A name, or a word of the language.
pub(crate) struct Mention {
    pub(crate) scope: Scope,
    /// The word before the colon, as `tag`.
    pub(crate) kind: Option<Segment>,
    /// What is between dashes, as `k8s` and `api`. An empty one is between two dashes.
    pub(crate) segments: Vec<Segment>,
    /// Whether the name ends with its colon or with a dash.
    pub(crate) is_unfinished: bool,
    /// As what the name is declared here: the module of its item.
    pub(crate) declared_as: Option<&'static str>,
    /// What there is to say of it where no card does.
    pub(crate) doc: Option<String>,
}

impl Mention {
    /// A mention of a name without a kind, which is declared elsewhere.
    pub(crate) fn bare(scope: Scope, segments: Vec<Segment>, is_unfinished: bool) -> Mention {
        Mention { scope, kind: None, segments, is_unfinished, declared_as: None, doc: None }
    }

    /// The name as it is written.
    pub(crate) fn text(&self) -> String {
        let name: Vec<&str> = self.segments.iter().map(|segment| segment.text.as_str()).collect();
        match &self.kind {
            Some(kind) => format!("{}:{}", kind.text, name.join("-")),
            None => name.join("-"),
        }
    }
}

/// Where the meaning of a mention is to be looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Among the names of its kind.
    Kind,
    /// Among users, hosts and `let`s.
    Bare,
    /// Among devices.
    Device,
    /// Among protocols, and `let`s of ports.
    Ports,
    /// Among protocols.
    Protocol,
    /// Among the well-known ports.
    Port,
    /// Among the variables of a loop and of those around it.
    Variable(Loop),
    /// In that module of the vocabulary.
    Word(&'static str),
}

/// A loop by its number, and the one around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Loop {
    pub(crate) number: usize,
    pub(crate) around: Option<usize>,
}

/// A part of a name.
pub(crate) struct Segment {
    pub(crate) text: String,
    pub(crate) span: Span,
}
