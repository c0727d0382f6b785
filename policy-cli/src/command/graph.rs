//! `graph`: who reaches what, as a picture.

use std::path::Path;

use clap::builder::PossibleValue;
use clap::{Arg, ArgMatches, Command};
use policy_core::Policy;

use crate::facts;
use crate::outcome::{Failure, Outcome};
use crate::output;
use crate::render::graph::{self, Graph};
use crate::valid;

const MORE: &str = "\
Sources stand on the left, destinations on the right, and each line is what rules allow, with its ports. Names from
which, or to which, the same lines lead share a box. SVG needs no other program: open it in a browser, where a line
under the pointer says in full what it is.

Examples:
  policy graph policy.hujson > policy.mmd                 put it into a ```mermaid fence on GitHub or Forgejo
  policy graph policy.hujson --format svg > policy.svg
  policy graph policy.hujson --format dot | dot -Tpdf -o policy.pdf";

pub(crate) fn command() -> Command {
    let formats = [
        PossibleValue::new("mermaid").help("for Markdown pages"),
        PossibleValue::new("dot").help("for Graphviz"),
        PossibleValue::new("svg").help("a picture"),
    ];
    Command::new("graph")
        .about("Print a picture of who reaches what, or what other programs draw it from")
        .after_help(MORE)
        .arg(
            Arg::new("format")
                .long("format")
                .value_name("FORMAT")
                .value_parser(formats)
                .default_value("mermaid")
                .help("What to print"),
        )
        .arg(facts::argument())
}

/// Prints the picture of a policy that is known as `path`.
pub(crate) fn run(path: &Path, policy: Policy, matches: &ArgMatches) -> Result<Outcome, Failure> {
    let Some(policy) = valid::with_facts(path, policy, matches)? else { return Ok(Outcome::Findings) };
    let graph = Graph::new(&policy);
    let text = match matches.get_one::<String>("format").map(String::as_str) {
        Some("dot") => graph::dot(&graph),
        Some("svg") => graph::file(&graph),
        _ => graph::mermaid(&graph),
    };
    output::write(text.as_bytes()).map(|()| Outcome::Good)
}
