//! `validate`, `pull`, `drift` and `push` without the feature `deploy`. They say how to get the commands.
//!
//! The feature compiles a TLS library, so it is off by default in an operator's own binary.

use std::path::Path;
use std::{env, fs};

use clap::{Arg, ArgMatches};
use policy_core::Policy;

use super::{Command, CommandResult, Run, refuse_here};
use crate::failure::Failure;

pub(crate) const COMMANDS: &[Command] = &[VALIDATE, DRIFT, PUSH];

const VALIDATE: Command = Command {
    name: "validate",
    define: |command| define(command, "Ask the tailnet whether it would accept the policy"),
    run: Run::Files(|built_in, matches| refuse(built_in, "validate", Some("-"), matches)),
    examples: &[],
};

const DRIFT: Command = Command {
    name: "drift",
    define: |command| define(command, "Compare the policy with the one that the tailnet has"),
    run: Run::Files(|built_in, matches| refuse(built_in, "drift", Some("-"), matches)),
    examples: &[],
};

const PUSH: Command = Command {
    name: "push",
    define: |command| define(command, "Give the policy to the tailnet"),
    run: Run::Files(|built_in, matches| refuse(built_in, "push", Some("-"), matches)),
    examples: &[],
};

pub(crate) const PULL: Command = Command {
    name: "pull",
    define: |command| define(command, "Write the policy that the tailnet has to a file"),
    run: Run::Files(|built_in, matches| refuse(built_in, "pull", None, matches)),
    examples: &[],
};

fn define(command: clap::Command, about: &'static str) -> clap::Command {
    let arguments = Arg::new("arguments").num_args(0..).trailing_var_arg(true).allow_hyphen_values(true).hide(true);
    command.about(format!("{about}. Needs the feature `deploy`")).arg(arguments)
}

/// Says how to run a command. `policy` is the argument with which the stand-alone program reads the policy from a pipe,
/// if the command needs the policy.
fn refuse(built_in: Option<&Policy>, name: &str, policy: Option<&str>, matches: &ArgMatches) -> CommandResult {
    if built_in.is_none() {
        return refuse_here(name, "the network");
    }
    let arguments: Vec<&str> = matches.get_many::<String>("arguments").into_iter().flatten().map(|s| &**s).collect();
    let manifest = env::var_os("CARGO_MANIFEST_DIR")
        .and_then(|folder| fs::read_to_string(Path::new(&folder).join("Cargo.toml")).ok());
    let message = format!("this program was built without the feature `deploy`, which `{name}` needs");
    Err(Failure::new(message).help(help(name, policy, &arguments, manifest.as_deref())))
}

fn help(name: &str, policy: Option<&str>, arguments: &[&str], manifest: Option<&str>) -> String {
    // Other words would have to be quoted for the shell.
    let is_plain = |word: &&str| word.chars().all(|char| char.is_ascii_alphanumeric() || "-_./=:,@+%".contains(char));
    let arguments = if arguments.iter().all(is_plain) { arguments } else { &[] };
    let line = |words: &[&str]| [words, arguments].concat().join(" ");
    let piped = match policy {
        Some(policy) => line(&["cargo run -q | policy", name, policy]),
        None => line(&["policy", name]),
    };
    let own = |feature: &str| line(&["cargo run --features", feature, "--", name]);
    let first = match manifest.map(feature) {
        Some(Feature::Named(feature)) => format!("run `{}`", own(feature)),
        Some(Feature::Missing { dependency }) => format!(
            "write `deploy = [\"{dependency}/deploy\"]` below `[features]` in Cargo.toml, and run `{}`",
            own("deploy")
        ),
        None => "build it with the feature `deploy`".to_owned(),
    };
    format!("{first}; or use the stand-alone program: `{piped}`")
}

/// The feature of an operator's crate that turns on `deploy` of this crate.
#[derive(Debug, PartialEq, Eq)]
enum Feature<'m> {
    /// The name of the feature.
    Named(&'m str),
    /// There is none. The manifest calls this crate `dependency`.
    Missing { dependency: &'static str },
}

/// Finds the feature in a manifest. Reads lines instead of TOML, because that is enough for manifests that people write.
fn feature(manifest: &str) -> Feature<'_> {
    let lines = || manifest.lines().map(str::trim).filter(|line| !line.starts_with('#'));
    let with_feature = lines().find(|line| line.contains("policy-cli/deploy\""));
    match with_feature.and_then(|line| line.split_once('=')) {
        Some((name, _)) => Feature::Named(name.trim().trim_matches('"')),
        None => {
            let is_renamed = lines().any(|line| line.starts_with("policy-cli"));
            Feature::Missing { dependency: if is_renamed { "policy-cli" } else { env!("CARGO_PKG_NAME") } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_is_a_command_that_works() {
        let manifest = "[dependencies]\ntailnet-policy-cli = \"0.1\"\n";
        let with_feature = format!("{manifest}[features]\ndeploy = [\"tailnet-policy-cli/deploy\"]\n");
        let renamed = "[dependencies]\npolicy-cli = { workspace = true }\n[features]\n# x = [\"policy-cli/deploy\"]\n";
        type Case<'c> = (&'c str, Option<&'c str>, &'c [&'c str], Option<&'c str>, &'c str);
        let cases: [Case<'_>; 6] = [
            (
                "push",
                Some("-"),
                &["--dry-run"],
                Some(&with_feature),
                "run `cargo run --features deploy -- push --dry-run`; or use the stand-alone program: \
                 `cargo run -q | policy push - --dry-run`",
            ),
            (
                "push",
                Some("-"),
                &[],
                Some(manifest),
                "write `deploy = [\"tailnet-policy-cli/deploy\"]` below `[features]` in Cargo.toml, and run \
                 `cargo run --features deploy -- push`; or use the stand-alone program: `cargo run -q | policy push -`",
            ),
            (
                "drift",
                Some("-"),
                &[],
                Some(renamed),
                "write `deploy = [\"policy-cli/deploy\"]` below `[features]` in Cargo.toml, and run \
                 `cargo run --features deploy -- drift`; or use the stand-alone program: `cargo run -q | policy drift -`",
            ),
            (
                "pull",
                None,
                &["live.hujson"],
                Some(&with_feature.replace("deploy =", "online =")),
                "run `cargo run --features online -- pull live.hujson`; or use the stand-alone program: \
                 `policy pull live.hujson`",
            ),
            (
                "pull",
                None,
                &["my file"],
                None,
                "build it with the feature `deploy`; or use the stand-alone program: `policy pull`",
            ),
            (
                "validate",
                Some("-"),
                &["$(x)"],
                None,
                "build it with the feature `deploy`; or use the stand-alone \
             program: `cargo run -q | policy validate -`",
            ),
        ];
        for (name, policy, arguments, manifest, expected) in cases {
            assert_eq!(help(name, policy, arguments, manifest), expected);
        }
    }
}
