//! `migrate`: converts ACLs to grants.

use std::path::Path;

use clap::ArgMatches;
use policy_analysis::diff::{Change, Diff, Direction};
use policy_core::Policy;

use super::import::{import_text, plain_argument};
use crate::migrate::{Migration, MigrationError, migrate};
use policy_cli::tool::exit_status::ExitStatus;
use policy_cli::tool::failure::Failure;
use policy_cli::tool::report::Report;
use policy_cli::tool::text::{counted, without_byte_order_mark};
use policy_cli::tool::{Command, CommandResult, Run};
use policy_cli::tool::{argument, file, invariants_file, output};

pub(crate) const COMMAND: Command = Command {
    name: "migrate",
    define,
    run: Run::Files(run),
    examples: &[
        ("policy.hujson | diff policy.hujson -", "what would change?"),
        ("--write policy.hujson", "change it"),
        ("--rust policy.hujson > src/tailnet.rs", "convert to Rust, too"),
    ],
};

fn define(command: clap::Command) -> clap::Command {
    command
        .about("Convert ACLs to grants that allow exactly the same, and keep every comment")
        .after_help(
            "Each acl becomes a grant, or several if its destinations have different ports. A file without acls stays \
             what it is. What Tailscale would refuse is not migrated: its errors are shown, and nothing is written.",
        )
        .args([
            argument::policy_file(),
            argument::flag("write", "Update the file atomically instead of printing the result").short('w'),
            argument::flag("rust", "Print the result as Rust, like `import`").conflicts_with("write"),
            invariants_file::argument().requires("rust"),
            plain_argument().requires("rust"),
        ])
}

fn run(_: Option<&Policy>, matches: &ArgMatches) -> CommandResult {
    let path = argument::get_file(matches, "file");
    let in_place = matches.get_flag("write");
    if in_place && file::is_stdin(path) {
        return Err(Failure::new("stdin cannot be updated").help("leave out `--write`"));
    }
    let text = file::read_text(path)?;
    let migration = match migrate(&text) {
        Ok(migration) => migration,
        Err(error) => {
            report_error(path, &text, &error);
            return Ok(ExitStatus::Findings);
        }
    };
    output::say(&summary(path, &migration));
    if matches.get_flag("rust") {
        let Some(import) = import_text(path, &migration.text, matches)? else { return Ok(ExitStatus::Incomplete) };
        output::write(import.source.as_bytes())?;
    } else if !in_place {
        output::write(migration.text.as_bytes())?;
    } else if migration.had_acls {
        file::write(path, migration.text.as_bytes())?;
    }
    Ok(ExitStatus::Success)
}

fn report_error(path: &Path, text: &str, error: &MigrationError) {
    let failure = Failure::new("nothing has been migrated");
    let failure = match error {
        MigrationError::Invalid(errors) => {
            let text = without_byte_order_mark(text);
            output::say_findings(&Report::new(file::display_name(path), text, errors));
            failure.help("fix the errors above, then migrate")
        }
        MigrationError::Different(difference) => {
            output::say(&differences(difference));
            failure.help("grants would allow (+) or deny (-) the above, which the acls do not")
        }
        MigrationError::Misplaced => failure,
    };
    output::say_failure(&failure);
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
    match migration.acls {
        _ if !migration.had_acls => format!("{name}: the file has no `acls`, so there is nothing to migrate\n"),
        0 => format!("{name}: `acls` is empty, and so are its grants\n"),
        acls => format!(
            "{name}: {} became {}, which allow{} exactly the same\n",
            counted(acls, "acl"),
            counted(migration.grants, "grant"),
            if migration.grants == 1 { "s" } else { "" }
        ),
    }
}

#[cfg(test)]
mod tests {
    use policy_analysis::Analysis;
    use policy_core::Policy;

    use super::*;

    #[test]
    fn what_would_change_is_told_line_by_line() {
        let policy = |ports: &str| {
            Policy::parse(format!(
                "{{\"tagOwners\": {{\"tag:web\": []}}, \"grants\": [{{\"src\": [\"tag:web\"], \"dst\": [\"tag:web\"], \"ip\": [{ports}]}}]}}"
            ))
            .validate()
            .unwrap()
        };
        let difference = policy("\"tcp:22\", \"tcp:80\"").diff(&policy("\"tcp:22\", \"tcp:443\""));
        assert_eq!(differences(&difference), "+ tag:web -> tag:web tcp:443\n- tag:web -> tag:web tcp:80\n");
    }
}
