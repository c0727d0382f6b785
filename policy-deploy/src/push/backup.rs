//! A copy of the live policy, saved before it is replaced.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use policy_core::hujson::Document;
use policy_core::json::{Value, json};

use crate::etag::ETag;
use crate::private_file;
use crate::timestamp::Timestamp;

use super::target::Target;

/// The version of the format of the file beside the text.
const VERSION: u64 = 1;

/// The maximum number of backups of one version in one second.
const MOST: u32 = 1000;

const WITHOUT_RESTORE: &str = "push the text like any other policy file, without `--restore`";

/// A copy of the live policy, saved before it is replaced.
///
/// It is two files. One has the exact text and nothing else, so that anybody can post it by hand. The other one, with the
/// extension `.json`, says where the text was live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    /// The exact text.
    pub text: String,
    /// The name of the version.
    pub etag: ETag,
    /// When it was saved.
    pub saved_at: Timestamp,
    /// Where it was live.
    pub target: Target,
    /// The server's name for the request that read it.
    pub request_id: Option<String>,
}

/// Keeps backups.
pub trait BackupStore {
    /// Saves a backup, so that it is still there if the machine loses power. Returns the file with the text.
    ///
    /// # Errors
    /// Fails if that cannot be guaranteed.
    fn save(&mut self, backup: &Backup) -> Result<PathBuf, BackupError>;
}

/// Returns whether a text may be sent to put it back. A text without an object is not a policy, and an empty one would
/// reset the tailnet's policy.
pub(super) fn can_be_put_back(text: &str) -> bool {
    text.contains('{')
}

impl Backup {
    /// Returns whether its text may be sent to put it back.
    pub fn can_be_put_back(&self) -> bool {
        can_be_put_back(&self.text)
    }

    /// Reads a backup from the file with its text.
    ///
    /// # Errors
    /// Fails if a file cannot be read, or if the text is not the one that was saved.
    pub fn read(path: &Path) -> Result<Backup, BackupError> {
        let text = read_text(path)?;
        let beside = path.with_extension("json");
        let facts = read_text(&beside).map_err(|error| error.help(WITHOUT_RESTORE))?;
        let value = Document::parse(facts).ok().map(|document| document.value(document.root()));
        let Some((mut backup, hash)) = value.as_ref().and_then(from_json) else {
            let message = format_args!("`{}` does not describe a backup", beside.display());
            return Err(BackupError::new(message).help(WITHOUT_RESTORE));
        };
        if ETag::of_bytes(text.as_bytes()) != hash {
            let message = format_args!("`{}` is not the text that was saved", path.display());
            return Err(BackupError::new(message).help(WITHOUT_RESTORE));
        }
        backup.text = text;
        Ok(backup)
    }

    /// Checks that the backup is of a tailnet.
    ///
    /// # Errors
    /// Fails if it is certainly of another one.
    pub fn check_target(&self, target: &Target) -> Result<(), BackupError> {
        if self.target.differs(target) {
            let message = format_args!("the backup is of {}, and this push is for {target}", self.target);
            return Err(BackupError::new(message).help(WITHOUT_RESTORE));
        }
        Ok(())
    }

    /// Returns the name of its files, without extension.
    fn stem(&self) -> String {
        format!("{}-{}", self.saved_at.in_file_name(), self.etag.short())
    }

    fn facts(&self) -> Value {
        json!({
            "version": VERSION,
            "savedAt": self.saved_at.to_string(),
            "api": self.target.api,
            "tailnet": self.target.tailnet,
            "etag": self.etag.as_str(),
            "sha256": ETag::of_bytes(self.text.as_bytes()).as_str(),
            "requestId": self.request_id,
        })
    }
}

