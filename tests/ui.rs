//! What an operator sees: `ui/<area>/<mistake>.rs` makes one mistake, and the `.stderr` beside it is rustc's answer.
//!
//! The answers are compared on the toolchain that made them, since rustc draws them. On any other
//! the mistakes must still not compile. `UPDATE_SNAPSHOTS=1 cargo test -p policy-tests --test ui`
//! writes them anew; then read each as an operator would.

use std::path::{Path, PathBuf};
use std::process::Command;

use policy_test_support::snapshot;

/// The toolchain whose rustc drew the `.stderr` files.
const SNAPSHOTS_OF: &str = "rustc 1.95.";

/// Names the folder of the cases, in a run that writes the answers and does not compare them.
const FOLDER: &str = "POLICY_UI_FOLDER";

#[test]
fn mistakes_do_not_compile() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        run(Path::new(&folder));
    } else if !rustc_version().starts_with(SNAPSHOTS_OF) {
        println!("the answers are those of {SNAPSHOTS_OF}*, and are not compared on this toolchain");
        overwrite(&copies());
    } else if snapshot::should_update() {
        overwrite(Path::new("ui"));
    } else {
        run(Path::new("ui"));
    }
}

fn run(folder: &Path) {
    let tests = trybuild::TestCases::new();
    // Without a case that should pass, trybuild checks all cases in one run of cargo.
    tests.compile_fail(folder.join("[!p]*").join("*.rs"));
    tests.compile_fail(folder.join("p[!a]*").join("*.rs"));
}

/// Copies all cases without their answers. On another toolchain, trybuild writes its answers beside the copies.
fn copies() -> PathBuf {
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
    copy
}

/// Runs this test once more, so that trybuild writes the answers instead of comparing them.
fn overwrite(folder: &Path) {
    let mut test = Command::new(std::env::current_exe().unwrap());
    let status = test.env(FOLDER, folder).env("TRYBUILD", "overwrite").status().unwrap();
    assert!(status.success(), "a mistake compiles");
}

fn rustc_version() -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}
