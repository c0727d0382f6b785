//! `export`: prints a part of the policy in a format for other programs.

use std::path::{Path, PathBuf};

use clap::parser::ValueSource;
use clap::{Arg, ArgGroup, ArgMatches};
use policy_analysis::json_schema::json_schema;
use policy_core::diagnostic::suggestion::nearest;
use policy_core::json::{Map, ToJson, Value};
use policy_core::{Policy, check};

use super::generated::{self, Target, check_argument};
use super::{Command, CommandResult, Run};
use crate::argument::{self, Choice, get_str, get_text};
use crate::exit_status::ExitStatus;
use crate::export::Language;
use crate::failure::Failure;
use crate::names::{NamedKind, PolicyNames};
use crate::program::command_line;
use crate::{facts, file, json, output, valid};

const MORE: &str = "\
Exports the names that the policy declares, the services and app capabilities that its rules name, and the users and
devices of the facts. Comments of the policy become comments of the constants.

A policy declares the shape of its own app capabilities in `capabilities { … }`, or in a comment above the opening
brace: `// policy: capability \"example.com/cap/sql\" { tables: [string]; }`. A device gets a list of values. The schema
describes one of them.";

pub(crate) const COMMAND: Command = Command {
    name: "export",
    define,
    run: Run::PolicyAlone(run),
    examples: &[
        ("--format python --output tailnet.py", "create or update the file"),
        ("--format python --check tailnet.py", "in CI: is it up to date?"),
        ("--format go --name policy --only tags,groups", "a package `policy` with the tags and the groups"),
        ("--schema example.com/cap/sql > sql.schema.json", ""),
    ],
};

/// The format of names.
#[derive(Clone, Copy)]
enum ExportFormat {
    Constants(Language),
    Json,
}

/// All formats, each with its name on the command line and a line of help.
fn formats() -> Vec<Choice<ExportFormat>> {
    let languages =
        Language::ALL.iter().map(|(language, name, help)| (ExportFormat::Constants(*language), *name, *help));
    languages.chain([(ExportFormat::Json, "json", "one JSON document, with all facts about each name")]).collect()
}

/// Returns the name of a kind on the command line.
fn kind_name(kind: NamedKind) -> &'static str {
    if kind == NamedKind::IpSet { "ipsets" } else { kind.key() }
}

