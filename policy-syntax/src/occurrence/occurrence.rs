use crate::token::TokenId;

/// A place in the source with a name or a keyword.
#[derive(Debug)]
pub struct Occurrence {
    /// The scope to look it up in.
    pub scope: Scope,
    /// The kind before the colon, such as `tag`.
    pub kind: Option<Segment>,
    /// The parts between dashes, such as `k8s` and `api`. There is an empty one between two
    /// consecutive dashes.
    pub segments: Vec<Segment>,
    /// True if the name ends with its colon or with a dash.
    pub is_unfinished: bool,
    /// The module of its item, if the name is declared here.
    pub declared_as: Option<&'static str>,
    /// The text to show if the name cannot be looked up.
    pub doc: Option<String>,
    /// For a capability its name. For a field of its bodies the names of the capability and of the
    /// fields around it, and its own name.
    pub path: Vec<String>,
}

impl Occurrence {
    /// Makes an occurrence of a name without a kind that is declared elsewhere.
    pub(super) fn bare(scope: Scope, segments: Vec<Segment>, is_unfinished: bool) -> Occurrence {
        Occurrence { scope, kind: None, segments, is_unfinished, declared_as: None, doc: None, path: Vec::new() }
    }

    /// Returns the name as written.
    pub fn text(&self) -> String {
        let name: Vec<&str> = self.segments.iter().map(|segment| segment.text.as_str()).collect();
        match &self.kind {
            Some(kind) => format!("{}:{}", kind.text, name.join("-")),
            None => name.join("-"),
        }
    }
}

/// A scope in which an occurrence is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The names of its kind.
    Kind,
    /// Users, hosts and `let`s.
    Bare,
    /// Devices.
    Device,
    /// Protocols, and `let`s of ports.
    Ports,
    /// Protocols.
    Protocol,
    /// Well-known ports.
    Port,
    /// The variables of a loop and of those around it.
    Variable(Loop),
    /// The app capabilities.
    Capability,
    /// The fields of an object in the body of a capability.
    Field,
    /// This module of the vocabulary.
    Word(&'static str),
}

/// A loop by its number, with the one around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loop {
    /// Its number, from 0.
    pub number: usize,
    /// The number of the loop around it.
    pub around: Option<usize>,
}

/// A part of a name.
#[derive(Debug)]
pub struct Segment {
    /// The part. It may be empty.
    pub text: String,
    /// The token of the part.
    pub token: TokenId,
}
