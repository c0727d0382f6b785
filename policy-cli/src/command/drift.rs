//! `drift`: compares the policy with the one that the tailnet has.

use std::path::Path;

use clap::ArgMatches;
use policy_analysis::Analysis;
use policy_core::hujson::Document;
use policy_core::{Diagnostic, Policy, ValidPolicy, check};
use policy_deploy::{Client, ETag, PolicyVersion, Revision};

use super::{Command, CommandResult, Run};
use crate::deploy::fetched_facts::{self, FactList};
use crate::deploy::history::{self, Standing};
use crate::deploy::last_change::{LastChange, last_change};
use crate::deploy::{LIVE, connection};
use crate::diff_report::DiffReport;
use crate::drift_report::{Difference, DriftFormat, DriftReport};
use crate::exit_status::ExitStatus;
use crate::failure::Failure;
use crate::locations::Locations;
use crate::progress::Progress;
use crate::report::Report;
use crate::{argument, facts, output, today};

const MORE: &str = "\
If the tailnet has this policy, that is one request. Otherwise the report says whether only comments, only the text or
the access differs, and lists the access that one of the two gives alone. It says which commit the live policy is, by
comparing it with the versions of the file in git: no other file remembers what was pushed. Tailscale's audit log says
who stored it, if the credential may read it (scope logs:configuration:read).

--facts also asks for the tailnet's present users and devices, and runs the policy's tests and invariants with them. They
can fail without any edit, for example because of a new tag or role. --tailnet names files of facts instead.

Exit status:
  0  the tailnet has this policy, and with facts, its tests pass and its invariants hold
  1  the tailnet has another policy, or a test or an invariant fails, or the policy has errors
  2  failure: the server cannot be asked";

pub(crate) const COMMAND: Command = Command {
    name: "drift",
    define,
    run: Run::Policy(run),
    examples: &[
        ("", "with TAILSCALE_API_KEY, or another credential, in the environment"),
        ("--facts", "do the tests still pass, with the users and devices of today?"),
        ("--format md > drift.md", "in a nightly job, for an issue"),
    ],
};

fn define(command: clap::Command) -> clap::Command {
    command
        .about("Compare the policy with the one that the tailnet has")
        .after_help(MORE)
        .arg(argument::format(DriftFormat::ALL, "The output format"))
        .arg(
            argument::flag("facts", "Run the tests and invariants with the tailnet's present users and devices")
                .conflicts_with(facts::NAME),
        )
        .arg(facts::argument())
        .arg(argument::path("history", "FILE").long("history").help(
            "The committed policy file, to find the live policy among its versions; by default, that of the policy, \
             or policy.hujson",
        ))
        .args(connection::arguments())
}

/// Compares a policy. Messages call it `path`.
fn run(path: &Path, mut policy: Policy, matches: &ArgMatches) -> CommandResult {
    let client = connection::client(matches)?;
    let live = {
        let _progress = Progress::show("reading the policy");
        client.read_policy()?
    };
    let mut texts = facts::read_files(path, matches)?;
    if matches.get_flag("facts") {
        let _progress = Progress::show("reading users and devices");
        texts = fetched_facts::named(fetched_facts::fetch(&client, &[FactList::Devices, FactList::Users])?);
    }
    let has_facts = !texts.is_empty();
    let facts = facts::add(&mut policy, texts)?;
    let committed = history::committed_file(path, argument::get_path(matches, "history"));
    let standing = history::standing(&live.text, &policy.text, &committed);
    let findings = if has_facts {
        policy = today::checked_for_today(policy)?;
        facts.findings_of_policy(policy.check())?
    } else {
        Vec::new()
    };
    let errors: Vec<Diagnostic> = findings.into_iter().filter(Diagnostic::is_error).collect();
    let report = Report::on_policy(path, &policy, &errors);
    let change = if standing == Standing::Live { None } else { last_change(&client, &live.text)? };
    let compared = Compared { path, policy: &policy, live: &live, has_facts };
    let differs = compared.report(&client, &standing, change.as_ref(), has_facts.then_some(&report), matches)?;
    Ok(ExitStatus::with_findings(differs || !errors.is_empty()))
}

/// Our policy and the live one.
struct Compared<'a> {
    path: &'a Path,
    policy: &'a Policy,
    live: &'a PolicyVersion,
    has_facts: bool,
}

impl Compared<'_> {
    /// Prints the report. Returns whether the policies differ.
    fn report(
        &self,
        client: &Client,
        standing: &Standing,
        change: Option<&LastChange>,
        findings: Option<&Report<'_>>,
        matches: &ArgMatches,
    ) -> Result<bool, Failure> {
        let etag = match &self.live.revision {
            Revision::ETag(etag) => etag.clone(),
            Revision::Unguarded { text, .. } => ETag::of_bytes(text.as_bytes()),
        };
        let format = argument::get_format(matches, DriftFormat::ALL);
        let server = client.server()?.name();
        let live_name = Path::new(LIVE);
        let print = |difference: Difference<'_>| {
            let report = DriftReport {
                path: self.path,
                server,
                etag: etag.as_str(),
                texts: [&self.policy.text, &self.live.text],
                difference,
                standing,
                change,
                findings,
            };
            let text = report.render(format);
            match format {
                DriftFormat::Text => output::print(&text)?,
                DriftFormat::Markdown | DriftFormat::Json | DriftFormat::Github => output::write(text.as_bytes())?,
            }
            Ok(report.differs())
        };
        if *standing == Standing::Live {
            return print(Difference::None);
        }
        let Some(ours) = valid(self.policy.clone()) else { return print(Difference::Unreadable { is_ours: true }) };
        let Some(live) = valid(self.live_policy()) else { return print(Difference::Unreadable { is_ours: false }) };
        let diff = ours.diff(&live);
        let devices = self.has_facts.then(|| ours.device_diff(&live));
        if diff.is_empty() && devices.as_ref().is_none_or(|devices| devices.is_empty()) {
            let is_same = value(&self.policy.text) == value(&self.live.text);
            return print(if is_same { Difference::Comments } else { Difference::Text });
        }
        print(Difference::Access(Box::new(DiffReport {
            diff: &diff,
            devices: devices.as_ref(),
            old: Locations::new(self.path, &ours),
            new: Locations::new(live_name, &live),
        })))
    }

    /// Returns the live policy, for the same server and with the same facts as ours.
    fn live_policy(&self) -> Policy {
        let mut live = Policy::parse_in(self.live.text.clone(), Some(self.policy.dialect));
        live.facts = self.policy.facts.clone();
        live
    }
}

fn valid(policy: Policy) -> Option<ValidPolicy> {
    let findings = check::check(&policy);
    ValidPolicy::from_findings(policy, &findings)
}

/// Returns what a text says without comments.
fn value(text: &str) -> Option<policy_core::json::Value> {
    Document::parse(text).ok().map(|document| document.value(document.root()))
}
