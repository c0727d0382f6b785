//! `scan`: checks the names of a policy in other files.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, value_parser};
use ignore::WalkBuilder;
use policy_core::diagnostic::{group_by_cause, suggestion};
use policy_core::source::{FileId, Origin};
use policy_core::{Policy, Severity, ValidPolicy};

use crate::scan::judge::{self, ScannedFile};
use crate::scan::{FileKind, Mention, mentions};
use policy_cli::tool::exit_status::ExitStatus;
use policy_cli::tool::failure::Failure;
use policy_cli::tool::report::{Format, Report, pieces};
use policy_cli::tool::text::{counted, visible};
use policy_cli::tool::{Command, CommandResult, Run};
use policy_cli::tool::{argument, facts_argument, file, invariants_file, output, target, today, valid};

pub(crate) const COMMAND: Command = Command {
    name: "scan",
    define,
    run: Run::Files(run),
    examples: &[
        (".", "every name in the repository"),
        ("--deny-warnings --format github .", "in CI"),
        ("--as tag:ci .github", "can tag:ci assign the tags there?"),
    ],
};

/// The policy file if the command line does not name one.
const POLICY: &str = "policy.hujson";

/// The maximum size of a scanned file in bytes. Larger files are data.
const LIMIT: u64 = 4 << 20;

/// The maximum number of files with mentions, which findings number.
const FILES: usize = u16::MAX as usize;

/// Folders that are never part of a repository's own files.
const OTHERS: &[&str] = &[".git", ".hg", ".jj", ".svn", "node_modules", ".terraform", ".venv"];

fn define(command: clap::Command) -> clap::Command {
    command
        .about("Check the tags, groups, services and capabilities that other files mention")
        .after_help(
            "Reads Kubernetes manifests, Helm values, Terraform, Pulumi programs, compose files, workflows, Ansible, \
             cloud-init, NixOS modules and scripts. Files that git ignores and files of prose are skipped. A comment \
             allows an exception: `# policy: allow(undeclared-mention) it is in another tailnet`.",
        )
        .args([
            Arg::new("dirs")
                .value_name("DIR")
                .value_parser(value_parser!(PathBuf))
                .action(ArgAction::Append)
                .required(true)
                .num_args(1..)
                .help("The directories and files to read"),
            argument::path("policy", "FILE")
                .long("policy")
                .default_value(POLICY)
                .help("The policy file; `-` reads stdin, git:REV:PATH a file of a revision"),
            Arg::new("as")
                .long("as")
                .value_name("TAG")
                .action(ArgAction::Append)
                .help("A tag of the OAuth client that assigns the tags, to check that it owns them. Can be repeated"),
            argument::format(Format::ALL, "The output format"),
            argument::flag("deny-warnings", "Exit with 1 if there are warnings, and not only for errors"),
            facts_argument(),
            target::argument(),
            invariants_file::argument(),
        ])
}

/// A file that mentions names.
struct MentioningFile {
    path: PathBuf,
    text: String,
    mentions: Vec<Mention>,
}

