//! `expiring`: lists the parts of a policy that end, with their last days.

use std::path::Path;

use clap::{Arg, ArgMatches, value_parser};
use policy_core::Policy;

use super::{Command, CommandResult, Example, Run};
use crate::answer::{AnswerFormat, ExpiringAnswer, RulePrinter};
use crate::exit_status::ExitStatus;
use crate::{argument, facts, file, output, today, valid};

const MORE: &str = "\
Rules, tests and `allow`s with an `until` are listed, the earliest first. The last day is included, in UTC.
POLICY_TODAY=2027-03-31 sets today's date.

Exit status:
  0  nothing has ended
  1  something has ended, or the policy has errors
  2  failure: wrong usage, or a file that cannot be read";

pub(crate) const COMMAND: Command = Command { name: "expiring", define, run: Run::Policy(run), examples: EXAMPLES };

const EXAMPLES: &[Example] =
    &[("", ""), ("--within 30d", "only what ends in the next thirty days, or has ended"), ("--format json", "")];

fn define(command: clap::Command) -> clap::Command {
    command
        .about("List rules, tests and allowed warnings that have an `until`")
        .after_help(MORE)
        .arg(
            Arg::new("within")
                .long("within")
                .value_name("DAYS")
                .value_parser(value_parser!(Days))
                .help("List only what ends within this number of days, such as 30d"),
        )
        .args([argument::format(AnswerFormat::ALL, "The output format"), facts::argument()])
}

/// A number of days: `30d`, or `30`.
#[derive(Clone, Copy, Debug)]
struct Days(i64);

impl std::str::FromStr for Days {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Days, Self::Err> {
        let number = text.strip_suffix('d').unwrap_or(text).parse::<u32>();
        number.map(|days| Days(i64::from(days))).map_err(|_| "write a number of days, such as 30d")
    }
}

/// Lists the parts of a policy that end. Messages call the policy `path`.
fn run(path: &Path, policy: Policy, matches: &ArgMatches) -> CommandResult {
    let today = today::today()?;
    let Some(policy) = valid::with_facts(path, policy, matches)? else { return Ok(ExitStatus::Findings) };
    let within = matches.get_one::<Days>("within").map(|days| days.0);
    let mut endings = policy.endings();
    endings.retain(|ending| within.is_none_or(|days| today.days_until(ending.until.date) <= days));
    let answer = ExpiringAnswer { rules: RulePrinter::new(path, &policy), today, endings };
    match argument::get_format(matches, AnswerFormat::ALL) {
        AnswerFormat::Text => {
            output::print(&answer.to_text())?;
            output::say(&format!("{}: {}\n", file::visible_name(path), answer.summary()));
        }
        AnswerFormat::Json => output::write_json(&answer.to_json())?,
    }
    Ok(ExitStatus::with_findings(answer.ended() > 0))
}
