//! `for name in [a, b] { … }`: statements that apply to each of several names.
//!
//! A loop is expanded before its statements are read. `$name` is replaced by the tokens of the
//! element, which keep the place of the variable. So a mistake is shown where it is written, and
//! each place knows the element that it is expanded for.

use std::collections::HashMap;
use std::num::NonZeroU32;

use policy_core::Code;
use policy_core::diagnostic::Help;
use policy_core::diagnostic::suggestion::nearest;

use crate::finding::Finding;
use crate::reserved::{is_kind, is_reserved};
use crate::string::{string_literal, string_value};
use crate::token::{Delimiter, Token, TokenKind, Tokens};
use crate::token_range::TokenRange;
use crate::tree::{Marks, Word};

use super::parser::{Failed, MAX_TOKENS, Parsed, Parser};
use super::reading::Iteration;

/// The maximum depth of nested loops, more than in any real policy.
const MAX_DEPTH: usize = 8;

const EXAMPLE: &str = "write `for name in [web, db] { … tag:$name … }`";

/// A name, string or number that a variable stands for.
struct Element {
    text: String,
    tokens: Vec<TokenKind>,
    place: TokenRange,
}

/// The part of a loop before its block.
struct Header {
    variables: Vec<Word>,
    /// For each iteration, the value of each variable.
    rows: Vec<Vec<Element>>,
}

impl Parser<'_, '_> {
    /// Returns whether a loop is next, and not a name such as `for`.
    pub(super) fn peek_for(&self) -> bool {
        self.peek_is("for")
            && !self.source.is_invariants_file()
            && (self.second_group(Delimiter::Parenthesis)
                || self
                    .second_ident()
                    .is_some_and(|(word, before_in)| before_in || is_kind(word) || !is_reserved(word))
                || self.second_punct() == Some('$'))
    }

    /// Reads a loop's statements with `read`, once for each element.
    pub(super) fn for_loop(&mut self, marks: &Marks, read: &mut dyn FnMut(&mut Parser<'_, '_>)) -> Parsed<()> {
        let start = self.here();
        self.refuse_marks(marks, start);
        let header = self.header().and_then(|header| self.check_header(header, start));
        let block = self.block(Delimiter::Brace);
        match (header, block) {
            (Ok(header), Some(block)) => {
                self.write_out(&header, block, start, read);
                Ok(())
            }
            (Ok(_), _) => {
                let finding = self.expected("`{` and what is written for each element").help(EXAMPLE);
                self.state.recovered.all = true;
                Err(self.fail(finding))
            }
            (Err(Failed), block) => {
                // The names that would have been declared are unknown.
                self.state.recovered.all = true;
                if block.is_some() { Ok(()) } else { Err(Failed) }
            }
        }
    }

    fn refuse_marks(&mut self, marks: &Marks, place: TokenRange) {
        let what = match marks {
            Marks { docs, .. } if !docs.is_empty() => "a `///`",
            Marks { allows, .. } if !allows.is_empty() => "an `#[allow(…)]`",
            _ => return,
        };
        self.complain(
            place,
            format!("{what} above a `for` belongs to none of its statements"),
            "move it into the loop, above a statement; a `//!` can be above the loop",
        );
    }

    /// `for name in [a, b]`, `for (name, port) in [(a, 80), (b, 443)]`
    fn header(&mut self) -> Parsed<Header> {
        self.keyword("for");
        let variables = match self.group(Delimiter::Parenthesis, Self::variables) {
            Some((variables, _)) => variables?,
            None => vec![self.variable()?],
        };
        if self.keyword("in").is_none() {
            return Err(self.unexpected("`in` and a list", EXAMPLE));
        }
        match self.group(Delimiter::Bracket, |inside| inside.rows(variables.len())) {
            Some((rows, _)) => Ok(Header { variables, rows: rows? }),
            None => Err(self.unexpected("a list in brackets", EXAMPLE)),
        }
    }

