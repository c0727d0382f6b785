//! The directory for what the program remembers between runs.

use std::ffi::OsString;
use std::path::PathBuf;

/// Returns the directory for what the program remembers between runs, such as backups: `$XDG_STATE_HOME/policy`,
/// without that variable `~/.local/state/policy`, and on Windows `%LOCALAPPDATA%\policy`.
///
/// `variable` looks up an environment variable. As the XDG specification says, a relative path counts as unset. Returns
/// `None` if no variable names a directory.
pub fn state_directory(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let directory = |name: &str| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = directory("XDG_STATE_HOME").or_else(|| {
        if cfg!(windows) { directory("LOCALAPPDATA") } else { Some(directory("HOME")?.join(".local/state")) }
    })?;
    Some(state.join("policy"))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn variables_name_the_directory() {
        for (variables, expected) in [
            (&[("XDG_STATE_HOME", "/state"), ("HOME", "/home/alice")][..], Some("/state/policy")),
            (&[("HOME", "/home/alice")], Some("/home/alice/.local/state/policy")),
            (&[("XDG_STATE_HOME", ""), ("HOME", "/home/alice")], Some("/home/alice/.local/state/policy")),
            (&[("XDG_STATE_HOME", "state"), ("HOME", "/home/alice")], Some("/home/alice/.local/state/policy")),
            (&[("HOME", "")], None),
            (&[], None),
        ] {
            let variable = |name: &str| {
                variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(*value))
            };
            assert_eq!(state_directory(variable), expected.map(PathBuf::from), "{variables:?}");
        }
    }
}
