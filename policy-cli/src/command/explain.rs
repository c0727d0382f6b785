//! `explain`: may one reach the other, by which rule, and what is missing if not?

use std::path::Path;

use clap::{Arg, ArgMatches, Command};
use policy_analysis::query::{Answer, Question, explain, host_and_port};
use policy_core::Policy;
use policy_core::model::Protocol;

use crate::answer::{self, Asked, Explained};
use crate::facts;
use crate::outcome::{Failure, Outcome};
use crate::output;
use crate::valid;

const MORE: &str = "\
SRC and DST are whatever names somebody or something: a login, a user or a device of the facts by name, a host, an
address or a prefix, tag:x, group:x, autogroup:member, svc:x. What stands for several is answered for all of them,
those included who do not exist yet, and where they differ each is told apart.

Examples:
  policy explain policy.hujson alice@example.com tag:db:5432    may she, and by which rule?
  policy explain policy.hujson group:eng 10.0.0.7:53 --proto udp
  policy explain policy.hujson tag:ci '[fd7a::1]:443'           an IPv6 address has brackets
  policy explain policy.hujson alice@example.com tag:db --ssh root
                                                                the port, the SSH rule, and whether it asks for a check

Exit status:
  0  it is allowed, to whoever meets the postures that are shown
  1  it is not, or not to all of them, or that hangs on something that is not known
  2  there is no answer: wrong usage, an unknown name, a file that cannot be read";

pub(crate) fn command() -> Command {
    Command::new("explain")
        .about("Tell whether one may reach the other, by which rule and by which way, or what is missing")
        .after_help(MORE)
        .arg(Arg::new("source").index(1).value_name("SRC").required(true).help("From whom"))
        .arg(
            Arg::new("destination")
                .index(2)
                .value_name("DST:PORT")
                .required(true)
                .help("To what, and to which port of it"),
        )
        .arg(
            Arg::new("proto")
                .long("proto")
                .value_name("PROTOCOL")
                .default_value("tcp")
                .help("Over which protocol: a name or a number; one without ports takes no port"),
        )
        .arg(
            Arg::new("ssh")
                .long("ssh")
                .value_name("ACCOUNT")
                .conflicts_with("proto")
                .help("Log in as this account, over Tailscale SSH; the port is 22"),
        )
        .arg(answer::format_argument())
        .arg(facts::argument())
}

/// Answers for a policy that is known as `path`.
pub(crate) fn run(path: &Path, policy: Policy, matches: &ArgMatches) -> Result<Outcome, Failure> {
    let question = question(matches)?;
    let Some(policy) = valid::with_facts(path, policy, matches)? else { return Ok(Outcome::Incomplete) };
    let explanation = explain(&policy, &question).map_err(|refusal| answer::refused(&refusal))?;
    let verdict = explanation.verdict();
    let explained = Explained { asked: Asked::new(path, &policy), question, explanation };
    match answer::is_json(matches) {
        true => output::write(format!("{:#}\n", explained.to_json()).as_bytes())?,
        false => output::print(&explained.to_text())?,
    }
    Ok(if verdict == Answer::Allowed { Outcome::Good } else { Outcome::Findings })
}

fn question(matches: &ArgMatches) -> Result<Question<'_>, Failure> {
    let word = |name: &str| matches.get_one::<String>(name).map_or("", String::as_str);
    let (destination, port) = host_and_port(word("destination"));
    let account = matches.get_one::<String>("ssh").map(String::as_str);
    let protocol = answer::protocol(word("proto"))?;
    let port = match (port, account) {
        (None, Some(_)) => 22,
        (Some(port), Some(_)) if answer::port(port)? != 22 => {
            return Err(Failure::new("Tailscale SSH is on port 22 alone").help("leave the port out"));
        }
        (None | Some("0" | "*"), None) if !protocol.has_ports() => 0,
        (Some(_), None) if !protocol.has_ports() => {
            return Err(Failure::new(format_args!("`{protocol}` has no ports")).help("leave the port out"));
        }
        (Some(port), _) => answer::port(port)?,
        (None, None) => {
            return Err(Failure::new("there is no port to ask about")
                .help(format_args!("write it behind the destination, as `{destination}:443`; `who` lists all ports")));
        }
    };
    let protocol = if account.is_some() { Protocol::TCP } else { protocol };
    Ok(Question { source: word("source"), destination, protocol, port, account })
}