    fn variables(&mut self) -> Parsed<Vec<Word>> {
        let mut variables = Vec::new();
        while !self.at_end() {
            variables.push(self.variable()?);
            if self.punct(',').is_none() && !self.at_end() {
                return Err(self.unexpected_token("`,`"));
            }
        }
        Ok(variables)
    }

    fn variable(&mut self) -> Parsed<Word> {
        if self.peek_punct('$') {
            return Err(self.refuse(
                self.here(),
                "a variable has its `$` where it is used",
                "leave it out here: `for name in [web, db]`",
            ));
        }
        match self.ident() {
            Some(word) if !self.peek_dash() => Ok(word),
            Some(word) => Err(self.refuse(
                word.place,
                "the name of a variable has no dashes",
                "choose one word; in `$name-db`, the variable is `name`",
            )),
            None => Err(self.unexpected("the name of a variable", EXAMPLE)),
        }
    }

    fn rows(&mut self, width: usize) -> Parsed<Vec<Vec<Element>>> {
        let mut rows = Vec::new();
        while !self.at_end() {
            let start = self.here();
            let row = match self.group(Delimiter::Parenthesis, Self::elements) {
                Some((row, _)) => row?,
                None => vec![self.element()?],
            };
            if row.len() != width {
                let place = self.since(start);
                let values = |count: usize| if count == 1 { "1 value".to_owned() } else { format!("{count} values") };
                let message = format!(
                    "{} for {}",
                    values(row.len()),
                    if width == 1 { "1 variable".to_owned() } else { format!("{width} variables") }
                );
                return Err(self.refuse(
                    place,
                    message,
                    "write `for (name, port) in [(web, 443), (db, 5432)]`, a pair for each time around",
                ));
            }
            rows.push(row);
            if self.punct(',').is_none() && !self.at_end() {
                return Err(self.unexpected_token("`,` between elements"));
            }
        }
        Ok(rows)
    }

    fn elements(&mut self) -> Parsed<Vec<Element>> {
        let mut elements = Vec::new();
        while !self.at_end() {
            elements.push(self.element()?);
            if self.punct(',').is_none() && !self.at_end() {
                return Err(self.unexpected_token("`,` between values"));
            }
        }
        Ok(elements)
    }

    /// A string, a number or a name with or without its kind.
    fn element(&mut self) -> Parsed<Element> {
        let (begin, start) = (self.start_of_statement(), self.here());
        let text = match self.string()? {
            Some(string) => string.text,
            None if self.peek_kind() => {
                let kind = self.ident().ok_or(Failed)?;
                self.punct(':');
                format!("{}:{}", kind.text, self.name("a name after the `:`")?.text)
            }
            None => self.name("a name, a number or a string")?.text,
        };
        Ok(Element {
            text,
            tokens: self.tokens_since(begin).iter().map(|token| token.kind.clone()).collect(),
            place: self.since(start),
        })
    }

    /// Reports mistakes in a loop that can be read.
    fn check_header(&mut self, mut header: Header, start: TokenRange) -> Parsed<Header> {
        let place = self.since(start);
        let mut seen: HashMap<String, TokenRange> = HashMap::new();
        for variable in &header.variables {
            let outer = self.state.variables.contains(&variable.text);
            if outer || seen.insert(variable.text.clone(), variable.place).is_some() {
                let message = format!("there is a variable `{}` already", variable.text);
                return Err(
                    self.fail(Finding::new(Code::DuplicateName, variable.place, message).help("choose another name"))
                );
            }
        }
        if header.rows.is_empty() || header.variables.is_empty() {
            return Err(self.refuse(place, "this `for` has nothing to write out", "leave the loop out"));
        }
        if self.state.variables.len() >= MAX_DEPTH {
            return Err(self.refuse(
                place,
                format!("loops with more than {MAX_DEPTH} variables in all"),
                "use a tuple of the values that belong together, `for (name, port) in […]`",
            ));
        }
        let mut seen: HashMap<Vec<String>, TokenRange> = HashMap::new();
        header.rows.retain(|row| {
            let place = place_of(row);
            let Some(first) = seen.insert(row.iter().map(|element| element.text.clone()).collect(), place) else {
                return true;
            };
            let what: Vec<String> = row.iter().map(|element| format!("`{}`", element.text)).collect();
            self.report(
                Finding::new(Code::DuplicateName, place, format!("{} is listed twice", what.join(", ")))
                    .note_at("first listed here", first)
                    .help("remove one of the two"),
            );
            false
        });
        Ok(header)
    }

