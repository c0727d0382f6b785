//! The command line that restores a backup.

use std::path::Path;

use clap::ArgMatches;
use clap::parser::ValueSource;
use policy_deploy::ETag;

use crate::argument;
use crate::program::Program;

/// Options that name the tailnet, and have to be the same when a backup is restored.
const CONNECTION: [&str; 2] = ["api-url", "tailnet-id"];

/// Returns the command line that restores the backup in `path` if the version `written` is still live.
pub(super) fn restore_command(program: Program, matches: &ArgMatches, path: &Path, written: &ETag) -> String {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut line = format!("{} push --restore {}", program.prefix_of("push"), quoted(&path.to_string_lossy()));
    for name in CONNECTION {
        let is_given = matches.value_source(name) == Some(ValueSource::CommandLine);
        if let (true, Some(value)) = (is_given, argument::get_text(matches, name)) {
            line.push_str(&format!(" --{name}={}", quoted(value)));
        }
    }
    line.push_str(&format!(" --overwrite {written}"));
    line
}

/// Returns a word as a shell reads it.
fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./=:,@+%".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_the_words() {
        assert_eq!(
            ["/state/a.hujson", "", "my file", "it's", "$(x)"].map(quoted),
            ["/state/a.hujson", "''", "'my file'", r"'it'\''s'", "'$(x)'"]
        );
    }
}
