//! Finds the names and keywords in the source by their form, token by token, so that an incomplete
//! statement does not hide any.

use crate::cursor::Cursor;
use crate::reserved::{is_kind, is_reserved};

use crate::token::{Delimiter, Token, TokenKind};
use crate::tree::SectionKind;

use super::occurrence::{Loop, Occurrence, Scope};
use super::statement::{Block, List, Statement, declared_as};

/// Returns all occurrences, in the order of the source.
pub fn occurrences(tokens: &[Token]) -> Vec<Occurrence> {
    let cursor = Cursor::new(tokens);
    let mut reader = Reader { cursor, occurrences: Vec::new(), loops: Vec::new(), all_loops: 0 };
    reader.policy(tokens.len());
    reader.occurrences
}

/// Returns all occurrences in a file of invariants, in the order of the source.
pub fn occurrences_in_invariants(tokens: &[Token]) -> Vec<Occurrence> {
    let cursor = Cursor::new(tokens);
    let mut reader = Reader { cursor, occurrences: Vec::new(), loops: Vec::new(), all_loops: 0 };
    reader.statements(Block::Section(SectionKind::Invariants), tokens.len());
    reader.occurrences
}

pub(super) struct Reader<'t> {
    pub(super) cursor: Cursor<'t>,
    pub(super) occurrences: Vec<Occurrence>,
    /// The loops around.
    pub(super) loops: Vec<Loop>,
    /// The number of loops so far.
    pub(super) all_loops: usize,
}

