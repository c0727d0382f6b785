//! `migrate`: acls as grants.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use policy_core::analyze::{Change, Diff, Direction};

use crate::file;
use crate::invariants_file;
use crate::migrate::{Migration, Unmigrated, migrate};
use crate::outcome::{Failure, Outcome};
use crate::output;
use crate::report::{Format, Report};

use super::import::{imported, plain, without_mark};

pub(crate) fn command() -> Command {
    Command::new("migrate")
        .about("Write acls as grants, which allow exactly the same, and keep every comment")
        .after_help(
            "Each acl becomes a grant, or several if its destinations have different ports. A file without acls stays \
             what it is. What Tailscale would refuse is not migrated: its errors are shown, and nothing is written.\n\n\
             Examples:\n  \
             policy migrate policy.hujson | diff policy.hujson -   what would change?\n  \
             policy migrate --write policy.hujson                  change it\n  \
             policy migrate --rust policy.hujson > src/tailnet.rs  and go on in Rust",
        )
        .args([
            Arg::new("file")
                .value_name("FILE")
                .value_parser(value_parser!(PathBuf))
                .required(true)
                .help("The policy file; `-` reads stdin"),
            Arg::new("write")
                .long("write")
                .short('w')
                .action(ArgAction::SetTrue)
                .help("Write the file in place, all of it or nothing, instead of printing it"),
            Arg::new("rust")
                .long("rust")
                .action(ArgAction::SetTrue)
                .conflicts_with("write")
                .help("Print it as Rust, as `import` does"),
            invariants_file::argument().requires("rust"),
            plain().requires("rust"),
        ])
}

pub(crate) fn run(matches: &ArgMatches) -> Result<Outcome, Failure> {
    let path = matches.get_one::<PathBuf>("file").map_or(Path::new("-"), PathBuf::as_path);
    let in_place = matches.get_flag("write");
    if in_place && file::is_stdin(path) {
        return Err(Failure::new("stdin cannot be written in place").help("leave out `--write`"));
    }
    let text = file::read_text(path)?;
    let migration = match migrate(&text) {
        Ok(migration) => migration,
        Err(unmigrated) => {
            explain(path, &text, &unmigrated);
            return Ok(Outcome::Findings);
        }
    };
    output::say(&summary(path, &migration));
    if matches.get_flag("rust") {
        let Some(import) = imported(path, &migration.text, matches)? else { return Ok(Outcome::Incomplete) };
        output::write(import.source.as_bytes())?;
    } else if !in_place {
        output::write(migration.text.as_bytes())?;
    } else if migration.had_acls {
        file::write(path, migration.text.as_bytes())?;
    }
    Ok(Outcome::Good)
}

fn explain(path: &Path, text: &str, unmigrated: &Unmigrated) {
    let failure = Failure::new("nothing has been migrated");
    let failure = match unmigrated {
        Unmigrated::Invalid(errors) => {
            let report = Report::new(file::display_name(path), without_mark(text), errors);
            output::say(&report.render(Format::Text, &output::stderr_renderer()));
            failure.help("mend the errors above, and migrate then")
        }
        Unmigrated::Different(difference) => {
            output::say(&differences(difference));
            failure.help("grants would allow (+) or deny (-) the above, which the acls do not")
        }
    };
    output::report(&failure);
}

fn differences(difference: &Diff) -> String {
    let line = |change: &Change| {
        let sign = if change.direction == Direction::Gained { '+' } else { '-' };
        format!("{sign} {change}\n")
    };
    difference.changes.iter().map(line).collect()
}

fn summary(path: &Path, migration: &Migration) -> String {
    let name = file::display_name(path).display();
    let count = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    match migration.acls {
        _ if !migration.had_acls => format!("{name}: there are no `acls`, so there is nothing to migrate\n"),
        0 => format!("{name}: `acls` are empty, and so is what takes their place\n"),
        acls => format!(
            "{name}: {} became {}, which allow{} exactly the same\n",
            count(acls, "acl"),
            count(migration.grants, "grant"),
            if migration.grants == 1 { "s" } else { "" }
        ),
    }
}

#[cfg(test)]
mod tests {
    use policy_core::Policy;
    use policy_core::analyze::diff;

    use super::*;

    #[test]
    fn what_would_change_is_told_line_by_line() {
        let policy = |ports: &str| {
            Policy::parse(format!(
                "{{\"tagOwners\": {{\"tag:web\": []}}, \"grants\": [{{\"src\": [\"tag:web\"], \"dst\": [\"tag:web\"], \"ip\": [{ports}]}}]}}"
            ))
        };
        let difference = diff(&policy("\"tcp:22\", \"tcp:80\""), &policy("\"tcp:22\", \"tcp:443\""));
        assert_eq!(differences(&difference), "+ tag:web -> tag:web tcp:443\n- tag:web -> tag:web tcp:80\n");
    }
}
