//! The tokens of a macro's body as blocks of statements, without their meaning.

use crate::lexer::{Lexeme, LexemeKind};
use crate::tree::SectionKind;

use super::unreadable::{Unreadable, unclosed, unexpected};

/// The maximum depth of nested brackets.
const DEPTH: usize = 128;

/// The text between `{` and `}`, if it is a list of statements.
#[derive(Debug)]
pub(super) struct Block<'a> {
    /// Comments after the opening bracket, on its line.
    pub(super) opening: Vec<Remark<'a>>,
    pub(super) entries: Vec<Entry<'a>>,
    /// True if it was written on one line.
    pub(super) is_line: bool,
}

/// An item on its own lines.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    pub(super) blank_before: bool,
    pub(super) content: Content<'a>,
    /// Comments after it, on its last line.
    pub(super) behind: Vec<Remark<'a>>,
}

#[derive(Debug)]
pub(super) enum Content<'a> {
    Comment(Remark<'a>),
    /// `#[…]` or `#![…]`
    Attribute(Vec<Atom<'a>>),
    Statement(Statement<'a>),
}

/// A statement up to its `;`, or up to the end of its block.
#[derive(Debug)]
pub(super) struct Statement<'a> {
    pub(super) atoms: Vec<Atom<'a>>,
    pub(super) block: Option<Block<'a>>,
    /// True if a `;` follows the block. Without a block it is one of the atoms.
    pub(super) has_semicolon: bool,
}

/// A comment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Remark<'a> {
    pub(super) text: &'a str,
    /// The start, as an index of a byte in the file.
    pub(super) start: usize,
}

/// A token of a statement, or a group of them in brackets, and the comments around it.
#[derive(Debug)]
pub(super) struct Atom<'a> {
    /// True if a blank line is before it and its comments.
    pub(super) blank_before: bool,
    /// Comments before it, on their own lines.
    pub(super) above: Vec<Remark<'a>>,
    /// Comments before it, on its line.
    pub(super) beside: Vec<Remark<'a>>,
    pub(super) piece: Piece<'a>,
    /// True if there was white space before it.
    pub(super) spaced: bool,
    /// Comments after it that end its line.
    pub(super) behind: Vec<Remark<'a>>,
    /// True if it is in the shape of a capability.
    pub(super) is_of_shape: bool,
}

#[derive(Debug)]
pub(super) enum Piece<'a> {
    Token(LexemeKind, &'a str),
    Group(Group<'a>),
}

/// Items in brackets, as in JSON.
#[derive(Debug)]
pub(super) struct Group<'a> {
    pub(super) open: &'a str,
    /// Comments after the opening bracket, on its line.
    pub(super) opening: Vec<Remark<'a>>,
    /// The items, each up to its comma.
    pub(super) items: Vec<Vec<Atom<'a>>>,
    /// Comments before the closing bracket.
    pub(super) closing: Vec<Remark<'a>>,
    /// True if the first item was on its own line.
    pub(super) is_broken: bool,
    pub(super) close: &'a str,
}

impl<'a> Atom<'a> {
    /// Returns the text of a token. `None` for a group.
    pub(super) fn token(&self) -> Option<&'a str> {
        match self.piece {
            Piece::Token(_, text) => Some(text),
            Piece::Group(_) => None,
        }
    }
}

/// Returns whether a word is not part of a name such as `tag:app`, `app-server` or `$app`.
pub(super) fn stands_alone(atoms: &[Atom], index: usize) -> bool {
    let token = |index: Option<usize>| index.and_then(|index| atoms.get(index)).and_then(Atom::token);
    !matches!(token(index.checked_sub(1)), Some("-" | ":" | "$")) && !matches!(token(Some(index + 1)), Some("-" | ":"))
}

/// Reads the body of a macro: the tokens between its brackets.
///
/// # Errors
/// If brackets do not match, or are nested too deep.
pub(super) fn body<'a>(tokens: &[Lexeme<'a>]) -> Result<Block<'a>, Unreadable> {
    let mut parser = Parser { tokens, at: 0, depth: 0, section: None };
    let block = parser.block(false)?;
    match parser.peek() {
        None => Ok(block),
        Some(token) => Err(unexpected(&token)),
    }
}

struct Parser<'t, 'a> {
    tokens: &'t [Lexeme<'a>],
    at: usize,
    depth: usize,
    /// The section that is being read.
    section: Option<SectionKind>,
}

/// The comments between two tokens.
#[derive(Default)]
struct Gap<'a> {
    /// Comments on the line of the previous token.
    behind: Vec<Remark<'a>>,
    /// Comments on their own lines, and whether a blank line comes before each.
    above: Vec<(Remark<'a>, bool)>,
    /// Comments on the line of the next token.
    beside: Vec<Remark<'a>>,
    /// True if a blank line comes before the next token, or before the comments on its line.
    blank_before: bool,
}

