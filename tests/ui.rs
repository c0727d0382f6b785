//! Tests of compiler errors: `ui/<area>/<mistake>.rs` makes one mistake, and the `.stderr` beside
//! it is rustc's output.
//!
//! All cases are compiled on the same day, because of end dates. The output is compared only on the
//! toolchain that wrote the files, since its form depends on rustc. On other toolchains, the cases
//! must still fail to compile. `UPDATE_SNAPSHOTS=1 cargo test -p policy-tests --test ui` writes the
//! current output. Review it as an operator would.

use std::path::{Path, PathBuf};
use std::process::Command;

use policy_core::model::Date;
use policy_test_support::snapshot;

/// The toolchain whose rustc wrote the `.stderr` files.
const SNAPSHOTS_OF: &str = "rustc 1.95.";

/// The variable with the folder of the cases, in the run that compiles them.
const FOLDER: &str = "POLICY_UI_FOLDER";

/// The day on which all cases are compiled.
const TODAY: &str = "2027-03-31";

#[test]
fn mistakes_do_not_compile() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        run(Path::new(&folder));
    } else if !rustc_version().starts_with(SNAPSHOTS_OF) {
        println!("the answers are those of {SNAPSHOTS_OF}*, and are not compared on this toolchain");
        run_again(&copies(), &[("TRYBUILD", "overwrite")]);
    } else if snapshot::should_update() {
        run_again(Path::new("ui"), &[("TRYBUILD", "overwrite")]);
    } else {
        run_again(Path::new("ui"), &[]);
    }
}

fn run(folder: &Path) {
    let tests = trybuild::TestCases::new();
    // If no case should pass, trybuild checks all cases in one run of cargo.
    tests.compile_fail(folder.join("[!p]*").join("*.rs"));
    tests.compile_fail(folder.join("p[!a]*").join("*.rs"));
}

/// Copies all cases without their expected output. On another toolchain, trybuild writes its output
/// beside the copies.
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

/// Runs this test again, with variables for trybuild and the macro. One of them makes trybuild
/// write the output instead of comparing it.
fn run_again(folder: &Path, variables: &[(&str, &str)]) {
    let mut test = Command::new(std::env::current_exe().unwrap());
    test.env(FOLDER, folder).env(Date::TODAY_VARIABLE, TODAY).envs(variables.iter().copied());
    assert!(test.status().unwrap().success(), "a mistake compiles, or gets another answer");
}

fn rustc_version() -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}