    fn write_out(
        &mut self,
        header: &Header,
        block: &[Token],
        start: TokenRange,
        read: &mut dyn FnMut(&mut Parser<'_, '_>),
    ) {
        let mut used = vec![false; header.variables.len()];
        let outer = self.state.iteration;
        let depth = self.state.variables.len();
        self.state.variables.extend(header.variables.iter().map(|variable| variable.text.clone()));
        let bare = self.state.bare_variables.len();
        self.state.bare_variables.extend(header.variables.iter().enumerate().filter_map(|(index, variable)| {
            let is_other = |row: &Vec<Element>| row.get(index).is_none_or(|element| element.text != variable.text);
            header.rows.iter().all(is_other).then(|| variable.text.clone())
        }));
        for row in &header.rows {
            let mut substitution =
                Substitution { header, row, used: &mut used, left: self.state.tokens_left.saturating_sub(1) };
            let tokens = substitution.apply(block);
            self.state.tokens_left = substitution.left;
            if self.state.tokens_left == 0 {
                let message = format!("written out, the loops of this policy make more than {MAX_TOKENS} words");
                self.complain(start, message, "this is more than any policy needs: nest fewer loops");
                break;
            }
            let place = place_of(row);
            self.state.iterations.push(Iteration { outer, what: what(header, row), place });
            self.state.iteration = u32::try_from(self.state.iterations.len()).ok().and_then(NonZeroU32::new);
            self.read_instead(&tokens, |inside| read(inside));
            // An inner loop has reported it.
            if self.state.tokens_left == 0 {
                break;
            }
        }
        self.state.iteration = outer;
        self.state.variables.truncate(depth);
        self.state.bare_variables.truncate(bare);
        for (variable, _) in header.variables.iter().zip(&used).filter(|(_, used)| !**used) {
            self.report(
                Finding::new(
                    Code::UnusedVariable,
                    variable.place,
                    format!("the loop does not use `{}`", variable.text),
                )
                .help(format!("write `${0}` where its value belongs, or `${{{0}}}` within a string", variable.text)),
            );
        }
    }

    /// Reports a `$name` that is not one of the variables.
    pub(super) fn unknown_variable(&mut self) -> Failed {
        let start = self.here();
        self.punct('$');
        let Some(name) = self.ident() else {
            let inside = self.at + 1;
            if let Some(name) = self.ahead().ident(inside).filter(|_| self.peek_group(Delimiter::Brace)) {
                self.any_token();
                let (place, help) = (self.since(start), Help::write_text(format_args!("${name}")));
                return self.refuse(place, "the braces of a variable are for strings", help);
            }
            return self.unexpected("the name of a variable after `$`", EXAMPLE);
        };
        let place = self.since(start);
        self.no_variable(&name.text, place, &format!("${}", name.text));
        Failed
    }

