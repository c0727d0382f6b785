//! `--tailnet`: what is known of a tailnet beside its policy, from files.

mod form;
mod headscale;
mod reader;
mod tailscale;

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

/// The argument of every command that asks for facts.
pub(crate) fn argument() -> Arg {
    Arg::new(NAME)
        .long(NAME)
        .value_name("FACTS")
        .value_parser(value_parser!(PathBuf))
        .action(ArgAction::Append)
        .help("The tailnet's users and devices, as JSON; `-` reads stdin. May be given several times")
}

/// Reads facts in any form. Beside them is what could not be read.
pub fn read_text(text: &str, file: FileId) -> (Facts, Vec<Diagnostic>) {
    form::read(text, file)
}

/// The files of facts that were read, so that what is found in them can be shown.
#[derive(Debug)]
pub(crate) struct FactFiles<'a>(Vec<FactFile<'a>>);

#[derive(Debug)]
struct FactFile<'a> {
    path: &'a Path,
    text: String,
    id: FileId,
}

/// Reads the files that [`argument`] names. Their users, devices and domains take the place of those that the policy
/// has; what no file tells of stays, and so do invariants. `policy_path` is the file of the policy itself.
pub(crate) fn read<'a>(
    policy_path: &Path,
    policy: &mut Policy,
    matches: &'a ArgMatches,
) -> Result<FactFiles<'a>, Failure> {
    let mut files = FactFiles(Vec::new());
    let mut known = Facts::default();
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
        let text = file::read_text(path)?;
        // Number 0 has the facts in the policy's own source.
        let number = u16::try_from(files.0.len().saturating_add(1));
        let Ok(id) = number.map(FileId::Facts) else { return Err(Failure::new("these are too many files of facts")) };
        let (facts, unreadable) = read_text(&text, id);
        known.users.extend(facts.users);
        known.devices.extend(facts.devices);
        known.invariants.extend(facts.invariants);
        known.domains.items.extend(facts.domains.items);
        known.lints.extend(facts.lints);
        policy.unreadable.extend(unreadable);
        files.0.push(FactFile { path: name, text, id });
    }
    if !files.0.is_empty() {
        replace(&mut policy.facts, known);
    }
    Ok(files)
}

/// Replaces the facts of the source by those of the files.
fn replace(facts: &mut Facts, known: Facts) {
    // A list of users alone says nothing about devices, and a list of devices nothing about users.
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
    // With these users and devices they are no longer those of the source.
    facts.lets = policy_core::model::List::default();
}

impl FactFiles<'_> {
    /// Returns the findings about the policy itself, those with one cause once, and shows those about the files on stderr:
    /// these are never a reason for Tailscale to refuse the policy.
    ///
    /// # Errors
    /// If there is an error in a file: what the policy does in this tailnet is then not known.
    pub(crate) fn findings_of_policy(&self, findings: Vec<Diagnostic>) -> Result<Vec<Diagnostic>, Failure> {
        let is_in = |finding: &Diagnostic, file: &FactFile| finding.origin.file == file.id;
        let (in_files, in_policy): (Vec<_>, Vec<_>) = group_by_cause(findings, |origin| origin.file)
            .into_iter()
            .partition(|finding| self.0.iter().any(|file| is_in(finding, file)));
        let mut unusable = None;
        for file in &self.0 {
            let found: Vec<_> = in_files.iter().filter(|finding| is_in(finding, file)).cloned().collect();
            let report = Report::new(file.path, &file.text, &found).with_id(file.id);
            output::say_findings(&report);
            if report.count(Severity::Error) > 0 {
                unusable = unusable.or(Some(file));
            }
        }
        match unusable {
            None => Ok(in_policy),
            Some(file) => {
                let name = file::visible_name(file.path);
                Err(Failure::new(format_args!("the facts in `{name}` cannot be used")))
            }
        }
    }
}
