//! The loop that applies fixes, and undoes those that do harm.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use policy_analysis::Analysis;
use policy_core::diagnostic::Edit;
use policy_core::{Code, Policy, ValidPolicy, check};

use crate::text::TextEdits;

/// The maximum number of rounds. Each round applies or refuses at least one fix.
const ROUNDS: usize = 1000;

/// A policy that was read from some texts, with its findings.
#[derive(Debug)]
pub(super) struct Examined {
    pub(super) policy: Policy,
    pub(super) found: Vec<Found>,
    /// False if the parser of `policy!` could not read a part.
    is_complete: bool,
    /// The policy if it is valid, for comparisons of access. Computed when it is needed.
    valid: OnceCell<Option<ValidPolicy>>,
}

/// A finding, and the change that fixes it.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) code: Code,
    pub(super) message: String,
    pub(super) is_error: bool,
    pub(super) edit: Option<FileEdit>,
}

/// A change of one of the texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FileEdit {
    /// The index of the text.
    pub(super) file: usize,
    pub(super) edit: Edit<Range<usize>>,
}

/// The result of the loop.
#[derive(Debug)]
pub(super) struct Fixed {
    pub(super) texts: Vec<String>,
    pub(super) before: Examined,
    /// The policy of the new texts. `None` if nothing was changed.
    pub(super) after: Option<Examined>,
    /// The messages of the findings that are fixed, each with the index of its text.
    pub(super) applied: Vec<(usize, String)>,
    /// The fixes that would have done harm.
    pub(super) refused: Vec<Refused>,
    /// The number of fixes that a person must confirm.
    pub(super) unconfirmed: usize,
}

/// A fix that is not applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refused {
    /// The message of the finding.
    pub(super) message: String,
    pub(super) reason: String,
}

/// Reads a policy from its texts. Returns `None` if they are not a policy any more.
pub(super) type Examine<'e> = &'e dyn Fn(&[String]) -> Option<Examined>;

/// Applies the certain fixes, or all of them, until nothing changes. Returns `None` if the texts
/// cannot be read.
///
/// After each step, the findings must be a subset of those before. The access must be the same,
/// unless all fixes are wanted and the fix does not promise it. A step that fails is divided until the fixes that fail are known. Edits
/// that overlap others wait for the next round.
pub(super) fn apply(texts: Vec<String>, unsafe_too: bool, examine: Examine) -> Option<Fixed> {
    let before = examine(&texts)?;
    let mut fixer =
        Fixer { examine, unsafe_too, texts, current: None, before, applied: Vec::new(), refused: Vec::new() };
    let mut tried = HashSet::new();
    let mut applied = 0;
    for _ in 0..ROUNDS {
        let batch = fixer.candidates(&tried);
        if !batch.is_empty() {
            let refused = fixer.round(&batch);
            tried.extend(refused);
        } else if tried.is_empty() || fixer.applied.len() == applied {
            break;
        } else {
            // What did harm may do none after the other changes.
            applied = fixer.applied.len();
            tried.clear();
            fixer.refused.clear();
        }
    }
    let current = fixer.current.as_ref().unwrap_or(&fixer.before);
    let is_left = |found: &&Found| found.edit.as_ref().is_some_and(|edit| !edit.edit.is_certain) && !unsafe_too;
    let unconfirmed = current.found.iter().filter(is_left).count();
    let Fixer { texts, current, before, applied, refused, .. } = fixer;
    Some(Fixed { texts, before, after: current, applied, refused, unconfirmed })
}

/// A fix by its finding and its change, without its place, which other changes move.
type FixKey = (Code, String, String);

struct Fixer<'e> {
    examine: Examine<'e>,
    unsafe_too: bool,
    texts: Vec<String>,
    before: Examined,
    /// The state after the changes, if there were any.
    current: Option<Examined>,
    applied: Vec<(usize, String)>,
    refused: Vec<Refused>,
}

/// A step of a round: the fixes that are accepted so far, and the texts with them.
struct Step {
    accepted: Vec<Found>,
    texts: Vec<String>,
    examined: Option<Examined>,
}

