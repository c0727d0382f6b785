//! The options of `push`.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Arg, ArgAction, ArgMatches, value_parser};
use policy_deploy::ETag;
use policy_deploy::push::Refusal;

use super::acceptance::acceptable;
use crate::argument::{self, Choice};
use crate::deploy::connection;
use crate::failure::Failure;

/// The format of the report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum PushFormat {
    #[default]
    Text,
    Markdown,
    Json,
    Github,
}

const FORMATS: &[Choice<PushFormat>] = &[
    (PushFormat::Text, "text", "for people"),
    (PushFormat::Markdown, "md", "Markdown for a comment on a pull request"),
    (PushFormat::Json, "json", "one JSON document"),
    (PushFormat::Github, "github", "annotations of a GitHub Actions workflow"),
];

/// How the write is approved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Approval {
    /// The program asks on the terminal.
    Ask,
    /// `--yes`
    Yes,
    /// `--plan FILE`: a plan that somebody has reviewed.
    Plan(PathBuf),
    /// `--dry-run`: never. The plan may be written to a file.
    Never { plan: Option<PathBuf> },
}

/// The options of one push.
#[derive(Clone, Debug)]
pub(crate) struct PushOptions {
    pub(crate) format: PushFormat,
    pub(crate) approval: Approval,
    /// A version that somebody else stored, and that may be replaced.
    pub(crate) overwrite: Option<ETag>,
    pub(crate) denies_new_access: bool,
    /// In percent.
    pub(crate) max_lost: Option<u8>,
    /// A file of invariants that must hold.
    pub(crate) keep: Option<PathBuf>,
    pub(crate) allows_open: bool,
    pub(crate) allows_unreadable: bool,
    /// The names of guards whose findings are accepted.
    pub(crate) accepted: Vec<String>,
    /// This machine, or the person at it.
    pub(crate) me: Option<String>,
    pub(crate) confirm_within: Option<Duration>,
    pub(crate) probe: Option<String>,
    pub(crate) backup_directory: Option<PathBuf>,
    pub(crate) log: Option<PathBuf>,
}

/// Defines the options.
pub(crate) fn define(command: clap::Command) -> clap::Command {
    let names = acceptable().map(|(name, about)| PossibleValue::new(name).help(about));
    let [review, guard, confirm] = ["Review", "Guards", "Confirmation"];
    command
        .arg(argument::format(FORMATS, "The output format"))
        .next_help_heading(review)
        .arg(argument::flag("dry-run", "Do everything but the write"))
        .arg(
            option("plan-out", "FILE")
                .value_parser(value_parser!(PathBuf))
                .help("Write the plan to a file, for `--plan`"),
        )
        .arg(
            option("plan", "FILE")
                .value_parser(value_parser!(PathBuf))
                .conflicts_with_all(["dry-run", "yes"])
                .help("Write without a question if the push is still the one in this plan"),
        )
        .arg(argument::flag("yes", "Write without a question").short('y').conflicts_with("dry-run"))
        .arg(
            option("overwrite", "ETAG")
                .value_parser(parse_etag)
                .help("Replace this version, though it is not in the history of the repository"),
        )
        .arg(argument::flag("force-unreadable", "Replace a live policy that cannot be read or has errors"))
        .next_help_heading(guard)
        .arg(argument::flag("deny-new-access", "Stop if the policy gives access that the live one does not give"))
        .arg(
            option("max-lost", "PERCENT")
                .value_parser(value_parser!(u8).range(0..=100))
                .help("Stop if more of the access is lost than this; the default is 30"),
        )
        .arg(
            option("keep", "FILE")
                .value_parser(value_parser!(PathBuf))
                .help("Stop if an invariant in this file does not hold, in addition to those of the policy"),
        )
        .arg(argument::flag("allow-open", "Push a policy that opens the tailnet"))
        .arg(
            option("accept", "GUARD")
                .value_parser(PossibleValuesParser::new(names))
                .action(ArgAction::Append)
                .help("Push in spite of what this guard finds. Can be repeated"),
        )
        .arg(option("me", "WHO").help("This machine, or the user at it: an address, a device or a login"))
        .next_help_heading(confirm)
        .arg(
            option("confirm-within", "TIME")
                .value_parser(connection::parse_time)
                .help("Put the old policy back unless the push is confirmed within this time, such as 5m"),
        )
        .arg(
            option("probe", "COMMAND")
                .requires("confirm-within")
                .help("Confirm as soon as this shell command succeeds"),
        )
        .next_help_heading("Records")
        .arg(option("history", "FILE").value_parser(value_parser!(PathBuf)).help(
            "The committed policy file, to find the live policy among its versions; by default, that of the policy, \
                 or policy.hujson",
        ))
        .arg(
            option("backup-dir", "DIR")
                .value_parser(value_parser!(PathBuf))
                .help("Save the live policy here; by default, in the state directory of the user"),
        )
        .arg(
            option("log", "FILE")
                .value_parser(value_parser!(PathBuf))
                .help("Append a line of JSON about the push to this file"),
        )
        .args(connection::arguments())
}

