//! `completions`: prints a script that lets a shell complete command lines of `policy`.

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Arg, ArgMatches};
use clap_complete::{Shell, generate};
use clap_complete_nushell::Nushell;
use policy_core::Policy;

use policy_cli::tool::exit_status::ExitStatus;
use policy_cli::tool::{Command, CommandResult, Run};
use policy_cli::tool::{argument, output, stand_alone};

const MORE: &str = "\
Put the output where the shell reads it: into its folder for completions, or into its startup file.";

pub(crate) const COMMAND: Command = Command {
    name: "completions",
    define,
    run: Run::Files(run),
    examples: &[
        ("bash > ~/.local/share/bash-completion/completions/policy", ""),
        ("zsh > ~/.zfunc/_policy", "with `fpath+=~/.zfunc` in ~/.zshrc"),
        ("fish > ~/.config/fish/completions/policy.fish", ""),
        ("powershell >> $PROFILE", ""),
    ],
};

/// The shells, with their names on the command line.
const SHELLS: [(&str, Option<Shell>); 6] = [
    ("bash", Some(Shell::Bash)),
    ("zsh", Some(Shell::Zsh)),
    ("fish", Some(Shell::Fish)),
    ("powershell", Some(Shell::PowerShell)),
    ("elvish", Some(Shell::Elvish)),
    // Support for Nushell is in a separate crate.
    ("nushell", None),
];

fn define(command: clap::Command) -> clap::Command {
    let values = SHELLS.map(|(name, _)| PossibleValue::new(name));
    let shell = Arg::new("shell").value_name("SHELL").required(true).value_parser(PossibleValuesParser::new(values));
    command
        .about("Print the completion script of this program for a shell")
        .after_help(MORE)
        .arg(shell.help("The shell"))
}

fn run(_: Option<&Policy>, matches: &ArgMatches) -> CommandResult {
    let name = argument::get_str(matches, "shell");
    let mut program = stand_alone(super::COMMANDS);
    let mut script = Vec::new();
    match SHELLS.iter().find(|(known, _)| *known == name) {
        Some((_, Some(shell))) => generate(*shell, &mut program, "policy", &mut script),
        _ => generate(Nushell, &mut program, "policy", &mut script),
    }
    output::write(&script).map(|()| ExitStatus::Success)
}
