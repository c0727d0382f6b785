//! `matrix`: prints a table of who can reach what.

use std::path::Path;

use clap::ArgMatches;
use policy_analysis::Analysis;
use policy_core::Policy;

use super::{Command, CommandResult, Run};
use crate::argument::{self, Choice};
use crate::exit_status::ExitStatus;
use crate::failure::Failure;
use crate::locations::Locations;
use crate::render::matrix::{self, Names, legend};
use crate::render::prose::Block;
use crate::render::{html, markdown};
use crate::{facts, json, output, valid};

const ABOUT: &str = "Print a table of the ports that each source can reach at each destination";

const MORE: &str = "\
Rows are the sources that rules name. Columns are the destinations that rules, tests and invariants name. A cell shows
access that follows from the names: what everyone in the source can reach on everything in the destination, now and
later. A device with several tags has the access of each, so it may have more than any row shows. With --devices, rows
and columns are the devices of the facts, with all their tags.

In `md` and `html`, a number is a TCP port, SSH is TCP port 22, and *:53 is port 53 of both TCP and UDP. Y: all ports.
-: no access. A source that can reach a port can also ping. \"depends on\" names a selector that may include
them, depending on facts that are not given: give users and devices with --tailnet. \"until\" names the last day of
access that ends. `csv` and `json` write ports as in a grant's `ip`: tcp:443, 53, *.";

/// The maximum number of cells in a table for people. JSON only lists cells with access.
const MOST_CELLS: usize = 1_000_000;

pub(crate) const COMMAND: Command = Command {
    name: "matrix",
    define,
    run: Run::Policy(run),
    examples: &[
        ("", "Markdown, for a page"),
        ("--format csv > access.csv", "for a spreadsheet"),
        ("--devices --tailnet facts.json", "device by device"),
    ],
};

const FORMATS: &[Choice<MatrixFormat>] = &[
    (MatrixFormat::Markdown, "md", "a table in Markdown"),
    (MatrixFormat::Csv, "csv", "for spreadsheets"),
    (MatrixFormat::Json, "json", "for programs: what is reached, under which conditions, by which rules"),
    (MatrixFormat::Html, "html", "an HTML table for a page"),
];

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum MatrixFormat {
    #[default]
    Markdown,
    Csv,
    Json,
    Html,
}

fn define(command: clap::Command) -> clap::Command {
    command
        .about(ABOUT)
        .after_help(MORE)
        .arg(argument::format(FORMATS, "The output format"))
        .arg(argument::flag("devices", "Use the devices of the facts instead of the names in the policy"))
        .arg(facts::argument())
}

/// Prints the matrix of a policy. Messages call the policy `path`.
fn run(path: &Path, policy: Policy, matches: &ArgMatches) -> CommandResult {
    let Some(policy) = valid::with_facts(path, policy, matches)? else { return Ok(ExitStatus::Findings) };
    let by_device = matches.get_flag("devices");
    if by_device && policy.facts.devices.is_empty() {
        return Err(Failure::new("no devices are known").help("name a file that lists them with `--tailnet`"));
    }
    let format = argument::get_format(matches, FORMATS);
    if matrix::allows_everything(&policy) && !by_device {
        let remark = [Block::Paragraph(matrix::allow_all_remark())];
        let text = match format {
            MatrixFormat::Markdown => markdown::blocks(&remark),
            MatrixFormat::Html => html::blocks(&remark, "Access matrix"),
            MatrixFormat::Csv => matrix::allow_all_csv(),
            MatrixFormat::Json => json::to_text(&matrix::allow_all_json()),
        };
        return output::write(text.as_bytes()).map(|()| ExitStatus::Success);
    }
    let matrix = if by_device { policy.device_matrix() } else { policy.matrix() };
    let (rows, columns) = matrix::all_ends(&matrix);
    let (width, height) = (columns.len(), rows.len());
    if format != MatrixFormat::Json && height.saturating_mul(width) > MOST_CELLS {
        return Err(Failure::new(format_args!("a table of {height} rows and {width} columns is too large"))
            .help("`--format json` lists only what is reached"));
    }
    let blocks = || {
        let table = matrix::table(&Names::new(&policy), &matrix, &rows, &columns);
        [Block::Table(table), Block::Paragraph(legend(&policy))]
    };
    let text = match format {
        MatrixFormat::Markdown => markdown::blocks(&blocks()),
        MatrixFormat::Html => html::blocks(&blocks(), "Access matrix"),
        MatrixFormat::Csv => matrix::to_csv(&matrix, &rows, &columns),
        MatrixFormat::Json => json::to_text(&matrix::to_json(&matrix, &rows, &columns, &Locations::new(path, &policy))),
    };
    output::write(text.as_bytes()).map(|()| ExitStatus::Success)
}
