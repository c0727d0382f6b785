//! Tests that rustc compiles the output of `policy import`, and that the result prints the original
//! policy.
//!
//! The places of comments are tested with the macro itself, in `policy-macros`. Here, rustc reads
//! the source.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use policy_test_support::{operator_crate, process};
use policy_tests::plain_json;
use policy_tool::import::{Naming, import};

/// Returns the policy files that Tailscale would accept, by name, with the output of import.
fn imports() -> Vec<(String, String, String)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("import");
    let mut paths: Vec<PathBuf> = fs::read_dir(directory).unwrap().map(|file| file.unwrap().path()).collect();
    paths.sort();
    let mut imports = Vec::new();
    for path in paths {
        let import = import(&fs::read_to_string(&path).unwrap(), Naming::Lets).unwrap();
        if !import.has_errors() {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            imports.push((name, import.hujson, import.source));
        }
    }
    imports
}

#[test]
fn every_import_is_compiled_and_prints_its_file() {
    let krate = process::empty_directory(env!("CARGO_TARGET_TMPDIR"), "imports");
    fs::create_dir_all(krate.join("src")).unwrap();
    let imports = imports();
    assert!(imports.len() >= 50, "{} policies", imports.len());

    // The names are those of files, and none is a Rust keyword.
    let mut main = String::new();
    for (name, _, source) in &imports {
        fs::write(krate.join(format!("src/p_{name}.rs")), source).unwrap();
        main.push_str(&format!("mod p_{name};\n"));
    }
    let pairs: String = imports.iter().map(|(name, ..)| format!("({name:?}, p_{name}::HUJSON), ")).collect();
    main.push_str(&format!(
        "fn main() {{ for (name, text) in [{pairs}] {{ print!(\"{{name}}\\0{{text}}\\0\"); }} }}\n"
    ));
    fs::write(krate.join("src/main.rs"), main).unwrap();
    operator_crate::write_manifest(&krate, "imports");

    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(&krate).args(["run", "--quiet"]);
    operator_crate::share_target(&mut cargo, env!("CARGO_TARGET_TMPDIR"));
    let output = cargo.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let printed = String::from_utf8(output.stdout).unwrap();
    let printed: Vec<&str> = printed.split_terminator('\0').collect();
    assert_eq!(printed.len(), 2 * imports.len());
    for ((name, hujson, _), printed) in imports.iter().zip(printed.chunks(2)) {
        assert_eq!(printed[0], name);
        assert_eq!(plain_json(printed[1]), plain_json(hujson), "{name}");
    }
}