impl Reader<'_> {
    fn occurrence(&mut self, scope: Scope) {
        let (segments, is_unfinished) = self.name();
        self.occurrences.push(Occurrence::bare(scope, segments, is_unfinished));
    }

    // --- the top level ---

    fn policy(&mut self, end: usize) {
        while self.cursor.at < end {
            if self.attribute() {
                continue;
            }
            if self.is_loop() {
                self.for_loop(|reader, close| reader.policy(close));
                continue;
            }
            let Some(key) = self.cursor.ident(self.cursor.at) else {
                self.cursor.at = self.cursor.after(self.cursor.at).max(self.cursor.at + 1);
                continue;
            };
            self.occurrence(Scope::Word("section"));
            match self.cursor.token(self.cursor.at) {
                _ if key == "let" => self.let_item(),
                // The name of a control server is a keyword.
                Some(TokenKind::Punct { char: '=', .. }) if key == "target" => self.cursor.at += 2,
                Some(TokenKind::Punct { char: '=', .. }) => self.statements(Block::Setting, self.cursor.tokens.len()),
                Some(TokenKind::Open { close, .. }) => match SectionKind::from_similar_key(key) {
                    Some(kind) => self.block(Block::Section(kind), *close),
                    None => self.cursor.at = close + 1,
                },
                _ => {}
            }
        }
    }

    /// Reads a `let`. It is one of ports if some item can only be a port.
    fn let_item(&mut self) {
        let first = self.occurrences.len();
        self.statements(Block::Let, self.cursor.tokens.len());
        let occurrences = self.occurrences.get_mut(first..).unwrap_or_default();
        let is_of_ports =
            occurrences.iter().any(|occurrence| matches!(occurrence.scope, Scope::Port | Scope::Protocol));
        if let Some(name) = occurrences.first_mut().filter(|name| is_of_ports && name.declared_as.is_some()) {
            name.scope = Scope::Ports;
        }
    }

    /// Reads the content of the next group.
    fn block(&mut self, block: Block, close: usize) {
        self.cursor.at += 1;
        self.statements(block, close);
        self.cursor.at = close + 1;
    }

    // --- statements ---

    /// Reads the statements up to the token `end`. A `let` or a setting is one statement.
    fn statements(&mut self, block: Block, end: usize) {
        let mut statement = Statement::new(block);
        while self.cursor.at < end {
            if self.attribute() {
                continue;
            }
            if !statement.begun && self.is_loop() {
                self.for_loop(|reader, close| reader.statements(block, close));
                continue;
            }
            match self.cursor.token(self.cursor.at) {
                Some(TokenKind::Ident(word)) => self.word(word, &mut statement),
                Some(TokenKind::Literal(text)) => self.literal(text, &mut statement),
                Some(TokenKind::Open { close, .. }) => self.group(*close, &mut statement),
                Some(TokenKind::Punct { char, .. }) => {
                    if *char == ';' && matches!(block, Block::Let | Block::Setting) {
                        return;
                    }
                    self.punct(*char, &mut statement);
                }
                Some(TokenKind::Close) | None => self.cursor.at += 1,
            }
            statement.begun |= !self.cursor.is_punct(self.cursor.at.saturating_sub(1), ';');
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
            // The part after an e-mail address is a role.
            ',' if statement.block == Block::Section(SectionKind::Users) => statement.expect(List::Roles),
            ',' => statement.open = true,
            '-' if self.cursor.is_punct(self.cursor.at + 1, '>') => {
                self.cursor.at += 1;
                statement.expect(List::Names);
            }
            // The part after the host of a test is a port, or a name of ports.
            ':' if statement.block == Block::Assertions(SectionKind::Tests) && !statement.open => {
                self.cursor.at += 1;
                let word = self.cursor.ident(self.cursor.at);
                if word.is_none_or(is_reserved) {
                    return;
                }
                return self.occurrence(Scope::Ports);
            }
            '*' if !self.cursor.is_punct(self.cursor.at + 1, ':') => statement.close(),
            // A loop's variable, and the rest of a name after it.
            '$' => {
                self.variable();
                return statement.close();
            }
            _ => {}
        }
        self.cursor.at += 1;
    }

    /// Reads a literal. A number is a port after `on`, in a `let`, and after a test's host.
    fn literal(&mut self, text: &str, statement: &mut Statement) {
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
        let is_port = statement.list == List::Ports
            || statement.block == Block::Let
            || matches!(statement.block, Block::Assertions(_));
        if is_number
            && is_port
            && let Some(segment) = self.segment()
        {
            self.occurrences.push(Occurrence::bare(Scope::Port, vec![segment], false));
        } else {
            self.cursor.at += 1;
        }
        statement.close();
    }

    /// Reads a group. JSON has no names, but the blocks of approvers, tests and capabilities do.
    fn group(&mut self, close: usize, statement: &mut Statement) {
        match statement.block {
            Block::Section(SectionKind::AutoApprovers) if statement.begun => self.block(Block::Approvers, close),
            Block::Section(kind @ (SectionKind::Tests | SectionKind::SshTests)) if statement.begun => {
                self.block(Block::Assertions(kind), close);
            }
            Block::Section(SectionKind::Capabilities) if statement.begun => self.shapes(),
            _ => {
                self.cursor.at = close + 1;
                return statement.close();
            }
        }
        *statement = Statement::new(statement.block);
    }

    fn word(&mut self, word: &str, statement: &mut Statement) {
        if is_kind(word) && self.cursor.is_punct(self.cursor.at + 1, ':') {
            return self.named(statement);
        }
        let goes_on = self.cursor.is_dash(self.cursor.at + 1);
        if is_reserved(word) && !goes_on {
            return self.keyword(word, statement);
        }
        let scope = match (statement.open, statement.list) {
            (true, List::Names) if statement.block == Block::Setting => return self.cursor.at += 1,
            // The name of a type is one of Rust's.
            (true, _) if statement.block == Block::Section(SectionKind::Capabilities) => return self.cursor.at += 1,
            (false, _) if statement.block == Block::Section(SectionKind::Lints) && statement.declares => {
                return drop(self.name());
            }
            (true, List::Roles) => Scope::Word("users"),
            (true, list) if list == List::Ports || statement.block == Block::Let => self.port_scope(statement),
            (true, _) if statement.block == Block::Section(SectionKind::Devices) && statement.declares => Scope::Device,
            (true, _) => Scope::Bare,
            (false, _) => match statement.block.words() {
                Some(module) => Scope::Word(module),
                None => return self.cursor.at += 1,
            },
        };
        self.occurrence(scope);
        if let Scope::Bare | Scope::Device = scope
            && statement.declares
            && let Some(occurrence) = self.occurrences.last_mut()
        {
            occurrence.declared_as = match statement.block {
                Block::Let => Some("let"),
                Block::Section(kind) => declared_as(kind),
                _ => None,
            };
        }
        if scope != Scope::Protocol {
            statement.close();
        }
    }

    /// Returns the scope of a word among ports. A protocol is followed by a colon.
    fn port_scope(&self, statement: &Statement) -> Scope {
        let mut at = self.cursor.at + 1;
        while self.cursor.is_dash(at) {
            at += 2;
        }
        match statement.list {
            _ if self.cursor.is_punct(at, ':') && !statement.declares => Scope::Protocol,
            List::Ports => Scope::Ports,
            _ => Scope::Bare,
        }
    }

    /// Reads `tag:web`.
    pub(super) fn named(&mut self, statement: &mut Statement) {
        // Without a comma before it, it begins the next statement, as for the parser.
        if !statement.open && statement.begun && matches!(statement.block, Block::Section(_)) {
            *statement = Statement::new(statement.block);
        }
        let Some(kind) = self.segment() else { return };
        self.cursor.at += 1;
        let (segments, is_unfinished) = self.name();
        let declared_as = match statement.block {
            Block::Section(section) if statement.declares => declared_as(section).filter(|module| *module == kind.text),
            _ => None,
        };
        let kind = Some(kind);
        let occurrence = Occurrence::bare(Scope::Kind, segments, is_unfinished);
        self.occurrences.push(Occurrence { kind, declared_as, ..occurrence });
        statement.close();
    }

    fn keyword(&mut self, word: &str, statement: &mut Statement) {
        match statement.block.words() {
            Some(module) => self.occurrence(Scope::Word(module)),
            None => self.cursor.at += 1,
        }
        match word {
            "on" | "proto" => statement.expect(List::Ports),
            "app" => {
                statement.close();
                if self.cursor.peek_group(Delimiter::Brace) {
                    self.capabilities();
                }
            }
            "srcPostureAttrs" => statement.close(),
            "enforceRecorder" | "until" => statement.close(),
            "checkPeriod" => {
                statement.close();
                if self.cursor.ident(self.cursor.at) == Some("always") {
                    self.occurrence(Scope::Word("ssh"));
                }
            }
            _ => statement.expect(List::Names),
        }
    }
}
