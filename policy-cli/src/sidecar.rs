//! `policy.invariants`: what must hold of a policy that stays HuJSON, in a file beside it.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, value_parser};
use policy_core::Policy;
use policy_core::model::Sidecar;

use crate::failure::Failure;
use crate::file;

/// The extension of such a file; for the rest it is called like the policy.
pub(crate) const EXTENSION: &str = "invariants";

/// The argument of every command that invariants matter to.
pub(crate) fn argument() -> Arg {
    Arg::new(EXTENSION)
        .long(EXTENSION)
        .value_name("FILE")
        .value_parser(value_parser!(PathBuf))
        .help("The invariants of the policy, written as in `policy!`; if there is a `policy.invariants` beside `policy.hujson`, that one is read without being named")
}

/// The file of invariants that [`argument`] names, or else the one beside the policy, if there is one.
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

/// The text of that file, whose first byte has the position `base`.
pub(crate) fn beside(policy: &Path, base: u32, matches: &ArgMatches) -> Result<Option<Sidecar>, Failure> {
    let Some(path) = path(policy, matches)? else { return Ok(None) };
    let text = file::read_text(&path)?;
    let name = file::display_name(&path).to_string_lossy().into_owned();
    Ok(Some(Sidecar { name, text, base }))
}

/// The policy in the file `path`, with the invariants beside it.
pub(crate) fn read(path: &Path, policy: Policy, matches: &ArgMatches) -> Result<Policy, Failure> {
    let sidecar = beside(path, policy.end(), matches)?;
    Ok(match sidecar {
        Some(sidecar) => policy.with_invariants(sidecar),
        None => policy,
    })
}
