//! `policy.invariants`: a file of invariants beside a HuJSON policy.

use std::io;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, value_parser};
use policy_core::Policy;
use policy_core::model::InvariantsFile;
use policy_syntax::invariants_file;

use crate::failure::Failure;
use crate::memory::Kind;
use crate::{file, git};

/// The extension of a file of invariants. The rest of its name is that of the policy.
pub const EXTENSION: &str = "invariants";

/// Returns the argument of the commands that read invariants.
pub fn argument() -> Arg {
    Arg::new(EXTENSION).long(EXTENSION).value_name("FILE").value_parser(value_parser!(PathBuf)).help(
        "A file of invariants, in the syntax of `policy!`; by default, `policy.invariants` beside `policy.hujson`",
    )
}

/// Returns the path of the file of invariants that belongs to a policy. The file may not exist.
pub fn beside(policy: &Path) -> PathBuf {
    policy.with_extension(EXTENSION)
}

/// Returns the file of invariants that [`argument`] names, or otherwise the one beside the policy,
/// if it exists.
fn path(policy: &Path, matches: &ArgMatches) -> Result<Option<PathBuf>, Failure> {
    if let Some(named) = matches.get_one::<PathBuf>(EXTENSION) {
        if named == policy {
            return Err(Failure::new("the policy and the invariants cannot both be read from the same file"));
        }
        return Ok(Some(named.clone()));
    }
    let beside = beside(policy);
    if file::is_stdin(policy) || beside == policy {
        return Ok(None);
    }
    if let Some(object) = git::object(&beside) {
        return Ok(git::exists(object)?.then_some(beside));
    }
    // A file that cannot be read is an error. Without its invariants, a policy would seem to
    // satisfy all of them.
    if file::is_missing(&beside) {
        return Ok(None);
    }
    let name = file::visible_name(&beside);
    let help = format!("make it a file of invariants, or remove it; it belongs to `{}`", file::visible_name(policy));
    match file::kind(&beside) {
        Ok(Kind::File) => Ok(Some(beside)),
        Ok(Kind::Directory) => Err(Failure::new(format!("`{name}` is a directory, not a file")).help(help)),
        Ok(Kind::Other) => Err(Failure::new(format!("`{name}` is not a regular file")).help(help)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(Failure::new(format!("`{name}` is a link to a file that does not exist")).help(help))
        }
        Err(error) => Err(Failure::new(format!("cannot read `{name}`: {error}")).help(help)),
    }
}

/// Reads the file of invariants.
pub fn parse(policy: &Path, matches: &ArgMatches) -> Result<Option<InvariantsFile>, Failure> {
    let Some(path) = path(policy, matches)? else { return Ok(None) };
    let text = file::read_text(&path)?;
    Ok(Some(invariants_file::parse(file::display_name(&path).to_string_lossy(), text)))
}

/// Adds the invariants in the file to the policy in the file `path`.
pub fn add(path: &Path, policy: Policy, matches: &ArgMatches) -> Result<Policy, Failure> {
    let file = parse(path, matches)?;
    Ok(match file {
        Some(file) => policy.with_invariants(file),
        None => policy,
    })
}
