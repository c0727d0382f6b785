//! Requirements that are not part of the repository: a corpus of captures, rust-analyzer, Go,
//! and tools of other languages.
//!
//! If one is missing, the tests that need it are skipped and say so. With `POLICY_REQUIRE=all` in
//! the environment, as in `.ci/run`, they fail instead.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Mutex;

/// Returns `found`. If it is `None`, the test is skipped or fails.
///
/// # Panics
/// Panics if `found` is `None` and `POLICY_REQUIRE` is `all`.
pub fn or_skip<T>(found: Option<T>, missing: &str) -> Option<T> {
    static REPORTED: Mutex<Vec<String>> = Mutex::new(Vec::new());

    if found.is_none() {
        assert!(std::env::var_os("POLICY_REQUIRE").is_none_or(|value| value != "all"), "{missing}");
        let mut reported = REPORTED.lock().unwrap();
        if !reported.iter().any(|line| line == missing) {
            reported.push(missing.to_owned());
            // Not with `eprintln!`, whose output the test harness hides if the test passes.
            std::io::stderr().write_all(format!("skipped: {missing}\n").as_bytes()).unwrap();
        }
    }
    found
}

/// Returns whether a program succeeds with these arguments.
fn runs(program: &Path, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Returns the files of a name in the folders of `PATH`, in their order.
fn in_path(name: &str) -> Vec<PathBuf> {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).map(|folder| folder.join(name)).filter(|program| program.is_file()).collect()
}

/// Returns the folder that `.ci/install` puts a tool into.
fn tool_folder(tool: &str) -> PathBuf {
    let folder = Command::new(crate::root().join(".ci/tool-folder")).arg(tool).output();
    folder.map(|output| String::from_utf8_lossy(&output.stdout).trim().into()).unwrap_or_default()
}

/// Finds a file or folder of `shared`, a folder beside the repository.
pub fn shared(name: &str) -> Option<PathBuf> {
    let path = crate::root().join("../shared").join(name);
    or_skip(path.exists().then_some(path), &format!("there is no ../shared/{name} beside the repository"))
}

/// Finds a file or folder of the corpus: in the folder that `POLICY_CONFORMANCE` names, or
/// otherwise in `../shared/conformance`.
pub fn corpus(name: &str) -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("POLICY_CONFORMANCE").map(PathBuf::from) else {
        return shared(&format!("conformance/{name}"));
    };
    let path = folder.join(name);
    or_skip(path.exists().then_some(path), &format!("the folder that POLICY_CONFORMANCE names has no {name}"))
}

/// Finds a program `headscale` that runs: the one that `HEADSCALE` names, or otherwise one in
/// `PATH`. It is never required.
pub fn headscale() -> Option<PathBuf> {
    let program = std::env::var_os("HEADSCALE").map_or_else(|| PathBuf::from("headscale"), PathBuf::from);
    if runs(&program, &["version"]) {
        return Some(program);
    }
    let line = "skipped: there is no program headscale, neither in PATH nor named by HEADSCALE\n";
    std::io::stderr().write_all(line.as_bytes()).unwrap();
    None
}

/// Finds a rust-analyzer that runs: the one that `POLICY_RUST_ANALYZER` names, or otherwise the
/// first in `PATH`.
///
/// Rustup installs a `rust-analyzer` in `PATH` that fails if that component is missing, so each one
/// is tried.
pub fn rust_analyzer() -> Option<PathBuf> {
    let named = std::env::var_os("POLICY_RUST_ANALYZER").map(PathBuf::from);
    let candidates = named.map_or_else(|| in_path("rust-analyzer"), |named| vec![named]);
    let found = candidates.into_iter().find(|candidate| runs(candidate, &["--version"]));
    or_skip(found, "no rust-analyzer runs here: see `.ci/install`")
}

/// Finds a Python that has some modules: `python3`, else Debian's, which has the modules of
/// Debian's packages and may not be the first in `PATH`, else the one of `.ci/install`.
pub fn python_with(modules: &[&str]) -> Option<PathBuf> {
    let candidates = ["python3".into(), "/usr/bin/python3".into(), tool_folder("python").join("bin/python")];
    let imports = format!("import {}", modules.join(", "));
    let found = candidates.into_iter().find(|python| runs(python, &["-c", &imports]));
    or_skip(found, &format!("no Python with {} runs here: see `.ci/install`", modules.join(", ")))
}

/// Finds a program in `PATH`.
pub fn program(name: &str) -> Option<PathBuf> {
    let found = in_path(name).into_iter().next();
    or_skip(found, &format!("there is no program {name} in PATH: see `.ci/install`"))
}

/// Finds the Neovims: those in `PATH`, and the current one of `.ci/install`. Debian's is old, and has
/// another client for language servers.
pub fn neovims() -> Vec<PathBuf> {
    let mut found = in_path("nvim");
    found.push(tool_folder("neovim").join("bin/nvim"));
    found.retain(|program| runs(program, &["--version"]));
    let found = (!found.is_empty()).then_some(found);
    or_skip(found, "no Neovim runs here: see `.ci/install`").unwrap_or_default()
}

