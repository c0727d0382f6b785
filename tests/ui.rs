//! What an operator sees: `ui/<area>/<mistake>.rs` makes one mistake, and the `.stderr` beside it is rustc's answer.
//!
//! The answers are compared on the toolchain that made them, since rustc draws them. On any other
//! the mistakes must still not compile. `TRYBUILD=overwrite cargo test -p policy-tests --test ui`
//! writes them anew; then read each as an operator would.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The toolchain whose rustc drew the `.stderr` files.
const SNAPSHOTS_OF: &str = "rustc 1.95.";

/// Set for a run on copies, whose answers are written and not compared.
const COPY: &str = "POLICY_UI_COPY";

#[test]
fn mistakes_do_not_compile() {
    if let Some(copy) = std::env::var_os(COPY) {
        run(Path::new(&copy));
    } else if rustc_version().starts_with(SNAPSHOTS_OF) {
        run(Path::new("ui"));
    } else {
        println!("the answers are {SNAPSHOTS_OF}*'s: on this toolchain they are not compared");
        run_on_copies();
    }
}

fn run(folder: &Path) {
    let tests = trybuild::TestCases::new();
    // Without a case that should pass, trybuild checks all cases in one run of cargo.
    tests.compile_fail(folder.join("[!p]*").join("*.rs"));
    tests.compile_fail(folder.join("p[!a]*").join("*.rs"));
}

/// trybuild only leaves out the comparison where it may write what it sees; so it gets copies to write beside.
fn run_on_copies() {
    let copy = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("ui");
    let _ = std::fs::remove_dir_all(&copy);
    for area in std::fs::read_dir("ui").unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        let to = copy.join(area.file_name().unwrap());
        std::fs::create_dir_all(&to).unwrap();
        for case in std::fs::read_dir(&area).unwrap().map(|entry| entry.unwrap().path()) {
            if case.extension().is_none_or(|extension| extension != "stderr") {
                std::fs::copy(&case, to.join(case.file_name().unwrap())).unwrap();
            }
        }
    }
    let status =
        Command::new(std::env::current_exe().unwrap()).env(COPY, &copy).env("TRYBUILD", "overwrite").status().unwrap();
    assert!(status.success(), "a mistake compiles");
}

fn rustc_version() -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}
