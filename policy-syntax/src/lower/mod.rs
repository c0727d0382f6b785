//! Converts a [`Tree`] to text: the policy as HuJSON, the facts as JSON, and a map back to the
//! tokens.

mod capability;
mod dialect;
mod entry;
mod except;
mod facts;
mod json;
mod lint;
mod names;
mod source_map;
mod text;

use std::collections::HashMap;

use policy_core::access::Subtraction;
use policy_core::diagnostic::{Change, Fix, Help};
use policy_core::source::{FileId, Origin};
use policy_core::{Code, Diagnostic, Policy};

use crate::finding::Finding;
use crate::parse::{Reading, remove_allowed};
use crate::token_range::TokenRange;
use crate::tree::{Allow, Comment, Entry, Form, Item, Let, Marks, SectionKind, Setting, SettingValue, Tree};

use names::{MAX_DEPTH, Names};
use source_map::SourceMap;
use text::Text;

pub use source_map::Use;

/// A policy as text, with a map back to its tokens.
#[derive(Debug)]
pub struct Lowered {
    /// The policy as HuJSON, not yet formatted.
    pub policy: String,
    /// The facts as JSON, which are checked and never emitted.
    pub facts: String,
    pub(crate) map: SourceMap,
    /// Entries with missing parts, because a name in them could not be resolved.
    broken: Vec<Origin>,
    /// Findings about the names.
    pub findings: Vec<Finding>,
}

/// The keys of the sections whose names an `except` may contain.
const DECLARING: [&str; 3] = ["groups", "hosts", "ipsets"];

/// Writes a whole policy as text.
pub fn lower(reading: &Reading) -> Lowered {
    let tree = &reading.tree;
    let mut findings = Vec::new();
    let mut names = Names::new(tree, !reading.is_invariants_file, &mut findings);
    let declared = reading.uses_except.then(|| lower_declarations(tree));
    let subtraction = declared.as_ref().map(Subtraction::new);
    names.subtraction = subtraction.as_ref();
    let out = Text::new(FileId::Policy, SourceMap::default());
    let mut writer = Writer { out, names: &mut names, findings: &mut findings, broken: Vec::new() };
    writer.policy(tree);
    let (policy, map) = writer.out.finish();
    writer.out = Text::new(FileId::FACTS, map);
    let unused = writer.facts(tree);
    let broken = writer.broken;
    let (facts, map) = writer.out.finish();
    report_unused(&unused, &mut findings);
    Lowered { policy, facts, map, broken, findings }
}

/// Writes the declarations that an `except` may refer to: groups, hosts and IP sets.
fn lower_declarations(tree: &Tree) -> Policy {
    let mut policy = Policy::parse(declarations(tree, None));
    // A group may be defined by another one with `except`, and so on.
    for _ in 0..MAX_DEPTH {
        let next = declarations(tree, Some(&Subtraction::new(&policy)));
        if next == policy.text {
            break;
        }
        policy = Policy::parse(next);
    }
    policy
}

const UNUSED_LET: &str = "remove it, or say why it stays: `#[allow(unused_let, reason = \"…\")]` above it";

/// Reports unused `let`s.
fn report_unused(unused: &[&Let], findings: &mut Vec<Finding>) {
    for item in unused {
        let name = item.name.text.as_str();
        let allowed = item.marks.allows.iter().any(|allow| allow.codes.contains(&Code::UnusedLet.name()));
        if !allowed {
            findings.push(
                Finding::new(Code::UnusedLet, item.name.place, format!("nothing uses `{name}`"))
                    .help(Help::remove_entry(UNUSED_LET).uncertain()),
            );
        }
    }
}

