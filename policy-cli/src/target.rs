//! `--target`: the control server that a policy file is for.

use std::path::Path;

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Arg, ArgMatches};
use policy_core::Policy;
use policy_core::model::Dialect;

use crate::{argument, file, output};

const NAME: &str = "target";

/// Defines `--target`.
pub fn argument() -> Arg {
    let values = Dialect::ALL.map(|dialect| PossibleValue::new(dialect.name()));
    Arg::new(NAME)
        .long(NAME)
        .value_name("SERVER")
        .value_parser(PossibleValuesParser::new(values))
        .help("The control server that the policy is for; by default, the one in a comment `// policy: target …`")
}

/// Reads a policy for the server that `--target` names, or otherwise a comment in the text. Without
/// either, the policy is for Tailscale, unless it is clearly for headscale, which is reported.
/// Messages call the policy `path`.
pub fn parse(path: &Path, text: String, matches: &ArgMatches) -> Policy {
    let (policy, login) = read(text, named(matches));
    if let Some(login) = login {
        output::say(&format!(
            "note: {} is checked for headscale, because `{login}` has no domain; use `--target tailscale` to check it for Tailscale\n",
            file::visible_name(path)
        ));
    }
    policy
}

/// Returns the control server that `argument` names.
pub fn named(matches: &ArgMatches) -> Option<Dialect> {
    argument::get_text(matches, NAME).and_then(|name| name.parse::<Dialect>().ok())
}

/// Reads a policy for a control server. If none is named, also returns the login by which the
/// policy must be for headscale.
pub fn read(text: String, named: Option<Dialect>) -> (Policy, Option<String>) {
    let policy = Policy::parse_in(text, named);
    let is_open = named.is_none() && policy.dialect == Dialect::Tailscale;
    let login = policy.bare_login().filter(|_| is_open).map(|login| login.text.to_string());
    match login {
        Some(login) if !Policy::names_target(&policy.text) => {
            (Policy::parse_in(policy.text, Some(Dialect::Headscale)), Some(login))
        }
        _ => (policy, None),
    }
}
