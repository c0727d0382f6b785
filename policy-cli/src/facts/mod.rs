//! `--tailnet`: facts about a tailnet from files, in addition to its policy.

mod form;
mod headscale;
mod reader;
mod tailscale;

use std::borrow::Cow;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, value_parser};
use policy_core::diagnostic::group_by_cause;
use policy_core::model::Facts;
use policy_core::source::FileId;
use policy_core::{Diagnostic, Policy, Severity};

use crate::failure::Failure;
use crate::report::Report;
use crate::{file, output};

/// The name of the argument.
pub(crate) const NAME: &str = "tailnet";

/// Defines the argument of every command that uses facts.
pub fn argument() -> Arg {
    Arg::new(NAME)
        .long(NAME)
        .value_name("FACTS")
        .value_parser(value_parser!(PathBuf))
        .action(ArgAction::Append)
        .help("The tailnet's users and devices, as JSON; `-` reads stdin. Can be repeated")
}

/// Returns whether [`argument`] names stdin.
pub(crate) fn are_on_stdin(matches: &ArgMatches) -> bool {
    matches.get_many::<PathBuf>(NAME).into_iter().flatten().any(|path| file::is_stdin(path))
}

/// Reads facts in any form. The diagnostics say what could not be read.
pub fn read_text(text: &str, file: FileId) -> (Facts, Vec<Diagnostic>) {
    form::read(text, file)
}

/// The files of facts that were read, kept to show findings in them.
#[derive(Debug)]
pub(crate) struct FactFiles<'a>(Vec<FactFile<'a>>);

#[derive(Debug)]
struct FactFile<'a> {
    path: Cow<'a, Path>,
    text: String,
    id: FileId,
}

/// Reads the files that [`argument`] names. Their users, devices and domains each replace those of
/// the policy. A kind of fact that no file contains is kept, and so are invariants. `policy_path`
/// is the file of the policy itself.
pub(crate) fn read<'a>(
    policy_path: &Path,
    policy: &mut Policy,
    matches: &'a ArgMatches,
) -> Result<FactFiles<'a>, Failure> {
    add(policy, read_files(policy_path, matches)?)
}

/// Reads the texts of the files that [`argument`] names, each with its name in messages.
pub(crate) fn read_files<'a>(
    policy_path: &Path,
    matches: &'a ArgMatches,
) -> Result<Vec<(Cow<'a, Path>, String)>, Failure> {
    let mut texts = Vec::new();
    let mut seen = HashSet::from([policy_path]);
    for path in matches.get_many::<PathBuf>(NAME).into_iter().flatten() {
        let name = file::display_name(path);
        if !seen.insert(name) {
            return Err(if name == policy_path {
                Failure::new("the policy and the facts cannot both be read from the same file")
            } else {
                Failure::new(format_args!("`--tailnet {}` is given twice", file::visible_name(path)))
            });
        }
        texts.push((Cow::Borrowed(name), file::read_text(path)?));
    }
    Ok(texts)
}

/// Adds facts from texts, each with its name in messages. See [`read`].
pub(crate) fn add<'a>(policy: &mut Policy, texts: Vec<(Cow<'a, Path>, String)>) -> Result<FactFiles<'a>, Failure> {
    let mut files = FactFiles(Vec::new());
    let mut known = Vec::new();
    for (path, text) in texts {
        // Number 0 is for the facts in the policy's own source.
        let number = u16::try_from(files.0.len().saturating_add(1));
        let Ok(id) = number.map(FileId::Facts) else { return Err(Failure::new("too many files of facts")) };
        known.push(read_text(&text, id));
        files.0.push(FactFile { path, text, id });
    }
    join(policy, known);
    Ok(files)
}

/// Adds facts that have been read, each with what could not be read.
pub fn join(policy: &mut Policy, files: impl IntoIterator<Item = (Facts, Vec<Diagnostic>)>) {
    let mut known: Option<Facts> = None;
    for (facts, unreadable) in files {
        let known = known.get_or_insert_default();
        known.users.extend(facts.users);
        known.devices.extend(facts.devices);
        known.invariants.extend(facts.invariants);
        known.domains.items.extend(facts.domains.items);
        known.lints.extend(facts.lints);
        policy.unreadable.extend(unreadable);
    }
    if let Some(known) = known {
        replace(&mut policy.facts, known);
    }
}

/// Replaces the facts of the source by the facts of the files.
fn replace(facts: &mut Facts, known: Facts) {
    // A list of users says nothing about devices, and a list of devices says nothing about users.
    if !known.users.is_empty() {
        facts.users = known.users;
    }
    if !known.devices.is_empty() {
        facts.devices = known.devices;
    }
    if !known.domains.is_empty() {
        facts.domains = known.domains;
    }
    facts.invariants.extend(known.invariants);
    facts.lints.extend(known.lints);
    // The names of the source were for its own users and devices.
    facts.lets = policy_core::model::List::default();
}

impl FactFiles<'_> {
    /// Returns the findings about the policy itself, not grouped by cause. Reports those about files of facts on stderr,
    /// because Tailscale never refuses a policy for them.
    ///
    /// # Errors
    /// Fails if there is an error in a file, because the effect of the policy in this tailnet is
    /// then unknown.
    pub(crate) fn findings_of_policy(&self, findings: Vec<Diagnostic>) -> Result<Vec<Diagnostic>, Failure> {
        let is_in = |finding: &Diagnostic, file: &FactFile| finding.origin.file == file.id;
        let (in_files, in_policy): (Vec<_>, Vec<_>) =
            findings.into_iter().partition(|finding| self.0.iter().any(|file| is_in(finding, file)));
        let mut unusable = None;
        for file in &self.0 {
            let found = in_files.iter().filter(|finding| is_in(finding, file)).cloned().collect();
            let found = group_by_cause(found, |_| ());
            let report = Report::new(&file.path, &file.text, &found).with_id(file.id);
            output::say_findings(&report);
            if report.count(Severity::Error) > 0 {
                unusable = unusable.or(Some(file));
            }
        }
        match unusable {
            None => Ok(in_policy),
            Some(file) => {
                let name = file::visible_name(&file.path);
                Err(Failure::new(format_args!("the facts in `{name}` cannot be used")))
            }
        }
    }
}