    /// Reports a `${name}` in a string that is not one of the variables, and a variable without
    /// braces.
    pub(super) fn check_string(&mut self, text: &str, place: TokenRange) -> Parsed<()> {
        if self.state.variables.is_empty() {
            return Ok(());
        }
        let mut is_readable = true;
        for name in text.split('$').skip(1) {
            let length = name.find(|char: char| !(char.is_ascii_alphanumeric() || char == '_')).unwrap_or(name.len());
            let name = name.get(..length).unwrap_or_default();
            if self.state.variables.iter().any(|variable| variable == name) {
                is_readable = false;
                let message = format!("in a string, the variable `{name}` is written with braces");
                self.complain(place, message, format!("write `${{{name}}}`"));
            }
        }
        let unknown = text.split("${").skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name);
        for name in unknown.filter(|name| is_identifier(name)) {
            self.no_variable(name, place, &format!("${{{name}}}"));
        }
        if is_readable { Ok(()) } else { Err(Failed) }
    }

    fn no_variable(&mut self, name: &str, place: TokenRange, written: &str) {
        let help = match nearest(name, self.state.variables.iter().map(String::as_str)) {
            // Within a string, it is not all of the word.
            Some(near) if written.starts_with("${") => {
                format!("did you mean `{}`?", written.replace(name, near)).into()
            }
            Some(near) => Help::did_you_mean(written.replace(name, near)),
            None => Help::from("variables are declared after `for`: `for name in [web, db] { … tag:$name … }`"),
        };
        self.report(
            Finding::new(Code::UndefinedVariable, place, format!("undefined loop variable `${name}`")).help(help),
        );
    }
}

fn what(header: &Header, row: &[Element]) -> String {
    let pairs = header.variables.iter().zip(row);
    let pairs: Vec<String> =
        pairs.map(|(variable, element)| format!("`{}` = `{}`", variable.text, element.text)).collect();
    pairs.join(", ")
}

/// Returns the place of the values of one iteration. There is at least one value.
fn place_of(row: &[Element]) -> TokenRange {
    match (row.first(), row.last()) {
        (Some(first), Some(last)) => first.place.to(last.place),
        _ => TokenRange::NOWHERE,
    }
}

fn is_identifier(text: &str) -> bool {
    text.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_')
        && text.chars().all(|char| char.is_ascii_alphanumeric() || char == '_')
}

/// The values of a loop's variables for one iteration.
struct Substitution<'a> {
    header: &'a Header,
    row: &'a [Element],
    /// The variables that have been used.
    used: &'a mut [bool],
    /// The number of tokens that may still be produced.
    left: usize,
}

impl<'a> Substitution<'a> {
    /// Returns a block with the variables replaced. Other `$name`s are left to inner loops.
    fn apply(&mut self, block: &[Token]) -> Tokens {
        let mut out = Tokens::with_capacity(block.len());
        let mut rest = block.iter().peekable();
        while let Some(Token { kind, id }) = rest.next() {
            if self.left == 0 {
                break;
            }
            self.left -= 1;
            if let TokenKind::Punct { char: '$', .. } = kind
                && let Some(Token { kind: TokenKind::Ident(name), id }) = rest.peek()
                && let Some(element) = self.value(name)
            {
                rest.next();
                element.tokens.iter().for_each(|kind| out.push(kind.clone(), *id));
                continue;
            }
            out.push(
                match kind {
                    TokenKind::Literal(literal) => TokenKind::Literal(self.literal(literal)),
                    other => other.clone(),
                },
                *id,
            );
        }
        out
    }

    fn value(&mut self, name: &str) -> Option<&'a Element> {
        let index = self.header.variables.iter().position(|variable| variable.text == name)?;
        if let Some(used) = self.used.get_mut(index) {
            *used = true;
        }
        self.row.get(index)
    }

    /// Returns a string with its `${name}`s replaced. Other literals stay as they are.
    fn literal(&mut self, literal: &str) -> String {
        if !literal.contains("${") {
            return literal.to_owned();
        }
        let Some(text) = string_value(literal) else { return literal.to_owned() };
        let mut pieces = text.split("${");
        let mut value = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            match piece.split_once('}').and_then(|(name, rest)| Some((self.value(name)?.text.as_str(), rest))) {
                Some((element, rest)) => {
                    value.push_str(element);
                    value.push_str(rest);
                }
                None => {
                    value.push_str("${");
                    value.push_str(piece);
                }
            }
        }
        string_literal(&value)
    }
}
