//! Random HuJSON documents with comments and line ends in all places where the grammar allows them,
//! and an independent lexer that reads their content.

use proptest::prelude::*;
use proptest::sample::select;

/// Texts inside comments.
const REMARKS: &[&str] = &[
    "",
    " ",
    " why",
    "\t tab\tin it ",
    " stars * and ** /",
    " // again",
    " /* not a start",
    " \"a\": [1,],",
    " é 🚀",
    " carriage\rreturn",
    " long, as long as it takes to be more than a line of the formatter may have, that is 80 bytes",
];

/// Starts of lines in block comments.
const MARGINS: &[&str] = &["", " ", "  ", "\t", " \t", " * ", "* ", " *", "** ", "\t\t * ", "\u{a0}"];

const LINE_ENDS: &[&str] = &["\n", "\n", "\n", "\r\n", "\n\r", "\n\n", "\n\n\n", "\n \t\n", "\r\n\r\n", "\n\r\r\n"];

const SPACES: &[&str] = &[" ", " ", "\t", "  \t ", "\r"];

/// Returns a document: a value with white space and comments around it.
pub(crate) fn document() -> impl Strategy<Value = String> {
    (gap(), value(), gap()).prop_map(|(before, value, after)| format!("{before}{value}{after}"))
}

/// Returns a document that is also plain JSON.
pub(crate) fn plain() -> impl Strategy<Value = String> {
    (white(), values(white().boxed(), false), white())
        .prop_map(|(before, value, after)| format!("{before}{value}{after}"))
}

/// Returns a value that contains comments.
pub(crate) fn value() -> BoxedStrategy<String> {
    values(gap().boxed(), true)
}

fn values(gap: BoxedStrategy<String>, trailing_commas: bool) -> BoxedStrategy<String> {
    let leaf =
        prop_oneof![3 => string(), 1 => number(), 1 => select(&["true", "false", "null"][..]).prop_map(str::to_owned)];
    leaf.boxed()
        .prop_recursive(6, 60, 7, move |value| {
            let comma = if trailing_commas { any::<bool>().boxed() } else { Just(false).boxed() };
            let end = (comma, gap.clone(), gap.clone());
            let element = (gap.clone(), value, gap.clone()).prop_map(|(before, value, after)| before + &value + &after);
            let member = (gap.clone(), name(), gap.clone(), element.clone())
                .prop_map(|(before, name, after, element)| format!("{before}{name}{after}:{element}"));
            prop_oneof![
                (prop::collection::vec(element, 0..7), end.clone())
                    .prop_map(|(items, end)| composite('[', &items, &end, ']')),
                (prop::collection::vec(member, 0..7), end).prop_map(|(items, end)| composite('{', &items, &end, '}')),
            ]
        })
        .boxed()
}

fn composite(open: char, items: &[String], (comma, inside, last): &(bool, String, String), close: char) -> String {
    match items {
        [] => format!("{open}{inside}{close}"),
        _ => format!("{open}{}{}{last}{close}", items.join(","), if *comma { "," } else { "" }),
    }
}

/// Returns white space and comments, often empty.
pub(crate) fn gap() -> impl Strategy<Value = String> {
    prop_oneof![
        10 => Just(String::new()),
        4 => white(),
        3 => prop::collection::vec(prop_oneof![2 => white(), 1 => line_comment(), 1 => block_comment()], 1..5)
            .prop_map(|parts| parts.concat()),
    ]
}

fn white() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => Just(String::new()),
        2 => select(SPACES).prop_map(str::to_owned),
        1 => (select(LINE_ENDS), select(SPACES)).prop_map(|(end, space)| format!("{end}{space}")),
    ]
}

fn line_comment() -> impl Strategy<Value = String> {
    (select(REMARKS), select(SPACES), select(LINE_ENDS)).prop_map(|(text, space, end)| {
        // "\n\r" would leave the carriage return to the following text, which is also a useful
        // case.
        format!("//{text}{space}{end}")
    })
}

fn block_comment() -> impl Strategy<Value = String> {
    let line = (select(MARGINS), select(REMARKS), select(&["\n", "\n", "\r\n", "\n\r", "\r"][..]), select(MARGINS));
    (select(REMARKS), select(MARGINS), prop::collection::vec(line, 0..4)).prop_map(|(first, margin, lines)| {
        let lines: String =
            lines.iter().map(|(margin, text, end, next)| format!("{margin}{text}{end}{next}")).collect();
        let inside = format!("{first}{margin}{lines}").replace("*/", "* /");
        // A star or slash at the end would end the comment early.
        format!("/*{inside} */")
    })
}

