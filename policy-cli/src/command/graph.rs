//! `graph`: draws who can reach what.

use std::path::Path;

use clap::ArgMatches;
use policy_core::Policy;

use super::{Command, CommandResult, Run};
use crate::argument::{self, Choice};
use crate::exit_status::ExitStatus;
use crate::render::graph::{self, Graph};
use crate::{facts, output, valid};

const MORE: &str = "\
Sources are on the left, destinations on the right, and each line is what rules allow, with its ports. Names with
the same lines share a box. SVG needs no other program: open it in a browser, where a line
under the pointer says in full what it is. \"until\" names the last day of access that ends.";

pub(crate) const COMMAND: Command = Command {
    name: "graph",
    define,
    run: Run::Policy(run),
    examples: &[
        ("> policy.mmd", "put it into a ```mermaid fence on GitHub or Forgejo"),
        ("--format svg > policy.svg", ""),
        ("--format dot | dot -Tpdf -o policy.pdf", ""),
    ],
};

const FORMATS: &[Choice<GraphFormat>] = &[
    (GraphFormat::Mermaid, "mermaid", "for Markdown pages"),
    (GraphFormat::Dot, "dot", "for Graphviz"),
    (GraphFormat::Svg, "svg", "an image"),
];

#[derive(Clone, Copy, Default)]
enum GraphFormat {
    #[default]
    Mermaid,
    Dot,
    Svg,
}

fn define(command: clap::Command) -> clap::Command {
    command
        .about("Print a drawing of who can reach what, or its source for other programs")
        .after_help(MORE)
        .arg(argument::format(FORMATS, "The output format"))
        .arg(facts::argument())
}

/// Prints the drawing of a policy. Messages call the policy `path`.
fn run(path: &Path, policy: Policy, matches: &ArgMatches) -> CommandResult {
    let Some(policy) = valid::with_facts(path, policy, matches)? else { return Ok(ExitStatus::Findings) };
    let graph = Graph::new(&policy);
    let text = match argument::get_format(matches, FORMATS) {
        GraphFormat::Mermaid => graph::mermaid(&graph),
        GraphFormat::Dot => graph::dot(&graph),
        GraphFormat::Svg => graph::file(&graph),
    };
    output::write(text.as_bytes()).map(|()| ExitStatus::Success)
}
