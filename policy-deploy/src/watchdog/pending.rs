//! The pushes of a user that wait for a confirmation, in the user's state directory.
//!
//! Each has a directory, `pending/ID`, which only its owner can use. The watchdog writes `push.json` before it is
//! ready, `deciding` before it asks the server, and `result.json` at the end. `push confirm` writes `confirm`. Only the
//! watchdog decides, so a confirmation and a put-back cannot both happen.

use std::fs::{self, DirBuilder};
use std::hash::{BuildHasher as _, RandomState};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use policy_core::json::{Value, json};

use super::conclusion::Conclusion;
use super::error::WatchdogError;
use super::fields::{parse, text_of};
use super::message::Assignment;
use crate::private_file;
use crate::timestamp::Timestamp;

/// The letters of an id. None of them looks like another.
const LETTERS: &[u8] = b"bcdfghjkmnpqrstvwxz2345679";
const ID_LENGTH: usize = 6;
/// How long after the end of its wait a push without a result is still listed. Its watchdog was ended from outside.
const LISTED: Duration = Duration::from_secs(60 * 60);
/// How long the result of a push can be asked for.
const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// The pushes of a user that wait for a confirmation.
#[derive(Clone, Debug)]
pub struct PendingPushes {
    directory: PathBuf,
}

/// A push that waits for a confirmation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingPush {
    /// Its id, six letters and digits.
    pub id: String,
    /// The tailnet and its control plane, such as "`example.com` at `https://api.tailscale.com`".
    pub target: String,
    /// When the old policy is put back.
    pub until: Timestamp,
    /// The file with the old policy.
    pub backup: PathBuf,
}

/// The directory of one push.
#[derive(Debug)]
pub(super) struct PushDirectory {
    pub(super) id: String,
    path: PathBuf,
}

impl PendingPushes {
    /// Creates the list below a state directory, such as `~/.local/state/policy`. It touches no file.
    pub fn new(state: &Path) -> PendingPushes {
        PendingPushes { directory: state.join("pending") }
    }

    /// Returns the pushes that have no result yet and may still get one, in the order of their ids.
    ///
    /// # Errors
    /// Fails if the directory cannot be read, or if other users could have written to it.
    pub fn list(&self) -> Result<Vec<PendingPush>, WatchdogError> {
        let directories = self.directories()?;
        let pending = directories.iter().filter(|push| push.conclusion().is_none());
        let now = SystemTime::now();
        let oldest = Timestamp::at(now.checked_sub(LISTED).unwrap_or(now));
        Ok(pending.filter_map(PushDirectory::describe).filter(|push| push.until >= oldest).collect())
    }

    /// Returns the directory of a push. `None` if there is no such push.
    pub(super) fn find(&self, id: &str) -> Result<Option<PushDirectory>, WatchdogError> {
        Ok(self.directories()?.into_iter().find(|push| push.id == id))
    }

    /// Creates the directory of a new push, and removes those of old ones.
    pub(super) fn create(&self, assignment: &Assignment) -> Result<PushDirectory, WatchdogError> {
        let problem = |error: io::Error| cannot("create", &self.directory, &error);
        private_file::create_directory(&self.directory).map_err(problem)?;
        for old in self.directories()? {
            old.remove_if_older_than(KEPT);
        }
        let (id, path) = loop {
            let id = new_id();
            let path = self.directory.join(&id);
            match create_new_directory(&path) {
                Ok(()) => break (id, path),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(problem(error)),
            }
        };
        let push = PushDirectory { id, path };
        if !is_same_owner(&push.path, &self.directory) {
            let _removed = fs::remove_dir(&push.path);
            return Err(other_owner(&self.directory));
        }
        push.record(assignment)?;
        Ok(push)
    }

    fn directories(&self) -> Result<Vec<PushDirectory>, WatchdogError> {
        let entries = match fs::read_dir(&self.directory) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(cannot("read", &self.directory, &error)),
        };
        check_private(&self.directory)?;
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut ids: Vec<String> = names.filter(|name| is_id(name)).collect();
        ids.sort();
        let directory = |id: String| PushDirectory { path: self.directory.join(&id), id };
        Ok(ids.into_iter().map(directory).collect())
    }
}

impl PushDirectory {
    /// Records when the wait ends.
    pub(super) fn record(&self, assignment: &Assignment) -> Result<(), WatchdogError> {
        let push = json!({
            "target": assignment.backup.target.to_string(),
            "until": end_of(assignment.wait).to_string(),
            "backup": assignment.backup_path.display().to_string()
        });
        self.write("push.json", &push)
    }

