//! A push with a watchdog, which tests end at every point.
//!
//! `watched-push push STATE WANTED MILLISECONDS` pushes, `watched-push confirm STATE [ID]` confirms, and
//! `watched-push watch` is the watchdog. The push says on stdout what it has done, one word a line, and then how it
//! ended. It confirms on Enter. These variables make it different:
//!
//! - `PAUSE_BEFORE_WRITE` and `PAUSE_AFTER_WRITE`: wait so many milliseconds before the write, or after it and before
//!   the watchdog hears of it;
//! - `PATIENCE`: the watchdog gives up so many milliseconds after the wait;
//! - `PROBE`: confirm as soon as this command succeeds;
//! - `WATCHDOG`: run this program as the watchdog.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use policy_deploy::push::{
    self, Backup, BackupDirectory, Confirmation, Operator, Prepared, Provenance, PushOptions, Refusal, Step, Target,
    Wanted,
};
use policy_deploy::watchdog::{
    self, Assignment, ConfirmationProbe, ConfirmedBy, EnterKey, OperatorDecision, PendingPushes, Watchdog,
    WatchdogError,
};
use policy_deploy::{Client, ConfigError, Connection, Environment, HttpTransport, PolicyVersion};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let status = match arguments.as_slice() {
        ["watch"] => watch(),
        ["push", state, wanted, milliseconds] => {
            push(Path::new(state), wanted, Duration::from_millis(milliseconds.parse().unwrap()))
        }
        ["confirm", state] => confirm(Path::new(state), None),
        ["confirm", state, id] => confirm(Path::new(state), Some(id)),
        other => panic!("{other:?}"),
    };
    ExitCode::from(status)
}

fn watch() -> u8 {
    watchdog::run(std::io::stdin(), std::io::stdout(), |bytes| -> Result<Client, ConfigError> {
        let transport = HttpTransport::new(&Environment::process(), Some(Duration::from_secs(5)))?;
        Client::from_handover(bytes, Box::new(transport))
    });
    0
}

fn confirm(state: &Path, id: Option<&str>) -> u8 {
    match PendingPushes::new(state).confirm(id) {
        Ok(push) => {
            println!("{}", push.conclusion);
            push.conclusion.exit_status()
        }
        Err(error) => {
            println!("{error}");
            2
        }
    }
}

fn push(state: &Path, wanted: &str, wait: Duration) -> u8 {
    let environment = Environment::process();
    let connection = Connection::from_environment(&environment, None, None).unwrap();
    let client = || {
        let transport = HttpTransport::new(&environment, Some(Duration::from_secs(5))).unwrap();
        Client::connect(Box::new(transport), connection.clone())
    };
    let (client, reader) = (client(), client());
    // The watchdog needs the token of a client that has sent a request.
    reader.read_policy().unwrap();
    let mut options = PushOptions::new(Target::new(&client));
    options.may_put_back = true;
    let mut operator = TestOperator { client: reader, state: state.to_owned(), wait, watchdog: None, backup: None };
    let mut backups = BackupDirectory::new(state.join("backups"));
    let report = push::run(&client, &Wanted::parse(wanted).unwrap(), &options, &mut backups, &mut operator);
    println!("{}", report.outcome);
    match operator.watchdog.take() {
        Some(watchdog) if report.outcome.exit_status() < 3 => watchdog.not_written(),
        Some(mut watchdog) => watchdog.unknown().unwrap(),
        None => {}
    }
    report.outcome.exit_status()
}

struct TestOperator {
    client: Client,
    state: PathBuf,
    wait: Duration,
    watchdog: Option<Watchdog>,
    backup: Option<Backup>,
}

/// Returns the time that a variable says.
fn milliseconds(variable: &str) -> Option<Duration> {
    Some(Duration::from_millis(std::env::var(variable).ok()?.parse().unwrap()))
}

/// Waits if the variable is set.
fn pause(variable: &str) {
    if let Some(time) = milliseconds(variable) {
        std::thread::sleep(time);
    }
}

fn refuse(error: WatchdogError) -> Refusal {
    Refusal { message: error.message, help: error.help, is_failure: true }
}

impl Operator for TestOperator {
    fn begin(&mut self, _: Step) {}

    fn provenance(&mut self, _: &PolicyVersion) -> Provenance {
        Provenance::Earlier("it is older".to_owned())
    }

    fn approve(&mut self, _: &Prepared) -> Result<(), Refusal> {
        Ok(())
    }

    fn before_write(&mut self, prepared: &Prepared, backup: &Backup, path: &Path) -> Result<(), Refusal> {
        let assignment = Assignment {
            backup: backup.clone(),
            backup_path: path.to_owned(),
            wanted: prepared.wanted.text().to_owned(),
            wait: self.wait,
            patience: milliseconds("PATIENCE").unwrap_or(Duration::from_secs(20)),
            state: self.state.clone(),
        };
        let program = std::env::var_os("WATCHDOG").map_or_else(|| std::env::current_exe().unwrap(), PathBuf::from);
        let handover = self.client.handover();
        let mut watchdog = watchdog::start(&program, &["watch"], &handover, &assignment).map_err(refuse)?;
        println!("ready {}", watchdog.id());
        pause("PAUSE_BEFORE_WRITE");
        watchdog.check().map_err(refuse)?;
        self.watchdog = Some(watchdog);
        self.backup = Some(backup.clone());
        Ok(())
    }

    fn confirm(&mut self, written: &PolicyVersion) -> Confirmation {
        let (Some(mut watchdog), Some(backup)) = (self.watchdog.take(), self.backup.take()) else { panic!() };
        println!("written");
        pause("PAUSE_AFTER_WRITE");
        if let Err(error) = watchdog.written(&written.revision) {
            return Confirmation::PutBack(error.to_string());
        }
        println!("waiting");
        let enter = EnterKey::listen(std::io::stdin());
        let mut probe = std::env::var("PROBE")
            .ok()
            .map(|command| ConfirmationProbe::new(command, Duration::from_millis(500), &["TAILSCALE_API_KEY"]));
        let concluded = watchdog.wait(|_| match &mut probe {
            Some(probe) => probe.poll().then_some(OperatorDecision::Keep(ConfirmedBy::Probe)),
            None => enter.was_pressed().then_some(OperatorDecision::Keep(ConfirmedBy::Enter)),
        });
        if let Some(failure) = probe.as_ref().and_then(ConfirmationProbe::last_failure) {
            println!("the probe failed: {}: {}", failure.reason, failure.output.trim());
        }
        match concluded {
            Ok(conclusion) => {
                println!("{conclusion}");
                conclusion.into_confirmation(&backup, written, self.client.read_policy())
            }
            Err(error) => Confirmation::PutBack(error.to_string()),
        }
    }
}
