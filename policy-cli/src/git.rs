//! Files as they are in a git repository's history.

use std::io::{self, Read};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::failure::Failure;

const PREFIX: &str = "git:";

/// Returns `REV:PATH`, as git names a file of a revision. `None` for the path of a file.
pub(crate) fn object(path: &Path) -> Option<&str> {
    path.to_str()?.strip_prefix(PREFIX)
}

/// Whether a revision has such a file.
pub(crate) fn exists(object: &str) -> Result<bool, Failure> {
    let mut command = Command::new("git");
    command.args(["--no-pager", "cat-file", "-e", object]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let status = command.status().map_err(|error| Failure::new(format_args!("cannot run `git`: {error}")))?;
    Ok(status.success())
}

/// The content of such a file, of which no more than `limit` bytes are read.
pub(crate) fn read(object: &str, limit: u64) -> Result<Vec<u8>, Failure> {
    let (revision, file) = object.split_once(':').unwrap_or((object, ""));
    // What begins with a dash would be taken for an option.
    if revision.is_empty() || file.is_empty() || revision.starts_with('-') {
        return Err(Failure::new(format_args!("`{PREFIX}{object}` names no file of a revision"))
            .help("write `git:REV:PATH`, as `git:origin/main:policy.hujson`"));
    }
    let failed = |error: &io::Error| match error.kind() {
        io::ErrorKind::NotFound => Failure::new(format_args!("`{PREFIX}{object}` needs `git`, which is not installed")),
        _ => Failure::new(format_args!("cannot run `git`: {error}")),
    };
    let mut command = Command::new("git");
    // As it was committed: with no filter, no colour and no pager.
    command.args(["--no-pager", "show", "--no-textconv", "--no-color", object]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| failed(&error))?;
    let mut content = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        stdout.take(limit).read_to_end(&mut content).map_err(|error| failed(&error))?;
    }
    let output = child.wait_with_output().map_err(|error| failed(&error))?;
    let is_whole = (content.len() as u64) < limit;
    if is_whole && !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr);
        let reason = reason.lines().next().unwrap_or("it does not say why");
        let reason = reason.strip_prefix("fatal: ").unwrap_or(reason);
        let help =
            "PATH is from the top of the repository, or from here as `./PATH`; in CI, the revision has to be fetched";
        return Err(Failure::new(format_args!("git cannot show `{object}`: {reason}")).help(help));
    }
    // A directory is shown as a list of its files, with its name above it.
    if content.starts_with(b"tree ") {
        return Err(Failure::new(format_args!("`{PREFIX}{object}` is a directory, not a file")));
    }
    Ok(content)
}
