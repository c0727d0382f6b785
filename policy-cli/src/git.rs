//! Files in the history of a git repository.

use std::io::{self, Read};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::failure::Failure;
use crate::memory;

const PREFIX: &str = "git:";

/// Returns `REV:PATH`, git's name for a file in a revision, or `None` for the path of a file.
pub(crate) fn object(path: &Path) -> Option<&str> {
    path.to_str()?.strip_prefix(PREFIX)
}

/// Returns whether a revision has this file.
pub(crate) fn exists(object: &str) -> Result<bool, Failure> {
    refuse_in_memory(object)?;
    let mut command = Command::new("git");
    command.args(["--no-pager", "cat-file", "-e", object]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let status = command.status().map_err(|error| Failure::new(format_args!("cannot run `git`: {error}")))?;
    Ok(status.success())
}

/// Reads a file in a revision, up to `limit` bytes.
pub(crate) fn read(object: &str, limit: u64) -> Result<Vec<u8>, Failure> {
    refuse_in_memory(object)?;
    let (revision, file) = object.split_once(':').unwrap_or((object, ""));
    if file.is_empty() || !is_revision(revision) {
        return Err(Failure::new(format_args!("`{PREFIX}{object}` is not a file in a git revision"))
            .help("write `git:REV:PATH`, such as `git:origin/main:policy.hujson`"));
    }
    let failed = |error: &io::Error| match error.kind() {
        io::ErrorKind::NotFound => Failure::new(format_args!("`{PREFIX}{object}` needs `git`, which is not installed")),
        _ => Failure::new(format_args!("cannot run `git`: {error}")),
    };
    let mut command = command();
    // Reads the file as it was committed. Unlike `show`, `cat-file` runs no filters.
    command.args(["cat-file", "blob", object]);
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
        if reason.contains("bad file") {
            return Err(Failure::new(format_args!("`{PREFIX}{object}` is a directory, not a file")));
        }
        return Err(Failure::new(format_args!("git cannot show `{object}`: {reason}")).help(help));
    }
    Ok(content)
}

fn refuse_in_memory(object: &str) -> Result<(), Failure> {
    if !memory::is_in_use() {
        return Ok(());
    }
    Err(Failure::new(format_args!("`{PREFIX}{object}` needs `git`, which is not available here"))
        .help("use the program `policy`, or give the old policy as a file"))
}

/// Returns the content of a file in the current commit, or `None` if it is not there.
#[cfg(feature = "deploy")]
pub(crate) fn committed(path: &Path) -> Option<Vec<u8>> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let object = [b"HEAD:./", path.file_name()?.as_encoded_bytes()].concat();
    let mut command = command();
    command.current_dir(folder).args(["cat-file", "blob", std::str::from_utf8(&object).ok()?]);
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then_some(output.stdout)
}

/// Returns a command that starts git without anything that the configuration of a repository could run.
///
/// A repository may belong to anyone, and its configuration can name programs to run. So pagers, hooks, programs that
/// compare or watch files, and requests to remotes for missing objects are disabled.
pub(crate) fn command() -> Command {
    let mut command = Command::new("git");
    command.args(["--no-pager", "--literal-pathspecs", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"]);
    command.args(["-c", "diff.external=", "-c", "log.showSignature=false", "-c", "protocol.allow=never"]);
    command.env("GIT_NO_LAZY_FETCH", "1").env("GIT_TERMINAL_PROMPT", "0").env("GIT_ALLOW_PROTOCOL", "none");
    command
}

/// Returns whether a text names one revision, and is not an option, a range or an excluded
/// revision.
fn is_revision(word: &str) -> bool {
    !word.is_empty() && !word.starts_with(['-', '^']) && !word.contains("..") && !word.contains(char::is_whitespace)
}
