//! Converts the ACLs of a policy file to grants, and keeps every comment.
//!
//! These are pure functions from text to text. They replace the parts that change, and the official
//! formatter does the rest.

mod commented;
mod entry;

use std::ops::Range;

use policy_analysis::Analysis;
use policy_analysis::diff::Diff;
use policy_core::diagnostic::Help;
use policy_core::hujson::{Document, NodeId};
use policy_core::model::{Acl, Autogroup, PolicyComment, Prefix, SelectorKind};
use policy_core::source::Origin;
use policy_core::{Code, Diagnostic, Policy, ValidPolicy, check};

use self::commented::{Item, Items};
use crate::comment::{Child, Content, Lines, content_with_marks, has_trailing_comma};
use crate::section::{append, append_to};
use policy_cli::tool::text::{TextEdits, without_byte_order_mark};

/// A policy file without ACLs.
#[derive(Clone, Debug)]
pub struct Migration {
    /// The file, officially formatted.
    pub text: String,
    /// True if the file had a list of ACLs, which may be empty. If not, only the formatting
    /// changes.
    pub had_acls: bool,
    /// The number of ACLs in the file.
    pub acls: usize,
    /// The number of grants that replace them.
    pub grants: usize,
}

/// The reason why a file is not migrated.
#[derive(Clone, Debug)]
pub enum MigrationError {
    /// Tailscale would refuse the file, or it refuses something in a grant that it accepts in an
    /// ACL.
    Invalid(Vec<Diagnostic>),
    /// The grants would not have the same meaning.
    Different(Diff),
    /// There is no ACL at the place, or comments are in the way.
    Misplaced,
}

impl std::fmt::Display for MigrationError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            MigrationError::Invalid(errors) => match errors.first() {
                Some(first) => first.fmt(f),
                None => f.write_str("the policy is not valid"),
            },
            MigrationError::Different(_) => f.write_str("the grants would not allow the same as the acls"),
            MigrationError::Misplaced => f.write_str("there is no acl, or a comment is in the way"),
        }
    }
}

impl std::error::Error for MigrationError {}

/// Converts each ACL of a policy to grants, and proves that they allow the same.
///
/// # Errors
/// Fails if the file is invalid, or if grants cannot have the same meaning.
pub fn migrate(text: &str) -> Result<Migration, MigrationError> {
    let text = without_byte_order_mark(text);
    let policy = Policy::parse(text);
    let mut errors = check::check(&policy);
    errors.retain(Diagnostic::is_error);
    errors.extend(policy.acls.iter().flatten().flat_map(default_routes));
    let Ok(document) = Document::parse(text) else { return Err(MigrationError::Invalid(errors)) };
    if !errors.is_empty() {
        return Err(MigrationError::Invalid(errors));
    }
    let acls = policy.acls.as_ref().map_or(0, Vec::len);
    let Some(policy) = ValidPolicy::from_findings(policy, &errors) else {
        return Err(MigrationError::Invalid(errors));
    };
    // Converts the policy, formats it and checks it.
    let migrate = |everybody: &str| {
        let (text, grants) = Sections::find(&document).migrate(&policy, everybody)?;
        let text = Document::parse(text.as_str()).map_or(text, |document| document.format());
        let migrated = Policy::parse(text);
        let findings = check::check(&migrated);
        Some((migrated, findings, grants))
    };
    let Some(mut migration) = migrate(Autogroup::Member.name()) else {
        return Ok(Migration { text: document.format(), had_acls: false, acls, grants: 0 });
    };
    // A file must use only one of the two names of this role.
    if migration.1.iter().any(|finding| finding.code == Code::MixedMemberNames) {
        migration = migrate(Autogroup::OLD_MEMBER).unwrap_or(migration);
    }
    let (migrated, mut findings, grants) = migration;
    let Some(migrated) = ValidPolicy::from_findings(migrated, &findings) else {
        findings.retain(Diagnostic::is_error);
        return Err(MigrationError::Invalid(findings));
    };
    let difference = policy.diff(&migrated);
    if !difference.is_empty() {
        return Err(MigrationError::Different(difference));
    }
    Ok(Migration { text: migrated.into_inner().text, had_acls: true, acls, grants })
}

