//! `who`: lists everyone who can reach a destination. `what`: lists everything that a source can
//! reach.

use std::path::Path;

use clap::ArgMatches;
use policy_analysis::Analysis;
use policy_analysis::query::host_and_port;
use policy_core::Policy;
use policy_core::access::PortSet;
use policy_core::model::{PortRange, Protocol};

use super::{Command, CommandResult, Run};
use crate::answer::{AnswerFormat, Listing, ReachAnswer, RulePrinter};
use crate::argument::{self, get_str};
use crate::exit_status::ExitStatus;
use crate::{facts, output, valid};

const MORE_OF_WHO: &str = "\
DST can be tag:x, a host, an address or a prefix, the name of a user or a device in the facts, group:x, svc:x or
autogroup:internet. With a port, such as 443 or 80-443, only access to that port is listed.

The list is complete. It covers everyone the policy can distinguish, including \"any other member\" and \"any other
address\", with every port, SSH rule and app capability, rule by rule.";

const MORE_OF_WHAT: &str = "\
SRC can be a login, the name of a user or a device in the facts, tag:x, group:x, autogroup:member, a host, an address or
a prefix.

The list is complete. It covers everything the policy can distinguish, including \"any other address\", with every
port, SSH rule and app capability, rule by rule.";

pub(crate) const WHO: Command = Command {
    name: "who",
    define: define_who,
    run: Run::Policy(run_who),
    examples: &[
        ("tag:db", ""),
        ("tag:db:5432", ""),
        ("nas --tailnet facts.json", "a device, with all the tags that it has"),
    ],
};

pub(crate) const WHAT: Command = Command {
    name: "what",
    define: define_what,
    run: Run::Policy(run_what),
    examples: &[("alice@example.com", ""), ("tag:ci --format json", "")],
};

fn define_who(command: clap::Command) -> clap::Command {
    command
        .about("List everyone who can reach a destination: ports, SSH and app capabilities, with the rules")
        .after_help(MORE_OF_WHO)
        .arg(argument::word(1, "destination", "DST[:PORT]").help("The destination, and optionally a port"))
        .args([argument::format(AnswerFormat::ALL, "The output format"), facts::argument()])
}

fn define_what(command: clap::Command) -> clap::Command {
    command
        .about("List everything that a source can reach: ports, SSH and app capabilities, with the rules")
        .after_help(MORE_OF_WHAT)
        .arg(argument::word(1, "source", "SRC").help("The source"))
        .args([argument::format(AnswerFormat::ALL, "The output format"), facts::argument()])
}

/// Lists everyone who can reach a destination. Messages call the policy `path`.
fn run_who(path: &Path, policy: Policy, matches: &ArgMatches) -> CommandResult {
    let (word, port) = host_and_port(get_str(matches, "destination"));
    let port = port.filter(|port| *port != "*");
    let ports = port.map(str::parse::<PortRange>).transpose()?.map(on_any_protocol);
    let Some(policy) = valid::with_facts(path, policy, matches)? else { return Ok(ExitStatus::Findings) };
    let reach = policy.who(word, ports.as_ref())?;
    let rules = RulePrinter::new(path, &policy);
    print(&ReachAnswer { rules, word, port, listing: Listing::Sources, reach }, matches)
}

/// Lists everything that a source can reach. Messages call the policy `path`.
fn run_what(path: &Path, policy: Policy, matches: &ArgMatches) -> CommandResult {
    let word = get_str(matches, "source");
    let Some(policy) = valid::with_facts(path, policy, matches)? else { return Ok(ExitStatus::Findings) };
    let reach = policy.what(word)?;
    let rules = RulePrinter::new(path, &policy);
    print(&ReachAnswer { rules, word, port: None, listing: Listing::Destinations, reach }, matches)
}

/// Returns the set of these ports for every protocol that has ports.
fn on_any_protocol(range: PortRange) -> PortSet {
    PortSet::new([Protocol::TCP, Protocol::UDP, Protocol::SCTP].map(|protocol| (Some(protocol), range)))
}

fn print(answer: &ReachAnswer, matches: &ArgMatches) -> CommandResult {
    match argument::get_format(matches, AnswerFormat::ALL) {
        AnswerFormat::Text => output::print(&answer.to_text())?,
        AnswerFormat::Json => output::write_json(&answer.to_json())?,
    }
    Ok(ExitStatus::Success)
}
