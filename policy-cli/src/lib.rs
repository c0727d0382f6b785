//! The commands of a tailnet policy.
//!
//! An operator's own binary has its policy built in, so its `main` is one line:
//!
//! ```
//! # mod tailnet {
//! #     use std::sync::LazyLock;
//! #     use policy_core::Policy;
//! #     pub static POLICY: LazyLock<Policy> = LazyLock::new(|| Policy::parse("{}"));
//! # }
//! fn main() -> std::process::ExitCode {
//!     policy_cli::run(&tailnet::POLICY)
//! }
//! ```
//!
//! The stand-alone `policy` reads `.hujson` files. Both exit with 0 if all is well, with 1 if there are
//! findings, and with 2 if they could not do what they were asked to.

mod answer;
mod command;
mod comment;
mod diff;
mod diff_report;
mod facts;
mod file;
mod git;
pub mod import;
mod invariants_file;
mod line_index;
pub mod migrate;
mod operator_crate;
mod outcome;
mod output;
mod places;
mod render;
mod report;
mod test_report;
mod valid;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Arg, ArgMatches, Command, value_parser};
use policy_core::Policy;

use command::{ABOUT_A_POLICY, about_a_policy, emit, fmt};
use outcome::{Failure, Outcome};

const EXIT_STATUS: &str = "Exit status:
  0  all is well
  1  there are findings: errors, failing tests, differences, or a file that is not as it should be
  2  it could not be done: wrong usage, or a file that cannot be read or written";

const EXAMPLES: &str = "Examples:
  cargo run > policy.hujson                    print the policy
  cargo run -- emit --output policy.hujson     write it to a file, if that changes the file
  cargo run -- emit --check policy.hujson      in CI: is the committed file up to date?
  cargo run -- diff git:HEAD:policy.hujson     what access do the changes since the last commit give?
  cargo run -- fmt src/tailnet.rs              format the policy's source
  cargo run -- docs --output docs/access.md    the reference page, with what its author wrote kept
  cargo run -- explain alice tag:db:5432       may she, by which rule, and if not, why not?
  cargo run -- who tag:db                      all who reach it
  cargo run -- report -o access.html           a page to look up who reaches what";

const FILE_EXAMPLES: &str = "Examples:
  policy check policy.hujson                   would Tailscale take it?
  policy check policy.hujson --format github   in CI: annotate the pull request
  policy test policy.hujson                    do its own tests pass?
  policy explain policy.hujson alice@example.com tag:db:5432
                                               may she, by which rule, and if not, why not?
  policy who policy.hujson tag:db              all who reach it
  policy compile policy.hujson --tailnet facts.json
                                               Tailscale's verdict, and what each device gets
  policy matrix policy.hujson                  who reaches what
  policy docs policy.hujson --check access.md  in CI: is the reference page up to date?
  policy fmt policy.hujson                     format it in place
  policy fmt src/tailnet.rs                    format the `policy!` in it
  policy fmt --check *.hujson                  in CI: is every file formatted?
  policy import policy.hujson > src/tailnet.rs the same policy in Rust, with its comments
  policy diff git:HEAD:policy.hujson policy.hujson
                                               what access do the changes since the last commit give?
  policy init tailnet --from policy.hujson     a crate for it, with all that git and CI want
  policy migrate --write policy.hujson         acls as grants, which allow exactly the same";

/// Does what the command line asks for with a policy that is built in, and prints it if nothing is asked.
///
/// The exit code is 0 if all is well, 1 if there are findings, 2 if it could not be done.
pub fn run(policy: &Policy) -> ExitCode {
    let command = Command::new("tailnet")
        .display_name(program_name())
        .version(concat!("with policy-cli ", env!("CARGO_PKG_VERSION")))
        .about("A tailnet policy, checked when it was compiled. Without a command, prints it as HuJSON.")
        .after_help(format!("{EXAMPLES}\n\n{EXIT_STATUS}"))
        .subcommands([emit::command(), fmt::command(), command::diff::command(true)])
        .subcommands(ABOUT_A_POLICY.map(|(command, _)| command()));
    execute(command, |matches| match matches.subcommand() {
        None => emit::print(policy),
        Some((name, matches)) => match about_a_policy(name) {
            Some(run) => run(Path::new("<built-in policy>"), policy.clone(), matches),
            None if name == "fmt" => Ok(fmt::run(matches)),
            None if name == "diff" => command::diff::run(Some(policy), matches),
            None => emit::run(policy, matches),
        },
    })
}