impl<'a> Gap<'a> {
    /// Returns the comments that are not on the line of the previous token.
    fn rest(self) -> impl Iterator<Item = Remark<'a>> {
        self.above.into_iter().map(|(remark, _)| remark).chain(self.beside)
    }
}

impl<'a> Parser<'_, 'a> {
    fn peek(&self) -> Option<Lexeme<'a>> {
        self.tokens.get(self.at).copied()
    }

    fn peek_text(&self, ahead: usize) -> &'a str {
        self.tokens.get(self.at + ahead).map_or("", |token| token.text)
    }

    /// Takes the next comments. A line break separates those of the previous token from those of
    /// the next.
    fn gap(&mut self) -> Gap<'a> {
        let mut gap = Gap::default();
        let mut line: Vec<(Remark<'a>, bool)> = Vec::new();
        let mut is_first_line = true;
        loop {
            let next = self.peek();
            let line_ends = next.map_or(1, |token| token.line_ends);
            if line_ends > 0 {
                if is_first_line {
                    gap.behind.extend(line.drain(..).map(|(remark, _)| remark));
                } else {
                    gap.above.append(&mut line);
                }
                is_first_line = false;
            }
            match next {
                Some(Lexeme { kind: LexemeKind::Comment, text, start, .. }) => {
                    line.push((Remark { text, start }, line_ends > 1));
                    self.at += 1;
                }
                _ => {
                    gap.blank_before = line.first().map_or(line_ends > 1, |(_, blank)| *blank);
                    break;
                }
            }
        }
        // A comment of several lines cannot share a line, and nothing may come before `#[doc =
        // "…"]`.
        if line.iter().any(|(remark, _)| remark.text.contains('\n') || remark.text.starts_with('#')) {
            gap.above.append(&mut line);
        }
        gap.beside.extend(line.into_iter().map(|(remark, _)| remark));
        gap
    }

    /// Reads statements up to a closing bracket, which is not taken.
    fn block(&mut self, is_line: bool) -> Result<Block<'a>, Unreadable> {
        self.depth += 1;
        let mut gap = self.gap();
        let opening = std::mem::take(&mut gap.behind);
        let mut entries = Vec::new();
        loop {
            let Gap { above, beside, blank_before, .. } = gap;
            let mut blank_before = blank_before;
            let own_lines = above.into_iter().chain(beside.into_iter().map(|remark| {
                let blank = std::mem::take(&mut blank_before);
                (remark, blank)
            }));
            entries.extend(own_lines.map(|(remark, blank_before)| Entry {
                blank_before,
                content: Content::Comment(remark),
                behind: Vec::new(),
            }));
            let Some(token) = self.peek().filter(|token| token.kind != LexemeKind::Close) else { break };
            let (content, mut after) = match token.text {
                "#" if self.peek_text(1) == "[" || (self.peek_text(1) == "!" && self.peek_text(2) == "[") => {
                    self.attribute()?
                }
                _ => self.statement()?,
            };
            let behind = std::mem::take(&mut after.behind);
            entries.push(Entry { blank_before, content, behind });
            gap = after;
        }
        self.depth -= 1;
        Ok(Block { opening, entries, is_line })
    }

    fn attribute(&mut self) -> Result<(Content<'a>, Gap<'a>), Unreadable> {
        let mut atoms = Vec::new();
        let mut gap = Gap::default();
        let is_end = |atom: &Atom| matches!(atom.piece, Piece::Group(_));
        while !atoms.last().is_some_and(is_end) {
            let Some(token) = self.peek() else { break };
            gap = self.atom(token, gap, &mut atoms)?;
        }
        gap.behind = take_trailing(&mut atoms);
        Ok((Content::Attribute(atoms), gap))
    }

    /// Reads a statement, and the comments that follow it.
    fn statement(&mut self) -> Result<(Content<'a>, Gap<'a>), Unreadable> {
        let mut atoms = Vec::new();
        let mut gap = Gap::default();
        while let Some(token) = self.peek().filter(|token| token.kind != LexemeKind::Close) {
            let is_block = self.is_in_shapes() || starts_block(&atoms);
            if token.text == "{" && is_block && gap.above.is_empty() && gap.beside.is_empty() {
                let is_line = self.is_line();
                self.at += 1;
                self.enter(token)?;
                let around = self.section;
                self.section = around.or_else(|| section(&atoms));
                let block = self.block(is_line)?;
                self.section = around;
                self.close(token)?;
                // A `;` there has no meaning, but it is a token.
                let has_semicolon = self.peek().is_some_and(|token| token.text == ";");
                self.at += usize::from(has_semicolon);
                let gap = self.gap();
                return Ok((Content::Statement(Statement { atoms, block: Some(block), has_semicolon }), gap));
            }
            gap = self.atom(token, gap, &mut atoms)?;
            if token.text == ";" {
                break;
            }
        }
        gap.behind = take_trailing(&mut atoms);
        Ok((Content::Statement(Statement { atoms, block: None, has_semicolon: false }), gap))
    }

    /// Takes a token, or a whole group, and the comments after it. `gap` is the text before it.
    fn atom(&mut self, token: Lexeme<'a>, gap: Gap<'a>, atoms: &mut Vec<Atom<'a>>) -> Result<Gap<'a>, Unreadable> {
        let piece = match token.kind {
            LexemeKind::Open => Piece::Group(self.group(token)?),
            kind => {
                self.at += 1;
                Piece::Token(kind, token.text)
            }
        };
        let mut after = self.gap();
        let behind = std::mem::take(&mut after.behind);
        let blank_before = gap.above.first().map_or(gap.blank_before, |(_, blank)| *blank);
        let above = gap.above.into_iter().map(|(remark, _)| remark).collect();
        let is_of_shape = self.is_in_shapes();
        atoms.push(Atom { blank_before, above, beside: gap.beside, piece, spaced: token.spaced, behind, is_of_shape });
        Ok(after)
    }

    fn group(&mut self, open: Lexeme<'a>) -> Result<Group<'a>, Unreadable> {
        self.at += 1;
        self.enter(open)?;
        self.depth += 1;
        let is_broken = self.peek().is_some_and(|token| token.line_ends > 0);
        let mut gap = self.gap();
        let opening = std::mem::take(&mut gap.behind);
        let mut items = Vec::new();
        let mut item = Vec::new();
        while let Some(token) = self.peek().filter(|token| token.kind != LexemeKind::Close) {
            gap = self.atom(token, gap, &mut item)?;
            if token.text == "," {
                items.push(std::mem::take(&mut item));
            }
        }
        if !item.is_empty() {
            items.push(item);
        }
        self.depth -= 1;
        let close = self.close(open)?;
        Ok(Group { open: open.text, opening, items, closing: gap.rest().collect(), is_broken, close })
    }

    /// Returns whether the parser is in the shape of a capability, where a brace after a colon
    /// begins fields.
    fn is_in_shapes(&self) -> bool {
        self.section == Some(SectionKind::Capabilities)
    }

    fn enter(&self, open: Lexeme<'a>) -> Result<(), Unreadable> {
        if self.depth < DEPTH {
            return Ok(());
        }
        Err(Unreadable { start: open.start, message: format!("brackets are nested more than {DEPTH} deep") })
    }

    /// Takes the bracket that closes `open`.
    fn close(&mut self, open: Lexeme<'a>) -> Result<&'a str, Unreadable> {
        match self.peek() {
            Some(close) if matches!((open.text, close.text), ("{", "}") | ("[", "]") | ("(", ")")) => {
                self.at += 1;
                Ok(close.text)
            }
            Some(other) => Err(unexpected(&other)),
            None => Err(unclosed(&open)),
        }
    }

    /// Returns whether the next bracket is closed on its line, without comments and attributes
    /// before that.
    fn is_line(&self) -> bool {
        let mut depth = 0_usize;
        for (index, token) in self.tokens.iter().enumerate().skip(self.at) {
            if index > self.at && (token.line_ends > 0 || token.kind == LexemeKind::Comment || token.text == "#") {
                return false;
            }
            match token.kind {
                LexemeKind::Open => depth += 1,
                LexemeKind::Close if depth == 1 => return true,
                LexemeKind::Close => depth -= 1,
                _ => {}
            }
        }
        false
    }
}

/// Returns whether `{` after these atoms begins statements rather than JSON.
fn starts_block(atoms: &[Atom]) -> bool {
    let Some(last) = atoms.len().checked_sub(1) else { return false };
    match atoms.get(last).and_then(Atom::token) {
        Some("=" | ":" | "->") => false,
        Some("app" | "srcPostureAttrs") => !stands_alone(atoms, last),
        _ => true,
    }
}

/// Returns the section that `{` after these atoms begins.
fn section(atoms: &[Atom]) -> Option<SectionKind> {
    if let [only] = atoms { SectionKind::from_key(only.token()?) } else { None }
}

/// Takes the comments after the last atom, which end the line of all atoms.
fn take_trailing<'a>(atoms: &mut [Atom<'a>]) -> Vec<Remark<'a>> {
    atoms.last_mut().map(|last| std::mem::take(&mut last.behind)).unwrap_or_default()
}
