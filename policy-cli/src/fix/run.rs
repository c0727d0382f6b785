//! Fixes the files of a policy, and says what was fixed and what was not.

use std::borrow::Cow;
use std::path::Path;

use clap::ArgMatches;
use policy_analysis::Analysis;
use policy_core::Policy;
use policy_core::model::{Date, Facts};
use policy_core::source::{FileId, Origin};

use super::fixer::{self, Fixed};
use super::sources::Sources;
use crate::diff_report::sign;
use crate::failure::Failure;
use crate::original::Original;
use crate::program::BUILT_IN;
use crate::text::{counted, visible};
use crate::{diff, facts, file, git, output};

/// The effect of the command on the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Writes the fixed files. The text of stdin goes to stdout.
    Write,
    /// Shows the difference, and writes nothing.
    Diff,
}

/// The result for one policy.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// The fixed policy, without facts from files. `None` if it is not known before a build.
    pub(crate) policy: Option<Policy>,
    /// True if there are fixes, which may not be written.
    pub(crate) has_fixes: bool,
}

/// Fixes a policy. `name` is its name in messages, and `path` its file.
pub(crate) fn fix(
    name: &Path,
    policy: &Policy,
    (mode, unsafe_too): (Mode, bool),
    matches: &ArgMatches,
) -> Result<Outcome, Failure> {
    let is_stdin = name == file::display_name(Path::new("-"));
    if mode == Mode::Write && git::object(name).is_some() {
        let message = format!("`{}` is in a revision, which cannot be changed", file::visible_name(name));
        return Err(Failure::new(message).help("use `--diff` to see what would change"));
    }
    let files = facts::read_files(name, matches)?;
    let mut known = policy.clone();
    facts::add(&mut known, files.clone())?;
    let today = if known.endings().is_empty() { None } else { Some(crate::today::today()?) };
    let from_files = from_files(files)?;
    let sources = sources(name, policy, (&known, from_files), today)?;
    // Facts that cannot be used are reported by the check.
    let is_unusable = |origin: Origin| matches!(origin.file, FileId::Facts(1..));
    if known.unreadable.iter().any(|finding| finding.is_error() && is_unusable(finding.origin)) {
        return Ok(Outcome { policy: None, has_fixes: false });
    }
    let Some(fixed) = fixer::apply(sources.texts.clone(), unsafe_too, &|texts| sources.examine(texts)) else {
        return Ok(Outcome { policy: None, has_fixes: false });
    };
    for ((path, old), new) in sources.paths.iter().zip(&sources.texts).zip(&fixed.texts) {
        match mode {
            Mode::Diff => {
                output::write(&diff::unified(path.as_os_str().as_encoded_bytes(), old.as_bytes(), new.as_bytes()))?
            }
            Mode::Write if is_stdin && path == name => output::write(new.as_bytes())?,
            Mode::Write if old != new => file::write(path, new.as_bytes())?,
            Mode::Write => {}
        }
    }
    report(name, &sources, &fixed, mode);
    // The check adds the facts again.
    let policy = Sources::of_file(name, policy, None).read(&fixed.texts).filter(|_| name != Path::new(BUILT_IN));
    Ok(Outcome { policy, has_fixes: fixed.after.is_some() })
}

/// Returns the facts of files, if there are any.
fn from_files(files: Vec<(Cow<Path>, String)>) -> Result<Option<Facts>, Failure> {
    if files.is_empty() {
        return Ok(None);
    }
    let mut blank = Policy::parse("{}");
    facts::add(&mut blank, files)?;
    Ok(Some(blank.facts))
}

/// Returns the sources of a policy. `known` is the policy with all facts, and the facts of files.
fn sources(
    name: &Path,
    policy: &Policy,
    (known, from_files): (&Policy, Option<Facts>),
    today: Option<Date>,
) -> Result<Sources, Failure> {
    if name != Path::new(BUILT_IN) {
        return Ok(Sources::of_file(name, known, today));
    }
    let original = Original::find(policy).ok_or_else(|| {
        Failure::new("the source of the built-in policy cannot be found, or has changed since the build")
            .help("build the program again, and start it in the folder of its package")
    })?;
    Ok(Sources::of_original(&original, known, from_files, today))
}

/// Says on stderr what was fixed, what was not, and what changes for the users.
fn report(name: &Path, sources: &Sources, fixed: &Fixed, mode: Mode) {
    for (index, source) in sources.names.iter().enumerate() {
        let count = fixed.applied.iter().filter(|(file, _)| *file == index).count();
        if count > 0 {
            let verb = if mode == Mode::Write { "fixed" } else { "can be fixed" };
            output::say(&format!("{}: {} {verb}\n", file::visible_name(source), counted(count, "finding")));
        }
    }
    for refused in &fixed.refused {
        output::say(&format!("note: not fixed: {}: {}\n", visible(&refused.message), visible(&refused.reason)));
    }
    if let Some(after) = &fixed.after
        && let (Some(old), Some(new)) = (fixed.before.valid(), after.valid())
    {
        for change in &old.diff(new).changes {
            let change = format!("{} {change}", sign(change.direction));
            output::say(&format!("note: the effect changes: {}\n", visible(&change)));
        }
    }
    if fixed.unconfirmed > 0 {
        let (name, count) = (file::visible_name(name), counted(fixed.unconfirmed, "change"));
        output::say(&format!("{name}: {count} for a person to confirm; `--unsafe-fixes` makes all of them\n"));
    }
}
