//! Temporary files and directories, which are removed at the end of the program.
//!
//! A signal that ends the program would leave them behind. So a program that handles signals must
//! call [`remove_all`] before it exits. It may start to handle them in [`before_the_first`].

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, Once, OnceLock, PoisonError};

/// The start of every temporary name. The name of the final file is not included, because it may
/// already have the maximum length.
const PREFIX: &str = ".policy-";
const SUFFIX: &str = ".tmp";

/// The paths of all temporary files that exist or are about to exist.
static EXISTING: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// The action before the first temporary file.
static PREPARATION: OnceLock<fn()> = OnceLock::new();
static PREPARED: Once = Once::new();

/// A temporary file or directory, which is removed when this is dropped.
pub(crate) struct Temporary {
    path: PathBuf,
}

impl Temporary {
    /// Creates a file. It must be in the same directory as its final name, because only then is the
    /// rename atomic.
    pub(crate) fn file(directory: &Path) -> io::Result<(Temporary, File)> {
        create(directory, |path| OpenOptions::new().write(true).create_new(true).open(path))
    }

    /// Creates a directory, and removes those that earlier processes have left behind.
    pub(crate) fn directory(beside: &Path) -> io::Result<Temporary> {
        leftovers(beside).iter().for_each(|leftover| drop(fs::remove_dir_all(leftover)));
        create(beside, |path| fs::create_dir(path)).map(|(temporary, ())| temporary)
    }

    /// Runs an action on the path that signals cannot interrupt. The action should be quick.
    pub(crate) fn uninterrupted<T>(&self, act: impl FnOnce(&Path) -> io::Result<T>) -> io::Result<T> {
        let _existing = lock();
        act(&self.path)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let mut existing = lock();
        remove(&self.path);
        existing.retain(|path| *path != self.path);
    }
}

/// Sets what is done once, before the first temporary file is created. Most commands create none.
pub fn before_the_first(prepare: fn()) {
    let _ = PREPARATION.set(prepare);
}

/// Removes all temporary files, and prevents new ones until the returned value is dropped. The
/// caller should hold it until the program exits.
pub fn remove_all() -> impl Drop {
    let existing = lock();
    existing.iter().for_each(|path| remove(path));
    existing
}

/// Returns the directories that other processes have left behind. If it is unknown whether a
/// process is running, it counts as ended.
pub(crate) fn leftovers(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let left = entries.filter(|entry| {
        let is_running =
            |process: u32| Path::new("/proc/self").exists() && Path::new("/proc").join(process.to_string()).exists();
        maker(&entry.file_name()).is_some_and(|process| process != std::process::id() && !is_running(process))
    });
    left.map(|entry| entry.path()).collect()
}

/// Returns the process that created a temporary file or directory with this name.
fn maker(name: &OsStr) -> Option<u32> {
    let number = name.to_str()?.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?;
    let (process, attempt) = number.split_once('-')?;
    attempt.parse::<u32>().ok()?;
    process.parse().ok()
}

fn create<T>(directory: &Path, make: impl Fn(&Path) -> io::Result<T>) -> io::Result<(Temporary, T)> {
    PREPARED.call_once(|| PREPARATION.get().into_iter().for_each(|prepare| prepare()));
    let mut attempt = 0_u32;
    loop {
        let path = directory.join(format!("{PREFIX}{}-{attempt}{SUFFIX}", std::process::id()));
        let mut existing = lock();
        match make(&path) {
            Ok(made) => {
                existing.push(path.clone());
                return Ok((Temporary { path }, made));
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempt < 100 => attempt += 1,
            Err(error) => return Err(error),
        }
    }
}

/// Errors are ignored, because the error that led here is the one to report.
fn remove(path: &Path) {
    let _ = fs::remove_file(path).or_else(|_| fs::remove_dir_all(path));
}

fn lock() -> MutexGuard<'static, Vec<PathBuf>> {
    EXISTING.lock().unwrap_or_else(PoisonError::into_inner)
}
