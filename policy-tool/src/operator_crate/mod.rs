//! Generates the files of an operator's own crate.

use std::path::Path;

/// A valid crate name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CrateName(String);

/// The source from which cargo gets the crates of `policy!`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Library {
    /// crates.io
    Registry,
    /// A clone of the repository
    Path(String),
    /// The repository
    Git(String),
}

/// Names that have another meaning in cargo or Rust.
#[rustfmt::skip]
const TAKEN: &[&str] = &[
    "policy-core", "policy-macros", "policy-cli", "tailnet-policy-core", "tailnet-policy-macros", "tailnet-policy-cli",
    "test", "tests", "core", "std", "alloc", "proc-macro", "build", "deps", "examples", "incremental", "as", "async", "await", "break", "const", "continue", "crate", "dyn", "else",
    "enum", "extern", "false", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut",
    "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true", "type", "unsafe", "use", "where",
    "while", "abstract", "become", "box", "do", "final", "macro", "override", "priv", "try", "typeof", "unsized",
    "virtual", "yield",
];

impl CrateName {
    /// Returns the name if cargo accepts it.
    pub(crate) fn new(name: &str) -> Option<CrateName> {
        let is_spelt = name.starts_with(|char: char| char.is_ascii_alphabetic())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
            && name.len() <= 64;
        (is_spelt && !TAKEN.contains(&name)).then(|| CrateName(name.to_owned()))
    }

    /// Returns a name that is similar to that of a directory.
    pub(crate) fn from_directory(directory: &Path) -> CrateName {
        // Only the system knows the name of `.`.
        let whole = std::path::absolute(directory).unwrap_or_else(|_| directory.to_owned());
        let name = whole.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        let words: Vec<&str> =
            name.split(|char: char| !char.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let name = words.join("-");
        let wanted = [name.clone(), format!("{name}-policy"), format!("policy-{name}")];
        let possible = wanted.iter().filter(|_| !name.is_empty());
        possible
            .filter_map(|name| CrateName::new(name))
            .next()
            .unwrap_or_else(|| CrateName("tailnet-policy".to_owned()))
    }
}

/// A policy, and the files generated from it.
#[derive(Clone, Debug)]
pub(crate) struct CrateSource {
    /// `src/tailnet.rs`
    pub(crate) source: String,
    pub(crate) hujson: String,
}

impl CrateSource {
    /// Returns a policy to start with.
    pub(crate) fn starter() -> CrateSource {
        CrateSource {
            source: include_str!("starter.rs.in").to_owned(),
            hujson: include_str!("starter.hujson.in").to_owned(),
        }
    }
}

/// Returns all files of the crate, with their paths in it.
pub(crate) fn files(name: &CrateName, library: &Library, policy: CrateSource) -> Vec<(&'static str, String)> {
    vec![
        ("Cargo.toml", manifest(name, library)),
        (".gitignore", "/target\n".to_owned()),
        (".gitattributes", "*.hujson text eol=lf\n".to_owned()),
        ("README.md", include_str!("README.md.in").replace("NAME", &name.0)),
        ("policy.hujson", policy.hujson),
        ("src/main.rs", include_str!("main.rs.in").to_owned()),
        ("src/tailnet.rs", policy.source),
        (".github/workflows/policy.yml", include_str!("policy.yml.in").to_owned()),
    ]
}

fn manifest(CrateName(name): &CrateName, library: &Library) -> String {
    let version = concat!(env!("CARGO_PKG_VERSION_MAJOR"), ".", env!("CARGO_PKG_VERSION_MINOR"));
    let from = |part: &str| match library {
        Library::Registry => format!("\"{version}\""),
        Library::Path(root) => format!("{{ path = {} }}", toml_string(&format!("{root}/{part}"))),
        Library::Git(url) => format!("{{ git = {} }}", toml_string(url)),
    };
    // The package `tailnet-policy-core` is in the folder `policy-core`, and its library is
    // `policy_core`.
    let dependencies: Vec<String> = ["policy-cli", "policy-core", "policy-macros"]
        .iter()
        .map(|part| format!("tailnet-{part} = {}\n", from(part)))
        .collect();
    format!(
        "\
[package]
name = \"{name}\"
description = \"A program that prints the policy of a tailnet\"
version = \"0.1.0\"
edition = \"2024\"
rust-version = \"{}\"
publish = false

[dependencies]
{}
# Commands that ask the tailnet, and write to it: `cargo run --features deploy -- drift`, and `pull`, `push` and
# `validate`. They compile a TLS library, so they are off by default.
[features]
deploy = [\"tailnet-policy-cli/deploy\"]

# A workspace of its own. Remove this to make the crate a member of another workspace.
[workspace]

# Without debug info and incremental builds, the first `cargo run` takes a third less time.
[profile.dev]
debug = false
incremental = false

# The macro is an eighth faster without assertions about unsafe code. It does not contain any.
[profile.dev.package.tailnet-policy-core]
debug-assertions = false
[profile.dev.package.tailnet-policy-syntax]
debug-assertions = false
[profile.dev.package.tailnet-policy-macros]
debug-assertions = false
[profile.dev.package.tailnet-policy-analysis]
debug-assertions = false
[profile.dev.package.tailnet-policy-cli]
debug-assertions = false
",
        env!("CARGO_PKG_RUST_VERSION"),
        dependencies.concat(),
    )
}

/// Returns a basic string of TOML. It has the same escapes as JSON.
fn toml_string(text: &str) -> String {
    policy_core::json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crates_are_called_like_their_directories() {
        for (directory, name) in [
            ("/srv/tailnet", "tailnet"),
            ("/srv/My Network", "my-network"),
            ("/srv/test", "test-policy"),
            ("/srv/2024", "policy-2024"),
            ("/srv/policy-core", "policy-core-policy"),
            ("/srv/ключ", "tailnet-policy"),
            ("/", "tailnet-policy"),
        ] {
            assert_eq!(CrateName::from_directory(Path::new(directory)), CrateName(name.to_owned()), "{directory}");
        }
        for name in ["", "fn", "a b", "1a", "ä", "policy-cli", "tailnet-policy-core", "a/b", "-a"] {
            assert_eq!(CrateName::new(name), None, "{name}");
        }
    }

    #[test]
    fn the_crates_come_from_where_they_are_said_to() {
        let of = |library| manifest(&CrateName("x".to_owned()), &library);
        assert!(of(Library::Registry).contains("tailnet-policy-macros = \"0.1\"\n"));
        assert!(
            of(Library::Path("/a \"b\"".to_owned()))
                .contains(r#"tailnet-policy-core = { path = "/a \"b\"/policy-core" }"#)
        );
        assert!(
            of(Library::Git("https://example.com/p".to_owned()))
                .contains(r#"tailnet-policy-cli = { git = "https://example.com/p" }"#)
        );
    }
}
