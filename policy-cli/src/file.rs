//! Reads files as a whole, and replaces them atomically.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::git;
use crate::memory::{self, Kind, Memory};
use crate::temporary::{self, Temporary};
use crate::text::visible;

/// The maximum size of a file in bytes. It is hundreds of times the size of a policy, and small
/// enough that a wrong file cannot fill the memory.
const LIMIT: u64 = 64 << 20;

/// Returns true if the argument is `-`, which means stdin for input and stdout for output.
pub fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Returns the name of the file in messages: the path as it was given, or `<stdin>`.
pub fn display_name(path: &Path) -> &Path {
    if is_stdin(path) { Path::new("<stdin>") } else { path }
}

/// Returns the name of a policy for a line of text, with all its characters visible.
pub fn visible_name(path: &Path) -> String {
    visible(&path.to_string_lossy())
}

/// Reads all bytes of a file, of stdin if the path is `-`, or of a file in a git revision if it is
/// `git:REV:PATH`.
pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let bytes = if let Some(object) = git::object(path) {
        git::read(object, LIMIT + 1)?
    } else {
        read_bytes(path).map_err(|error| io_failure("read", path, &error))?
    };
    if bytes.len() as u64 > LIMIT {
        let name = display_name(path).display();
        return Err(Failure::new(format_args!(
            "`{name}` is larger than {} MiB, which is too large for a policy",
            LIMIT >> 20
        )));
    }
    Ok(bytes)
}

/// Reads stdin or a file, up to the limit and a byte more if it is not in memory.
fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    let in_memory = |memory: &mut Memory| if is_stdin(path) { Ok(memory.read_stdin()) } else { memory.read(path) };
    match memory::ask(in_memory) {
        Some(bytes) => bytes,
        None if is_stdin(path) => read_limited(io::stdin().lock()),
        None => open(path).and_then(read_limited),
    }
}

/// Returns the kind of a path, or of the target of a link.
pub fn kind(path: &Path) -> io::Result<Kind> {
    if let Some(kind) = memory::ask(|memory| memory.kind(path)) {
        return kind;
    }
    let metadata = fs::metadata(path)?;
    Ok(if metadata.is_file() {
        Kind::File
    } else if metadata.is_dir() {
        Kind::Directory
    } else {
        Kind::Other
    })
}

/// Returns the whole path of a file or a directory that exists, without links.
pub fn canonical(path: &Path) -> io::Result<PathBuf> {
    match memory::ask(|memory| memory.kind(path)) {
        Some(kind) => kind.map(|_| path.to_owned()),
        None => fs::canonicalize(path),
    }
}

/// Returns whether a path or the target of a link exists.
pub fn exists(path: &Path) -> bool {
    kind(path).is_ok()
}

/// Returns whether a path is that of a regular file.
pub fn is_file(path: &Path) -> bool {
    kind(path).is_ok_and(|kind| kind == Kind::File)
}

/// Returns whether there is nothing at a path, not even a link without a target.
pub(crate) fn is_missing(path: &Path) -> bool {
    let found =
        memory::ask(|memory| memory.kind(path).map(drop)).unwrap_or_else(|| fs::symlink_metadata(path).map(drop));
    let is_nothing = |kind| matches!(kind, io::ErrorKind::NotFound | io::ErrorKind::NotADirectory);
    found.is_err_and(|error| is_nothing(error.kind()))
}

/// Reads the text of a policy file.
pub fn read_text(path: &Path) -> Result<String, Failure> {
    String::from_utf8(read(path)?).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line = error.as_bytes().iter().take(valid).filter(|byte| **byte == b'\n').count() + 1;
        Failure::new(format_args!("`{}` is not UTF-8 text: see line {line}", display_name(path).display()))
    })
}

fn open(path: &Path) -> io::Result<File> {
    let file = File::open(path)?;
    if file.metadata()?.is_dir() { Err(io::ErrorKind::IsADirectory.into()) } else { Ok(file) }
}