/// Finds an Emacs with Eglot.
pub fn emacs() -> Option<PathBuf> {
    let is_complete = |program: &PathBuf| {
        runs(program, &["--batch", "-q", "--eval", "(progn (package-initialize) (require 'eglot))"])
    };
    let found = in_path("emacs").into_iter().find(is_complete);
    or_skip(found, "no Emacs with Eglot runs here: see `.ci/install`")
}

/// Finds Node: the program that `POLICY_NODE` names, else `node`.
pub fn node() -> Option<PathBuf> {
    let program = std::env::var_os("POLICY_NODE").map_or_else(|| PathBuf::from("node"), PathBuf::from);
    or_skip(runs(&program, &["--version"]).then_some(program), "no Node runs here: see `.ci/install`")
}

/// Finds `deno` or `bun`: in `PATH`, or as `.ci/install-runtimes` installs it.
pub fn javascript_runtime(name: &str) -> Option<PathBuf> {
    let installed = tool_folder("runtimes").join("bin").join(name);
    let found = in_path(name).into_iter().chain([installed]).find(|program| runs(program, &["--version"]));
    or_skip(found, &format!("{name} does not run here: see `.ci/install-runtimes`"))
}

/// Finds the Node modules of the bundlers, and of publint.
pub fn bundlers() -> Option<PathBuf> {
    let modules = tool_folder("bundlers").join("node_modules");
    let found = modules.join("publint").exists().then_some(modules);
    or_skip(found, "the bundlers are not installed: see `.ci/install-bundlers`")
}

/// Finds Node with the modules of tests/page, and Chromium: the program that `POLICY_CHROMIUM`
/// names, else `chromium`.
pub fn browser() -> Option<(PathBuf, PathBuf)> {
    let node = node()?;
    node_modules("tests/page", "playwright-core")?;
    let named = std::env::var_os("POLICY_CHROMIUM").map(PathBuf::from);
    let chromium = named.or_else(|| in_path("chromium").into_iter().next());
    Some((node, or_skip(chromium, "no Chromium is here: see `.ci/install`")?))
}

/// Finds the script of code-server, which runs in Node.
pub fn code_server() -> Option<PathBuf> {
    let modules = tool_folder("code-server").join("node_modules");
    let script = modules.join("code-server/out/node/entry.js");
    or_skip(script.is_file().then_some(script), "code-server is not installed: see `.ci/install-code-server`")
}

/// Finds the Node modules of a folder of the repository, if a module is among them.
pub fn node_modules(folder: &str, module: &str) -> Option<PathBuf> {
    let modules = crate::root().join(folder).join("node_modules");
    let found = modules.join(module).exists().then_some(modules);
    or_skip(found, &format!("the Node modules of {folder} are not installed: see `.ci/install`"))
}

/// Finds a folder that a step of `packaging/build` writes, if a file is in it. `temporary` is the value of
/// `CARGO_TARGET_TMPDIR` for a test.
pub fn packaged(temporary: &str, step: &str, file: &str) -> Option<PathBuf> {
    let packages = std::env::var_os("DIST").map(PathBuf::from);
    let packages = packages.or_else(|| Some(Path::new(temporary).parent()?.join("packages")));
    let found = packages.map(|packages| packages.join(step)).filter(|folder| folder.join(file).is_file());
    or_skip(found, &format!("this is not built: run `packaging/build {step}`"))
}

/// Builds the Go program in a folder of the repository as `program`.
///
/// The first build downloads the modules in its go.sum, and takes minutes. Go caches the modules
/// and the build.
///
/// # Panics
/// Panics if Go is installed and the program does not compile.
pub fn go_program(folder: &str, program: &Path) -> Option<()> {
    go_programs(folder, program, &["."])
}

/// Builds Go programs from the module in a folder of the repository, or from modules in its go.sum.
/// `output` is a file, or an existing folder for several programs.
///
/// # Panics
/// Panics if Go is installed and one of the programs does not compile.
pub fn go_programs(folder: &str, output: &Path, packages: &[&str]) -> Option<()> {
    download_go_modules(folder)?;
    let arguments: [&OsStr; 3] = ["build".as_ref(), "-o".as_ref(), output.as_ref()];
    let packages = packages.iter().map(OsStr::new);
    let built = go(folder, &arguments.into_iter().chain(packages).collect::<Vec<_>>());
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    Some(())
}

/// Returns the folder with the sources of a Go module that the go.mod in a folder of the repository
/// names.
///
/// # Panics
/// Panics if go.mod does not name the module.
pub fn go_module(folder: &str, module: &str) -> Option<PathBuf> {
    download_go_modules(folder)?;
    let arguments = ["list", "-m", "-f", "{{.Dir}}", module];
    let listed = go(folder, &arguments.map(OsStr::new));
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    Some(PathBuf::from(String::from_utf8_lossy(&listed.stdout).trim()))
}

fn go(folder: &str, arguments: &[&OsStr]) -> Output {
    Command::new("go").args(arguments).current_dir(crate::root().join(folder)).output().unwrap()
}

fn download_go_modules(folder: &str) -> Option<()> {
    or_skip(runs(Path::new("go"), &["version"]).then_some(()), "no Go runs here: see `.ci/install`")?;
    let modules = go(folder, &["mod", "download"].map(OsStr::new));
    or_skip(
        modules.status.success().then_some(()),
        "the Go modules of the tests cannot be downloaded: see `.ci/install`",
    )
}
