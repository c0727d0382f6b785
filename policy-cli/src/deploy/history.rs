//! Finds the live policy among the versions of the policy file in git.
//!
//! The committed file is the text that was pushed, so no other file has to remember what was pushed last.

use std::env;
use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use policy_deploy::ETag;

use super::default_policy;
use crate::git;

/// The maximum number of versions that are compared, on the current branch and again elsewhere.
pub(crate) const MOST: usize = 500;

/// The maximum size of a version in bytes.
const LARGEST: u64 = 64 << 20;

/// The live policy's place among the versions that we know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It is the wanted policy.
    Live,
    /// The current commit or an ancestor has it.
    Ancestor {
        /// The newest commit with it.
        commit: Commit,
        /// The number of newer commits that changed the file.
        behind: usize,
    },
    /// A commit has it that is not an ancestor of the current one.
    Other {
        /// The newest such commit.
        commit: Commit,
        /// A branch or tag that contains the commit.
        branch: Option<String>,
    },
    /// It is the policy of a new tailnet.
    Default,
    /// No commit has it.
    Unknown {
        /// Whether the repository is a shallow clone, so that commits are missing.
        is_shallow: bool,
        /// The number of versions that were compared.
        compared: usize,
    },
    /// There are no versions to compare it with.
    NoHistory {
        /// Why, as a clause.
        reason: String,
    },
}

/// A commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Commit {
    /// Its whole hash.
    pub(crate) id: String,
    /// The day of the commit, such as `2027-03-31`.
    pub(crate) date: String,
    /// The first line of its message.
    pub(crate) subject: String,
}

impl Commit {
    /// Returns the start of its hash.
    pub(crate) fn short(&self) -> &str {
        self.id.get(..10).unwrap_or(&self.id)
    }
}

/// Returns the committed file of our policy. A built-in policy, and one from stdin, is committed as `policy.hujson`:
/// in the package that cargo runs, or here.
pub(crate) fn committed_file(path: &Path, named: Option<&Path>) -> PathBuf {
    if let Some(named) = named {
        return named.to_owned();
    }
    if path.is_file() || git::object(path).is_some() {
        return path.to_owned();
    }
    let usual = PathBuf::from("policy.hujson");
    let package = env::var_os("CARGO_MANIFEST_DIR").map(|folder| Path::new(&folder).join(&usual));
    package.filter(|file| file.is_file()).unwrap_or(usual)
}

/// Returns whether two texts are the same policy for the control plane, which formats what it stores.
pub(crate) fn is_same(a: &str, b: &str) -> bool {
    a == b || ETag::of_policy(a) == ETag::of_policy(b)
}

/// Finds the live policy. `wanted` is the text of our policy, and `file` its file in a git repository. The file may be
/// `git:REV:PATH`, and need not exist in the working tree.
pub(crate) fn standing(live: &str, wanted: &str, file: &Path) -> Standing {
    if is_same(live, wanted) {
        return Standing::Live;
    }
    if default_policy::is_default(live) {
        return Standing::Default;
    }
    let Some(history) = History::open(file) else {
        return Standing::NoHistory { reason: "there is no git repository".to_owned() };
    };
    // A search that ends early has not shown that no commit has the policy.
    let interrupted = |error| Standing::NoHistory { reason: format!("`git cat-file` failed: {error}") };
    history.find(live).unwrap_or_else(interrupted)
}

/// The versions of one file.
struct History {
    folder: PathBuf,
    /// The path of the file in the folder, without `./`.
    name: PathBuf,
    is_shallow: bool,
}

impl History {
    /// Returns `None` if the file is not in a git repository.
    fn open(file: &Path) -> Option<History> {
        let (folder, name) = match git::object(file) {
            // Git's own names begin at the top of the repository, unless they begin with `./`.
            Some(object) => match object.split_once(':')? {
                (_, path) if path.starts_with("./") || path.starts_with("../") => split(Path::new(path))?,
                (_, path) => {
                    let top = first_line(git::command().args(["rev-parse", "--show-toplevel"]))?;
                    (PathBuf::from(top), PathBuf::from(path))
                }
            },
            None => split(file)?,
        };
        let shallow = first_line(git::command().current_dir(&folder).args(["rev-parse", "--is-shallow-repository"]))?;
        Some(History { folder, name, is_shallow: shallow == "true" })
    }

    fn find(&self, live: &str) -> io::Result<Standing> {
        let mut search = self.search(live)?;
        if let Some((behind, commit)) = search.find(&self.commits(&["HEAD"]))? {
            return Ok(Standing::Ancestor { commit, behind });
        }
        let others = self.commits(&["--branches", "--remotes", "--tags", "--not", "HEAD"]);
        if let Some((_, commit)) = search.find(&others)? {
            let branch = self.branch(&commit);
            return Ok(Standing::Other { commit, branch });
        }
        if search.compared == 0 {
            let reason = format!("git has no version of `{}`", self.name.to_string_lossy());
            return Ok(Standing::NoHistory { reason });
        }
        Ok(Standing::Unknown { is_shallow: self.is_shallow, compared: search.compared })
    }

