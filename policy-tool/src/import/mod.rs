//! Converts a policy file to the source of `policy!`, with every value and every comment.
//!
//! These are pure functions from a document to text. Each entry becomes a statement if possible,
//! and stays JSON otherwise.

mod capability;
mod entry;
mod fields;
mod finding;
mod invariants;
mod json;
mod layout;
mod lists;
mod placement;
mod roles;
mod section;
mod tree;

use policy_cli::tool::words::{Names, quoted};
use policy_core::hujson::{Document, Kind};
use policy_core::model::{Dialect, InvariantsFile, User};
use policy_core::source::{FileId, Origin};
use policy_core::{Code, Diagnostic, Policy};
use policy_syntax::layout::format_rust;

use self::finding::Findings;
use self::layout::Layout;
use self::section::Reader;
use crate::comment::{Lines, content, lone_comments};

use policy_cli::tool::text::{TextEdits, without_byte_order_mark};

/// A policy file as Rust.
#[derive(Clone, Debug)]
pub struct Import {
    /// The Rust source.
    pub source: String,
    /// The file, formatted, and with keys in the spelling of the source. It has the same values as
    /// the HuJSON that the source compiles to.
    pub hujson: String,
    /// The findings in the file. Errors are also comments in the source.
    pub findings: Vec<Diagnostic>,
}

impl Import {
    /// Returns true if the file has errors, so that the source does not compile.
    pub fn has_errors(&self) -> bool {
        self.findings.iter().any(Diagnostic::is_error)
    }
}

/// The naming of lists and ports that the policy repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// A `let` for repeated tag owners and ports.
    Lets,
    /// No names. Every list stays as it is in the file.
    Plain,
}

/// Returns the source of a Rust module with a `policy!` that has the same meaning as a policy file.
///
/// # Errors
/// Fails if the text is not a HuJSON object, or is nested deeper than `policy!` reads.
pub fn import(text: &str, naming: Naming) -> Result<Import, Vec<Diagnostic>> {
    import_beside(text, None, naming)
}

/// Like [`import`], but also imports the invariants of a file beside the policy.
///
/// # Errors
/// Fails if [`import`] fails, or if the invariants cannot be read.
pub fn import_beside(
    text: &str,
    invariants: Option<InvariantsFile>,
    naming: Naming,
) -> Result<Import, Vec<Diagnostic>> {
    let text = without_byte_order_mark(text);
    let mut policy = Policy::parse(text);
    let document = match Document::parse(text) {
        Ok(document) if document.kind(document.root()) == Kind::Object => document,
        _ => return Err(policy.check()),
    };
    if json::is_too_deep(&document) {
        let message = format!("nested more than {} levels deep, which `policy!` cannot read", json::DEPTH);
        return Err(vec![Diagnostic::new(Code::Syntax, document.origin(document.root()), message)]);
    }
    let names = Names::new(&policy);
    roles::introduce(&mut policy, &names.people);
    if let Some(invariants) = invariants {
        policy = policy.with_invariants(invariants);
    }
    let is_beside = |finding: &Diagnostic| finding.origin.file == FileId::Invariants;
    if policy.unreadable.iter().any(|finding| is_beside(finding) && finding.is_error()) {
        return Err(policy.unreadable.into_iter().filter(is_beside).collect());
    }
    let mut findings = policy.check();
    // The importer itself made up these facts (see `roles`), so findings in them are not the
    // user's.
    findings.retain(|finding| !matches!(finding.origin.file, FileId::Facts(_)));
    let (source, hujson) = sources(&document, &policy, names, &findings, naming);
    Ok(Import { source, hujson, findings })
}