fn run(_: Option<&Policy>, matches: &ArgMatches) -> CommandResult {
    let path = argument::get_file(matches, "policy");
    let text = file::read_text(path).map_err(|failure| failure.help("name the policy with `--policy FILE`"))?;
    let policy = target::parse(path, text, matches);
    let policy = invariants_file::add(path, policy, matches)?.with_today(today::today()?);
    let name = file::display_name(path);
    let Some(policy) = valid::with_facts(name, policy, matches)? else { return Ok(ExitStatus::Findings) };
    let identities = identities(&policy, matches)?;
    let mut scanned = HashSet::new();
    let mut files = Vec::new();
    for directory in matches.get_many::<PathBuf>("dirs").into_iter().flatten() {
        scan(directory, &mut scanned, &mut files)?;
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    if files.len() > FILES {
        return Err(Failure::new(format_args!("more than {FILES} files mention names")).help("scan fewer directories"));
    }
    report(name, &policy, &files, &identities, scanned.len(), matches)
}

fn report(
    name: &Path,
    policy: &ValidPolicy,
    files: &[MentioningFile],
    identities: &[String],
    scanned: usize,
    matches: &ArgMatches,
) -> CommandResult {
    let format = argument::get_format(matches, Format::ALL);
    let judged: Vec<_> = files.iter().map(|file| ScannedFile { text: &file.text, mentions: &file.mentions }).collect();
    // Tags without an assignment have one cause. Each mention in a file is a separate mistake.
    let cause = |origin: Origin| (origin.file, matches!(origin.file, FileId::Scanned(_)).then_some(origin));
    let findings = group_by_cause(judge::findings(policy, &judged, identities), cause);
    let report = Report::on_policy(name, policy, &findings)
        .with_scanned(files.iter().map(|file| (file.path.as_path(), file.text.as_str())));
    output::print_pieces(pieces(std::slice::from_ref(&report), format, &output::stdout_renderer()))?;
    let (errors, warnings) = (report.count(Severity::Error), report.count(Severity::Warning));
    if matches!(format, Format::Text | Format::Github) {
        let mentions = files.iter().map(|file| file.mentions.len()).sum();
        output::say(&format!(
            "{}: {} in {} of {}; {}, {}\n",
            file::visible_name(name),
            counted(mentions, "mention"),
            files.len(),
            counted(scanned, "file"),
            counted(errors, "error"),
            counted(warnings, "warning")
        ));
    }
    Ok(ExitStatus::with_findings(errors > 0 || warnings > 0 && matches.get_flag("deny-warnings")))
}

/// Reads `--as`.
fn identities(policy: &Policy, matches: &ArgMatches) -> Result<Vec<String>, Failure> {
    let tags: Vec<String> = matches.get_many::<String>("as").into_iter().flatten().cloned().collect();
    let is_declared = |tag: &&String| policy.tags().any(|declared| declared.eq_ignore_ascii_case(tag));
    match tags.iter().find(|tag| !is_declared(tag)) {
        None => Ok(tags),
        Some(tag) => {
            let failure = Failure::new(format_args!("undefined tag `{}`", visible(tag)));
            Err(match suggestion::nearest(tag, policy.tags()) {
                Some(near) => failure.help(format_args!("did you mean `{near}`?")),
                None => failure.help("name a tag that the policy declares, such as `--as tag:ci`"),
            })
        }
    }
}

/// Reads the files of a directory that git would list. `scanned` are the files of a known kind. A
/// file that already is one of them is not read again. Files that mention names are added to
/// `files`.
fn scan(directory: &Path, scanned: &mut HashSet<PathBuf>, files: &mut Vec<MentioningFile>) -> Result<(), Failure> {
    if !directory.exists() {
        let name = directory.display();
        return Err(Failure::new(format_args!("there is no file or directory `{name}`")));
    }
    let walk = WalkBuilder::new(directory)
        .hidden(false)
        .require_git(false)
        .filter_entry(|entry| !OTHERS.iter().any(|name| entry.file_name() == *name))
        .build();
    for entry in walk {
        let entry = entry.map_err(|error| Failure::new(format_args!("cannot scan: {error}")))?;
        let path = entry.path();
        if !entry.file_type().is_some_and(|kind| kind.is_file()) {
            continue;
        }
        let shown = path.strip_prefix(".").unwrap_or(path);
        if scanned.contains(shown) || entry.metadata().is_ok_and(|metadata| metadata.len() > LIMIT) {
            continue;
        }
        let bytes = std::fs::read(path)
            .map_err(|error| Failure::new(format_args!("cannot read `{}`: {error}", path.display())))?;
        // A file that is not valid UTF-8 is not text.
        let Ok(text) = String::from_utf8(bytes) else { continue };
        let name = shown.to_string_lossy();
        if text.contains('\0') || FileKind::of(&name, &text).is_none() {
            continue;
        }
        scanned.insert(shown.to_owned());
        let mentions = mentions(&name, &text);
        if !mentions.is_empty() {
            files.push(MentioningFile { path: shown.to_owned(), text, mentions });
        }
    }
    Ok(())
}