    /// Records that the watchdog asks the server, which may take long.
    pub(super) fn mark_deciding(&self) {
        // It only changes how long `push confirm` waits.
        let _marked = self.write("deciding", &Value::Bool(true));
    }

    /// Records that the watchdog only waits again.
    pub(super) fn unmark_deciding(&self) {
        let _removed = fs::remove_file(self.path.join("deciding"));
    }

    pub(super) fn is_deciding(&self) -> bool {
        self.path.join("deciding").exists()
    }

    pub(super) fn conclude(&self, conclusion: &Conclusion) -> Result<(), WatchdogError> {
        self.write("result.json", &conclusion.to_json())
    }

    pub(super) fn conclusion(&self) -> Option<Conclusion> {
        Conclusion::from_json(&parse(&fs::read(self.path.join("result.json")).ok()?)?)
    }

    pub(super) fn describe(&self) -> Option<PendingPush> {
        let value = parse(&fs::read(self.path.join("push.json")).ok()?)?;
        Some(PendingPush {
            id: self.id.clone(),
            target: text_of(&value, "target")?.to_owned(),
            until: text_of(&value, "until")?.parse().ok()?,
            backup: text_of(&value, "backup")?.into(),
        })
    }

    /// Asks the watchdog to keep the new policy.
    pub(super) fn request_confirmation(&self) -> Result<(), WatchdogError> {
        check_private(&self.path)?;
        let path = self.path.join("confirm");
        match private_file::create(&path, b"") {
            Ok(()) if is_same_owner(&path, &self.path) => Ok(()),
            // A superuser can write to the directories of everyone, and should not confirm what they pushed by accident.
            Ok(()) => {
                let _removed = fs::remove_file(&path);
                Err(other_owner(&self.path))
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(cannot("write to", &self.path, &error)),
        }
    }

    pub(super) fn is_confirmation_requested(&self) -> bool {
        self.path.join("confirm").exists()
    }

    pub(super) fn remove(&self) {
        // If it stays, it is removed when it is old.
        let _removed = fs::remove_dir_all(&self.path);
    }

    fn remove_if_older_than(&self, age: Duration) {
        let modified = fs::metadata(&self.path).and_then(|metadata| metadata.modified());
        let is_old = modified.is_ok_and(|time| SystemTime::now().duration_since(time).is_ok_and(|passed| passed > age));
        if is_old {
            self.remove();
        }
    }

    /// Writes a file so that nobody sees a part of it.
    fn write(&self, name: &str, value: &Value) -> Result<(), WatchdogError> {
        let path = self.path.join(name);
        let temporary = self.path.join(format!("{name}.new"));
        let _leftover = fs::remove_file(&temporary);
        private_file::create(&temporary, format!("{value}\n").as_bytes())
            .and_then(|()| fs::rename(&temporary, &path))
            .map_err(|error| cannot("write", &path, &error))
    }
}

/// Returns the time at which a wait that begins now ends.
pub(super) fn end_of(wait: Duration) -> Timestamp {
    let now = SystemTime::now();
    Timestamp::at(now.checked_add(wait).unwrap_or(now))
}

fn new_id() -> String {
    let mut number = RandomState::new().hash_one(SystemTime::now());
    let letters = std::iter::repeat_with(|| {
        let count = LETTERS.len() as u64;
        let letter = usize::try_from(number % count).ok().and_then(|at| LETTERS.get(at)).copied().unwrap_or(b'b');
        number /= count;
        char::from(letter)
    });
    letters.take(ID_LENGTH).collect()
}

fn is_id(name: &str) -> bool {
    name.len() == ID_LENGTH && name.bytes().all(|byte| LETTERS.contains(&byte))
}

fn cannot(verb: &str, path: &Path, error: &io::Error) -> WatchdogError {
    WatchdogError::new(format_args!("cannot {verb} `{}`: {error}", path.display()))
}

fn other_owner(path: &Path) -> WatchdogError {
    WatchdogError::new(format_args!("`{}` belongs to another user", path.display()))
        .help("confirm the push as the user who pushed")
}

/// Creates a private directory. Fails if it exists.
fn create_new_directory(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Fails if the path is not a directory, or if others than its owner can use it.
fn check_private(path: &Path) -> Result<(), WatchdogError> {
    let metadata = fs::symlink_metadata(path).map_err(|error| cannot("read", path, &error))?;
    if !metadata.is_dir() {
        return Err(WatchdogError::new(format_args!("`{}` is not a directory", path.display())));
    }
    #[cfg(unix)]
    if std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o077 != 0 {
        let message = format_args!("other users can use `{}`, so they could confirm a push", path.display());
        return Err(WatchdogError::new(message).help(format_args!("run `chmod 700 {}`", path.display())));
    }
    Ok(())
}

#[cfg(unix)]
fn is_same_owner(path: &Path, other: &Path) -> bool {
    let owner = |path: &Path| fs::symlink_metadata(path).map(|metadata| std::os::unix::fs::MetadataExt::uid(&metadata));
    matches!((owner(path), owner(other)), (Ok(one), Ok(other)) if one == other)
}

#[cfg(not(unix))]
fn is_same_owner(_path: &Path, _other: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watchdog::message::tests::assignment;
    use crate::watchdog::{ConfirmedBy, WatchOutcome};

    fn state(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("policy-pending-{}-{name}", std::process::id()));
        let _removed = fs::remove_dir_all(&path);
        path
    }

    #[test]
    fn a_push_is_pending_until_it_has_a_result() {
        let state = state("list");
        let pushes = PendingPushes::new(&state);
        assert_eq!(pushes.list(), Ok(Vec::new()));
        let [one, two] = ["one.example", "two.example"].map(|subject| pushes.create(&assignment(subject)).unwrap());
        assert_ne!(one.id, two.id);
        let mut targets: Vec<String> = pushes.list().unwrap().into_iter().map(|push| push.target).collect();
        targets.sort();
        assert_eq!(targets, ["`one.example` at `https://api.example`", "`two.example` at `https://api.example`"]);
        let until = &pushes.list().unwrap()[0].until;
        let (first, last) = (end_of(Duration::from_secs(290)), end_of(Duration::from_secs(300)));
        assert!(first < *until && *until <= last, "{first} {until} {last}");

        let conclusion = Conclusion::now(WatchOutcome::Confirmed(ConfirmedBy::Enter));
        one.conclude(&conclusion).unwrap();
        assert_eq!(pushes.find(&one.id).unwrap().unwrap().conclusion(), Some(conclusion));
        assert_eq!(pushes.list().unwrap(), [two.describe().unwrap()]);

        assert!(!two.is_confirmation_requested() && !two.is_deciding());
        two.request_confirmation().unwrap();
        two.request_confirmation().unwrap();
        two.mark_deciding();
        assert!(two.is_confirmation_requested() && two.is_deciding());
        let forgotten = json!({"target": "", "until": "2020-01-01T00:00:00Z", "backup": ""});
        two.write("push.json", &forgotten).unwrap();
        assert_eq!(pushes.list(), Ok(Vec::new()));
        assert!(pushes.find(&two.id).unwrap().is_some());
        two.remove();
        assert!(pushes.find(&two.id).unwrap().is_none());
        one.remove_if_older_than(Duration::from_secs(60));
        assert!(pushes.find(&one.id).unwrap().is_some());
        one.remove_if_older_than(Duration::ZERO);
        assert!(pushes.find(&one.id).unwrap().is_none());
        fs::remove_dir_all(state).unwrap();
    }

    #[test]
    fn only_ids_are_names_of_pushes() {
        for _ in 0..1000 {
            assert!(is_id(&new_id()));
        }
        for name in ["", ".", "..", "../..", "bcdfg", "bcdfghj", "bcdfg/", "bcdfga", "BCDFGH", "bcdfgh.new"] {
            assert!(!is_id(name), "{name}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn only_the_user_can_use_the_directories() {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let allow = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        let state = state("mode");
        let pushes = PendingPushes::new(&state);
        let push = pushes.create(&assignment("one.example")).unwrap();
        assert_eq!(mode(&state.join("pending")), 0o700);
        assert_eq!(mode(&push.path), 0o700);
        assert_eq!(mode(&push.path.join("push.json")), 0o600);

        allow(&push.path, 0o770);
        let error = push.request_confirmation().unwrap_err();
        assert!(error.message.contains("so they could confirm a push"), "{error}");
        assert!(error.help.as_ref().is_some_and(|help| help.starts_with("run `chmod 700 ")), "{error:?}");
        assert!(!push.is_confirmation_requested());
        allow(&push.path, 0o700);

        allow(&state.join("pending"), 0o755);
        assert!(pushes.list().is_err());
        assert!(pushes.create(&assignment("two.example")).is_err());
        fs::remove_dir_all(state).unwrap();
    }
}
