//! Files, streams and a clock in memory, in place of those of the system.
//!
//! A command runs on a [`Memory`] where there is no system, as in a browser. It reads and writes
//! only through `file`, `output`, `today`, `stopwatch` and `git`. Each of them asks the memory of
//! this thread first, and the system only if there is none.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use anstream::{AutoStream, ColorChoice};

thread_local! {
    static IN_USE: RefCell<Option<Memory>> = const { RefCell::new(None) };
}

/// The surroundings of one command.
#[derive(Clone, Debug)]
pub struct Memory {
    files: BTreeMap<PathBuf, File>,
    directories: BTreeSet<PathBuf>,
    stdin: Vec<u8>,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    today: Option<String>,
    clock: fn() -> Duration,
    colors: Colors,
}

/// A file, which has the name that it was given first.
#[derive(Clone, Debug)]
struct File {
    name: String,
    content: Vec<u8>,
    is_written: bool,
}

/// Which streams keep colours in what is written for people, as on a terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Colors {
    /// The stream of results.
    pub stdout: bool,
    /// The stream of everything else.
    pub stderr: bool,
}

/// What a command has left in its memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// The results.
    pub stdout: Vec<u8>,
    /// Everything else that it said.
    pub stderr: Vec<u8>,
    /// The files that it has written, each with its name.
    pub files: Vec<(String, Vec<u8>)>,
}

/// The kind of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// Anything else, such as a pipe.
    Other,
}

/// One of the two streams that a command writes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stream {
    Out,
    Error,
}

impl Memory {
    /// Creates a memory without files. `clock` is the time since 1970.
    pub fn new(clock: fn() -> Duration) -> Memory {
        let (files, directories) = (BTreeMap::new(), BTreeSet::new());
        let (stdin, stdout, stderr) = (Vec::new(), Vec::new(), Vec::new());
        Memory { files, directories, stdin, stdout, stderr, today: None, clock, colors: Colors::default() }
    }

    /// Adds a file. Relative names are those of the folder in which the command runs. A name that ends
    /// in `/` is that of a directory, which may be empty.
    #[must_use]
    pub fn with_file(mut self, name: &str, content: Vec<u8>) -> Memory {
        if name.ends_with('/') {
            self.directories.insert(normal(Path::new(name)));
            return self;
        }
        self.files.insert(normal(Path::new(name)), File { name: name.to_owned(), content, is_written: false });
        self
    }

    /// Sets the content of stdin.
    #[must_use]
    pub fn with_stdin(self, stdin: Vec<u8>) -> Memory {
        Memory { stdin, ..self }
    }

    /// Sets the date, as the environment of the program does. Otherwise, it is that of the clock.
    #[must_use]
    pub fn with_today(self, today: String) -> Memory {
        Memory { today: Some(today), ..self }
    }

    /// Sets which streams have colours.
    #[must_use]
    pub fn with_colors(self, colors: Colors) -> Memory {
        Memory { colors, ..self }
    }

    /// Returns what the command has left.
    pub fn into_output(self) -> Output {
        let written = self.files.into_values().filter(|file| file.is_written);
        let files = written.map(|file| (file.name, file.content)).collect();
        Output { stdout: self.stdout, stderr: self.stderr, files }
    }

    pub(crate) fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        match self.kind(path)? {
            Kind::Directory => Err(io::ErrorKind::IsADirectory.into()),
            Kind::File | Kind::Other => Ok(self.content(path).unwrap_or_default().to_vec()),
        }
    }

    /// Returns the content of stdin, of which nothing is left then.
    pub(crate) fn read_stdin(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.stdin)
    }

    /// Returns the kind of a path. There is a directory if there is a file in it, or if it was given.
    pub(crate) fn kind(&self, path: &Path) -> io::Result<Kind> {
        let path = normal(path);
        if self.files.contains_key(&path) {
            Ok(Kind::File)
        } else if path.as_os_str().is_empty() || self.directories.contains(&path) || self.has_files_in(&path) {
            Ok(Kind::Directory)
        } else if path.ancestors().skip(1).any(|above| self.files.contains_key(above)) {
            Err(io::ErrorKind::NotADirectory.into())
        } else {
            Err(io::ErrorKind::NotFound.into())
        }
    }

    pub(crate) fn has_files_in(&self, directory: &Path) -> bool {
        let directory = normal(directory);
        self.files.keys().any(|file| *file != directory && file.starts_with(&directory))
    }

    pub(crate) fn has_content(&self, path: &Path, content: &[u8]) -> bool {
        self.content(path) == Some(content)
    }

    pub(crate) fn is_same(a: &Path, b: &Path) -> bool {
        normal(a) == normal(b)
    }

    /// Writes a file in a directory that exists.
    pub(crate) fn write(&mut self, path: &Path, content: &[u8]) -> io::Result<()> {
        match self.kind(path) {
            Ok(Kind::Directory) => return Err(io::ErrorKind::IsADirectory.into()),
            Ok(Kind::File | Kind::Other) => {}
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Err(_) => drop(self.kind(normal(path).parent().unwrap_or(Path::new("")))?),
        }
        self.create(path, content);
        Ok(())
    }

    /// Writes a file, and makes the directories that it is in.
    pub(crate) fn create(&mut self, path: &Path, content: &[u8]) {
        let new = || File { name: path.to_string_lossy().into_owned(), content: Vec::new(), is_written: true };
        let file = self.files.entry(normal(path)).or_insert_with(new);
        file.content = content.to_vec();
        file.is_written = true;
    }

    fn content(&self, path: &Path) -> Option<&[u8]> {
        self.files.get(&normal(path)).map(|file| file.content.as_slice())
    }

    /// Adds to a stream, byte for byte.
    pub(crate) fn add(&mut self, stream: Stream, bytes: &[u8]) {
        self.stream(stream).extend_from_slice(bytes);
    }

    /// Adds a text for people to a stream.
    pub(crate) fn print(&mut self, stream: Stream, text: &str) {
        let choice = self.color_choice(stream);
        // Writing to memory cannot fail.
        let _ = io::Write::write_all(&mut AutoStream::new(self.stream(stream), choice), text.as_bytes());
    }

    pub(crate) fn color_choice(&self, stream: Stream) -> ColorChoice {
        let has_color = match stream {
            Stream::Out => self.colors.stdout,
            Stream::Error => self.colors.stderr,
        };
        if has_color { ColorChoice::AlwaysAnsi } else { ColorChoice::Never }
    }

    /// Returns the date in the environment.
    pub(crate) fn today(&self) -> Option<String> {
        self.today.clone()
    }

    /// Returns the time since 1970.
    pub(crate) fn time(&self) -> Duration {
        (self.clock)()
    }

    fn stream(&mut self, stream: Stream) -> &mut Vec<u8> {
        match stream {
            Stream::Out => &mut self.stdout,
            Stream::Error => &mut self.stderr,
        }
    }
}

