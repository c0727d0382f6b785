//! `matrix`: who reaches what, as a table.

use std::path::Path;

use clap::builder::PossibleValue;
use clap::{Arg, ArgAction, ArgMatches, Command};
use policy_analysis::matrix::Matrix;
use policy_core::Policy;
use policy_core::json::Value;

use crate::facts;
use crate::outcome::{Failure, Outcome};
use crate::output;
use crate::places::Places;
use crate::render::matrix::{self, Names, legend};
use crate::render::prose::Block;
use crate::render::{html, markdown};
use crate::valid;

const ABOUT: &str = "Print who reaches what on which ports, as a table of sources and destinations";

const MORE: &str = "\
Rows are the sources that rules name, columns the destinations that rules, tests and invariants name. A cell says
what the two names alone give: what everybody in the source reaches on everything in the destination, now and later.
A device with several tags has what each of them gives, and so may have more than any row says; with --devices, rows
and columns are the devices of the facts, with all that they are.

In `md` and `html` a number is a TCP port, SSH is TCP port 22, *:53 is a port of TCP and UDP alike, Y is everything
and - is nothing. In `csv` and `json` ports are written as in a grant's `ip`: tcp:443, 53, *.

Examples:
  policy matrix policy.hujson                            Markdown, for a page
  policy matrix policy.hujson --format csv > access.csv  for a spreadsheet
  policy matrix policy.hujson --devices --tailnet facts.json
                                                         device by device";

/// A table of more cells than that is for no reader. JSON lists only what is reached.
const MOST_CELLS: usize = 1_000_000;

pub(crate) fn command() -> Command {
    let formats = [
        PossibleValue::new("md").help("a table in Markdown"),
        PossibleValue::new("csv").help("for spreadsheets"),
        PossibleValue::new("json")
            .help("for programs: what is reached, under which conditions, by which lines of the policy"),
        PossibleValue::new("html").help("a table to put into a page"),
    ];
    Command::new("matrix")
        .about(ABOUT)
        .after_help(MORE)
        .arg(
            Arg::new("format")
                .long("format")
                .value_name("FORMAT")
                .value_parser(formats)
                .default_value("md")
                .help("How to write it"),
        )
        .arg(
            Arg::new("devices")
                .long("devices")
                .action(ArgAction::SetTrue)
                .help("Tell it of the devices that are known, not of the names in the policy"),
        )
        .arg(facts::argument())
}

/// Prints the matrix of a policy that is known as `path`.
pub(crate) fn run(path: &Path, policy: Policy, matches: &ArgMatches) -> Result<Outcome, Failure> {
    let Some(policy) = valid::with_facts(path, policy, matches)? else { return Ok(Outcome::Findings) };
    let by_device = matches.get_flag("devices");
    if by_device && policy.facts.devices.is_empty() {
        return Err(Failure::new("no devices are known").help("name a file that lists them with `--tailnet`"));
    }
    let matrix = if by_device { Matrix::of_devices(&policy) } else { Matrix::new(&policy) };
    let (rows, columns) = matrix::everything(&matrix);
    let format = matches.get_one::<String>("format").map_or("md", String::as_str);
    let cells = rows.len().saturating_mul(columns.len());
    if format != "json" && cells > MOST_CELLS {
        return Err(Failure::new(format_args!(
            "a table of {} rows and {} columns is too large",
            rows.len(),
            columns.len()
        ))
        .help("`--format json` lists only what is reached"));
    }
    let text = match format {
        "csv" => matrix::to_csv(&matrix, &rows, &columns),
        "json" => {
            let places = Places::new(path, &policy);
            let line = |rule| places.line(rule).map_or(Value::Null, Value::from);
            format!("{:#}\n", matrix::to_json(&matrix, &rows, &columns, line))
        }
        _ => {
            let table = Block::Table(matrix::table(&Names::new(&policy), &matrix, &rows, &columns));
            let blocks = [table, Block::Paragraph(legend())];
            if format == "html" { html::blocks(&blocks, "Access matrix") } else { markdown::blocks(&blocks) }
        }
    };
    output::write(text.as_bytes()).map(|()| Outcome::Good)
}