fn string() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => select(&["a", "tag:web", "10.0.0.0/8", " ", "//", "/*", "é", "🚀", "\u{2028}"][..]).prop_map(str::to_owned),
        1 => select(&["\\\"", "\\\\", "\\/", "\\n", "\\r\\n", "\\b\\f", "\\t", "\\u0041", "\\u00e9", "\\u001F"][..]).prop_map(str::to_owned),
        1 => select(&["\\ud83d\\ude80", "\\uD800", "\\udc00\\ud800", "\\u2028", "\\u007f", "\\u0000"][..]).prop_map(str::to_owned),
    ];
    prop_oneof![
        6 => prop::collection::vec(piece, 0..4).prop_map(|pieces| format!("\"{}\"", pieces.concat())),
        // A length at which one more string makes a line too long, or almost.
        1 => (0_usize..84).prop_map(|length| format!("\"{}\"", "x".repeat(length))),
    ]
}

/// A member's name. There are few, so that some are duplicates.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => select(&["\"a\"", "\"src\"", "\"dst\"", "\"a longer name\"", "\"\"", "\"\\u0061\"", "\"A\""][..]).prop_map(str::to_owned),
        1 => string(),
    ]
}

fn number() -> impl Strategy<Value = String> {
    select(&["0", "-0", "1", "-12.50", "1e3", "1E+03", "1.0E-2", "123456789012345678901234567890", "1e999"][..])
        .prop_map(str::to_owned)
}

/// The content of a document: its values, and the comments between them, in order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token {
    /// A bracket, colon, or comma between two values.
    Mark(char),
    /// The value of a string.
    String(String),
    /// A number or keyword as written.
    Word(String),
    /// A comment, without the white space around each of its lines.
    Comment(Vec<String>),
}

/// The tokens of a valid document, without trailing commas.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            ' ' | '\t' | '\r' | '\n' => 1,
            '/' => {
                let length = comment_length(rest);
                tokens.push(Token::Comment(lines(&rest[..length])));
                length
            }
            '"' => {
                let length = string_length(rest);
                tokens.push(Token::String(string_value(&rest[..length])));
                length
            }
            '[' | '{' | ':' | ',' => {
                tokens.push(Token::Mark(first));
                1
            }
            ']' | '}' => {
                let last = tokens.iter().rposition(|token| !matches!(token, Token::Comment(_)));
                if let Some(last) = last.filter(|last| tokens[*last] == Token::Mark(',')) {
                    tokens.remove(last);
                }
                tokens.push(Token::Mark(first));
                1
            }
            _ => {
                let length = rest.find(|char: char| " \t\r\n/,:]}".contains(char)).unwrap_or(rest.len());
                tokens.push(Token::Word(rest[..length].to_owned()));
                length
            }
        };
        rest = &rest[length..];
    }
    tokens
}

/// Returns the length of the comment at the start of the text, without the line end.
pub(crate) fn comment_length(text: &str) -> usize {
    if text.starts_with("//") { text.find('\n').unwrap() } else { text[2..].find("*/").unwrap() + 4 }
}

/// Returns the length of the string at the start of the text.
pub(crate) fn string_length(text: &str) -> usize {
    let mut escaped = false;
    let inside = text[1..].find(|char| {
        let ends = char == '"' && !escaped;
        escaped = char == '\\' && !escaped;
        ends
    });
    inside.unwrap() + 2
}

/// Returns the value of a string literal as serde_json reads it. A lone surrogate, which serde_json
/// refuses, becomes U+FFFD as in Go.
fn string_value(literal: &str) -> String {
    serde_json::from_str(literal).unwrap_or_else(|_| {
        let units = |inside: &str| {
            let mut units = Vec::new();
            let mut rest = inside;
            while let Some(at) = rest.find('\\') {
                units.extend(rest[..at].encode_utf16());
                let length = if rest[at + 1..].starts_with('u') { 6 } else { 2 };
                let escape = &rest[at..at + length];
                match length {
                    6 => units.push(u16::from_str_radix(&escape[2..], 16).unwrap()),
                    _ => units.extend(serde_json::from_str::<String>(&format!("\"{escape}\"")).unwrap().encode_utf16()),
                }
                rest = &rest[at + length..];
            }
            units.extend(rest.encode_utf16());
            units
        };
        String::from_utf16_lossy(&units(&literal[1..literal.len() - 1]))
    })
}

fn lines(comment: &str) -> Vec<String> {
    let unix = comment.replace("\r\n", "\n").replace("\n\r", "\n").replace('\r', " ");
    unix.split('\n').map(|line| line.trim_end().trim_start_matches([' ', '\t']).to_owned()).collect()
}
