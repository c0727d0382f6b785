use std::ops::Range;

use crate::lexer::{Lexeme, LexemeKind};

use super::doc_attribute::lexemes;
use super::unreadable::{self, Unreadable};
use super::{lines, tree};

/// The macros whose bodies are formatted, if they have curly brackets.
const MACROS: &[&str] = &["policy", "policy_fragment"];

/// The maximum number of times that a text is formatted until nothing changes. So far, once has
/// always been enough.
const ROUNDS: usize = 4;

/// A Rust file with its macros' bodies formatted.
#[derive(Debug, PartialEq, Eq)]
pub struct Formatted {
    /// The text of the file.
    pub text: String,
    /// The reasons that some bodies were not formatted.
    pub untouched: Vec<Unreadable>,
}

/// Formats every `policy!` in a Rust file. Everything else stays as it is, byte for byte.
///
/// # Errors
/// If the file cannot be split into Rust tokens, or the brackets of a macro do not match.
pub fn format_rust(source: &str) -> Result<Formatted, Unreadable> {
    let mut formatted = Formatted { text: String::with_capacity(source.len()), untouched: Vec::new() };
    let mut done = 0;
    for call in macro_calls(source)? {
        let range = call.body.clone();
        formatted.text.push_str(source.get(done..range.start).unwrap_or_default());
        done = range.start;
        match format_body(source, &call, &formatted.text) {
            Err(unreadable) => formatted.untouched.push(unreadable),
            Ok(text) => {
                formatted.text.push_str(&text);
                done = range.end;
            }
        }
    }
    formatted.text.push_str(source.get(done..).unwrap_or_default());
    Ok(formatted)
}

/// A call of `policy!` or `policy_fragment!` in a Rust file.
#[derive(Clone, Debug)]
pub(crate) struct MacroCall<'a> {
    pub(crate) name: &'a str,
    /// The first byte of the name.
    start: usize,
    /// The bytes from the opening to the closing bracket.
    pub(crate) body: Range<usize>,
}

/// Returns the macros in a Rust file that have curly brackets.
///
/// # Errors
/// Fails if the file cannot be split into Rust's tokens, or the brackets of a macro do not match.
pub(crate) fn macro_calls(source: &str) -> Result<Vec<MacroCall<'_>>, Unreadable> {
    let tokens = lexemes(source)?;
    let mut calls = Vec::new();
    let mut rest = tokens.as_slice();
    while let Some((_, after)) = rest.split_first() {
        let Some(name) = macro_name(rest) else {
            rest = after;
            continue;
        };
        rest = rest.get(2..).unwrap_or_default();
        let body = body(rest)?;
        rest = rest.get(body.len()..).unwrap_or_default();
        calls.push(MacroCall { name: name.text, start: name.start, body: range(body) });
    }
    Ok(calls)
}

/// Returns the name of the macro that the tokens start with, if its opening bracket follows.
fn macro_name<'a>(tokens: &[Lexeme<'a>]) -> Option<Lexeme<'a>> {
    match tokens {
        [name, mark, open, ..] if MACROS.contains(&name.text) && mark.text == "!" && open.text == "{" => Some(*name),
        _ => None,
    }
}

/// Returns the tokens from the bracket that they start with to the matching one.
fn body<'t, 'a>(tokens: &'t [Lexeme<'a>]) -> Result<&'t [Lexeme<'a>], Unreadable> {
    let mut open: Vec<&Lexeme> = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        match token.kind {
            LexemeKind::Open => open.push(token),
            LexemeKind::Close => {
                let matching = open.pop().map_or("", |open| open.text);
                if !matches!((matching, token.text), ("{", "}") | ("[", "]") | ("(", ")")) {
                    return Err(unreadable::unexpected(token));
                }
            }
            _ => {}
        }
        if open.is_empty() {
            return Ok(tokens.get(..=index).unwrap_or_default());
        }
    }
    let open = open.last().copied().or(tokens.first());
    Err(open.map_or(Unreadable { start: 0, message: "there is no macro here".to_owned() }, unreadable::unclosed))
}

/// Returns the range of some tokens in the file.
fn range(tokens: &[Lexeme]) -> Range<usize> {
    let start = tokens.first().map_or(0, |token| token.start);
    start..tokens.last().map_or(start, |token| token.end())
}

/// Returns the body of a macro, including its brackets, formatted until nothing changes. `before`
/// is the formatted text before it. Its last line may contain another macro.
fn format_body(source: &str, call: &MacroCall, before: &str) -> Result<String, Unreadable> {
    let range = call.body.clone();
    let fault = |message: &str| Unreadable { start: call.start, message: message.to_owned() };
    let line = line_before(before, (before.len() + call.start).saturating_sub(range.start));
    let indent = line.chars().take_while(|letter| *letter == ' ').count();
    let column = line_before(before, before.len()).chars().count();
    let original = source.get(range.clone()).unwrap_or_default();
    let placed = |unreadable: Unreadable| Unreadable { start: unreadable.start + range.start - column, ..unreadable };
    let mut text = format_once(original, column, indent).map_err(placed)?;
    if !are_alike(original, &text) {
        return Err(fault("formatting would change more than white space here, which is a bug in the formatter"));
    }
    for _ in 0..ROUNDS {
        let next = format_once(&text, column, indent).map_err(placed)?;
        if next == text {
            return Ok(text);
        }
        text = next;
    }
    Err(fault("formatting does not converge here, which is a bug in the formatter"))
}

/// Returns the body of a macro, formatted once. Its first line starts at `column`.
pub(super) fn format_once(body: &str, column: usize, indent: usize) -> Result<String, Unreadable> {
    let source = " ".repeat(column) + body;
    let tokens = lexemes(&source)?;
    let inside = tokens.get(1..tokens.len().saturating_sub(1)).unwrap_or_default();
    let text = lines::body(&source, &tree::body(inside)?, indent, column);
    Ok(if body.contains("\r\n") { with_windows_line_ends(&text) } else { text })
}

fn with_windows_line_ends(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\n', "\r\n")
}

/// Returns whether two texts have the same tokens and comments. Ignores white space inside
/// comments, and the kind of line ends, which Rust also ignores.
pub(super) fn are_alike(one: &str, other: &str) -> bool {
    let (one, other) = (one.replace("\r\n", "\n"), other.replace("\r\n", "\n"));
    let (Ok(one), Ok(other)) = (lexemes(&one), lexemes(&other)) else { return false };
    one.len() == other.len()
        && one.iter().zip(&other).all(|(one, other)| match one.kind {
            LexemeKind::Comment => one.text.split_whitespace().eq(other.text.split_whitespace()),
            _ => one.text == other.text,
        })
}

/// Returns the text before a place on its line.
fn line_before(source: &str, at: usize) -> &str {
    source.get(..at).unwrap_or_default().rsplit('\n').next().unwrap_or_default()
}