/// Returns the path without `.`, and without `..` after a name.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match (component, normal.components().next_back()) {
            (Component::CurDir, _) | (Component::ParentDir, Some(Component::RootDir | Component::Prefix(_))) => {}
            (Component::ParentDir, Some(Component::Normal(_))) => drop(normal.pop()),
            _ => normal.push(component),
        }
    }
    normal
}

/// Runs an action on a memory in place of the system, and returns what it has left.
pub(crate) fn run<T>(memory: Memory, action: impl FnOnce() -> T) -> (T, Output) {
    /// Gives the system back to the thread, even after a panic.
    struct Restore(Option<Memory>);

    impl Drop for Restore {
        fn drop(&mut self) {
            IN_USE.set(self.0.take());
        }
    }

    let before = Restore(IN_USE.replace(Some(memory)));
    let result = action();
    let after = IN_USE.take();
    drop(before);
    let none = Output { stdout: Vec::new(), stderr: Vec::new(), files: Vec::new() };
    (result, after.map_or(none, Memory::into_output))
}

/// Asks the memory of this thread. `None` without one: then the system has to be asked. The question
/// must not ask for the memory again.
pub(crate) fn ask<T>(question: impl FnOnce(&mut Memory) -> T) -> Option<T> {
    IN_USE.with_borrow_mut(|memory| memory.as_mut().map(question))
}

/// Returns whether this thread has a memory in place of the system.
pub(crate) fn is_in_use() -> bool {
    IN_USE.with_borrow(Option::is_some)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn memory() -> Memory {
        Memory::new(|| Duration::ZERO).with_file("a.hujson", b"a".to_vec()).with_file("./dir/b.hujson", b"b".to_vec())
    }

    #[test]
    fn a_path_is_a_file_a_directory_or_nothing() {
        let memory = memory().with_file("empty/", Vec::new()).with_file("../above/", Vec::new());
        let kind = |path: &str| memory.kind(Path::new(path)).map_err(|error| error.kind());
        let cases = [
            ("a.hujson", Ok(Kind::File)),
            ("./a.hujson", Ok(Kind::File)),
            ("dir/../a.hujson", Ok(Kind::File)),
            ("dir/b.hujson", Ok(Kind::File)),
            ("dir", Ok(Kind::Directory)),
            (".", Ok(Kind::Directory)),
            ("c.hujson", Err(io::ErrorKind::NotFound)),
            ("../a.hujson", Err(io::ErrorKind::NotFound)),
            ("/a.hujson", Err(io::ErrorKind::NotFound)),
            ("a.hujson/c", Err(io::ErrorKind::NotADirectory)),
            ("empty", Ok(Kind::Directory)),
            ("../above", Ok(Kind::Directory)),
            ("..", Err(io::ErrorKind::NotFound)),
        ];
        for (path, expected) in cases {
            assert_eq!(kind(path), expected, "{path}");
        }
    }

    #[test]
    fn paths_outside_of_the_folder_are_files_of_their_own() {
        let memory = memory().with_file("../a.hujson", b"above".to_vec()).with_file("/a.hujson", b"root".to_vec());
        for (path, content) in [
            ("a.hujson", "a"),
            ("x/../../a.hujson", "above"),
            ("../y/../a.hujson", "above"),
            ("/a.hujson", "root"),
            ("/../z/../a.hujson", "root"),
        ] {
            assert_eq!(memory.read(Path::new(path)).unwrap(), content.as_bytes(), "{path}");
        }
    }

    #[test]
    fn a_written_file_keeps_its_name() {
        let mut memory = memory();
        memory.write(Path::new("dir/b.hujson"), b"new").unwrap();
        memory.write(Path::new("./c.md"), b"c").unwrap();
        let error = memory.write(Path::new("none/c.md"), b"c").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        let error = memory.write(Path::new("dir"), b"c").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::IsADirectory);
        let files = memory.into_output().files;
        assert_eq!(files, [("./c.md".to_owned(), b"c".to_vec()), ("./dir/b.hujson".to_owned(), b"new".to_vec())]);
    }

    #[test]
    fn the_system_is_back_after_a_panic() {
        let caught = std::panic::catch_unwind(|| run(memory(), || assert!(!is_in_use())));
        assert!(caught.is_err() && !is_in_use());
    }
}