fn option(name: &'static str, value_name: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value_name)
}

fn parse_etag(text: &str) -> Result<ETag, String> {
    ETag::parse(text).ok_or_else(|| "write the 64 hexadecimal digits of the version".to_owned())
}

impl PushOptions {
    /// Reads the options.
    ///
    /// # Errors
    /// Fails if a plan is to be saved and also carried out.
    pub(crate) fn get(matches: &ArgMatches) -> Result<PushOptions, Failure> {
        let path = |name: &str| argument::get_path(matches, name).map(std::path::Path::to_owned);
        let text = |name: &str| argument::get_text(matches, name).map(str::to_owned);
        if path("plan-out").is_some() && !matches.get_flag("dry-run") {
            return Err(
                Failure::new("`--plan-out` saves the plan of a push that is not done yet").help("add `--dry-run`")
            );
        }
        let approval = match (matches.get_flag("dry-run"), matches.get_flag("yes"), path("plan")) {
            (true, ..) => Approval::Never { plan: path("plan-out") },
            (_, _, Some(plan)) => Approval::Plan(plan),
            (_, true, _) => Approval::Yes,
            (false, false, None) => Approval::Ask,
        };
        Ok(PushOptions {
            format: argument::get_format(matches, FORMATS),
            approval,
            overwrite: matches.get_one::<ETag>("overwrite").cloned(),
            denies_new_access: matches.get_flag("deny-new-access"),
            max_lost: matches.get_one::<u8>("max-lost").copied(),
            keep: path("keep"),
            allows_open: matches.get_flag("allow-open"),
            allows_unreadable: matches.get_flag("force-unreadable"),
            accepted: matches.get_many::<String>("accept").into_iter().flatten().cloned().collect(),
            me: text("me"),
            confirm_within: matches.get_one::<Duration>("confirm-within").copied(),
            probe: text("probe"),
            backup_directory: path("backup-dir"),
            log: path("log"),
        })
    }

    /// Returns the reason why the program cannot ask for approval, if it has to.
    pub(crate) fn cannot_ask(&self, is_terminal: bool) -> Option<Refusal> {
        let help = "review it with `--dry-run`, and write it with `--yes`, or with `--plan FILE` if you saved the plan";
        let message = match (&self.approval, self.format) {
            (Approval::Ask, PushFormat::Text) if is_terminal => return None,
            (Approval::Ask, PushFormat::Text) => "nobody can approve this push: stdin and stderr are not a terminal",
            (Approval::Ask, _) => "nobody can approve this push: only `--format text` asks",
            (Approval::Yes | Approval::Plan(_) | Approval::Never { .. }, _) => return None,
        };
        Some(Refusal::decision(message).help(help))
    }
}
