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
    let named = argument::get_text(matches, NAME).and_then(|name| name.parse::<Dialect>().ok());
    let policy = Policy::parse_in(text, named);
    let is_open = named.is_none() && policy.dialect == Dialect::Tailscale;
    let login = policy.bare_login().filter(|_| is_open).map(|login| login.text.to_string());
    let Some(login) = login else { return policy };
    if Policy::names_target(&policy.text) {
        return policy;
    }
    output::say(&format!(
        "note: {} is checked for headscale, because `{login}` has no domain; use `--target tailscale` to check it for Tailscale\n",
        file::visible_name(path)
    ));
    Policy::parse_in(policy.text, Some(Dialect::Headscale))
}