fn sources(
    document: &Document,
    policy: &Policy,
    mut names: Names,
    findings: &[Diagnostic],
    naming: Naming,
) -> (String, String) {
    let root = document.root();
    let content = content(document, root);
    let mut reader = Reader { document, names: &names, findings: Findings::new(findings), spellings: Vec::new() };
    let mut nodes: Vec<_> = content.children.iter().map(|child| reader.key(child)).collect();
    let rest = reader.findings.take_until(u32::MAX);
    let hujson = respell(document.text(), &reader.spellings);
    let lets = if naming == Naming::Lets { lists::name_lists(&mut nodes, &mut names) } else { Vec::new() };
    let mut layout = Layout::default();
    layout.braces("policy_macros::policy!", |layout| {
        // Without any text before it, the first comment is on its own line.
        let before = document.before(root);
        header(layout, lone_comments(&format!("\n{}", capability::header(policy, before))));
        capability::section(layout, policy, before);
        users(layout, &policy.facts.users);
        if !lets.is_empty() {
            layout.space();
        }
        for item in &lets {
            layout.line(&format!("let {} = {};", item.name, item.items.join(", ")));
        }
        layout.space();
        layout.notes(std::slice::from_ref(&content.open));
        layout.nodes(&nodes, true);
        layout.notes(&content.end);
        if let Some(statements) = invariants::statements(&policy.facts) {
            layout.space();
            layout.braces("invariants", |layout| layout.line(&statements));
        }
        layout.private(&rest);
        layout.notes(&lone_comments(document.after(root)));
    });
    let source = layout.finish();
    // The output is Rust. If the formatter cannot read it, it is better than no output.
    (format_rust(&source).map_or(source, |formatted| formatted.text), hujson)
}

/// Returns a file in which some members have other names, formatted.
fn respell(text: &str, spellings: &[(Origin, &str)]) -> String {
    let mut edits = TextEdits::default();
    for (name, spelling) in spellings {
        edits.replace(name.range(), &format!("\"{spelling}\""));
    }
    let text = edits.apply(text);
    Document::parse(text.as_str()).map_or(text, |document| document.format())
}

/// A statement for a comment above the policy.
enum Statement {
    Target(Dialect),
    Level(String),
}

/// Writes the comments above the policy. The target and the lint levels at their end become
/// statements.
fn header(layout: &mut Layout, mut groups: Vec<Lines>) {
    let mut levels = Vec::new();
    let mut target = None;
    while let Some(last) = groups.last_mut() {
        let line = last.last();
        let dialect = line.filter(|_| target.is_none()).and_then(|line| layout::target(line));
        match dialect.map(Statement::Target).or_else(|| layout::level(line?).map(Statement::Level)) {
            Some(statement) => {
                match statement {
                    Statement::Target(dialect) => target = Some(dialect),
                    Statement::Level(level) => levels.push(level),
                }
                last.pop();
            }
            None if last.is_empty() => drop(groups.pop()),
            None => break,
        }
    }
    layout.notes(&groups);
    if let Some(dialect) = target {
        layout.space();
        layout.line(&format!("target = {dialect};"));
    }
    if !levels.is_empty() {
        layout.space();
        layout.braces("lints", |layout| levels.iter().rev().for_each(|level| layout.line(level)));
    }
}

/// Writes the users, with an introduction.
fn users(layout: &mut Layout, users: &[User]) {
    if users.is_empty() {
        return;
    }
    layout.space();
    layout.private(&[
        "The users. Add a role if you know it, as in `alice = \"alice@example.com\", admin;`:".to_owned(),
        "owner, admin, it-admin, network-admin, billing-admin, auditor or member.".to_owned(),
    ]);
    layout.braces("users", |layout| {
        for user in users {
            let role = user.role.map(|role| {
                layout.private(&[format!("The tests need {} to have such a role.", user.name)]);
                format!(", {}", roles::role_name(role))
            });
            layout.line(&format!("{} = {}{};", user.name, quoted(&user.email), role.unwrap_or_default()));
        }
    });
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn what_is_imported_is_formatted() {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/import");
        for path in fs::read_dir(fixtures).unwrap().map(|file| file.unwrap().path()) {
            let source = import(&fs::read_to_string(&path).unwrap(), Naming::Lets).unwrap().source;
            let formatted = format_rust(&source).unwrap();
            assert_eq!(
                (&formatted.text, formatted.untouched.as_slice()),
                (&source, [].as_slice()),
                "{}",
                path.display()
            );
        }
    }
}
