//! One push, from the options to the exit status.

use std::path::{Path, PathBuf};

use clap::ArgMatches;
use policy_core::Policy;
use policy_core::model::InvariantsFile;
use policy_deploy::push::{self, BackupDirectory, Log, Plan, PushOptions as Conditions, Target, Wanted};
use policy_deploy::state_directory;

use super::finish;
use super::operator::Pusher;
use super::options::{Approval, PushOptions};
use super::wanted;
use crate::deploy::connection;
use crate::exit_status::ExitStatus;
use crate::failure::Failure;
use crate::{file, signal};

/// Pushes the policy that the arguments name, or the built-in one.
///
/// # Errors
/// Fails if something that the push needs is missing. Nothing was written then.
pub(crate) fn push(built_in: Option<&Policy>, matches: &ArgMatches) -> Result<ExitStatus, Failure> {
    signal::handle();
    signal::set_last_words("interrupted; nothing was written to the tailnet");
    let options = PushOptions::get(matches)?;
    let mut wanted = wanted::read(built_in, matches)?;
    let to_push = Wanted::parse(wanted.text.as_str()).map_err(Failure::new)?;
    let client = connection::client(matches)?;
    let target = Target { api: client.base_url().to_string(), tailnet: client.tailnet().to_string() };
    wanted.refuse_other_tailnet(&target)?;
    let conditions = Conditions {
        overwrite: options.overwrite.clone(),
        plan: plan(&options)?,
        allow_open: options.allows_open,
        force_unreadable: options.allows_unreadable,
        may_put_back: options.confirm_within.is_some(),
        ..Conditions::new(target.clone())
    };
    let mut backups = BackupDirectory::new(backup_directory(&options)?);
    let log = options.log.as_deref().map(open_log).transpose()?;

    let keep = options.keep.as_deref().map(read_invariants).transpose()?;

    let is_good = wanted.is_good(matches)?;
    let mut pusher = Pusher::new(&client, matches, &options, &target, &wanted, &to_push, keep.as_ref());
    if !is_good {
        return finish::stop(&pusher, "nothing was written, because the policy has errors");
    }
    let report = push::run(&client, &to_push, &conditions, &mut backups, &mut pusher);
    finish::finish(pusher, &report, log)
}

/// Reads the file that `--keep` names.
fn read_invariants(path: &Path) -> Result<InvariantsFile, Failure> {
    let name = file::display_name(path).to_string_lossy();
    Ok(policy_syntax::invariants_file::parse(name, file::read_text(path)?))
}

fn plan(options: &PushOptions) -> Result<Option<Plan>, Failure> {
    let Approval::Plan(path) = &options.approval else { return Ok(None) };
    let name = file::visible_name(path);
    let plan = Plan::parse(&file::read_text(path)?).map_err(|error| {
        Failure::new(format_args!("cannot use `{name}`: {error}")).help("make a plan with `--dry-run --plan-out FILE`")
    })?;
    Ok(Some(plan))
}

fn backup_directory(options: &PushOptions) -> Result<PathBuf, Failure> {
    if let Some(directory) = &options.backup_directory {
        return Ok(directory.clone());
    }
    let state = state_directory(|name| std::env::var_os(name));
    state.map(|state| state.join("backups")).ok_or_else(|| {
        Failure::new("there is no directory for the backup of the live policy").help("name one with `--backup-dir DIR`")
    })
}

/// Opens the log before anything is written, so that a log that cannot be written is known in time.
fn open_log(path: &Path) -> Result<Log, Failure> {
    Log::open(path)
        .map_err(|error| Failure::new(format_args!("cannot write the log `{}`: {error}", file::visible_name(path))))
}
