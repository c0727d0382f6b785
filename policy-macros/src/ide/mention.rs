//! Where names and words stand in the source. Found by their shape, token by token, so that a statement that is still
//! being written loses nothing.

use policy_core::reserved::{is_kind, is_reserved};
use proc_macro2::{Delimiter, Span};

use crate::syntax::tokens::{Token, TokenKind};
use crate::syntax::tree::SectionKind;

/// A name, or a word of the language.
pub(super) struct Mention {
    pub(super) scope: Scope,
    /// The word before the colon, as `tag`.
    pub(super) kind: Option<Segment>,
    /// What is between dashes, as `k8s` and `api`. An empty one is between two dashes.
    pub(super) segments: Vec<Segment>,
    /// Whether the name ends with its colon or with a dash.
    pub(super) is_unfinished: bool,
    /// As what the name is declared here: the module of its item.
    pub(super) declared_as: Option<&'static str>,
}

impl Mention {
    /// The name as it is written.
    pub(super) fn text(&self) -> String {
        let name: Vec<&str> = self.segments.iter().map(|segment| segment.text.as_str()).collect();
        match &self.kind {
            Some(kind) => format!("{}:{}", kind.text, name.join("-")),
            None => name.join("-"),
        }
    }
}

/// Where the meaning of a mention is to be looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// Among the names of its kind.
    Kind,
    /// Among users, hosts and `let`s.
    Bare,
    /// Among devices.
    Device,
    /// Among protocols, and `let`s of ports.
    Ports,
    /// Among protocols.
    Protocol,
    /// Among the well-known ports.
    Port,
    /// In that module of the vocabulary.
    Word(&'static str),
}

/// A part of a name.
pub(super) struct Segment {
    pub(super) text: String,
    pub(super) span: Span,
}

/// All mentions, in the order of the source.
pub(super) fn mentions(tokens: &[Token]) -> Vec<Mention> {
    let mut reader = Reader { tokens, at: 0, mentions: Vec::new(), loops: 0 };
    reader.policy(tokens.len());
    reader.mentions
}

/// What surrounds a statement.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    Let,
    Setting,
    Section(SectionKind),
    /// `routes` or `services`
    Approvers,
    /// The inside of a test
    Assertions(SectionKind),
}

/// What the items of a list are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum List {
    Names,
    Ports,
    Roles,
}

/// How far a statement has been read.
struct Statement {
    block: Block,
    /// Whether names are declared: up to the `=`.
    declares: bool,
    list: List,
    /// Whether an item of the list can start; otherwise a word of the language can.
    open: bool,
    /// Whether anything has been read.
    begun: bool,
}

impl Statement {
    fn new(block: Block) -> Statement {
        let (declares, open) = match block {
            Block::Let => (true, true),
            Block::Section(SectionKind::Ssh | SectionKind::Invariants | SectionKind::AutoApprovers)
            | Block::Assertions(_) => (false, false),
            // Warnings, and after the `=` their levels.
            Block::Section(SectionKind::Lints) => (true, false),
            Block::Section(kind) => (declared_as(kind).is_some(), true),
            Block::Setting | Block::Approvers => (false, true),
        };
        Statement { block, declares, list: List::Names, open, begun: false }
    }

    /// After an item of the list.
    fn close(&mut self) {
        self.open = false;
    }

    fn expect(&mut self, list: List) {
        (self.list, self.open) = (list, true);
    }
}

impl Block {
    /// The module of the vocabulary with the words that may stand here.
    fn words(self) -> Option<&'static str> {
        Some(match self {
            Block::Section(SectionKind::Grants) => "grants",
            Block::Section(SectionKind::Acls) => "acls",
            Block::Section(SectionKind::Ssh) => "ssh",
            Block::Section(SectionKind::AutoApprovers) => "auto_approvers",
            Block::Section(SectionKind::NodeAttrs) => "node_attrs",
            Block::Section(SectionKind::IpSets) => "ip_sets",
            Block::Section(SectionKind::Lints) => "lints",
            Block::Section(SectionKind::Invariants) => "invariants",
            Block::Assertions(SectionKind::SshTests) => "ssh_tests",
            Block::Assertions(_) => "tests",
            _ => return None,
        })
    }
}