/// Writes declarations as text. Without a subtraction, those with an `except` are left out.
fn declarations(tree: &Tree, subtraction: Option<&Subtraction>) -> String {
    let mut findings = Vec::new();
    let mut names = Names::new(tree, true, &mut findings);
    names.subtraction = subtraction;
    let out = Text::new(FileId::Policy, SourceMap::default());
    let mut writer = Writer { out, names: &mut names, findings: &mut findings, broken: Vec::new() };
    writer.out.push("{");
    for key in writer.keys(tree).0 {
        match key {
            Key::Section(kind @ (SectionKind::Groups | SectionKind::Hosts | SectionKind::IpSets), blocks) => {
                writer.section(kind, &blocks);
            }
            Key::Setting(_, setting) if DECLARING.iter().any(|key| setting.key.text.eq_ignore_ascii_case(key)) => {
                writer.setting(setting);
            }
            _ => continue,
        }
        writer.out.push(",\n");
    }
    writer.out.push("}");
    writer.out.finish().0
}

/// A writer that also reports the problems found when `let`s are inserted.
struct Writer<'w, 't> {
    out: Text,
    names: &'w mut Names<'t>,
    findings: &'w mut Vec<Finding>,
    broken: Vec<Origin>,
}

/// A key of the policy with everything that the source has for it.
enum Key<'t> {
    Setting(Vec<&'t Comment>, &'t Setting),
    Section(SectionKind, Vec<Block<'t>>),
}

/// One of the blocks of a section, with the notes above it.
struct Block<'t> {
    /// The place of the key in the source.
    place: TokenRange,
    notes: Vec<&'t Comment>,
    marks: &'t Marks,
    entries: &'t [Entry],
}