impl Fixer<'_> {
    fn current(&self) -> &Examined {
        self.current.as_ref().unwrap_or(&self.before)
    }

    /// Returns the next fixes, which do not overlap, in the order of the texts. Those that are certain
    /// come first, and those that may change the access come last.
    fn candidates(&self, tried: &HashSet<FixKey>) -> Vec<Found> {
        let is_wanted = |found: &&Found| {
            found.edit.as_ref().is_some_and(|edit| edit.edit.is_certain || self.unsafe_too)
                && !tried.contains(&key(found))
        };
        let wanted: Vec<&Found> = self.current().found.iter().filter(is_wanted).collect();
        let rank = |found: &&Found| {
            found.edit.as_ref().map(|FileEdit { edit, .. }| (!edit.is_certain, !self.keeps_access(found)))
        };
        let first = wanted.iter().map(rank).min();
        let mut wanted: Vec<&Found> = wanted.iter().filter(|found| Some(rank(found)) == first).copied().collect();
        wanted.sort_by_key(|found| found.edit.as_ref().map(|edit| (edit.file, edit.edit.place.start)));
        let mut ends: HashMap<usize, usize> = HashMap::new();
        wanted.retain(|found| {
            let Some(FileEdit { file, edit }) = &found.edit else { return false };
            let is_free = ends.get(file).is_none_or(|end| *end <= edit.place.start);
            if is_free {
                ends.insert(*file, edit.place.end.max(edit.place.start + 1));
            }
            is_free
        });
        wanted.into_iter().cloned().collect()
    }

    /// Returns whether a fix must not change who can reach what.
    fn keeps_access(&self, found: &Found) -> bool {
        !self.unsafe_too || found.edit.as_ref().is_some_and(|edit| edit.edit.keeps_access)
    }

    /// Applies as many fixes as possible. Returns those that are refused.
    fn round(&mut self, batch: &[Found]) -> Vec<FixKey> {
        let mut step = Step { accepted: Vec::new(), texts: self.texts.clone(), examined: None };
        let mut refused = Vec::new();
        let mut open: Vec<&[Found]> = vec![batch];
        while let Some(part) = open.pop() {
            let Err(reason) = self.attempt(&mut step, part) else { continue };
            let (first, second) = part.split_at(part.len() / 2);
            match part {
                [found] => {
                    refused.push(key(found));
                    self.refused.push(Refused { message: found.message.clone(), reason });
                }
                _ => open.extend([second, first]),
            }
        }
        if let Some(examined) = step.examined {
            self.texts = step.texts;
            self.current = Some(examined);
            let file = |found: &Found| found.edit.as_ref().map_or(0, |edit| edit.file);
            self.applied.extend(step.accepted.iter().map(|found| (file(found), found.message.clone())));
        }
        refused
    }

    /// Applies more fixes to the texts of this round, or says why not.
    fn attempt(&self, step: &mut Step, part: &[Found]) -> Result<(), String> {
        let all = [step.accepted.as_slice(), part].concat();
        let mut edits: Vec<TextEdits> = self.texts.iter().map(|_| TextEdits::default()).collect();
        for FileEdit { file, edit } in all.iter().filter_map(|found| found.edit.as_ref()) {
            if let Some(edits) = edits.get_mut(*file) {
                edits.replace(edit.place.clone(), &edit.text);
            }
        }
        let texts: Vec<String> = edits.into_iter().zip(&self.texts).map(|(edits, text)| edits.apply(text)).collect();
        let after = (self.examine)(&texts).ok_or("the result cannot be read")?;
        let before = step.examined.as_ref().unwrap_or_else(|| self.current());
        let keeps_access = part.iter().any(|found| self.keeps_access(found));
        objection(before, &after, part, keeps_access).map_or(Ok(()), Err)?;
        *step = Step { accepted: all, texts, examined: Some(after) };
        Ok(())
    }
}

fn key(found: &Found) -> FixKey {
    (found.code, found.message.clone(), found.edit.as_ref().map(|edit| edit.edit.text.clone()).unwrap_or_default())
}

/// Returns the reason why some fixes are not applied, if there is one.
fn objection(before: &Examined, after: &Examined, fixes: &[Found], keeps_access: bool) -> Option<String> {
    // While there are errors, some warnings wait. So only errors can be compared, and no test runs.
    let has_errors = before.found.iter().any(|found| found.is_error);
    let known = before.counts();
    let checked: Vec<(Code, String, String)> = if has_errors {
        let findings = check::check(&after.policy).into_iter().filter(|finding| finding.is_error());
        findings.map(|finding| (finding.code, finding_key(&finding.message, true), finding.message)).collect()
    } else {
        after.found.iter().map(Found::identity).collect()
    };
    let mut new: HashMap<(Code, String), usize> = HashMap::new();
    for (code, key, message) in checked {
        let identity = (code, key);
        let count = new.entry(identity.clone()).or_default();
        *count += 1;
        if *count > known.get(&identity).copied().unwrap_or_default() {
            return Some(format!("it would lead to another finding: {message}"));
        }
    }
    let now = after.counts();
    let mut wanted: HashMap<(Code, String), usize> = HashMap::new();
    for found in fixes {
        let (code, key, _) = found.identity();
        *wanted.entry((code, key)).or_default() += 1;
    }
    let count = |counts: &HashMap<(Code, String), usize>, identity| counts.get(identity).copied().unwrap_or_default();
    if wanted.iter().any(|(identity, fixes)| count(&now, identity) + fixes > count(&known, identity)) {
        return Some("the finding would stay".to_owned());
    }
    if keeps_access
        && let (Some(old), Some(new)) = (before.valid(), after.valid())
        && let Some(change) = old.diff(new).changes.first()
    {
        return Some(format!("it would change who can reach what: {change}"));
    }
    None
}

impl Examined {
    pub(super) fn new(policy: Policy, found: Vec<Found>, is_complete: bool) -> Examined {
        Examined { policy, found, is_complete, valid: OnceCell::new() }
    }

    /// Returns the policy if it is valid.
    pub(super) fn valid(&self) -> Option<&ValidPolicy> {
        let valid = || if self.is_complete { self.policy.clone().validate().ok() } else { None };
        self.valid.get_or_init(valid).as_ref()
    }

    fn counts(&self) -> HashMap<(Code, String), usize> {
        let mut counts = HashMap::new();
        for found in &self.found {
            let (code, key, _) = found.identity();
            *counts.entry((code, key)).or_default() += 1;
        }
        counts
    }
}

impl Found {
    /// Returns what identifies the finding when other parts of the text have changed, and its
    /// message.
    fn identity(&self) -> (Code, String, String) {
        (self.code, finding_key(&self.message, self.is_error), self.message.clone())
    }
}

/// Returns a message without the numbers in a warning, which count what else is in the policy.
fn finding_key(message: &str, is_error: bool) -> String {
    message.chars().filter(|char| is_error || !char.is_ascii_digit()).collect()
}