/// Does what the command line asks for with policies in files. It is all of the stand-alone `policy`.
///
/// The exit code is 0 if all is well, 1 if there are findings, 2 if it could not be done.
pub fn run_on_files() -> ExitCode {
    let command = Command::new("policy")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Check, explain and format tailnet policy files, and make Rust of them")
        .after_help(format!("{FILE_EXAMPLES}\n\n{EXIT_STATUS}"))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommands(ABOUT_A_POLICY.map(|(command, _)| about_a_file(command())))
        .subcommands([
            fmt::command(),
            command::import::command(),
            command::init::command(),
            command::migrate::command(),
            command::diff::command(false),
        ]);
    execute(command, |matches| match matches.subcommand() {
        Some((name, matches)) => match about_a_policy(name) {
            Some(run) => {
                let (path, policy) = read_policy(name, matches)?;
                run(path, policy, matches)
            }
            None if name == "import" => command::import::run(matches),
            None if name == "init" => command::init::run(matches),
            None if name == "migrate" => command::migrate::run(matches),
            None if name == "diff" => command::diff::run(None, matches),
            None => Ok(fmt::run(matches)),
        },
        // clap has refused that already.
        None => Ok(Outcome::Incomplete),
    })
}

/// A command with the arguments that stand where an operator's own binary has its policy built in; the file comes before
/// all else that it takes.
fn about_a_file(command: Command) -> Command {
    let shifted = command.mut_args(|arg| match arg.get_index() {
        Some(index) => arg.index(index + 1),
        None => arg,
    });
    let command = shifted.arg(policy_file().index(1));
    if knows_invariants(command.get_name()) { command.arg(invariants_file::argument()) } else { command }
}

/// Whether a command is about what must hold of a policy, too. What Tailscale makes of it does not hang on that.
fn knows_invariants(command: &str) -> bool {
    command != "compile"
}

/// The policy file, as an argument.
fn policy_file() -> Arg {
    Arg::new("file")
        .value_name("FILE")
        .value_parser(value_parser!(PathBuf))
        .required(true)
        .help("The policy file; `-` reads stdin, git:REV:PATH a file of a revision")
}

/// The policy that [`about_a_file`]'s arguments name for a command, and how to call it.
fn read_policy<'m>(command: &str, matches: &'m ArgMatches) -> Result<(&'m Path, Policy), Failure> {
    let path = matches.get_one::<PathBuf>("file").map_or(Path::new("-"), PathBuf::as_path);
    let text = file::read_text(path).map_err(|failure| match command {
        // What stands there may be what was to be asked about.
        "explain" | "who" | "what" if !path.exists() && !path.to_string_lossy().ends_with("json") => {
            failure.help(format_args!("the policy file comes first: `policy {command} policy.hujson …`"))
        }
        _ => failure,
    })?;
    let policy = Policy::parse(text);
    let policy = if knows_invariants(command) { invariants_file::add(path, policy, matches)? } else { policy };
    Ok((file::display_name(path), policy))
}

fn execute(command: Command, run: impl FnOnce(&ArgMatches) -> Result<Outcome, Failure>) -> ExitCode {
    let outcome = match command.try_get_matches() {
        Ok(matches) => run(&matches),
        Err(usage) => output::usage(&usage),
    };
    outcome
        .unwrap_or_else(|failure| {
            output::report(&failure);
            Outcome::Incomplete
        })
        .into()
}

/// What the operator calls their binary.
fn program_name() -> String {
    let path = std::env::args_os().next().map(PathBuf::from);
    let name = path.as_deref().and_then(Path::file_stem).map(OsString::from);
    name.and_then(|name| name.into_string().ok()).unwrap_or_else(|| "policy".to_owned())
}
