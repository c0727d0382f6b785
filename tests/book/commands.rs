//! Tests that every command in a document exists, with its options.

use std::collections::BTreeMap;
use std::fs;

use policy_test_support::{process, root};

use crate::markdown::{Piece, inline_code, pieces};
use crate::{documents, shown};

/// The programs, with the words at the start of their command lines.
const PROGRAMS: [(&str, &str); 4] = [
    ("policy", env!("CARGO_BIN_EXE_standalone")),
    ("cargo run --", env!("CARGO_BIN_EXE_operator")),
    ("cargo run --locked --", env!("CARGO_BIN_EXE_operator")),
    ("cargo run --features deploy --", env!("CARGO_BIN_EXE_operator")),
];

/// Returns the lines of a document that a shell could run.
fn command_lines(document: &str) -> Vec<String> {
    let mut lines = inline_code(document);
    for piece in pieces(document) {
        let Piece::Block { language: "sh" | "console" | "yaml", text } = piece else { continue };
        let text = text.replace("\\\n", " ");
        let starts = ["$ ", "- run: ", "run: "];
        let commands = text.lines().map(|line| {
            let line = line.trim();
            starts.iter().find_map(|start| line.strip_prefix(start)).unwrap_or(line).to_owned()
        });
        lines.extend(commands);
    }
    lines
}

/// Returns the program, the command and the options of a line, if it runs one of our programs.
fn parse(line: &str) -> Option<(usize, &str, Vec<&str>)> {
    let line = line.split_once(" # ").map_or(line, |(line, _)| line);
    let line = line.split(['|', '>', ';']).next()?.trim().trim_start_matches("POLICY_TODAY=2027-03-17 ");
    // The last match wins: `cargo run -- emit` is not `cargo run` with an option.
    let (index, rest) = PROGRAMS.iter().enumerate().rev().find_map(|(index, (start, _))| {
        let rest = line.strip_prefix(start)?.strip_prefix(' ')?;
        Some((index, rest))
    })?;
    let mut words = rest.split_whitespace();
    let command = words.next()?;
    let is_command = command.bytes().all(|byte| byte.is_ascii_lowercase());
    let options = words.filter(|word| word.starts_with("--")).map(|word| word.split('=').next().unwrap_or(word));
    is_command.then(|| (index, command, options.collect()))
}

#[test]
fn every_command_exists_with_its_options() {
    let mut helps: BTreeMap<(usize, String), Option<String>> = BTreeMap::new();
    let (mut count, mut mistakes) = (0, Vec::new());
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap();
        for line in command_lines(&text) {
            let Some((program, command, options)) = parse(&line) else { continue };
            count += 1;
            let help = helps.entry((program, command.to_owned())).or_insert_with(|| {
                let run = process::run(PROGRAMS[program].1, &root(), &[command, "--help"]);
                (run.status == Some(0)).then_some(run.stdout)
            });
            let has = |option: &&&str| {
                help.as_ref()
                    .is_some_and(|help| help.split([' ', ',', '\n', '=', '[', ']']).any(|word| word == **option))
            };
            let missing: Vec<&&str> = options.iter().filter(|option| !has(option)).collect();
            if help.is_none() || !missing.is_empty() {
                mistakes.push(format!("{}: `{line}` {missing:?}", shown(&document)));
            }
        }
    }
    assert!(count > 100, "only {count} commands were found");
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}

#[test]
fn lines_are_read_as_commands() {
    assert_eq!(parse("policy fmt --check *.hujson # all"), Some((0, "fmt", vec!["--check"])));
    assert_eq!(parse("cargo run -- diff git:HEAD:x > y --no"), Some((1, "diff", vec![])));
    assert_eq!(parse("policy.hujson"), None);
    assert_eq!(parse("policy-core check"), None);
    assert_eq!(parse("policy FILE"), None);
}
