//! Names of a policy in the files of other programs: manifests, workflows, programs and scripts.
//!
//! [`mentions`] reads one file, and [`judge::findings`] compares what it found with a policy. Both
//! are pure functions. A file of prose has no mentions, because a name in a sentence has no effect.

mod allowance;
mod code;
mod data;
mod file_kind;
pub mod judge;
mod keyed_list;
mod mention;
mod name_list;
mod script;
mod subject;
mod template;

use std::ops::Range;

pub(crate) use file_kind::FileKind;
pub use mention::{Assigner, Mention, MentionContext, MentionKind};

use subject::Subject;

/// The words that mark a file as the output of `policy export`.
const EXPORT: &str = "enerated by `policy export --format";

/// Returns the mentions in a file, in the order of its text.
///
/// ```
/// use policy_tool::scan::{mentions, MentionKind};
/// let text = "tailscale up --advertise-tags=tag:web,tag:db\n";
/// let names: Vec<_> = mentions("start.sh", text).into_iter().map(|mention| mention.name).collect();
/// assert_eq!(names, ["tag:web", "tag:db"]);
/// assert!(mentions("README.md", text).is_empty());
/// ```
pub fn mentions(path: &str, text: &str) -> Vec<Mention> {
    // Most files of a repository mention nothing, and need not be parsed.
    if !["tag:", "group:", "svc:", "/cap/"].iter().any(|start| text.contains(start)) {
        return Vec::new();
    }
    if text.contains(EXPORT) {
        return constants(text);
    }
    let subject = Subject::new(path, text);
    let whole: Range<usize> = 0..text.len();
    let mut mentions = match FileKind::of(path, text) {
        None => Vec::new(),
        Some(FileKind::Yaml) => data::yaml_mentions(text, whole, &subject),
        Some(FileKind::Json) => data::json_mentions(text, &subject),
        Some(FileKind::Code(grammar)) => code::mentions(text, grammar, &subject),
        Some(FileKind::Script) => script::mentions(text, whole),
    };
    // A nested text, such as a script in a workflow, can be read twice. The more certain result is
    // kept.
    mentions.sort_by_key(|mention| (mention.range.start, mention.range.end, mention.context));
    mentions.dedup_by(|later, earlier| later.range == earlier.range);
    mentions
}

/// Returns the tags in a file of `policy export`.
fn constants(text: &str) -> Vec<Mention> {
    let starts = text.match_indices("tag:").map(|(at, _)| at);
    starts.flat_map(|at| name_list::tags_at(text, at, MentionContext::Constant).into_iter().take(1)).collect()
}
