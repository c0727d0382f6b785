use std::path::Path;

use crate::scan::code::grammar::{self, Grammar};

/// The way to read a file.
#[derive(Clone, Copy, Debug)]
pub(crate) enum FileKind {
    /// As YAML, structurally.
    Yaml,
    /// As JSON, structurally.
    Json,
    /// As the tokens of a programming language.
    Code(&'static Grammar),
    /// As lines.
    Script,
}

/// Extensions of scripts and of files with settings, in lower case.
const SCRIPTS: &[&str] = &[
    "sh",
    "bash",
    "zsh",
    "fish",
    "ksh",
    "bats",
    "ps1",
    "service",
    "timer",
    "socket",
    "env",
    "conf",
    "cfg",
    "ini",
    "mk",
    "just",
    "j2",
    "jinja",
    "jinja2",
    "tpl",
    "tmpl",
    "gotmpl",
    "envrc",
    "plist",
    "cmd",
    "dockerfile",
];

/// Full names of such files, in lower case.
const SCRIPT_NAMES: &[&str] = &[
    "dockerfile",
    "containerfile",
    "makefile",
    "gnumakefile",
    "justfile",
    ".env",
    ".envrc",
    "tailscaled",
    "procfile",
    "vagrantfile",
];

impl FileKind {
    /// Returns the way to read a file, by its name and its first line. Prose, policies, tests and
    /// unknown files are not read.
    pub(crate) fn of(path: &str, text: &str) -> Option<FileKind> {
        let path = Path::new(path);
        let lower = |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        let (name, extension) = (lower(path.file_name()), lower(path.extension()));
        let first = text.lines().next().unwrap_or_default();
        if first.starts_with("#cloud-config") {
            return Some(FileKind::Yaml);
        }
        match extension.as_str() {
            "yaml" | "yml" => return Some(FileKind::Yaml),
            "json" => return Some(FileKind::Json),
            _ => {}
        }
        if let Some(grammar) = grammar::of_extension(&extension) {
            return (!is_test(path, &name)).then_some(FileKind::Code(grammar));
        }
        let is_script = SCRIPTS.contains(&extension.as_str())
            || SCRIPT_NAMES.iter().any(|known| {
                name == *known
                    || name.strip_prefix(known).is_some_and(|rest| rest.starts_with('.') && extension != "md")
            })
            || first.starts_with("#!");
        is_script.then_some(FileKind::Script)
    }
}

/// Returns whether a program is a test. Its names are made up.
fn is_test(path: &Path, name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    let is_test_folder =
        |part: &std::ffi::OsStr| ["test", "tests", "testdata", "__tests__"].iter().any(|name| part == *name);
    stem.starts_with("test_")
        || stem.ends_with("_test")
        || stem == "conftest"
        || name.contains(".test.")
        || name.contains(".spec.")
        || path.iter().any(is_test_folder)
}