/// Converts one ACL of a policy to grants, and proves that nothing changes. `rule` is its place. If the
/// text has its official format, the result has it, too.
///
/// # Errors
/// As [`migrate`]. Also fails if there is no ACL at the place, or if comments are in the way.
pub fn migrate_one(text: &str, rule: Origin) -> Result<String, MigrationError> {
    let policy = Policy::parse(text);
    let mut errors = check::check(&policy);
    errors.retain(Diagnostic::is_error);
    let acl = policy.acls.iter().flatten().find(|acl| acl.origin == rule).ok_or(MigrationError::Misplaced)?;
    errors.extend(default_routes(acl));
    let document = Document::parse(text).ok().filter(|_| errors.is_empty());
    let Some(document) = document else { return Err(MigrationError::Invalid(errors)) };
    let is_formatted = document.format() == text;
    let convert = |everybody: &str| {
        let text = Sections::find(&document).migrate_one(acl, everybody)?;
        let format = |text: String| Document::parse(text.as_str()).map_or(text, |document| document.format());
        let migrated = Policy::parse(if is_formatted { format(text) } else { text });
        let findings = check::check(&migrated);
        Some((migrated, findings))
    };
    let (mut migrated, mut findings) = convert(Autogroup::Member.name()).ok_or(MigrationError::Misplaced)?;
    if findings.iter().any(|finding| finding.code == Code::MixedMemberNames) {
        (migrated, findings) = convert(Autogroup::OLD_MEMBER).unwrap_or((migrated, findings));
    }
    let Some(migrated) = ValidPolicy::from_findings(migrated, &findings) else {
        findings.retain(Diagnostic::is_error);
        return Err(MigrationError::Invalid(findings));
    };
    let policy = ValidPolicy::from_findings(policy, &errors).ok_or(MigrationError::Misplaced)?;
    let difference = policy.diff(&migrated);
    if !difference.is_empty() {
        return Err(MigrationError::Different(difference));
    }
    Ok(migrated.into_inner().text)
}

/// Returns errors for an ACL whose destination is all addresses of a family, which grants do not
/// allow. `grant-v05` `grant-v08`
fn default_routes(acl: &Acl) -> impl Iterator<Item = Diagnostic> {
    let hosts = acl.dst.iter().map(|destination| &destination.host).filter(|host| {
        matches!(host.kind, SelectorKind::Prefix(prefix) if matches!(prefix, Prefix::ALL_IPV4 | Prefix::ALL_IPV6))
    });
    hosts.map(|host| {
        Diagnostic::new(
            Code::DefaultRoute,
            host.text.origin,
            format!("`{}` cannot be the destination of a grant", host.text),
        )
        .help("write `*` for all devices and routes, or `autogroup:internet` for what exit nodes lead to")
    })
}

/// The two sections of rules that a file may have.
struct Sections<'a> {
    document: &'a Document,
    content: Content,
    acls: Option<usize>,
    grants: Option<usize>,
}

impl Sections<'_> {
    fn find(document: &Document) -> Sections<'_> {
        let content = content_with_marks(document, document.root());
        let place = |section: &str| {
            content.children.iter().position(|child| {
                let name = child.name.and_then(|name| document.string(name));
                name.is_some_and(|name| name.eq_ignore_ascii_case(section))
            })
        };
        let (acls, grants) = (place("acls"), place("grants"));
        Sections { document, content, acls, grants }
    }

    /// Returns the text with grants instead of ACLs, and the number of these grants, or `None` if
    /// there are no ACLs.
    fn migrate(&self, policy: &Policy, everybody: &str) -> Option<(String, usize)> {
        let place = self.acls?;
        let child = self.content.children.get(place)?;
        // `null` counts as missing.
        let acls = policy.acls.as_ref()?;
        let list = content_with_marks(self.document, child.value);
        let separator = if self.document.source(child.value).contains('\n') { ",\n" } else { ", " };
        let mut count = 0;
        let mut entries = Vec::with_capacity(acls.len());
        for (child, acl) in list.children.iter().zip(acls) {
            let grants = entry::grants(self.document, child.value, acl, everybody);
            count += grants.len();
            entries.push(grants.join(&with_policy_comments(separator, child)));
        }
        let mut edits = TextEdits::default();
        match self.grants.and_then(|grants| self.content.children.get(grants)) {
            None => {
                edits.replace(self.range(child.name?), "\"grants\"");
                list.children
                    .iter()
                    .zip(&entries)
                    .for_each(|(child, entry)| edits.replace(self.range(child.value), entry));
            }
            Some(grants) => {
                append(self.document, grants.value, &join_entries(child, &list, entries), &mut edits);
                self.remove(place, child, &mut edits);
            }
        }
        Some((edits.apply(self.document.text()), count))
    }

    /// Returns the text with grants instead of one ACL. They come last. `None` if the ACL cannot be
    /// removed with its comments.
    fn migrate_one(&self, acl: &Acl, everybody: &str) -> Option<String> {
        let section = self.content.children.get(self.acls?)?;
        let list = content_with_marks(self.document, section.value);
        let child = list.children.iter().find(|child| self.document.origin(child.value) == acl.origin)?;
        let grants =
            entry::grants(self.document, child.value, acl, everybody).join(&with_policy_comments(",\n", child));
        let item = Item { text: grants, ..Item::from_child(child) };
        let items = Items { items: vec![item], ..Items::default() }.inside();
        let mut edits = TextEdits::default();
        let removal = Help::remove_entry("").fix?;
        let removal = self.document.edit(&removal, acl.origin)?;
        edits.replace(removal.place.range(), &removal.text);
        append_to(self.document, "grants", &items, &mut edits);
        Some(edits.apply(self.document.text()))
    }

    /// Removes a member and its comments. A comment after another member, on that member's line,
    /// stays.
    fn remove(&self, place: usize, child: &Child, edits: &mut TextEdits) {
        let (document, root) = (self.document, self.document.root());
        let Some(name) = child.name else { return };
        let before = document.before(name);
        let gap = self.range(name).start.saturating_sub(before.len());
        let start = gap + before.find('\n').unwrap_or_default();
        let next = self.content.children.get(place + 1).and_then(|next| next.name);
        let (after, after_end) = match next {
            Some(next) => (document.before(next), self.range(next).start),
            None => (document.inside_end(root), self.range(root).end.saturating_sub(1)),
        };
        if next.is_none() && !has_trailing_comma(document, root, child.value) {
            // The comma before the member would be a trailing comma.
            edits.replace(gap.saturating_sub(1)..gap, "");
        }
        let after_start = after_end.saturating_sub(after.len());
        match (after.find('\n'), next) {
            (Some(line), _) => edits.replace(start..after_start + line, ""),
            // Text before the next member on its line is about that member.
            (None, Some(_)) => edits.replace(start..after_start, line_end(before)),
            (None, None) => edits.replace(start..after_end, line_end(before)),
        }
    }

    fn range(&self, id: NodeId) -> Range<usize> {
        self.document.origin(id).range()
    }
}

