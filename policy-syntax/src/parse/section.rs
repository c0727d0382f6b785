//! The top level: notes, `let`s, settings and sections.

use crate::token::Delimiter;
use policy_core::Code;
use policy_core::diagnostic::Help;
use policy_core::diagnostic::suggestion::nearest;
use policy_core::model::{Dialect, Until};

use crate::cursor::Cursor;
use crate::finding::Finding;
use crate::token_range::TokenRange;

use super::marks::remove_allowed;
use super::parser::{Failed, Parsed, Parser};
use crate::tree::{
    Comment, DialectItem, Entry, Form, Item, Let, LetValue, Marks, Section, SectionKind, Setting, SettingValue, Tree,
    Word,
};

impl Parser<'_, '_> {
    /// Reads the whole input of the macro.
    pub(super) fn tree(&mut self) -> Tree {
        let mut tree = Tree::default();
        if self.peek_note() {
            tree.header.push(self.note());
        }
        self.items(&mut tree.items);
        tree
    }

    pub(super) fn items(&mut self, items: &mut Vec<Item>) {
        while !self.at_end() {
            let (is_apart, count) = (self.is_apart(), items.len());
            let note = self.piece(true, |parser, marks| {
                if parser.peek_for() {
                    return parser.for_loop(&marks, &mut |inside| inside.items(items));
                }
                if parser.peek_is("use") {
                    return parser.use_fragment(&marks, items);
                }
                if parser.peek_other_comment() {
                    parser.other_comment();
                    return Ok(());
                }
                if parser.peek_hujson_section() {
                    items.extend(parser.hujson_section(marks)?.map(Item::Section));
                    return Ok(());
                }
                items.push(parser.item(marks)?);
                Ok(())
            });
            items.extend(note.map(Item::Note));
            if let Some(Item::Setting(first)) = items.get_mut(count) {
                first.is_apart = is_apart;
            }
        }
    }

    /// Reads a note, which it returns, or reads an item with marks by `read`. If that fails, the
    /// statement is skipped.
    pub(super) fn piece(&mut self, blocks: bool, read: impl FnOnce(&mut Self, Marks) -> Parsed<()>) -> Option<Comment> {
        let (start, statement) = (self.here(), self.start_of_statement());
        if self.peek_note() {
            return Some(self.note());
        }
        let findings = self.state.findings.len();
        let marks = self.marks();
        if self.at_end() {
            // A remark behind the last entry has been reported as that.
            if self.state.findings.len() == findings {
                let place = self.since(start);
                self.refuse_dangling(&marks, place);
            }
            return None;
        }
        let blocks = blocks || self.peek_for();
        if read(self, marks).is_err() {
            self.skip_statement(statement, blocks);
        }
        None
    }

    fn item(&mut self, marks: Marks) -> Parsed<Item> {
        if let Some(place) = self.keyword("let") {
            self.refuse_allows(&marks, "a `let`");
            return self.let_item(marks, place).map(Item::Let);
        }
        if let Some(key) = self.quoted_key()? {
            return self.setting(marks, key).map(Item::Setting);
        }
        let Some(key) = self.ident() else { return Err(self.no_item()) };
        if self.peek_group(Delimiter::Brace) {
            return self.section(marks, key).map(Item::Section);
        }
        if self.punct('=').is_some() {
            return match key.text.as_str() {
                "target" => self.dialect(&marks, key).map(Item::Dialect),
                _ => self.setting(marks, key).map(Item::Setting),
            };
        }
        if self.peek_punct(':') && (SectionKind::from_key(&key.text).is_some() || self.second_group(Delimiter::Brace)) {
            return Err(self.refuse(
                self.here(),
                format!("no `:` after `{}`", key.text),
                format!("a section is written `{} {{ … }}`, a setting `{} = …;`", key.text, key.text),
            ));
        }
        let message = format!("expected a section, found {}", statement_start(&key));
        let help = match key.text.as_str() {
            "const" | "static" | "var" | "def" => "a name for a list is written `let name = …;`".to_owned(),
            "import" | "include" => "a fragment is used by its path: `use crate::teams::shared;`".to_owned(),
            setting if self.peek_punct(';') && SectionKind::from_key(setting).is_none() => {
                format!("a setting has a value: `{setting} = true;`")
            }
            _ => "statements are in a section, as in `tagOwners { tag:web = autogroup:admin; }`".to_owned(),
        };
        Err(self.refuse(key.place, message, help))
    }

