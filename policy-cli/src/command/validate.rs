//! `validate`: asks the tailnet whether it would accept the policy.

use std::path::Path;

use clap::ArgMatches;
use policy_core::{Policy, ValidPolicy, check};
use policy_deploy::Client;
use policy_deploy::api::Server;

use super::{Command, CommandResult, Run};
use crate::argument::{self, Choice};
use crate::deploy::connection;
use crate::deploy::cross_check::{CrossCheck, Disagreement, cross_check};
use crate::deploy::fetched_facts::{self, FactList};
use crate::exit_status::ExitStatus;
use crate::failure::Failure;
use crate::progress::Progress;
use crate::text::{counted, visible};
use crate::verdict_report::VerdictReport;
use crate::{facts, file, output};

const MORE: &str = "\
The server checks the policy and its tests, and stores nothing. It knows what no file says: synced groups, users that
exist, and the limits of the plan. It does not know whom the policy locks out. The policy of an operator's own binary is
shown where its Rust source has it.

--cross-check also asks the server which rules match for some users and devices, and compares that with the answers of
this program. A difference is a mistake in this program. It needs users and devices: those of --tailnet, or else those
that the server lists.

Exit status:
  0  the server would accept the policy, possibly with warnings
  1  the server would refuse it; with --deny-warnings, it has warnings; with --cross-check, the answers differ
  2  failure: the server cannot be asked, has no such call, or its answer is not understood";

pub(crate) const COMMAND: Command = Command {
    name: "validate",
    define,
    run: Run::PolicyAlone(run),
    examples: &[
        ("", "with TAILSCALE_API_KEY, or another credential, in the environment"),
        ("--deny-warnings --format github", "in CI: annotate the pull request"),
        ("--api-url https://headscale.example.com", "ask a headscale server"),
    ],
};

const FORMATS: &[Choice<VerdictFormat>] = &[
    (VerdictFormat::Text, "text", "for people, with excerpts of the policy"),
    (VerdictFormat::Json, "json", "one JSON document"),
    (VerdictFormat::Github, "github", "annotations of a GitHub Actions workflow"),
];

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum VerdictFormat {
    #[default]
    Text,
    Json,
    Github,
}

fn define(command: clap::Command) -> clap::Command {
    command
        .about("Ask the tailnet whether it would accept the policy")
        .after_help(MORE)
        .arg(argument::format(FORMATS, "The output format"))
        .arg(argument::flag("deny-warnings", "Exit with 1 if there are warnings, and not only for errors"))
        .arg(argument::flag("cross-check", "Compare the server's answers about users and devices with ours"))
        .arg(facts::argument().requires("cross-check"))
        .args(connection::arguments())
}

/// Asks about a policy. Messages call it `path`.
fn run(path: &Path, policy: Policy, matches: &ArgMatches) -> CommandResult {
    if policy.text.trim().is_empty() {
        let message = format!("`{}` is empty", file::visible_name(path));
        return Err(Failure::new(message).help("write `{}` for a policy without rules, which allows everything"));
    }
    let client = connection::client(matches)?;
    let verdict = {
        let _progress = Progress::show("asking the server");
        client.validate(&policy.text)?
    };
    let server = client.server()?;
    let report = VerdictReport::new(path, server.name(), &policy, &verdict);
    let format = argument::get_format(matches, FORMATS);
    match format {
        VerdictFormat::Text => output::print(&report.to_text(&output::stdout_renderer()))?,
        VerdictFormat::Json => output::write_json(&report.to_json())?,
        VerdictFormat::Github => output::write(report.to_github().as_bytes())?,
    }
    if format != VerdictFormat::Json {
        output::say(&format!("{}\n", report.summary()));
    }
    let denies_warnings = matches.get_flag("deny-warnings") && !verdict.warnings.is_empty();
    let mut is_bad = !verdict.is_accepted() || denies_warnings;
    if matches.get_flag("cross-check") && verdict.is_accepted() {
        is_bad |= !compare(&client, path, policy.clone(), matches)?;
    }
    Ok(ExitStatus::with_findings(is_bad))
}

/// Compares our answers with the server's. Returns whether they are the same.
fn compare(client: &Client, path: &Path, mut policy: Policy, matches: &ArgMatches) -> Result<bool, Failure> {
    let mut texts = facts::read_files(path, matches)?;
    if texts.is_empty() {
        let fetched = fetched_facts::fetch(client, &[FactList::Devices, FactList::Users])?;
        texts = fetched_facts::named(fetched);
    }
    let facts = facts::add(&mut policy, texts)?;
    let findings = facts.findings_of_policy(check::check(&policy))?;
    let Some(policy) = ValidPolicy::from_findings(policy, &findings) else {
        let message = "the answers cannot be compared, because this program finds errors in the policy";
        return Err(Failure::new(message).help("`check` shows them"));
    };
    let CrossCheck { compared, skipped, differences } = cross_check(client, &policy)?;
    for difference in &differences {
        output::say_failure(&disagreement(client.server()?, difference));
    }
    let name = visible(&path.to_string_lossy());
    let skipped = if skipped == 0 { String::new() } else { format!(" ({skipped} cannot be compared)") };
    let found = counted(differences.len(), "difference");
    output::say(&format!("{name}: {} compared{skipped}: {found}\n", counted(compared, "answer")));
    Ok(differences.is_empty())
}

fn disagreement(server: Server, Disagreement { user, destination, line }: &Disagreement) -> Failure {
    let (server, us) = (server.name(), "this program");
    let (allows, denies) = if line.is_some() { (server, us) } else { (us, server) };
    let line = line.map(|line| format!(", by the rule on line {line}")).unwrap_or_default();
    Failure::new(format_args!("`{user}` to `{destination}`: {allows} allows it{line}, and {denies} does not"))
        .help("this is a mistake in this program; please report it with the rules concerned")
}