/// Returns a line end if the text has one.
fn line_end(text: &str) -> &'static str {
    if text.contains('\n') { "\n" } else { "" }
}

/// Returns the separator between the grants of an ACL. Lint levels and the last day above the ACL
/// apply to each of them.
fn with_policy_comments(separator: &str, acl: &Child) -> String {
    let is_about_policy = |comment: &&String| {
        comment.strip_prefix("//").is_some_and(|comment| PolicyComment::parse(comment.trim_start()).is_some())
    };
    let comments: Vec<&str> = acl.comments.above.iter().filter(is_about_policy).map(String::as_str).collect();
    if comments.is_empty() { separator.to_owned() } else { format!(",\n{}\n", comments.join("\n")) }
}

/// Returns the entries of a section to be added to another one, with all comments on them and on
/// the section.
fn join_entries(section: &Child, list: &Content, entries: Vec<String>) -> String {
    let item = |(child, text): (&Child, String)| Item { text, ..Item::from_child(child) };
    let mut items = Items { items: list.children.iter().zip(entries).map(item).collect(), ..Items::default() };
    let notes =
        section.comments.alone.iter().chain([&section.comments.above, &list.open]).filter(|lines| !lines.is_empty());
    let notes: Vec<Lines> = notes.cloned().collect();
    items.end = list.end.iter().chain([&section.comments.behind]).filter(|lines| !lines.is_empty()).cloned().collect();
    match items.items.first_mut() {
        Some(first) => drop(first.comments.alone.splice(0..0, notes)),
        None => drop(items.end.splice(0..0, notes)),
    }
    items.inside()
}

#[cfg(test)]
mod tests {
    use policy_generate::small::{self, Random};

    use super::*;

    #[test]
    fn acls_become_grants_one_after_the_other() {
        let mut converted = 0;
        for seed in small::seeds(100) {
            let (original, _) = small::policy(&mut Random::new(seed));
            let Ok(valid) = Policy::parse(original.as_str()).validate() else { continue };
            let mut text = original;
            let first = |text: &str| Policy::parse(text).acls.iter().flatten().map(|acl| acl.origin).next();
            while let Some(rule) = first(&text) {
                let left = Policy::parse(text.as_str()).acls.iter().flatten().count();
                let Ok(new) = migrate_one(&text, rule) else { break };
                let policy = Policy::parse(new.as_str()).validate().unwrap();
                assert_eq!(policy.acls.iter().flatten().count(), left - 1, "seed {seed}: {new}");
                assert!(valid.diff(&policy).is_empty(), "seed {seed}: {new}");
                text = new;
                converted += 1;
            }
        }
        assert!(converted > 30, "{converted}");
    }
}