impl<'t> Writer<'_, 't> {
    fn policy(&mut self, tree: &'t Tree) {
        self.out.comments(&tree.header);
        self.dialect(tree);
        self.lints(tree);
        self.capabilities(tree);
        let (keys, rest) = self.keys(tree);
        if keys.is_empty() && rest.is_empty() {
            return self.out.push("{}");
        }
        self.out.push("{\n");
        let mut previous_was_line = false;
        for (index, key) in keys.iter().enumerate() {
            let is_line =
                matches!(key, Key::Setting(notes, setting) if notes.is_empty() && setting.marks.docs.is_empty());
            let is_apart = matches!(key, Key::Setting(_, setting) if setting.is_apart);
            // Settings of one line stay together, unless the source separates them. Sections are
            // separated by blank lines.
            if index > 0 && (is_apart || !(is_line && previous_was_line)) {
                self.out.push("\n");
            }
            previous_was_line = is_line;
            match key {
                Key::Setting(notes, setting) => {
                    notes.iter().for_each(|note| self.out.note(note));
                    self.setting(setting);
                }
                Key::Section(kind, blocks) => self.section(*kind, blocks),
            }
            self.out.push(",\n");
        }
        rest.iter().for_each(|note| self.out.note(note));
        self.out.push("}");
    }

    /// Returns the keys in the order of their first appearance, and the notes after the last one.
    fn keys(&mut self, tree: &'t Tree) -> (Vec<Key<'t>>, Vec<&'t Comment>) {
        let mut keys: Vec<Key> = Vec::new();
        let mut seen: HashMap<String, (usize, TokenRange)> = HashMap::new();
        let mut notes = Vec::new();
        for item in &tree.items {
            match item {
                Item::Note(note) => notes.push(note),
                Item::Let(_) | Item::Dialect(_) => {}
                Item::Setting(setting) => {
                    let name = setting.key.text.to_ascii_lowercase();
                    if let Some((_, first)) = seen.get(&name) {
                        self.twice(setting.key.place, &setting.key.text, *first);
                        continue;
                    }
                    seen.insert(name, (keys.len(), setting.key.place));
                    keys.push(Key::Setting(std::mem::take(&mut notes), setting));
                }
                Item::Section(section) => {
                    if section.kind.is_ours() {
                        continue;
                    }
                    let block = Block {
                        place: section.key.place,
                        notes: std::mem::take(&mut notes),
                        marks: &section.marks,
                        entries: &section.entries,
                    };
                    let name = section.kind.key().to_ascii_lowercase();
                    match seen.get(&name).and_then(|(index, first)| Some((keys.get_mut(*index)?, *first))) {
                        Some((Key::Section(_, blocks), _)) => blocks.push(block),
                        Some((Key::Setting(..), first)) => self.twice(section.key.place, &section.key.text, first),
                        None => {
                            seen.insert(name, (keys.len(), section.key.place));
                            keys.push(Key::Section(section.kind, vec![block]));
                        }
                    }
                }
            }
        }
        (keys, notes)
    }

    fn twice(&mut self, place: TokenRange, key: &str, first: TokenRange) {
        self.findings.push(
            Finding::new(Code::DuplicateName, place, format!("`{key}` is given twice"))
                .note_at("first given here", first)
                .help("blocks of a section are combined, but a key that is written as JSON can appear only once"),
        );
    }

    fn setting(&mut self, setting: &'t Setting) {
        self.out.marks(&setting.marks);
        self.out.key_at(&setting.key.text, setting.key.place);
        match &setting.value {
            SettingValue::Json(json) => self.out.json(json),
            SettingValue::Selectors(list) => {
                let list = self.names.selectors(list, self.findings);
                self.out.list(&list);
            }
        }
    }

    fn section(&mut self, kind: SectionKind, blocks: &[Block<'t>]) {
        // A lint level above the key would apply to all blocks. So if there are several, it goes to
        // the entries of its block. The blocks of `autoApprovers` are mixed, so it stays above the
        // key.
        let above_key = blocks.len() == 1 || kind == SectionKind::AutoApprovers;
        if let Some(first) = blocks.first() {
            first.notes.iter().for_each(|note| self.out.note(note));
            self.out.comments(&first.marks.docs);
            if above_key {
                blocks.iter().for_each(|block| self.out.allows(&block.marks.allows));
            }
        }
        match blocks.first() {
            Some(first) => self.out.key_at(kind.key(), first.place),
            None => self.out.key(kind.key()),
        }
        let (open, close) = if kind.is_list() { ("[", "]") } else { ("{", "}") };
        self.out.push(open);
        if kind == SectionKind::AutoApprovers {
            self.auto_approvers(blocks);
        } else {
            for (index, block) in blocks.iter().enumerate() {
                self.lead(index, block);
                let allows: &[Allow] = if above_key { &[] } else { &block.marks.allows };
                self.entries(kind, block.entries, allows, block.marks);
            }
        }
        self.out.push(close);
    }

    /// Writes the text above a later block of a section, inside the section.
    fn lead(&mut self, index: usize, block: &Block<'t>) {
        if index == 0 {
            return;
        }
        block.notes.iter().for_each(|note| self.out.note(note));
        block.marks.docs.iter().for_each(|doc| self.out.note(doc));
    }

    /// Writes `autoApprovers`. Entries of one kind go under one key, whatever their order and
    /// blocks.
    fn auto_approvers(&mut self, blocks: &[Block<'t>]) {
        let entries = || blocks.iter().flat_map(|block| block.entries);
        let mut order: Vec<&str> = Vec::new();
        for entry in entries() {
            let key = match &entry.form {
                Form::Approvers(approvers) => approvers.key.text.as_str(),
                Form::ExitNode { key, .. } => key.text.as_str(),
                _ => continue,
            };
            if !order.contains(&key) {
                order.push(key);
            }
        }
        for (index, block) in blocks.iter().enumerate() {
            self.lead(index, block);
        }
        if entries().next().is_some() {
            self.out.push("\n");
        }
        for (index, key) in order.into_iter().enumerate() {
            let of_key = |entry: &&Entry| match &entry.form {
                Form::Approvers(table) => table.key.text == key,
                Form::ExitNode { key: this, .. } => this.text == key,
                _ => false,
            };
            if index > 0 && entries().find(of_key).is_some_and(|first| first.is_apart) {
                self.out.push("\n");
            }
            let mut notes: Vec<&Comment> = Vec::new();
            let mut approvers = Vec::new();
            let mut tables: Vec<(&[Entry], &Marks)> = Vec::new();
            for entry in entries() {
                match &entry.form {
                    Form::Note(note) => notes.push(note),
                    Form::ExitNode { key: this, approvers: more } if this.text == key => {
                        notes.drain(..).for_each(|note| self.out.note(note));
                        self.out.marks(&entry.marks);
                        approvers.extend(self.names.selection(more, self.findings));
                    }
                    Form::Approvers(table) if table.key.text == key => {
                        notes.drain(..).for_each(|note| self.out.note(note));
                        self.out.marks(&entry.marks);
                        tables.push((&table.entries, &entry.marks));
                    }
                    _ => notes.clear(),
                }
            }
            self.out.key(key);
            if key == "exitNode" {
                self.out.list(&approvers);
            } else {
                self.out.push("{");
                for (entries, marks) in tables {
                    self.entries(SectionKind::AutoApprovers, entries, &[], marks);
                }
                self.out.push("}");
            }
            self.out.push(",\n");
        }
        let last = entries().last().map(|entry| &entry.form);
        if let Some(Form::Note(note)) = last {
            self.out.note(note);
        }
    }

    fn start(&self) -> usize {
        self.out.position()
    }

    /// Maps the text written since `start` to `place`, except for parts with a more exact place.
    fn end(&mut self, start: usize, place: TokenRange) {
        self.out.add(start, place, None);
    }

    /// Writes the entries of a block, each with the lint levels of the block, unless these are
    /// already above the whole section.
    fn entries(&mut self, kind: SectionKind, entries: &'t [Entry], allows: &[Allow], block: &Marks) {
        if !entries.is_empty() {
            self.out.push("\n");
        }
        for (index, entry) in entries.iter().enumerate() {
            if index > 0 && entry.is_apart {
                self.out.push("\n");
            }
            let (start, findings) = (self.start(), self.findings.len());
            if self.names.subtraction.is_none() && entry.has_except() {
                continue;
            }
            self.entry(kind, entry, allows);
            // These findings are about words that are not written.
            remove_allowed(self.findings, findings, &[block, &entry.marks]);
            if entry.broken || self.findings.iter().skip(findings).any(Finding::is_error) {
                self.broken.extend(self.out.since(start));
            }
        }
    }
}

impl Entry {
    fn has_except(&self) -> bool {
        matches!(&self.form, Form::Declaration(declaration) if !declaration.except.is_empty())
    }
}

impl SectionKind {
    /// Returns whether it is used for checks only, and is not a key of the policy file.
    const fn is_ours(self) -> bool {
        matches!(
            self,
            SectionKind::Users
                | SectionKind::Devices
                | SectionKind::Invariants
                | SectionKind::Lints
                | SectionKind::Capabilities
        )
    }
}

impl Lowered {
    /// Returns the tokens that a part of the text comes from, and the use of the `let` that
    /// contains them.
    pub fn place(&self, origin: Origin) -> Option<(TokenRange, Option<&Use>)> {
        self.map.place(origin)
    }

    /// Returns a finding with a fix for the source, where a place consists of whole words. The fix
    /// is removed if the source has no words for it, or if the place is in a loop.
    pub fn with_fix_of_source(&self, mut finding: Diagnostic) -> Diagnostic {
        let origin = finding.origin;
        if let Some(help) = &mut finding.help {
            help.fix = help.fix.take().and_then(|fix| self.fix_of_source(origin, *fix)).map(Box::new);
        }
        finding
    }

    fn fix_of_source(&self, origin: Origin, fix: Fix) -> Option<Fix> {
        let (part, place) = self.map.part(origin)?;
        if place.iteration.is_some() {
            return None;
        }
        if part == origin {
            return Some(fix);
        }
        let Change::Word(word) = fix.change else { return None };
        let (start, end) = (Origin { end: origin.start, ..part }, Origin { start: origin.end, ..part });
        let text = format!("{}{word}{}", self.slice(start)?, self.slice(end)?);
        let word = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'))?.to_owned();
        Some(Fix { change: Change::Word(word), ..fix })
    }

    /// Returns whether a finding at `origin` may be a consequence of a missing part. That is so if
    /// it is about a whole list or rule in a broken entry, and not about a word in it.
    pub fn is_broken(&self, origin: Origin) -> bool {
        self.broken.iter().any(|broken| broken.contains(origin))
            && self.slice(origin).is_some_and(|text| text.starts_with(['[', '{']))
    }

    /// Returns the text at `origin`.
    pub fn slice(&self, origin: Origin) -> Option<&str> {
        let text = if origin.file == FileId::Policy { &self.policy } else { &self.facts };
        text.get(origin.range())
    }
}
