//! `explain`: answers whether a source can reach a destination, by which rule, or what is missing.

use std::path::Path;

use clap::{Arg, ArgMatches};
use policy_analysis::Analysis;
use policy_analysis::query::{Question, host_and_port};
use policy_core::Policy;
use policy_core::model::{PortRange, Protocol};
use policy_core::testing::Decision;

use super::{Command, CommandResult, Example, Run};
use crate::answer::{AnswerFormat, ExplainAnswer, RulePrinter};
use crate::argument::{self, get_str};
use crate::exit_status::ExitStatus;
use crate::failure::Failure;
use crate::program::command_line;
use crate::{facts, output, valid};

const MORE: &str = "\
SRC and DST can be a login, the name of a user or a device in the facts, a host, an address or a prefix, tag:x, group:x,
autogroup:member or svc:x. If a name stands for several users or devices, the answer covers all of them, including those
that join later. If their answers differ, they are listed separately.

Exit status:
  0  allowed, if the source meets the postures that are shown
  1  denied, or denied for some of them, or it depends on an unknown fact
  2  no answer: a policy with errors, wrong usage, an unknown name, or a file that cannot be read";

pub(crate) const COMMAND: Command = Command { name: "explain", define, run: Run::Policy(run), examples: EXAMPLES };

const EXAMPLES: &[Example] = &[
    ("alice@example.com tag:db:5432", "can she reach it, and by which rule?"),
    ("group:eng 10.0.0.7:53 --proto udp", ""),
    ("tag:ci '[fd7a::1]:443'", "an IPv6 address has brackets"),
    ("alice@example.com tag:db --ssh root", "the port, the SSH rule, and whether it asks for a check"),
];

fn define(command: clap::Command) -> clap::Command {
    command
        .about("Explain whether a source can reach a destination, by which rule, or what is missing")
        .after_help(MORE)
        .arg(argument::word(1, "source", "SRC").help("The source"))
        .arg(argument::word(2, "destination", "DST:PORT").help("The destination and its port"))
        .arg(
            Arg::new("proto")
                .long("proto")
                .value_name("PROTOCOL")
                .default_value("tcp")
                .help("The protocol, by name or number; omit the port if it has none"),
        )
        .arg(
            Arg::new("ssh")
                .long("ssh")
                .value_name("ACCOUNT")
                .conflicts_with("proto")
                .help("The account of a login over Tailscale SSH, which uses port 22"),
        )
        .arg(argument::format(AnswerFormat::ALL, "The output format"))
        .arg(facts::argument())
}

/// Answers a question about a policy. Messages call the policy `path`.
fn run(path: &Path, policy: Policy, matches: &ArgMatches) -> CommandResult {
    let question = question(path, matches)?;
    // Not `Findings`, which means that access is denied.
    let Some(policy) = valid::with_facts(path, policy, matches)? else { return Ok(ExitStatus::Incomplete) };
    let explanation = policy.explain(&question)?;
    let is_allowed = explanation.decision() == Decision::Allow;
    let answer = ExplainAnswer { rules: RulePrinter::new(path, &policy), question, explanation };
    match argument::get_format(matches, AnswerFormat::ALL) {
        AnswerFormat::Text => output::print(&answer.to_text())?,
        AnswerFormat::Json => output::write_json(&answer.to_json())?,
    }
    Ok(ExitStatus::with_findings(!is_allowed))
}

/// Reads the question about a policy that is known as `path`.
fn question<'m>(path: &Path, matches: &'m ArgMatches) -> Result<Question<'m>, Failure> {
    let (destination, port) = host_and_port(get_str(matches, "destination"));
    let account = argument::get_text(matches, "ssh");
    let protocol = get_str(matches, "proto").parse::<Protocol>()?;
    let port = match (port, account) {
        (None, Some(_)) => 22,
        (Some(port), Some(_)) if parse_port(port)? != 22 => {
            return Err(Failure::new("Tailscale SSH is on port 22 alone").help("leave the port out"));
        }
        (None | Some("0" | "*"), None) if !protocol.has_ports() => 0,
        (Some(_), None) if !protocol.has_ports() => {
            return Err(Failure::new(format_args!("`{protocol}` has no ports")).help("leave the port out"));
        }
        (Some(port), _) => parse_port(port)?,
        (None, None) => {
            return Err(Failure::new("the destination has no port").help(format_args!(
                "add it to the destination, such as `{destination}:443`; `{}` lists all ports",
                command_line(path, "who", destination)
            )));
        }
    };
    let protocol = if account.is_some() { Protocol::TCP } else { protocol };
    Ok(Question { source: get_str(matches, "source"), destination, protocol, port, account })
}

fn parse_port(text: &str) -> Result<u16, Failure> {
    let range = text.parse::<PortRange>()?;
    if range.first == range.last {
        Ok(range.first)
    } else {
        Err(Failure::new(format_args!("`{text}` is more than one port")).help("ask about one, such as `443`"))
    }
}
