//! The wait for a confirmation: the watchdog of a push, and the command that confirms a push.

use std::env;
use std::io;
use std::net::{IpAddr, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::time::Duration;

use policy_core::model::Facts;
use policy_deploy::guard::{OwnPath, own_path};
use policy_deploy::push::{Backup, Refusal};
use policy_deploy::watchdog::{
    self, ApiPath, Assignment, Conclusion, ConfirmationProbe, ConfirmedBy, EnterKey, OperatorDecision, PATIENCE,
    PendingPushes, WatchPlan, Watchdog, WatchdogError,
};
use policy_deploy::{Client, Credentials, Environment, HttpTransport, state_directory};

use super::options::PushOptions;
use super::question;
use crate::exit_status::ExitStatus;
use crate::failure::Failure;
use crate::program::Program;
use crate::progress::Progress;
use crate::{output, signal};

/// How long one run of the probe may take.
const PROBE_LIMIT: Duration = Duration::from_secs(30);

/// The arguments with which the program runs as a watchdog.
const WATCH: [&str; 2] = ["push", "watch"];

/// Refuses a wait after which the old policy could not be put back.
pub(super) fn refuse_hopeless(wait: Duration, client: &Client, facts: &Facts) -> Result<(), Refusal> {
    let api = match own_path(client.base_url().host(), &addresses(client.base_url().host()), facts) {
        OwnPath::Inside(reason) => ApiPath::Inside(reason),
        // An exit node that this machine may use is no reason to refuse every push: most have none.
        OwnPath::Outside | OwnPath::Unknown(_) => ApiPath::Outside,
    };
    let plan = WatchPlan::new(client, wait, api);
    match plan.refusals().into_iter().next() {
        Some(error) => Err(decision(error)),
        None => Ok(()),
    }
}

/// Returns the addresses of a host. None if it cannot be resolved.
fn addresses(host: &str) -> Vec<IpAddr> {
    (host, 0).to_socket_addrs().map(|addresses| addresses.map(|address| address.ip()).collect()).unwrap_or_default()
}

/// Starts the watchdog of a push.
pub(super) fn start(
    wait: Duration,
    client: &Client,
    backup: &Backup,
    backup_path: &Path,
    wanted: &str,
) -> Result<Watchdog, Refusal> {
    let program = env::current_exe()
        .map_err(|error| Refusal::failure(format_args!("the path of this program is not known: {error}")))?;
    let assignment = Assignment {
        backup: backup.clone(),
        backup_path: backup_path.to_owned(),
        wanted: wanted.to_owned(),
        wait,
        patience: PATIENCE,
        state: state().map_err(|failure| super::wanted::refusal(&failure))?,
    };
    watchdog::start(&program, &WATCH, &client.handover(), &assignment).map_err(failure)
}

/// Waits until the push is confirmed, or the old policy is back.
pub(super) fn wait(watchdog: Watchdog, program: Program, options: &PushOptions) -> Result<Conclusion, WatchdogError> {
    let words = watchdog.last_words(&program.prefix_of("push"));
    signal::set_last_words(&words);
    let mut probe =
        options.probe.as_deref().map(|command| ConfirmationProbe::new(command, PROBE_LIMIT, Credentials::VARIABLES));
    let enter = (probe.is_none() && question::can_be_asked()).then(|| EnterKey::listen(io::stdin()));
    output::say(&format!("{words}\n"));
    output::say(match (&probe, &enter) {
        (Some(_), _) => "the probe confirms the push as soon as it succeeds\n",
        (None, Some(_)) => "open a new connection now; if it works, press Enter to confirm the push\n",
        (None, None) => "",
    });
    let (mut progress, mut shown, mut failures) = (None, u64::MAX, 0);
    let conclusion = watchdog.wait(|left| {
        if left.as_secs() != shown {
            shown = left.as_secs();
            progress = None;
            progress = Some(Progress::show(&format!("{shown} seconds left to confirm")));
        }
        if let Some(probe) = &mut probe {
            let is_confirmed = probe.poll();
            if let Some(failure) = probe.last_failure().filter(|failure| failure.number != failures) {
                failures = failure.number;
                progress = None;
                output::say(&format!("the probe failed: {}\n{}", failure.reason, failure.output));
            }
            return is_confirmed.then_some(OperatorDecision::Keep(ConfirmedBy::Probe));
        }
        let is_confirmed = enter.as_ref().is_some_and(EnterKey::was_pressed);
        is_confirmed.then_some(OperatorDecision::Keep(ConfirmedBy::Enter))
    });
    drop(progress);
    conclusion
}

/// Confirms a push from another session. Without an id, the only one that waits.
///
/// # Errors
/// Fails if there is no such push.
pub(crate) fn confirm(id: Option<&str>) -> Result<ExitStatus, Failure> {
    let concluded = PendingPushes::new(&state()?).confirm(id)?;
    let conclusion = &concluded.conclusion;
    let status = ExitStatus::of_push(conclusion.exit_status());
    if status == ExitStatus::Success {
        output::print(&format!("{conclusion}\n"))?;
    } else {
        let failure = Failure::new(conclusion);
        output::say_failure(&conclusion.help().map_or(failure.clone(), |help| failure.help(help)));
    }
    Ok(status)
}

/// Runs as the watchdog of a push, which talks over stdin and stdout.
pub(crate) fn watch() -> ExitStatus {
    // The watchdog itself decides what signals do.
    let _delay = signal::delay();
    let conclusion = watchdog::run(io::stdin(), io::stdout(), |bytes: &[u8]| {
        let transport = HttpTransport::new(&Environment::process(), None)?;
        Client::from_handover(bytes, Box::new(transport))
    });
    conclusion.map_or(ExitStatus::Incomplete, |conclusion| ExitStatus::of_push(conclusion.exit_status()))
}

/// Returns the directory for what the program remembers between runs.
fn state() -> Result<PathBuf, Failure> {
    state_directory(|name| env::var_os(name)).ok_or_else(|| {
        Failure::new("there is no directory for what the program has to remember").help("set `XDG_STATE_HOME`")
    })
}

fn decision(WatchdogError { message, help }: WatchdogError) -> Refusal {
    let refusal = Refusal::decision(message);
    help.map_or(refusal.clone(), |help| refusal.help(help))
}

/// Returns an error of the watchdog as a reason not to write.
pub(super) fn failure(WatchdogError { message, help }: WatchdogError) -> Refusal {
    let refusal = Refusal::failure(message);
    help.map_or(refusal.clone(), |help| refusal.help(help))
}
