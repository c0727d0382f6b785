//! The end of a push: its report, its line in the log, and its exit status.

use std::env;

use policy_deploy::Timestamp;
use policy_deploy::push::{Log, Outcome, Record, RecordedGuard, Report, Stop};

use super::operator::Pusher;
use super::options::PushFormat;
use super::restore_command::restore_command;
use crate::exit_status::ExitStatus;
use crate::failure::Failure;
use crate::output;
use crate::push_report::{Backup, End, github, json, markdown};

/// Ends a push that has not asked the control plane.
pub(super) fn stop(pusher: &Pusher, message: &str) -> Result<ExitStatus, Failure> {
    let end = End { outcome: "stopped", status: 1, message: message.to_owned(), help: None, backup: None };
    print(pusher, end).map(|()| ExitStatus::Findings)
}

/// Ends a push: appends the line to the log, and prints the end of the report.
///
/// # Errors
/// Fails if nothing was written and the report cannot be printed.
pub(super) fn finish(mut pusher: Pusher, report: &Report, log: Option<Log>) -> Result<ExitStatus, Failure> {
    // The end of the report would be on the line about the last request.
    pusher.stop_progress();
    if let Outcome::Stopped(Stop::Rejected(verdict)) = &report.outcome
        && pusher.options.format == PushFormat::Text
    {
        pusher.show_verdict(verdict)?;
    }
    pusher.dismiss_watchdog(&report.outcome);
    let end = end(&pusher, report);
    let status = ExitStatus::of_push(end.status);
    let logged = if pusher.is_planned { Ok(()) } else { append(&pusher, report, log) };
    let printed = print(&pusher, end);
    // After a write, the exit status says what is live, whatever else fails.
    pusher.settle();
    for failure in [logged, printed].into_iter().filter_map(Result::err) {
        if status < ExitStatus::PutBack && report.backup.is_none() {
            return Err(failure);
        }
        output::say_failure(&failure);
    }
    Ok(status)
}

fn end(pusher: &Pusher, report: &Report) -> End {
    let backup = report.backup.as_ref().map(|path| Backup {
        path: path.clone(),
        restore: restore_command(pusher.wanted.program, pusher.matches, path, &report.to),
    });
    if pusher.is_planned {
        let message = "this is a dry run: the policy could be written".to_owned();
        return End { outcome: "planned", status: 0, message, help: None, backup };
    }
    let outcome = &report.outcome;
    let message = match &pusher.conclusion {
        Some(conclusion) if conclusion.exit_status() == outcome.exit_status() => conclusion.to_string(),
        Some(_) | None => outcome.to_string(),
    };
    End { outcome: outcome.name(), status: outcome.exit_status(), message, help: outcome.help(), backup }
}

/// Prints the end of a text report, or a whole report in another format.
fn print(pusher: &Pusher, end: End) -> Result<(), Failure> {
    let format = pusher.options.format;
    // An annotation of GitHub is in the log, too.
    if end.status != 0 && format != PushFormat::Github {
        let failure = Failure::new(&end.message);
        output::say_failure(&end.help.as_ref().map_or(failure.clone(), |help| failure.help(help)));
    }
    if format == PushFormat::Text {
        return if end.status == 0 { output::print(&format!("{}\n", end.message)) } else { Ok(()) };
    }
    let report = pusher.report(Some(end));
    match format {
        PushFormat::Text => Ok(()),
        PushFormat::Markdown => output::write(markdown::page(&report).as_bytes()),
        PushFormat::Json => output::write_json(&json::value(&report)),
        PushFormat::Github => output::write(github::page(&report).as_bytes()),
    }
}

fn append(pusher: &Pusher, report: &Report, log: Option<Log>) -> Result<(), Failure> {
    let Some(mut log) = log else { return Ok(()) };
    let who = ["GITHUB_ACTOR", "USER", "USERNAME"].iter().find_map(|name| env::var(name).ok());
    let guards: Vec<RecordedGuard> = pusher
        .guards()
        .iter()
        .map(|guard| RecordedGuard {
            name: guard.name.to_owned(),
            result: guard.state.name().to_owned(),
            is_accepted: guard.is_accepted,
        })
        .collect();
    let record = Record { time: Timestamp::now(), who: who.as_deref(), target: pusher.target, report, guards: &guards };
    log.append(&record).map_err(|error| Failure::new(format_args!("cannot write the log: {error}")))
}