/// The module of the items for the names that a section declares.
fn declared_as(section: SectionKind) -> Option<&'static str> {
    Some(match section {
        SectionKind::TagOwners => "tag",
        SectionKind::Groups => "group",
        SectionKind::IpSets => "ipset",
        SectionKind::Postures => "posture",
        SectionKind::Hosts => "host",
        SectionKind::Users => "user",
        SectionKind::Devices => "device",
        _ => return None,
    })
}

struct Reader<'t> {
    tokens: &'t [Token],
    at: usize,
    mentions: Vec<Mention>,
    /// How many loops are around.
    loops: usize,
}

/// Deeper than anyone writes.
const MAX_LOOPS: usize = 8;

impl<'t> Reader<'t> {
    // --- tokens ---

    fn token(&self, at: usize) -> Option<&'t TokenKind> {
        self.tokens.get(at).map(|token| &token.kind)
    }

    fn ident(&self, at: usize) -> Option<&'t str> {
        match self.token(at) {
            Some(TokenKind::Ident(text)) => Some(text),
            _ => None,
        }
    }

    fn is_punct(&self, at: usize, wanted: char) -> bool {
        matches!(self.token(at), Some(TokenKind::Punct { char, .. }) if *char == wanted)
    }

    fn is_dash(&self, at: usize) -> bool {
        self.is_punct(at, '-') && !self.is_punct(at + 1, '>')
    }

    /// The index behind the token at `at`, which may be a group.
    fn after(&self, at: usize) -> usize {
        match self.token(at) {
            Some(TokenKind::Open { close, .. }) => close + 1,
            _ => at + 1,
        }
    }

    /// Skips a comment or an `allow`.
    fn attribute(&mut self) -> bool {
        if !self.is_punct(self.at, '#') {
            return false;
        }
        self.at += if self.is_punct(self.at + 1, '!') { 2 } else { 1 };
        if matches!(self.token(self.at), Some(TokenKind::Open { .. })) {
            self.at = self.after(self.at);
        }
        true
    }

    fn segment(&mut self) -> Option<Segment> {
        let token = self.tokens.get(self.at)?;
        let text = match &token.kind {
            TokenKind::Ident(text) => text,
            TokenKind::Literal(text) if text.starts_with(|char: char| char.is_ascii_digit()) => text,
            _ => return None,
        };
        self.at += 1;
        Some(Segment { text: text.clone(), span: token.span })
    }

    /// The name that is next, and whether it lacks its end.
    fn name(&mut self) -> (Vec<Segment>, bool) {
        let mut segments = Vec::new();
        loop {
            let Some(segment) = self.segment() else { return (segments, true) };
            segments.push(segment);
            if !self.is_dash(self.at) {
                return (segments, false);
            }
            while self.is_dash(self.at) {
                let span = self.tokens.get(self.at).map_or_else(Span::call_site, |token| token.span);
                self.at += 1;
                if self.is_dash(self.at) {
                    segments.push(Segment { text: String::new(), span });
                }
            }
        }
    }

    fn mention(&mut self, scope: Scope) {
        let (segments, is_unfinished) = self.name();
        self.mentions.push(Mention { scope, kind: None, segments, is_unfinished, declared_as: None });
    }

    // --- the top level ---

    fn policy(&mut self, end: usize) {
        while self.at < end {
            if self.attribute() {
                continue;
            }
            if self.is_loop() {
                self.for_loop(|reader, close| reader.policy(close));
                continue;
            }
            let Some(key) = self.ident(self.at) else {
                self.at = self.after(self.at);
                continue;
            };
            self.mention(Scope::Word("section"));
            match self.token(self.at) {
                _ if key == "let" => self.let_item(),
                Some(TokenKind::Punct { char: '=', .. }) => self.statements(Block::Setting, self.tokens.len()),
                Some(TokenKind::Open { close, .. }) => match SectionKind::meant(key) {
                    Some(kind) => self.block(Block::Section(kind), *close),
                    None => self.at = close + 1,
                },
                _ => {}
            }
        }
    }

    /// A `let` is one of ports if anything in it can only be that.
    fn let_item(&mut self) {
        let first = self.mentions.len();
        self.statements(Block::Let, self.tokens.len());
        let mentions = self.mentions.get_mut(first..).unwrap_or_default();
        let is_of_ports = mentions.iter().any(|mention| matches!(mention.scope, Scope::Port | Scope::Protocol));
        if let Some(name) = mentions.first_mut().filter(|name| is_of_ports && name.declared_as.is_some()) {
            name.scope = Scope::Ports;
        }
    }

    /// The inside of the group that is next.
    fn block(&mut self, block: Block, close: usize) {
        self.at += 1;
        self.statements(block, close);
        self.at = close + 1;
    }

    // --- loops ---

    /// Whether `for name in` or `for (name, name)` is next.
    fn is_loop(&self) -> bool {
        self.ident(self.at) == Some("for")
            && (self.ident(self.at + 2) == Some("in")
                || matches!(self.token(self.at + 1), Some(TokenKind::Open { delimiter: Delimiter::Parenthesis, .. })))
    }

    /// A loop, the inside of whose block `read` reads. What its variables stand for is any tokens, so nothing in it
    /// leads anywhere but names that are written out.
    fn for_loop(&mut self, read: impl FnOnce(&mut Self, usize)) {
        self.at = self.after(self.after(self.at));
        self.at += usize::from(self.ident(self.at) == Some("in"));
        if let Some(TokenKind::Open { delimiter: Delimiter::Bracket, close }) = self.token(self.at) {
            let mut elements = Statement::new(Block::Setting);
            while self.at < *close {
                match self.ident(self.at) {
                    Some(word) if is_kind(word) && self.is_punct(self.at + 1, ':') => self.named(&mut elements),
                    _ => self.at += 1,
                }
            }
            self.at = close + 1;
        }
        let Some(TokenKind::Open { delimiter: Delimiter::Brace, close }) = self.token(self.at) else { return };
        if self.loops < MAX_LOOPS {
            self.at += 1;
            self.loops += 1;
            read(self, *close);
            self.loops -= 1;
        }
        self.at = close + 1;
    }

    // --- statements ---

    /// The statements up to the token `end`; of `let`s and settings, one.
    fn statements(&mut self, block: Block, end: usize) {
        let mut statement = Statement::new(block);
        while self.at < end {
            if self.attribute() {
                continue;
            }
            if !statement.begun && self.is_loop() {
                self.for_loop(|reader, close| reader.statements(block, close));
                continue;
            }
            match self.token(self.at) {
                Some(TokenKind::Ident(word)) => self.word(word, &mut statement),
                Some(TokenKind::Literal(text)) => self.literal(text, &mut statement),
                Some(TokenKind::Open { close, .. }) => self.group(*close, &mut statement),
                Some(TokenKind::Punct { char, .. }) => {
                    if *char == ';' && matches!(block, Block::Let | Block::Setting) {
                        return;
                    }
                    self.punct(*char, &mut statement);
                }
                Some(TokenKind::Close) | None => self.at += 1,
            }
            statement.begun |= !self.is_punct(self.at.saturating_sub(1), ';');
        }
    }

    fn punct(&mut self, char: char, statement: &mut Statement) {
        match char {
            ';' => *statement = Statement::new(statement.block),
            '=' => {
                statement.declares = false;
                if statement.block != Block::Section(SectionKind::Lints) {
                    statement.expect(List::Names);
                }
            }
            // What follows an e-mail address is a role.
            ',' if statement.block == Block::Section(SectionKind::Users) => statement.expect(List::Roles),
            ',' => statement.open = true,
            '-' if self.is_punct(self.at + 1, '>') => {
                self.at += 1;
                statement.expect(List::Names);
            }
            '*' if !self.is_punct(self.at + 1, ':') => statement.close(),
            // A loop's variable, and what a name has behind it.
            '$' => {
                self.at += 1;
                self.name();
                return statement.close();
            }
            _ => {}
        }
        self.at += 1;
    }

    /// A number is a port wherever ports stand: after `on`, in a `let`, and behind a test's host.
    fn literal(&mut self, text: &str, statement: &mut Statement) {
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
        let is_port = statement.list == List::Ports
            || statement.block == Block::Let
            || matches!(statement.block, Block::Assertions(_));
        if is_number
            && is_port
            && let Some(segment) = self.segment()
        {
            let segments = vec![segment];
            self.mentions.push(Mention {
                scope: Scope::Port,
                kind: None,
                segments,
                is_unfinished: false,
                declared_as: None,
            });
        } else {
            self.at += 1;
        }
        statement.close();
    }

    /// JSON has no names; the blocks of approvers and tests have.
    fn group(&mut self, close: usize, statement: &mut Statement) {
        match statement.block {
            Block::Section(SectionKind::AutoApprovers) if statement.begun => self.block(Block::Approvers, close),
            Block::Section(kind @ (SectionKind::Tests | SectionKind::SshTests)) if statement.begun => {
                self.block(Block::Assertions(kind), close);
            }
            _ => {
                self.at = close + 1;
                return statement.close();
            }
        }
        *statement = Statement::new(statement.block);
    }

    fn word(&mut self, word: &str, statement: &mut Statement) {
        if is_kind(word) && self.is_punct(self.at + 1, ':') {
            return self.named(statement);
        }
        let goes_on = self.is_dash(self.at + 1);
        if is_reserved(word) && !goes_on {
            return self.keyword(word, statement);
        }
        let scope = match (statement.open, statement.list) {
            (true, List::Names) if statement.block == Block::Setting => return self.at += 1,
            (false, _) if statement.block == Block::Section(SectionKind::Lints) && statement.declares => {
                return drop(self.name());
            }
            (true, List::Roles) => Scope::Word("users"),
            (true, list) if list == List::Ports || statement.block == Block::Let => self.port_scope(statement),
            (true, _) if statement.block == Block::Section(SectionKind::Devices) && statement.declares => Scope::Device,
            (true, _) => Scope::Bare,
            (false, _) => match statement.block.words() {
                Some(module) => Scope::Word(module),
                None => return self.at += 1,
            },
        };
        self.mention(scope);
        if let Scope::Bare | Scope::Device = scope
            && statement.declares
            && let Some(mention) = self.mentions.last_mut()
        {
            mention.declared_as = match statement.block {
                Block::Let => Some("let"),
                Block::Section(kind) => declared_as(kind),
                _ => None,
            };
        }
        if scope != Scope::Protocol {
            statement.close();
        }
    }

    /// A protocol is followed by a colon.
    fn port_scope(&self, statement: &Statement) -> Scope {
        let mut at = self.at + 1;
        while self.is_dash(at) {
            at += 2;
        }
        match statement.list {
            _ if self.is_punct(at, ':') && !statement.declares => Scope::Protocol,
            List::Ports => Scope::Ports,
            _ => Scope::Bare,
        }
    }

    /// `tag:web`
    fn named(&mut self, statement: &mut Statement) {
        // Without a comma before it, it begins the next statement, as the parser sees it.
        if !statement.open && statement.begun && matches!(statement.block, Block::Section(_)) {
            *statement = Statement::new(statement.block);
        }
        let Some(kind) = self.segment() else { return };
        self.at += 1;
        let (segments, is_unfinished) = self.name();
        let declared_as = match statement.block {
            Block::Section(section) if statement.declares => declared_as(section).filter(|module| *module == kind.text),
            _ => None,
        };
        let kind = Some(kind);
        self.mentions.push(Mention { scope: Scope::Kind, kind, segments, is_unfinished, declared_as });
        statement.close();
    }

    fn keyword(&mut self, word: &str, statement: &mut Statement) {
        match statement.block.words() {
            Some(module) => self.mention(Scope::Word(module)),
            None => self.at += 1,
        }
        match word {
            "on" | "proto" => statement.expect(List::Ports),
            "app" | "srcPostureAttrs" => statement.close(),
            "enforceRecorder" => statement.close(),
            "checkPeriod" => {
                statement.close();
                if self.ident(self.at) == Some("always") {
                    self.mention(Scope::Word("ssh"));
                }
            }
            _ => statement.expect(List::Names),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The mentions of a policy, each as where it is looked for and what it is; `=` where it is declared.
    fn found(policy: &str) -> Vec<String> {
        let reading = crate::syntax::read(policy.parse().unwrap());
        mentions(&reading.tokens)
            .iter()
            .map(|mention| {
                let scope = match mention.scope {
                    Scope::Word(module) => module.to_owned(),
                    scope => format!("{scope:?}"),
                };
                let declared = mention.declared_as.map_or_else(String::new, |module| format!(" = {module}"));
                let missing = if mention.is_unfinished { "…" } else { "" };
                format!("{scope} {}{missing}{declared}", mention.text())
            })
            .collect()
    }

    #[test]
    fn names_and_words_are_found_by_their_shape() {
        for (policy, expected) in [
            (
                "tagOwners { tag:web, tag:k8s-2 = ops, group:eng; tag:spare; }",
                &[
                    "section tagOwners",
                    "Kind tag:web = tag",
                    "Kind tag:k8s-2 = tag",
                    "Bare ops",
                    "Kind group:eng",
                    "Kind tag:spare = tag",
                ][..],
            ),
            (
                "grants { a -> tag:x, on-prem, on https, tcp:22, ipv6-icmp:*, 80-443 via tag:r app { \"b\": [tag] }; }",
                &[
                    "section grants",
                    "Bare a",
                    "Kind tag:x",
                    "Bare on-prem",
                    "grants on",
                    "Ports https",
                    "Protocol tcp",
                    "Port 22",
                    "Protocol ipv6-icmp",
                    "Port 80",
                    "Port 443",
                    "grants via",
                    "Kind tag:r",
                    "grants app",
                ],
            ),
            ("let p = tcp:443;", &["section let", "Ports p = let", "Protocol tcp", "Port 443"]),
            ("let p = alice, tag:x;", &["section let", "Bare p = let", "Bare alice", "Kind tag:x"]),
            (
                "users { al = \"al@example.com\", it-admin; } devices { nas = tag:nas, al; }",
                &[
                    "section users",
                    "Bare al = user",
                    "users it-admin",
                    "section devices",
                    "Device nas = device",
                    "Kind tag:nas",
                    "Bare al",
                ],
            ),
            (
                "ssh { check al -> tag:x as \"root\" checkPeriod always; }",
                &["section ssh", "ssh check", "Bare al", "Kind tag:x", "ssh as", "ssh checkPeriod", "ssh always"],
            ),
            (
                "tests { al { proto udp; accept web:53; } {\"src\": \"al\"}; }",
                &["section tests", "Bare al", "tests proto", "Ports udp", "tests accept", "Bare web", "Port 53"],
            ),
            (
                "autoApprovers { routes { \"10.0.0.0/8\" = tag:r; } exitNode = al; }",
                &["section autoApprovers", "auto_approvers routes", "Kind tag:r", "auto_approvers exitNode", "Bare al"],
            ),
            (
                "for n in [web, tag:db] { grants { for p in [1, 2] { $n -> tag:x, tag:$n-y, a-$n on $p; } b -> c; } }",
                &[
                    "Kind tag:db",
                    "section grants",
                    "Kind tag:x",
                    "Kind tag:…",
                    "Bare a…",
                    "grants on",
                    "Bare b",
                    "Bare c",
                ],
            ),
            ("lints { unused-tag = allow \"why\"; }", &["section lints", "lints allow"]),
            (
                "defaultSrcPosture = posture:p; derpMap = { a: b };",
                &["section defaultSrcPosture", "Kind posture:p", "section derpMap"],
            ),
        ] {
            assert_eq!(found(policy), expected, "{policy}");
        }
    }

    #[test]
    fn an_unfinished_statement_takes_nothing_from_the_others() {
        for (policy, expected) in [
            (
                "grants { a -> tag:k8s-; b -> c on 1; }",
                &["section grants", "Bare a", "Kind tag:k8s…", "Bare b", "Bare c", "grants on", "Port 1"][..],
            ),
            (
                "grants { a -> tag:; b -> c on 1; }",
                &["section grants", "Bare a", "Kind tag:…", "Bare b", "Bare c", "grants on", "Port 1"],
            ),
            (
                "tagOwners { tag:a = al tag:b = al; }",
                &["section tagOwners", "Kind tag:a = tag", "Bare al", "Kind tag:b = tag", "Bare al"],
            ),
            ("grants { a -> b on 1 sr; }", &["section grants", "Bare a", "Bare b", "grants on", "Port 1", "grants sr"]),
            ("gra hosts { a = \"10.0.0.1\"; }", &["section gra", "section hosts", "Bare a = host"]),
            ("grnts { a -> b on 1; }", &["section grnts", "Bare a", "Bare b", "grants on", "Port 1"]),
        ] {
            assert_eq!(found(policy), expected, "{policy}");
        }
    }
}
