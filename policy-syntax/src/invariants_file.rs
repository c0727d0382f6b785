//! Files of invariants: the statements of `policy! { invariants { … } }`, in a file beside a HuJSON
//! policy.
//!
//! ```
//! use policy_core::Policy;
//! use policy_syntax::invariants_file;
//!
//! let policy = Policy::parse(r#"{
//!     "tagOwners": {"tag:web": [], "tag:db": []},
//!     "grants": [{"src": ["tag:web"], "dst": ["tag:db"], "ip": ["tcp:5432"]}],
//! }"#);
//! let file = invariants_file::parse("policy.invariants", "never tag:web -> tag:db;");
//! let policy = policy.with_invariants(file);
//! assert_eq!(policy.check()[0].message, "invariant violated: `tag:web` can reach `tag:db` on `tcp:5432`");
//! ```

use std::ops::Range;

use policy_core::model::InvariantsFile;
use policy_core::source::{FileId, Origin};
use policy_core::{Code, Diagnostic};

use crate::lower::lower;
use crate::parse::{Source, SourceKind, read};
use crate::text::TokenText;

/// Parses a file of invariants.
///
/// Names of hosts and IP sets refer to the policy. Users are named by their login, in quotes.
pub fn parse(name: impl Into<String>, text: impl Into<String>) -> InvariantsFile {
    let (name, text) = (name.into(), text.into());
    let tokens = TokenText::new(&text);
    let source = Source { kind: SourceKind::InvariantsFile, positions: &tokens };
    let reading = read(&tokens.tokens, &source, Vec::new());
    let lowered = lower(&reading);
    let mut findings: Vec<Diagnostic> = tokens
        .errors
        .iter()
        .map(|error| Diagnostic::new(Code::Syntax, origin(error.range.clone()), &*error.message).help(error.help))
        .collect();
    let said = reading.findings.into_iter().chain(lowered.findings);
    findings.extend(said.map(|finding| finding.map_origins(|place| origin(tokens.range(place)))));
    findings.sort_by_key(|finding| finding.origin);
    let places = lowered.map.places(FileId::FACTS).map(|(part, place)| (part, origin(tokens.range(place))));
    let places = InvariantsFile::encode_places(places);
    InvariantsFile { name, text, facts: lowered.facts, places, unreadable: findings }
}

fn origin(range: Range<usize>) -> Origin {
    let position = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
    Origin { file: FileId::Invariants, start: position(range.start), end: position(range.end) }
}