    /// Reads the key of a setting that is not a Rust word, and its `=`.
    fn quoted_key(&mut self) -> Parsed<Option<Word>> {
        if !self.peek_string() || self.second_punct() != Some('=') {
            return Ok(None);
        }
        let key = self.string()?;
        self.punct('=');
        let is_word = |text: &str| {
            text.starts_with(|char: char| char.is_ascii_alphabetic())
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        if let Some(key) = key.as_ref().filter(|key| is_word(&key.text) && !crate::reserved::is_reserved(&key.text)) {
            self.complain(key.place, "a key that is a word has no quotes", format!("write `{} = …;`", key.text));
        }
        Ok(key)
    }

    fn no_item(&mut self) -> Failed {
        let finding = if self.peek_string() {
            Finding::new(Code::Syntax, self.here(), "a section's name has no quotes")
                .help("write `groups { … }`; a setting is `key = value;`")
        } else if self.peek_group(Delimiter::Brace) {
            Finding::new(Code::Syntax, self.here(), "the policy's own braces are those of `policy!`")
                .help("`policy import policy.hujson` converts a whole policy file; by hand, leave out the outer braces, and write `groups { … }` for `\"groups\": { … }`")
        } else if self.peek_punct(';') {
            Finding::new(Code::Syntax, self.here(), "nothing ends here").help("a block needs no `;` after its `}`")
        } else {
            self.expected("a section such as `grants { … }`, a `let` or a setting")
        };
        self.fail(finding)
    }

    fn let_item(&mut self, marks: Marks, start: TokenRange) -> Parsed<Let> {
        let name = self.declared_name("a name after `let`")?;
        self.refuse_type();
        self.equals("a `let` is written `let name = …;`")?;
        let value = if self.peek_ports() {
            LetValue::Ports(self.ports()?)
        } else {
            let selection = self.selection("a name, an address or a port")?;
            // `let any = *;` could be either, and is not worth a name.
            if let [only] = selection.list.as_slice()
                && selection.except.is_empty()
                && only.kind == crate::tree::SelectorKind::Star
            {
                let place = self.since(start);
                return Err(self.refuse(place, "`*` alone cannot be named", "write `*` where it is meant"));
            }
            LetValue::Selectors(selection)
        };
        self.end_of_statement()?;
        Ok(Let { marks, name, value })
    }

    /// Reports `: tag` after the name of a `let`.
    fn refuse_type(&mut self) {
        let mut rest = self.ahead();
        if !rest.peek_punct(':') || self.is_punct(self.at + 1, '=') {
            return;
        }
        while !rest.at_end() && !rest.peek_punct('=') && !rest.peek_punct(';') {
            rest.skip();
        }
        if !rest.peek_punct('=') {
            return;
        }
        let start = self.here();
        while !self.peek_punct('=') && self.any_token().is_some() {}
        let place = self.since(start);
        self.complain(place, "a `let` has no type", Help::remove("leave it out"));
    }

    /// Reads a bare name at its declaration.
    pub(super) fn declared_name(&mut self, what: &str) -> Parsed<Word> {
        let name = self.name(what)?;
        if crate::reserved::is_reserved(&name.text) {
            return Err(self.refuse(name.place, format!("`{}` is a reserved word", name.text), "choose another name"));
        }
        Ok(name)
    }

    /// Returns whether a `let` is one of ports: whether one of its items is a number, or `word:`
    /// that is not a kind of name.
    fn peek_ports(&self) -> bool {
        let mut rest = self.ahead();
        loop {
            if is_port_alone(&rest) {
                return true;
            }
            loop {
                if rest.at_end() || rest.peek_punct(';') {
                    return false;
                }
                let is_comma = rest.peek_punct(',');
                rest.skip();
                if is_comma {
                    break;
                }
            }
        }
    }

    /// Reads the control server of the policy.
    fn dialect(&mut self, marks: &Marks, key: Word) -> Parsed<DialectItem> {
        self.refuse_allows(marks, "the target");
        let names = Dialect::ALL.map(Dialect::name);
        let choice = names.map(|name| format!("`target = {name};`")).join(" or ");
        let Some(name) = self.ident() else {
            return Err(self.unexpected("the control server that the policy is for", format!("write {choice}")));
        };
        let Ok(dialect) = name.text.parse::<Dialect>() else {
            let near = nearest(&name.text, names);
            let help = near.map_or_else(|| Help::from(format!("write {choice}")), Help::did_you_mean);
            return Err(self.refuse(name.place, format!("unknown target `{}`", name.text), help));
        };
        let place = key.place.to(name.place);
        self.end_of_statement()?;
        Ok(DialectItem { key, dialect, place })
    }

    fn setting(&mut self, marks: Marks, key: Word) -> Parsed<Setting> {
        let bare = !self.peek_group(Delimiter::Bracket) && !self.peek_string() && self.peek_selector();
        let json_word = self.peek_ident().is_some_and(|word| matches!(word, "true" | "false" | "null"));
        let value = if key.text.eq_ignore_ascii_case("defaultSrcPosture") && bare && !json_word {
            SettingValue::Selectors(self.selectors("a posture")?)
        } else {
            SettingValue::Json(self.json()?)
        };
        self.end_of_statement()?;
        Ok(Setting { is_apart: false, marks, key, value })
    }

    fn section(&mut self, marks: Marks, key: Word) -> Parsed<Section> {
        let kind = match SectionKind::from_key(&key.text) {
            Some(kind) => kind,
            None => self.section_meant(&key)?,
        };
        let findings = self.state.findings.len();
        self.refuse_allows_of_lints(kind, &marks);
        let entries = self.group(Delimiter::Brace, |inside| inside.entries(kind));
        remove_allowed(&mut self.state.findings, findings, &[&marks]);
        if self.peek_punct(';') {
            self.complain(
                self.here(),
                format!("no `;` after the block of `{}`", key.text),
                Help::remove("leave it out"),
            );
            self.punct(';');
        }
        match entries {
            Some((entries, _)) => Ok(Section { marks, kind, key, entries }),
            None => Err(Failed),
        }
    }

    /// Reports an unknown section, and reads it as the one that was meant, if that is clear.
    fn section_meant(&mut self, key: &Word) -> Parsed<SectionKind> {
        let near = SectionKind::from_similar_key(&key.text);
        let help = match near {
            Some(near) => Help::did_you_mean(near.key()),
            None => Help::from(format!(
                "a key that this version does not know is written as JSON: `{} = {{ … }};`",
                key.text
            )),
        };
        let finding = Finding::new(Code::WrongKey, key.place, format!("unknown section `{}`", key.text)).help(help);
        match near {
            Some(kind) => {
                self.report(finding);
                Ok(kind)
            }
            None => Err(self.fail(finding)),
        }
    }

    /// Reads the statements of a block.
    pub(super) fn entries(&mut self, kind: SectionKind) -> Vec<Entry> {
        let mut entries = Vec::new();
        self.more_entries(kind, &mut entries);
        entries
    }

    fn more_entries(&mut self, kind: SectionKind, entries: &mut Vec<Entry>) {
        let blocks = matches!(
            kind,
            SectionKind::Tests | SectionKind::SshTests | SectionKind::AutoApprovers | SectionKind::Capabilities
        );
        while !self.at_end() {
            let (start, is_apart, count) = (self.here(), self.is_apart(), entries.len());
            let note = self.piece(blocks, |parser, marks| {
                if parser.peek_for() {
                    return parser.for_loop(&marks, &mut |inside| inside.more_entries(kind, entries));
                }
                if parser.peek_other_comment() {
                    parser.other_comment();
                    return Ok(());
                }
                let (start, findings) = (parser.here(), parser.state.findings.len());
                parser.refuse_allows_of_lints(kind, &marks);
                let form = parser.form(kind)?;
                remove_allowed(&mut parser.state.findings, findings, &[&marks]);
                let broken = parser.state.findings.iter().skip(findings).any(Finding::is_error);
                entries.push(Entry { is_apart: false, marks, place: parser.since(start), form, broken });
                Ok(())
            });
            if let Some(note) = note {
                let (marks, form) = (Marks::default(), Form::Note(note));
                entries.push(Entry { is_apart: false, marks, place: self.since(start), form, broken: false });
            }
            // The first entry that a loop is written out as takes the loop's place.
            if let Some(first) = entries.get_mut(count) {
                first.is_apart = is_apart;
            }
        }
    }

    fn form(&mut self, kind: SectionKind) -> Parsed<Form> {
        if self.peek_group(Delimiter::Brace) {
            return self.json_entry(kind);
        }
        if self.peek_is("use") && matches!(self.second_ident(), Some(("crate" | "self" | "super", _))) {
            let message = "a fragment is used at the top level, not in a section";
            return Err(self.refuse(self.here(), message, format!("move the `use` out of `{} {{ … }}`", kind.key())));
        }
        if self.source.is_invariants_file() {
            self.refuse_what_is_not_an_invariant()?;
        }
        self.refuse_section_within(kind)?;
        match kind {
            SectionKind::Groups
            | SectionKind::Hosts
            | SectionKind::IpSets
            | SectionKind::Postures
            | SectionKind::TagOwners => self.declaration(kind).map(Form::Declaration),
            SectionKind::Grants => self.grant().map(Form::Grant),
            SectionKind::Acls => self.acl().map(Form::Acl),
            SectionKind::Ssh => self.ssh().map(Form::Ssh),
            SectionKind::AutoApprovers => self.approver_entry(),
            SectionKind::NodeAttrs => self.node_attr().map(Form::NodeAttr),
            SectionKind::Tests => self.test().map(Form::Test),
            SectionKind::SshTests => self.ssh_test().map(Form::SshTest),
            SectionKind::Users => self.user().map(Form::User),
            SectionKind::Devices => self.device().map(Form::Device),
            SectionKind::Invariants => self.invariant().map(Form::Invariant),
            SectionKind::Lints => self.lint().map(Form::Lint),
            SectionKind::Capabilities => self.capability().map(Form::Capability),
        }
    }

    /// Reports a section in another one. A test may be about a host that is called like a section.
    fn refuse_section_within(&mut self, kind: SectionKind) -> Parsed<()> {
        let is_section = self.peek_ident().is_some_and(|word| SectionKind::from_key(word).is_some());
        if !is_section || !self.second_group(Delimiter::Brace) || kind == SectionKind::Tests {
            return Ok(());
        }
        let message = format!("the section {} is in the section `{}`", self.found(), kind.key());
        Err(self.refuse(self.here(), message, format!("close the block of `{}` before it with `}}`", kind.key())))
    }

    /// Reports items that are allowed only in a policy.
    fn refuse_what_is_not_an_invariant(&mut self) -> Parsed<()> {
        let (message, help) = match self.peek_ident() {
            Some(word @ ("let" | "for" | "use")) => {
                (format!("a file of invariants has no `{word}`"), "write each invariant in full")
            }
            Some(word @ ("invariants" | "policy")) if !self.next_goes_on() => (
                format!("this file is all invariants, and has no `{word}`"),
                "write the statements alone, as in `never autogroup:member -> tag:nas;`",
            ),
            _ => return Ok(()),
        };
        Err(self.refuse(self.here(), message, help))
    }

    fn json_entry(&mut self, kind: SectionKind) -> Parsed<Form> {
        if !kind.is_list() {
            let finding =
                Finding::new(Code::Syntax, self.here(), format!("an entry of `{}` is not a JSON object", kind.key()))
                    .help(kind.example());
            return Err(self.fail(finding));
        }
        let mut rest = self.ahead();
        rest.skip();
        if rest.peek_arrow() {
            return Err(self.refuse(self.here(), "a list has no braces", "write the items alone, separated by commas"));
        }
        if self.ahead().ident(self.at + 1).is_some() {
            let help = format!("leave them out, and end it with `;`: {}", kind.example());
            return Err(self.refuse(self.here(), "a statement has no braces around it", help));
        }
        let object = self.json()?;
        if kind == SectionKind::NodeAttrs && self.peek_is(Until::WORD) {
            return Err(self.refuse_until());
        }
        let until = self.until()?;
        if let (Some(first), true) = (until, self.peek_is(Until::WORD)) {
            let place = self.here();
            self.refuse_second_until(place, first.place);
            self.until()?;
        }
        self.end_of_statement()?;
        Ok(Form::Json(object, until))
    }

    // --- what statements share ---

    pub(super) fn equals(&mut self, help: &str) -> Parsed<()> {
        if self.punct('=').is_some() {
            let second = ['>', '='].into_iter().find(|&sign| self.peek_punct(sign));
            if let Some(second) = second {
                let start = self.previous();
                self.punct(second);
                let place = self.since(start);
                self.complain(place, format!("expected `=`, found `={second}`"), Help::write_text("="));
            }
            return Ok(());
        }
        if let Some(start) = self.punct(':') {
            let sign = if self.punct('=').is_some() { ":=" } else { ":" };
            let place = self.since(start);
            self.complain(place, format!("expected `=`, found `{sign}`"), Help::write_text("="));
            return Ok(());
        }
        Err(self.unexpected("`=`", help))
    }

    /// Reports lint levels above entries of `lints`, which never have warnings.
    fn refuse_allows_of_lints(&mut self, kind: SectionKind, marks: &Marks) {
        if kind == SectionKind::Lints && !marks.allows.is_empty() {
            self.complain(
                self.here(),
                "no warning is about `lints`",
                "write it as an entry: `unused-tag = allow \"kept for the migration\";`",
            );
        }
    }

    /// Reports lint levels that have no effect. Warnings are allowed where they appear.
    fn refuse_allows(&mut self, marks: &Marks, what: &str) {
        let only_unused = marks.allows.iter().all(|allow| allow.codes.iter().all(|code| *code == "unused-let"));
        if !only_unused {
            let place = self.previous();
            self.report(Finding::new(Code::Syntax, place, format!("{what} has no such warning to allow")));
        }
    }
}

/// Returns whether `word` is the name of a section.
///
/// ```
/// assert!(policy_syntax::is_section("grants"));
/// assert!(!policy_syntax::is_section("forge"));
/// ```
pub fn is_section(word: &str) -> bool {
    SectionKind::from_key(word).is_some()
}

/// Returns whether the next item can only be a port.
fn is_port_alone(cursor: &Cursor) -> bool {
    if cursor.peek_string() {
        return false;
    }
    match cursor.peek_literal() {
        // `10.0.0.0/8` without quotes is not a number, and has its own help as a selector.
        Some(text) => {
            text.chars().all(|char| char.is_ascii_digit()) && !matches!(cursor.second_punct(), Some('.' | '/'))
        }
        None => cursor.protocol_ahead(),
    }
}

fn statement_start(key: &Word) -> String {
    if crate::reserved::is_kind(&key.text) { format!("`{}:`", key.text) } else { format!("`{}`", key.text) }
}

impl SectionKind {
    pub(crate) const ALL: &[SectionKind] = &[
        SectionKind::Groups,
        SectionKind::Hosts,
        SectionKind::IpSets,
        SectionKind::Postures,
        SectionKind::TagOwners,
        SectionKind::Grants,
        SectionKind::Acls,
        SectionKind::Ssh,
        SectionKind::AutoApprovers,
        SectionKind::NodeAttrs,
        SectionKind::Tests,
        SectionKind::SshTests,
        SectionKind::Users,
        SectionKind::Devices,
        SectionKind::Invariants,
        SectionKind::Lints,
        SectionKind::Capabilities,
    ];