fn define(command: clap::Command) -> clap::Command {
    let schema = Arg::new("schema")
        .long("schema")
        .value_name("CAPABILITY")
        .help("Print the JSON Schema of an app capability instead");
    let only = Arg::new("only")
        .long("only")
        .value_name("KINDS")
        .value_delimiter(',')
        .value_parser(NamedKind::ALL.map(kind_name))
        .requires("format")
        .help("Export only names of these kinds; `devices` includes the tags of devices");
    let name = Arg::new("name")
        .long("name")
        .value_name("NAME")
        .default_value("tailnet")
        .requires("format")
        .help("The name of the Go package, or of the local value in HCL");
    command
        .about("Print the names of the policy as constants of a language, or the JSON Schema of an app capability that the policy declares")
        .after_help(MORE)
        .arg(argument::format(&formats(), "The language").default_value(None::<&'static str>))
        .arg(schema)
        .group(ArgGroup::new("what").args(["format", "schema"]).required(true))
        .args([only, name])
        .arg(argument::output("FILE").help("Update FILE atomically instead, and only if it changes"))
        .arg(check_argument("FILE").help("Write nothing; print the difference and exit with 1 if FILE is out of date"))
        .arg(facts::argument().conflicts_with("schema"))
}

fn run(path: &Path, policy: Policy, matches: &ArgMatches) -> CommandResult {
    let (text, option) = match get_text(matches, "schema") {
        Some(name) => match schema(path, &policy, name)? {
            Some(schema) => (json::to_text(&schema), format!("--schema {name}")),
            None => return Ok(ExitStatus::Findings),
        },
        None => match names(path, policy, matches)? {
            Some(text) => (text, format!("--format {}{}", get_str(matches, "format"), options(matches))),
            None => return Ok(ExitStatus::Findings),
        },
    };
    match Target::new(matches) {
        Target::Print => output::write(text.as_bytes()).map(|()| ExitStatus::Success),
        Target::Save(file) => generated::save(file, text.as_bytes(), path, matches),
        Target::Check(file) => {
            let rest = format!("{option} --output {}", file.display());
            let refresh = format!("bring it up to date with `{}`", command_line(path, "export", &rest));
            let current = file::read(file).map_err(|failure| failure.help(&refresh))?;
            generated::check(file, &current, text.as_bytes(), &refresh)
        }
    }
}

/// Returns the options besides `--format` that the text depends on, as they are on the command line.
fn options(matches: &ArgMatches) -> String {
    let mut options = String::new();
    let only: Vec<&str> = matches.get_many("only").into_iter().flatten().map(String::as_str).collect();
    if !only.is_empty() {
        options.push_str(&format!(" --only {}", only.join(",")));
    }
    if matches.value_source("name") == Some(ValueSource::CommandLine) {
        options.push_str(&format!(" --name {}", get_str(matches, "name")));
    }
    for file in matches.get_many::<PathBuf>(facts::NAME).into_iter().flatten() {
        options.push_str(&format!(" --{} {}", facts::NAME, file.display()));
    }
    options
}

/// Returns the names of a policy in the format that the command line names. If the policy has
/// errors, reports them on stderr and returns `None`.
fn names(path: &Path, policy: Policy, matches: &ArgMatches) -> Result<Option<String>, Failure> {
    let name = get_str(matches, "name");
    if !is_name(name) {
        return Err(Failure::new(format_args!("`{name}` is not a valid name"))
            .help("use letters in lower case, digits and `_`, and start with a letter"));
    }
    let Some(policy) = valid::with_facts(path, policy, matches)? else { return Ok(None) };
    let only: Vec<&String> = matches.get_many("only").into_iter().flatten().collect();
    let has = |kind: NamedKind| only.iter().any(|only| *only == kind_name(kind));
    let is_wanted =
        |kind: &NamedKind| only.is_empty() || has(*kind) || *kind == NamedKind::Tag && has(NamedKind::Device);
    let kinds: Vec<NamedKind> = NamedKind::ALL.into_iter().filter(is_wanted).collect();
    let names = PolicyNames::new(&policy, &kinds);
    let formats = formats();
    let format = formats.iter().find(|(_, name, _)| *name == get_str(matches, "format")).map(|(format, ..)| *format);
    Ok(Some(match format {
        Some(ExportFormat::Constants(language)) => language.write(&names, name)?,
        // clap has refused any other format.
        Some(ExportFormat::Json) | None => {
            let version = [("version".to_owned(), json::VERSION.to_json())];
            let document: Map = version.into_iter().chain(names.to_json()).collect();
            json::to_text(&Value::Object(document))
        }
    }))
}

/// Returns whether a text can be the name of a Go package and of a local value.
fn is_name(text: &str) -> bool {
    let is_part = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '_';
    let is_keyword = GO_KEYWORDS.contains(&text);
    text.starts_with(|char: char| char.is_ascii_lowercase()) && text.chars().all(is_part) && !is_keyword
}

/// The keywords of Go.
#[rustfmt::skip]
const GO_KEYWORDS: &[&str] = &[
    "break", "case", "chan", "const", "continue", "default", "defer", "else", "fallthrough", "for", "func", "go", "goto",
    "if", "import", "interface", "map", "package", "range", "return", "select", "struct", "switch", "type", "var",
];

/// Returns the schema of a capability that a policy declares. If the policy has errors, reports
/// them on stderr and returns `None`.
fn schema(path: &Path, policy: &Policy, name: &str) -> Result<Option<Value>, Failure> {
    if !valid::report_errors(path, policy, &check::check(policy)) {
        return Ok(None);
    }
    let Some(declared) = policy.capability(name) else {
        let names = || policy.capabilities.iter().map(|declared| declared.name.as_str());
        let failure = Failure::new(format_args!("the policy declares no capability `{name}`"));
        let listed = || names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        return Err(match nearest(name, names()) {
            Some(near) => failure.help(format_args!("did you mean `{near}`?")),
            None if names().next().is_none() => failure.help("declare it in `capabilities { … }`"),
            None => failure.help(format_args!("it declares {}", listed())),
        });
    };
    Ok(Some(json_schema(declared)))
}
