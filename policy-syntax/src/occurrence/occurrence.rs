use crate::token::TokenId;

/// A name or a word of the language, where it is written.
#[derive(Debug)]
pub struct Occurrence {
    /// Where its meaning is to be looked for.
    pub scope: Scope,
    /// The word before the colon, as `tag`.
    pub kind: Option<Segment>,
    /// What is between dashes, as `k8s` and `api`. An empty one is between two dashes.
    pub segments: Vec<Segment>,
    /// True if the name ends with its colon or with a dash.
    pub is_unfinished: bool,
    /// As what the name is declared here: the module of its item.
    pub declared_as: Option<&'static str>,
    /// What to show of it, if nothing is known of its meaning.
    pub doc: Option<String>,
    /// Of a capability its name, and of a field of its bodies the names of the capability and the fields around it, and
    /// its own.
    pub path: Vec<String>,
}

impl Occurrence {
    /// An occurrence of a name without a kind, which is declared elsewhere.
    pub(super) fn bare(scope: Scope, segments: Vec<Segment>, is_unfinished: bool) -> Occurrence {
        Occurrence { scope, kind: None, segments, is_unfinished, declared_as: None, doc: None, path: Vec::new() }
    }

    /// Returns the name as it is written.
    pub fn text(&self) -> String {
        let name: Vec<&str> = self.segments.iter().map(|segment| segment.text.as_str()).collect();
        match &self.kind {
            Some(kind) => format!("{}:{}", kind.text, name.join("-")),
            None => name.join("-"),
        }
    }
}

/// Where the meaning of an occurrence is to be looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
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
    /// Among app capabilities.
    Capability,
    /// Among the fields of a capability's body, or of an object in it.
    Field,
    /// In that module of the vocabulary.
    Word(&'static str),
}

/// A loop by its number, and the one around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loop {
    /// Its number, from 0.
    pub number: usize,
    /// The number of the one around it.
    pub around: Option<usize>,
}

/// A part of a name.
#[derive(Debug)]
pub struct Segment {
    /// The part. It may be empty.
    pub text: String,
    /// Its token.
    pub token: TokenId,
}
