//! Arguments that several commands take, and functions that read them.

use std::path::{Path, PathBuf};

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Arg, ArgAction, ArgMatches, value_parser};

/// A value of `--format`, its name on the command line, and a line of help.
pub type Choice<T> = (T, &'static str, &'static str);

/// Defines a required positional argument. The first one has the index 1.
pub fn word(index: usize, name: &'static str, value_name: &'static str) -> Arg {
    Arg::new(name).index(index).value_name(value_name).required(true)
}

/// Defines a path.
pub fn path(name: &'static str, value_name: &'static str) -> Arg {
    Arg::new(name).value_name(value_name).value_parser(value_parser!(PathBuf))
}

/// Defines the policy file for a command that reads policies from files only.
pub fn policy_file() -> Arg {
    path("file", "FILE").required(true).help("The policy file; `-` reads stdin")
}

/// Defines `--output`.
pub fn output(value_name: &'static str) -> Arg {
    path("output", value_name).long("output").short('o')
}

/// Defines a switch.
pub fn flag(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
}

/// Defines `--format`. The first choice is the default.
pub fn format<T>(choices: &[Choice<T>], help: &'static str) -> Arg {
    let default = choices.first().map(|(_, name, _)| *name);
    let values = choices.iter().map(|(_, name, help)| PossibleValue::new(*name).help(*help));
    Arg::new("format")
        .long("format")
        .value_name("FORMAT")
        .value_parser(PossibleValuesParser::new(values))
        .default_value(default)
        .help(help)
}

/// Returns the choice that `--format` names.
pub fn get_format<T: Copy + Default>(matches: &ArgMatches, choices: &[Choice<T>]) -> T {
    let name = get_str(matches, "format");
    choices.iter().find(|(_, known, _)| *known == name).map_or_else(T::default, |(choice, ..)| *choice)
}

/// Returns the path in an argument, if it is given.
pub fn get_path<'m>(matches: &'m ArgMatches, name: &str) -> Option<&'m Path> {
    matches.get_one::<PathBuf>(name).map(PathBuf::as_path)
}

/// Returns the path of the policy file, or `-` for stdin if there is none.
pub fn get_file<'m>(matches: &'m ArgMatches, name: &str) -> &'m Path {
    get_path(matches, name).unwrap_or(Path::new("-"))
}

/// Returns the text of an argument, if it is given.
pub fn get_text<'m>(matches: &'m ArgMatches, name: &str) -> Option<&'m str> {
    matches.get_one::<String>(name).map(String::as_str)
}

/// Returns the text of an argument, or an empty text if it is not given.
pub fn get_str<'m>(matches: &'m ArgMatches, name: &str) -> &'m str {
    get_text(matches, name).unwrap_or("")
}
