//! Compares the formatter with Tailscale's own, on random documents.
//!
//! `DOCUMENTS=100000 cargo test --release -p policy-tests --test formatter -- --nocapture` compares more of them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on should panic")]

mod documents;

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use policy_core::hujson::Document;
use policy_core::json::Value;
use policy_generate::small::Random;
use policy_test_support::require;

/// Builds Tailscale's formatter. `None` if there is no Go.
fn official() -> Option<PathBuf> {
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("formatter");
    require::go_program("tests/formatter", &program).map(|()| program)
}

/// Returns the answers of Tailscale's formatter: a formatted document, or why it is none.
fn answers(program: &Path, documents: &[String]) -> Vec<Result<String, String>> {
    let mut child = Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let lines: String = documents.iter().map(|document| Value::from(document.as_str()).to_string() + "\n").collect();
    let writer = std::thread::spawn(move || stdin.write_all(lines.as_bytes()).unwrap());
    let read = |line: std::io::Result<String>| {
        let answer: String = serde_json::from_str(&line.unwrap()).unwrap();
        match answer.strip_prefix('=') {
            Some(formatted) => Ok(formatted.to_owned()),
            None => Err(answer[1..].to_owned()),
        }
    };
    let answers: Vec<_> = BufReader::new(child.stdout.take().unwrap()).lines().map(read).collect();
    writer.join().unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(answers.len(), documents.len());
    answers
}

fn ours(document: &str) -> Result<String, String> {
    Document::parse(document).map(|document| document.format()).map_err(|error| error.to_string())
}

fn count(usual: usize) -> usize {
    std::env::var("DOCUMENTS").map_or(usual, |count| count.parse().unwrap())
}

#[test]
fn documents_are_formatted_as_tailscale_does() {
    let Some(program) = official() else { return };
    let mut differences = Vec::new();
    let (mut compared, mut comments, mut unstable) = (0, 0, 0);
    for batch in 0..count(20_000).div_ceil(1000) {
        let mut random = Random::new(batch as u64);
        let documents: Vec<String> = (0..1000).map(|_| documents::document(&mut random)).collect();
        for (document, theirs) in documents.iter().zip(answers(&program, &documents)) {
            compared += 1;
            comments += usize::from(document.contains("//") || document.contains("/*"));
            let ours = ours(document);
            unstable += usize::from(ours.as_ref().is_ok_and(|once| self::ours(once).as_ref() != Ok(once)));
            if ours.as_ref().ok() != theirs.as_ref().ok() {
                differences.push((document.clone(), ours, theirs));
            }
        }
    }
    println!(
        "{compared} documents, {comments} with comments: {} differences, {unstable} change when formatted again",
        differences.len()
    );
    differences.sort_by_key(|(document, ..)| document.len());
    for (document, ours, theirs) in differences.iter().take(8) {
        println!("--- {document:?}\nours   {ours:?}\ntheirs {theirs:?}");
    }
    assert!(differences.is_empty());
    assert!(comments * 2 > compared);
}

#[test]
fn the_same_texts_are_hujson() {
    let Some(program) = official() else { return };
    let mut random = Random::new(1);
    let mut differences = Vec::new();
    let mut accepted = 0;
    let mutated = |_| {
        let document = documents::document(&mut random);
        documents::mutate(&mut random, &document)
    };
    let documents: Vec<String> = (0..count(20_000) / 4).map(mutated).collect();
    for (document, theirs) in documents.iter().zip(answers(&program, &documents)) {
        let ours = ours(document);
        accepted += usize::from(ours.is_ok());
        if ours.as_ref().ok() != theirs.as_ref().ok() {
            differences.push((document.clone(), ours, theirs));
        }
    }
    println!("{} texts, {accepted} of them HuJSON: {} differences", documents.len(), differences.len());
    differences.sort_by_key(|(document, ..)| document.len());
    for (document, ours, theirs) in differences.iter().take(8) {
        println!("--- {document:?}\nours   {ours:?}\ntheirs {theirs:?}");
    }
    assert!(differences.is_empty());
    assert!(accepted * 10 > documents.len() && accepted * 2 < documents.len() * 3);
}