/// Reads up to one byte more than is allowed. The file's metadata is not used, because files like
/// `/dev/zero` have no size.
fn read_limited(source: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(LIMIT + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Fails if an output is one of the files that a command reads, even by another name or a link.
pub fn refuse_input<'a>(output: &Path, inputs: impl IntoIterator<Item = &'a Path>) -> Result<(), Failure> {
    let is_same = |input: &Path| {
        if memory::is_in_use() { Memory::is_same(input, output) } else { is_same(input, output) }
    };
    let is_output = |input: &&Path| !is_stdin(input) && is_same(input);
    match inputs.into_iter().find(is_output) {
        Some(input) => {
            let (name, input) = (display_name(output).display(), display_name(input).display());
            let message = format!("`{name}` is read as `{input}`, and would be overwritten");
            Err(Failure::new(message).help("name another file for the output"))
        }
        None => Ok(()),
    }
}

/// Returns whether two paths refer to the same file.
#[cfg(unix)]
fn is_same(a: &Path, b: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;

    let file = |path| fs::metadata(path).ok().map(|metadata| (metadata.dev(), metadata.ino()));
    file(a).is_some_and(|a| file(b) == Some(a))
}

#[cfg(not(unix))]
fn is_same(a: &Path, b: &Path) -> bool {
    let file = |path| fs::canonicalize(path).ok();
    file(a).is_some_and(|a| file(b) == Some(a))
}

/// Returns true if a file already has exactly this content.
pub fn has_content(path: &Path, content: &[u8]) -> bool {
    if let Some(has_content) = memory::ask(|memory| memory.has_content(path, content)) {
        return has_content;
    }
    let same_size = |metadata: Metadata| metadata.is_file() && metadata.len() == content.len() as u64;
    fs::metadata(path).is_ok_and(same_size) && fs::read(path).is_ok_and(|current| current == content)
}

/// Replaces the content of a file, either completely or not at all.
///
/// The content is written to a new file in the same directory, which is then renamed, with the same
/// permissions. For a symbolic link, its target is replaced. A file with several hard links is
/// overwritten in place, because a new file would lose them. A file that is not regular, such as
/// `/dev/stdout` or a pipe, is also written in place.
pub fn write(path: &Path, content: &[u8]) -> Result<(), Failure> {
    try_write(path, content).map_err(|error| io_failure("write", path, &error))
}

fn try_write(path: &Path, content: &[u8]) -> io::Result<()> {
    if let Some(written) = memory::ask(|memory| memory.write(path, content)) {
        return written;
    }
    let existing = match OpenOptions::new().write(true).open(path) {
        // Whoever may not write to the file may not replace it either, though the directory would
        // let them.
        Ok(file) => Some((file.metadata()?, file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    match existing {
        Some((metadata, mut file)) if !metadata.is_file() => file.write_all(content),
        Some((metadata, file)) if has_several_names(&metadata) => overwrite(file, content),
        Some((metadata, _)) => replace(&fs::canonicalize(path)?, Some(&metadata), content),
        None => replace(&link_target(path), None, content),
    }
}

#[cfg(unix)]
fn has_several_names(metadata: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::nlink(metadata) > 1
}

#[cfg(not(unix))]
fn has_several_names(_: &Metadata) -> bool {
    false
}

/// Overwrites a file in place. The rest of the old content is only cut off after everything is
/// written.
fn overwrite(mut file: File, content: &[u8]) -> io::Result<()> {
    file.write_all(content)?;
    file.set_len(content.len() as u64)?;
    file.sync_all()
}

/// Returns the target of a symbolic link to a file that does not exist, so that writing creates
/// that file. Returns any other path itself. The loop ends: the system has already refused to open
/// a cycle of links, with another error than "not found".
fn link_target(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    while let Ok(target) = fs::read_link(&path) {
        path = directory_of(&path).join(target);
    }
    path
}

fn directory_of(path: &Path) -> &Path {
    path.parent().filter(|directory| !directory.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn replace(path: &Path, existing: Option<&Metadata>, content: &[u8]) -> io::Result<()> {
    if path.file_name().is_none() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let (temporary, file) = Temporary::file(directory_of(path))?;
    fill(file, existing, content)?;
    temporary.uninterrupted(|temporary| fs::rename(temporary, path))
}

/// Permissions are set before the content, which may be confidential.
fn fill(mut file: File, existing: Option<&Metadata>, content: &[u8]) -> io::Result<()> {
    if let Some(existing) = existing {
        keep_owner(&file, existing);
        file.set_permissions(existing.permissions())?;
    }
    file.write_all(content)?;
    file.sync_all()
}

/// Keeps the owner if root formats another user's file. This fails for other users, who do not need
/// it.
#[cfg(unix)]
fn keep_owner(file: &File, existing: &Metadata) {
    use std::os::unix::fs::{MetadataExt, fchown};

    let _ = fchown(file, Some(existing.uid()), Some(existing.gid()));
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &Metadata) {}

/// Creates a directory with files, either completely or not at all. The directory may exist if it
/// is empty, except for leftovers of an earlier attempt.
pub fn write_directory(path: &Path, files: &[(&str, String)]) -> Result<(), Failure> {
    let exists = match has_entries(path) {
        Ok(true) => {
            let message = format!("the directory `{}` is not empty", path.display());
            return Err(Failure::new(message).help("name a directory that does not exist yet"));
        }
        Ok(_) => true,
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            return Err(Failure::new(format_args!("`{}` is a file, not a directory", path.display())));
        }
        Err(error) => return Err(io_failure("read", path, &error)),
    };
    try_write_directory(path, exists, files).map_err(|error| io_failure("write", path, &error))
}

/// Returns whether a directory is not empty, except for leftovers.
fn has_entries(path: &Path) -> io::Result<bool> {
    let in_memory = |memory: &mut Memory| match memory.kind(path)? {
        Kind::Directory => Ok(memory.has_files_in(path)),
        Kind::File | Kind::Other => Err(io::ErrorKind::NotADirectory.into()),
    };
    let on_disk = || Ok(fs::read_dir(path)?.count() > temporary::leftovers(path).len());
    memory::ask(in_memory).unwrap_or_else(on_disk)
}

fn try_write_directory(path: &Path, exists: bool, files: &[(&str, String)]) -> io::Result<()> {
    let in_memory = |memory: &mut Memory| {
        files.iter().for_each(|(name, content)| memory.create(&path.join(name), content.as_bytes()));
    };
    if memory::ask(in_memory).is_some() {
        return Ok(());
    }
    // The temporary directory is beside or in the target, so it is on the same file system. A
    // rename there is fast and cannot run out of space.
    let temporary = Temporary::directory(if exists { path } else { directory_of(path) })?;
    for (name, content) in files {
        // A file that is created while a signal removes the directory would keep it.
        temporary.uninterrupted(|directory| {
            let file = directory.join(name);
            fs::create_dir_all(directory_of(&file))?;
            fs::write(file, content)
        })?;
    }
    temporary
        .uninterrupted(|directory| if exists { move_entries(directory, path) } else { fs::rename(directory, path) })
}

/// Moves the content of one directory to another, and back if that fails.
fn move_entries(from: &Path, to: &Path) -> io::Result<()> {
    let mut moved = Vec::new();
    let result = fs::read_dir(from)?.try_for_each(|entry| {
        let name = entry?.file_name();
        fs::rename(from.join(&name), to.join(&name))?;
        moved.push(name);
        Ok(())
    });
    if result.is_err() {
        for name in moved {
            let _ = fs::rename(to.join(&name), from.join(&name));
        }
    }
    result
}

/// Describes an error in words that do not require the system's manual.
fn io_failure(verb: &str, path: &Path, error: &io::Error) -> Failure {
    let name = display_name(path).display();
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory if verb == "read" => {
            Failure::new(format_args!("there is no file `{name}`"))
        }
        io::ErrorKind::NotFound => Failure::new(format_args!("cannot write `{name}`: there is no such directory")),
        io::ErrorKind::IsADirectory => Failure::new(format_args!("`{name}` is a directory, not a file")),
        io::ErrorKind::PermissionDenied => Failure::new(format_args!("no permission to {verb} `{name}`")),
        _ => Failure::new(format_args!("cannot {verb} `{name}`: {error}")),
    }
}