    fn git(&self) -> Command {
        let mut command = git::command();
        command.current_dir(&self.folder);
        command
    }

    /// Returns the commits that changed the file, the newest first. If git fails, there are none: a new repository has
    /// no `HEAD`.
    fn commits(&self, revisions: &[&str]) -> Vec<Commit> {
        let mut command = self.git();
        command.args(["log", "--full-history", "--format=%H%x00%cs%x00%s", "--max-count", &MOST.to_string()]);
        command.args(revisions).arg("--").arg(&self.name);
        let lines = output(&mut command).unwrap_or_default();
        lines.lines().filter_map(commit).collect()
    }

    /// Returns a branch or tag that contains a commit.
    fn branch(&self, commit: &Commit) -> Option<String> {
        let mut command = self.git();
        command.args(["for-each-ref", "--count=1", "--format=%(refname:short)", "--contains", &commit.id]);
        first_line(command.args(["refs/heads", "refs/remotes", "refs/tags"]))
    }

    fn search<'h>(&'h self, live: &'h str) -> io::Result<Search<'h>> {
        let mut command = self.git();
        command.args(["cat-file", "--batch"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut git = command.spawn()?;
        let (Some(stdin), Some(stdout)) = (git.stdin.take(), git.stdout.take()) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let objects = Objects { git, stdin, stdout: BufReader::new(stdout) };
        Ok(Search { name: &self.name, live, formatted: ETag::of_policy(live), objects, compared: 0 })
    }
}

/// A search for the live policy in commits.
struct Search<'h> {
    name: &'h Path,
    live: &'h str,
    formatted: ETag,
    objects: Objects,
    compared: usize,
}

impl Search<'_> {
    /// Returns the first commit with the live policy, and its index.
    fn find(&mut self, commits: &[Commit]) -> io::Result<Option<(usize, Commit)>> {
        for (index, commit) in commits.iter().enumerate() {
            // A commit that deleted the file has no version of it.
            let Some(version) = self.objects.read(&commit.id, self.name)? else { continue };
            self.compared += 1;
            if version == self.live || ETag::of_policy(&version) == self.formatted {
                return Ok(Some((index, commit.clone())));
            }
        }
        Ok(None)
    }
}