    /// Returns the key in the policy file or, if it has none, in the macro.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            SectionKind::Groups => "groups",
            SectionKind::Hosts => "hosts",
            SectionKind::IpSets => "ipsets",
            SectionKind::Postures => "postures",
            SectionKind::TagOwners => "tagOwners",
            SectionKind::Grants => "grants",
            SectionKind::Acls => "acls",
            SectionKind::Ssh => "ssh",
            SectionKind::AutoApprovers => "autoApprovers",
            SectionKind::NodeAttrs => "nodeAttrs",
            SectionKind::Tests => "tests",
            SectionKind::SshTests => "sshTests",
            SectionKind::Users => "users",
            SectionKind::Devices => "devices",
            SectionKind::Invariants => "invariants",
            SectionKind::Lints => "lints",
            SectionKind::Capabilities => "capabilities",
        }
    }

    pub(crate) fn from_key(key: &str) -> Option<SectionKind> {
        Self::ALL.iter().copied().find(|kind| kind.key() == key)
    }

    /// Returns the section with that key, or the one that was probably meant.
    pub(crate) fn from_similar_key(key: &str) -> Option<SectionKind> {
        Self::from_key(key).or_else(|| nearest(key, Self::ALL.iter().map(|kind| kind.key())).and_then(Self::from_key))
    }

    /// Returns whether the section is a list of objects in the policy file, so that an entry may be
    /// such an object.
    pub(crate) const fn is_list(self) -> bool {
        matches!(
            self,
            SectionKind::Grants
                | SectionKind::Acls
                | SectionKind::Ssh
                | SectionKind::NodeAttrs
                | SectionKind::Tests
                | SectionKind::SshTests
        )
    }

    /// Returns an example of an entry, for a `help:`.
    pub(super) const fn example(self) -> &'static str {
        match self {
            SectionKind::Groups => "write `group:eng = alice, bob;`",
            SectionKind::Hosts => "write `web = \"100.64.0.16\";`",
            SectionKind::IpSets => "write `ipset:prod = \"192.0.2.0/24\", remove \"192.0.2.9\";`",
            SectionKind::Postures => "write `posture:managed = \"node:os == 'macos'\";`",
            SectionKind::TagOwners => "write `tag:web = autogroup:admin;`",
            SectionKind::Grants => "write `autogroup:member -> tag:web on 443;`",
            SectionKind::Acls => "write `autogroup:member -> tag:web on 443;`",
            SectionKind::Ssh => "write `check autogroup:member -> autogroup:self as autogroup:nonroot;`",
            SectionKind::AutoApprovers => "write `routes { … }`, `exitNode = tag:exit;` or `services { … }`",
            SectionKind::NodeAttrs => "write `tag:web attr \"funnel\";`",
            SectionKind::Tests => "write `alice { accept tag:web:443; deny tag:db:5432; }`",
            SectionKind::SshTests => "write `alice -> tag:web { accept \"root\"; }`",
            SectionKind::Users => "write `alice = \"alice@example.com\", admin;`",
            SectionKind::Devices => "write `nas = tag:nas, \"100.64.0.9\";`",
            SectionKind::Invariants => "write `never autogroup:member -> tag:nas;`",
            SectionKind::Lints => "write `unused-tag = allow \"kept for the migration\";` or `unused-let = deny;`",
            SectionKind::Capabilities => {
                "write `\"example.com/cap/sql\" { role: \"reader\" | \"writer\"; tables: [string]; limit?: int; }`"
            }
        }
    }
}

impl LetValue {
    /// Returns the kind of items in the list, for use in a message.
    pub(crate) fn what(&self) -> &'static str {
        match self {
            LetValue::Selectors(_) => "names or addresses",
            LetValue::Ports(_) => "ports",
        }
    }
}
