//! `policy.invariants`: a file of invariants beside a policy that stays HuJSON.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, value_parser};
use policy_core::Policy;
use policy_core::model::InvariantsFile;
use policy_syntax::invariants_file;

use crate::failure::Failure;
use crate::file;

/// The extension of such a file. The rest of its name is that of the policy.
pub const EXTENSION: &str = "invariants";

/// Returns the argument of the commands that read invariants.
pub fn argument() -> Arg {
    Arg::new(EXTENSION)
        .long(EXTENSION)
        .value_name("FILE")
        .value_parser(value_parser!(PathBuf))
        .help("The invariants of the policy, written as in `policy!`; if there is a `policy.invariants` beside `policy.hujson`, that one is read without being named")
}

/// Returns the file of invariants that [`argument`] names, or else the one beside the policy, if there is one.
fn path(policy: &Path, matches: &ArgMatches) -> Result<Option<PathBuf>, Failure> {
    let Some(named) = matches.get_one::<PathBuf>(EXTENSION) else {
        let beside = policy.with_extension(EXTENSION);
        return Ok((!file::is_stdin(policy) && beside != policy && beside.is_file()).then_some(beside));
    };
    if named == policy {
        return Err(Failure::new("the policy and the invariants cannot both be read from the same file"));
    }
    Ok(Some(named.clone()))
}

/// Reads that file.
pub fn parse(policy: &Path, matches: &ArgMatches) -> Result<Option<InvariantsFile>, Failure> {
    let Some(path) = path(policy, matches)? else { return Ok(None) };
    let text = file::read_text(&path)?;
    Ok(Some(invariants_file::parse(file::display_name(&path).to_string_lossy(), text)))
}

/// Adds the invariants of that file to the policy in the file `path`.
pub fn add(path: &Path, policy: Policy, matches: &ArgMatches) -> Result<Policy, Failure> {
    let file = parse(path, matches)?;
    Ok(match file {
        Some(file) => policy.with_invariants(file),
        None => policy,
    })
}