/// A process that reads files in commits.
struct Objects {
    git: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Objects {
    /// Returns the file in a commit, or `None` if the commit does not have it or it is not text.
    fn read(&mut self, commit: &str, name: &Path) -> io::Result<Option<String>> {
        let object = [commit.as_bytes(), b":./", name.as_os_str().as_encoded_bytes(), b"\n"].concat();
        self.stdin.write_all(&object)?;
        self.stdin.flush()?;
        let mut header = String::new();
        if self.stdout.read_line(&mut header)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut words = header.split_whitespace().rev();
        let (size, kind) = (words.next().and_then(|size| size.parse::<u64>().ok()), words.next());
        let Some(size) = size.filter(|size| *size <= LARGEST) else { return Ok(None) };
        let mut content = Vec::new();
        // A line end follows the content.
        self.stdout.by_ref().take(size + 1).read_to_end(&mut content)?;
        content.pop();
        Ok(String::from_utf8(content).ok().filter(|_| kind == Some("blob")))
    }
}

impl Drop for Objects {
    fn drop(&mut self) {
        let _ = self.git.kill();
        let _ = self.git.wait();
    }
}

/// Splits a path into a folder and a name in it. A name with a line end cannot be asked for.
fn split(file: &Path) -> Option<(PathBuf, PathBuf)> {
    let name = file.file_name().filter(|name| !name.as_encoded_bytes().contains(&b'\n'))?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    Some((folder.unwrap_or(Path::new(".")).to_owned(), PathBuf::from(OsStr::new(name))))
}

fn commit(line: &str) -> Option<Commit> {
    let mut fields = line.splitn(3, '\0').map(str::to_owned);
    Some(Commit { id: fields.next()?, date: fields.next()?, subject: fields.next()? })
}

/// Returns the output of a command that succeeds.
fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Returns the first line of the output, if there is one.
fn first_line(command: &mut Command) -> Option<String> {
    output(command)?.lines().next().map(str::to_owned).filter(|line| !line.is_empty())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A repository in a temporary folder.
    struct Repository(PathBuf);

    impl Repository {
        fn new(test: &str) -> Repository {
            let folder = std::env::temp_dir().join(format!("policy-history-{test}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&folder);
            fs::create_dir_all(folder.join("net")).unwrap();
            let repository = Repository(folder);
            repository.git(&["init", "-q"]);
            repository
        }

        fn git(&self, arguments: &[&str]) {
            let mut command = Command::new("git");
            command.args(["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main"]);
            command.env("GIT_COMMITTER_DATE", "2027-03-31T12:00:00Z").args(arguments);
            let output = command.current_dir(&self.0).output().unwrap();
            assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        }

        fn commit(&self, subject: &str, text: &str) {
            fs::write(self.file(), text).unwrap();
            self.git(&["add", "."]);
            self.git(&["commit", "-q", "-m", subject]);
        }

        fn file(&self) -> PathBuf {
            self.0.join("net/policy [1].hujson")
        }
    }

    impl Drop for Repository {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn policy(tag: &str) -> String {
        format!("{{\n\t\"tagOwners\": {{\"tag:{tag}\": []}},\n\t\"grants\": [],\n}}\n")
    }

    fn names(standing: Standing) -> (String, String) {
        match standing {
            Standing::Ancestor { commit, behind } => (commit.subject, behind.to_string()),
            Standing::Other { commit, branch } => (commit.subject, branch.unwrap_or_default()),
            other => (format!("{other:?}"), String::new()),
        }
    }

    #[test]
    fn the_live_policy_is_found_in_the_history() {
        let repository = Repository::new("found");
        repository.commit("one", &policy("one"));
        // Nobody formatted this one.
        repository.commit("two", "{\"grants\": [], \"tagOwners\": {\"tag:two\": []}}");
        repository.git(&["checkout", "-q", "-b", "side"]);
        repository.commit("aside", &policy("aside"));
        repository.git(&["checkout", "-q", "main"]);
        repository.commit("three", &policy("three"));
        fs::write(repository.0.join("unrelated"), "").unwrap();
        repository.git(&["add", "."]);
        repository.git(&["commit", "-q", "-m", "unrelated"]);

        let find = |live: &str| standing(live, &policy("wanted"), &repository.file());
        assert_eq!(find(&policy("wanted").replace('\t', " ")), Standing::Live);
        let formatted = policy_core::hujson::Document::parse("{\"grants\": [], \"tagOwners\": {\"tag:two\": []}}");
        for (live, expected) in [
            (policy("three"), ("three", "0")),
            (formatted.unwrap().format(), ("two", "1")),
            (policy("one"), ("one", "2")),
            (policy("aside"), ("aside", "side")),
        ] {
            assert_eq!(names(find(&live)), (expected.0.to_owned(), expected.1.to_owned()));
        }
        assert_eq!(find(&policy("edited")), Standing::Unknown { is_shallow: false, compared: 4 });
        let default = "{\"grants\": [{\"src\": [\"*\"], \"dst\": [\"*\"], \"ip\": [\"*\"]}]}";
        assert_eq!(find(default), Standing::Default);
        let Standing::Ancestor { commit, .. } = find(&policy("one")) else { panic!("not found") };
        assert_eq!((commit.id.len(), commit.short().len(), commit.date.as_str()), (40, 10, "2027-03-31"));

        // The file may be gone, and come back.
        repository.git(&["rm", "-q", "net/policy [1].hujson"]);
        repository.git(&["commit", "-q", "-m", "removed"]);
        fs::create_dir_all(repository.0.join("net")).unwrap();
        assert_eq!(names(find(&policy("three"))), ("three".to_owned(), "1".to_owned()));
    }

    #[test]
    fn a_shallow_clone_is_not_a_whole_history() {
        let repository = Repository::new("shallow");
        repository.commit("one", &policy("one"));
        repository.commit("two", &policy("two"));
        let clone = Repository(repository.0.with_extension("clone"));
        let _ = fs::remove_dir_all(&clone.0);
        let url = format!("file://{}", repository.0.display());
        repository.git(&["clone", "-q", "--depth=1", &url, clone.0.to_str().unwrap()]);
        let found = standing(&policy("one"), &policy("wanted"), &clone.file());
        assert_eq!(found, Standing::Unknown { is_shallow: true, compared: 1 });
    }

    #[test]
    fn without_commits_there_is_no_history() {
        let repository = Repository::new("none");
        let find = || standing(&policy("one"), &policy("wanted"), &repository.file());
        let expected = "git has no version of `policy [1].hujson`".to_owned();
        assert_eq!(find(), Standing::NoHistory { reason: expected });
        fs::remove_dir_all(repository.0.join(".git")).unwrap();
        assert_eq!(find(), Standing::NoHistory { reason: "there is no git repository".to_owned() });
        let nowhere = standing(&policy("one"), &policy("wanted"), &repository.0.join("nowhere/policy.hujson"));
        assert_eq!(nowhere, Standing::NoHistory { reason: "there is no git repository".to_owned() });
    }
}