/// Returns a backup without its text, and the hash of the text.
fn from_json(value: &Value) -> Option<(Backup, ETag)> {
    let text = |name: &str| value.get(name)?.as_str();
    if value.get("version")?.as_u64()? != VERSION {
        return None;
    }
    let backup = Backup {
        text: String::new(),
        etag: ETag::parse(text("etag")?)?,
        saved_at: text("savedAt")?.parse().ok()?,
        target: Target { api: text("api")?.to_owned(), tailnet: text("tailnet")?.to_owned() },
        request_id: text("requestId").map(str::to_owned),
    };
    Some((backup, ETag::parse(text("sha256")?)?))
}

fn read_text(path: &Path) -> Result<String, BackupError> {
    fs::read_to_string(path).map_err(|error| BackupError::io("read", path, &error))
}

/// Keeps backups in a directory that only its owner can read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupDirectory(PathBuf);

impl BackupDirectory {
    /// Names a directory. It is created when a backup is saved.
    pub fn new(path: impl Into<PathBuf>) -> BackupDirectory {
        BackupDirectory(path.into())
    }

    /// Creates the files of a backup under a name that no other backup has.
    fn create(&self, backup: &Backup) -> io::Result<PathBuf> {
        for attempt in 1..=MOST {
            let stem = match attempt {
                1 => backup.stem(),
                number => format!("{}-{number}", backup.stem()),
            };
            let path = self.0.join(stem + ".hujson");
            match private_file::create(&path, backup.text.as_bytes()) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
                Ok(()) => {
                    let facts = format!("{:#}\n", backup.facts());
                    private_file::create(&path.with_extension("json"), facts.as_bytes())?;
                    private_file::sync_directory(&self.0)?;
                    return Ok(path);
                }
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// Keeps git from adding the backups, which contain the addresses of users.
    fn ignore_in_git(&self) -> io::Result<()> {
        match private_file::create(&self.0.join(".gitignore"), b"*\n") {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

impl BackupStore for BackupDirectory {
    fn save(&mut self, backup: &Backup) -> Result<PathBuf, BackupError> {
        private_file::create_directory(&self.0).map_err(|error| BackupError::io("create", &self.0, &error))?;
        let saved = self.ignore_in_git().and_then(|()| self.create(backup));
        saved.map_err(|error| BackupError::io("save a backup in", &self.0, &error))
    }
}

/// The reason why a backup cannot be saved or read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupError {
    /// The problem, in the style of [`policy_core::Diagnostic::message`].
    pub message: String,
    /// What to do instead.
    pub help: Option<String>,
}

impl BackupError {
    /// Creates an error without help.
    pub fn new(message: impl fmt::Display) -> BackupError {
        BackupError { message: message.to_string(), help: None }
    }

    /// Adds a help.
    #[must_use]
    pub fn help(self, help: impl fmt::Display) -> BackupError {
        BackupError { help: Some(help.to_string()), ..self }
    }

    fn io(verb: &str, path: &Path, error: &io::Error) -> BackupError {
        BackupError::new(format_args!("cannot {verb} `{}`: {error}", path.display()))
    }
}

impl fmt::Display for BackupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for BackupError {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::env;
    use std::time::{Duration, UNIX_EPOCH};

    /// A directory that is removed at the end of a test.
    struct Directory(PathBuf);

    impl Directory {
        fn new(name: &str) -> Directory {
            let path = env::temp_dir().join(format!("policy-backup-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&path);
            Directory(path)
        }

        fn names(&self) -> Vec<String> {
            let entries = fs::read_dir(&self.0).unwrap();
            let mut names: Vec<_> =
                entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
            names.sort();
            names
        }
    }

    impl Drop for Directory {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn backup(text: &str) -> Backup {
        Backup {
            text: text.to_owned(),
            etag: ETag::of_policy(text),
            saved_at: Timestamp::at(UNIX_EPOCH + Duration::from_secs(1_806_486_095)),
            target: Target { api: "https://api.tailscale.com".to_owned(), tailnet: "example.com".to_owned() },
            request_id: Some("req-1".to_owned()),
        }
    }

    #[test]
    fn a_backup_is_read_as_it_was_saved_and_never_overwritten() {
        let directory = Directory::new("saved");
        let mut store = BackupDirectory::new(directory.0.join("deep/er"));
        let texts = ["{}", "// é\r\n{ \"grants\": [],}", "\u{feff}not a policy", ""];
        for text in texts {
            let backup = backup(text);
            let paths = [store.save(&backup).unwrap(), store.save(&backup).unwrap()];
            assert_ne!(paths[0], paths[1]);
            for path in paths {
                assert_eq!(fs::read(&path).unwrap(), text.as_bytes());
                assert_eq!(Backup::read(&path), Ok(backup.clone()));
            }
        }
    }

    #[test]
    fn the_names_and_permissions_are_private() {
        let directory = Directory::new("names");
        let mut store = BackupDirectory::new(&directory.0);
        let saved = backup("{}");
        store.save(&saved).unwrap();
        store.save(&saved).unwrap();
        let stem = format!("2027-03-31T09-41-35Z-{}", saved.etag.short());
        let expected =
            [".gitignore", &format!("{stem}-2.hujson"), &format!("{stem}-2.json"), &format!("{stem}.hujson")];
        assert_eq!(directory.names()[..4], expected);
        assert_eq!(fs::read_to_string(directory.0.join(".gitignore")).unwrap(), "*\n");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(&directory.0), 0o700);
            for name in directory.names() {
                assert_eq!(mode(&directory.0.join(&name)), 0o600, "{name}");
            }
        }
    }

    #[test]
    fn a_file_that_is_not_the_saved_one_is_not_a_backup() {
        let directory = Directory::new("changed");
        let mut store = BackupDirectory::new(&directory.0);
        let path = store.save(&backup("{\"grants\": []}")).unwrap();
        let (name, facts) = (path.display().to_string(), path.with_extension("json"));

        fs::write(&path, "{}").unwrap();
        assert_eq!(Backup::read(&path).unwrap_err().message, format!("`{name}` is not the text that was saved"));
        fs::write(&facts, "{\"version\": 1}").unwrap();
        let message = format!("`{}` does not describe a backup", facts.display());
        assert_eq!(Backup::read(&path).unwrap_err().message, message);
        fs::remove_file(&facts).unwrap();
        let error = Backup::read(&path).unwrap_err();
        assert!(error.message.starts_with(&format!("cannot read `{}`: ", facts.display())), "{error}");
        assert_eq!(error.help.as_deref(), Some(WITHOUT_RESTORE));
    }

    #[test]
    fn a_backup_that_cannot_be_saved_is_an_error() {
        let directory = Directory::new("blocked");
        fs::create_dir_all(&directory.0).unwrap();
        let blocked = directory.0.join("file");
        fs::write(&blocked, "").unwrap();
        let error = BackupDirectory::new(&blocked).save(&backup("{}")).unwrap_err();
        assert!(error.message.starts_with(&format!("cannot create `{}`: ", blocked.display())), "{error}");
    }

    #[test]
    fn a_backup_is_for_one_tailnet() {
        let target = |api: &str, tailnet: &str| Target { api: api.to_owned(), tailnet: tailnet.to_owned() };
        let backup = backup("{}");
        for (api, tailnet, is_same) in [
            ("https://api.tailscale.com", "example.com", true),
            ("https://api.tailscale.com", "-", true),
            ("https://api.tailscale.com", "example.org", false),
            ("https://headscale.example.com", "example.com", false),
            ("https://headscale.example.com", "-", false),
        ] {
            assert_eq!(backup.check_target(&target(api, tailnet)).is_ok(), is_same, "{api} {tailnet}");
        }
    }

    #[test]
    fn an_empty_text_is_not_put_back() {
        for (text, expected) in [("{}", true), ("// c\n{}", true), ("", false), (" \n", false), ("// comment", false)] {
            assert_eq!(backup(text).can_be_put_back(), expected, "{text:?}");
        }
    }
}
