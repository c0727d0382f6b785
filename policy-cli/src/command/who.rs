//! `who`: all who reach a destination. `what`: all that a source reaches.

use std::path::Path;

use clap::{Arg, ArgMatches, Command};
use policy_analysis::query::{host_and_port, what, who};
use policy_core::Policy;
use policy_core::access::port_set::PortSet;
use policy_core::model::{PortRange, Protocol};

use crate::answer::{self, Asked, Direction, Listed};
use crate::facts;
use crate::outcome::{Failure, Outcome};
use crate::output;
use crate::valid;

const MORE_OF_WHO: &str = "\
DST is whatever names something: tag:x, a host, an address or a prefix, a user or a device of the facts by name,
group:x, svc:x, autogroup:internet. With a port, a range as 80-443 or a number, only what reaches that is listed.

The list is complete: everybody is in it whom the policy can tell apart, \"any other member\" and \"any other address\"
included, with every port, every SSH rule and every app capability, rule by rule.

Examples:
  policy who policy.hujson tag:db
  policy who policy.hujson tag:db:5432
  policy who policy.hujson nas --tailnet facts.json      a device, with all the tags that it has";

const MORE_OF_WHAT: &str = "\
SRC is whatever names somebody: a login, a user or a device of the facts by name, tag:x, group:x, autogroup:member, a
host, an address or a prefix.

The list is complete: everything is in it that the policy can tell apart, \"any other address\" included, with every
port, every SSH rule and every app capability, rule by rule.

Examples:
  policy what policy.hujson alice@example.com
  policy what policy.hujson tag:ci --format json";

pub(crate) fn who_command() -> Command {
    Command::new("who")
        .about("List all who reach a destination: ports, SSH and app capabilities, with the rules")
        .after_help(MORE_OF_WHO)
        .arg(
            Arg::new("destination")
                .index(1)
                .value_name("DST[:PORT]")
                .required(true)
                .help("To what, and perhaps to which port"),
        )
        .arg(answer::format_argument())
        .arg(facts::argument())
}

pub(crate) fn what_command() -> Command {
    Command::new("what")
        .about("List all that a source reaches: ports, SSH and app capabilities, with the rules")
        .after_help(MORE_OF_WHAT)
        .arg(Arg::new("source").index(1).value_name("SRC").required(true).help("From whom"))
        .arg(answer::format_argument())
        .arg(facts::argument())
}

/// Lists who reaches a destination of a policy that is known as `path`.
pub(crate) fn run_who(path: &Path, policy: Policy, matches: &ArgMatches) -> Result<Outcome, Failure> {
    let word = matches.get_one::<String>("destination").map_or("", String::as_str);
    let (word, port) = host_and_port(word);
    let port = port.filter(|port| *port != "*");
    let ports = port.map(answer::range).transpose()?.map(on_any_protocol);
    let Some(policy) = valid::with_facts(path, policy, matches)? else { return Ok(Outcome::Incomplete) };
    let reach = who(&policy, word, ports.as_ref()).map_err(|refusal| answer::refused(&refusal))?;
    print(Listed { asked: Asked::new(path, &policy), word, port, direction: Direction::Who, reach }, matches)
}

/// Lists what a source reaches by a policy that is known as `path`.
pub(crate) fn run_what(path: &Path, policy: Policy, matches: &ArgMatches) -> Result<Outcome, Failure> {
    let word = matches.get_one::<String>("source").map_or("", String::as_str);
    let Some(policy) = valid::with_facts(path, policy, matches)? else { return Ok(Outcome::Incomplete) };
    let reach = what(&policy, word).map_err(|refusal| answer::refused(&refusal))?;
    print(Listed { asked: Asked::new(path, &policy), word, port: None, direction: Direction::What, reach }, matches)
}

/// These ports of every protocol that has some.
fn on_any_protocol(range: PortRange) -> PortSet {
    PortSet::new([Protocol::TCP, Protocol::UDP, Protocol::SCTP].map(|protocol| (Some(protocol), range)))
}

fn print(listed: Listed, matches: &ArgMatches) -> Result<Outcome, Failure> {
    match answer::is_json(matches) {
        true => output::write(format!("{:#}\n", listed.to_json()).as_bytes())?,
        false => output::print(&listed.to_text())?,
    }
    Ok(Outcome::Good)
}
