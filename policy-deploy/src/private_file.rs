//! Files and directories that only their owner can read.
//!
//! On Windows they have the permissions of the directory that contains them.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Creates a directory and the directories above it. Those that exist keep their permissions.
///
/// # Errors
/// Fails if the directory cannot be created.
pub(crate) fn create_directory(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Creates a file with this content, and waits until the disk has it. It never replaces a file, and never follows a
/// symbolic link.
///
/// # Errors
/// Fails with [`io::ErrorKind::AlreadyExists`] if the file exists. If it cannot be filled, it is removed.
pub(crate) fn create(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = open_private(OpenOptions::new().write(true).create_new(true), path)?;
    let filled = file.write_all(content).and_then(|()| file.sync_all());
    if filled.is_err() {
        // The file is ours, because it did not exist before.
        let _ = fs::remove_file(path);
    }
    filled
}

/// Opens a file to append to it, and creates it if it does not exist. A file that exists keeps its permissions.
///
/// # Errors
/// Fails if the file cannot be opened.
pub(crate) fn append(path: &Path) -> io::Result<File> {
    open_private(OpenOptions::new().append(true).create(true), path)
}

/// Waits until the disk has the names of the files in a directory.
///
/// # Errors
/// Fails if the directory cannot be opened or synced.
#[cfg(unix)]
pub(crate) fn sync_directory(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Does nothing, because Windows does not open directories as files.
///
/// # Errors
/// Never.
#[cfg(not(unix))]
pub(crate) fn sync_directory(_: &Path) -> io::Result<()> {
    Ok(())
}

fn open_private(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options.open(path)
}
