//! The files that `policy_file!` reads.

use std::fs;
use std::io::{self, Read};
use std::ops::Range;
use std::path::{Component, Path, PathBuf};

use policy_core::Code;
use policy_core::source::{FileId, Origin};
use policy_syntax::string::string_value;
use policy_syntax::token::{Token, TokenKind};
use proc_macro2::{Literal, Span, TokenStream};

use crate::excerpt::Excerpt;
use crate::span_range::{Finding, SpanRange, knows_positions};
use crate::span_table::SpanTable;

/// The maximum size of a file in bytes, hundreds of times that of a policy.
const LIMIT: u64 = 64 << 20;

/// A policy's file, and optional files with facts and invariants.
pub(crate) struct Files {
    pub(crate) policy: File,
    pub(crate) facts: Option<File>,
    pub(crate) invariants: Option<File>,
}

/// A file with its text.
pub(crate) struct File {
    pub(crate) path: Literal,
    /// The name in messages: the path relative to the directory in which rustc runs, as rustc
    /// itself names Rust files.
    pub(crate) name: String,
    pub(crate) text: String,
    /// The id of the text among those that are read together.
    pub(crate) id: FileId,
}

/// A path in the arguments, with its token.
struct PathArgument {
    path: String,
    span: Span,
}

/// The macro's arguments.
struct Paths {
    policy: PathArgument,
    facts: Option<PathArgument>,
    invariants: Option<PathArgument>,
}

impl Files {
    /// Reads the files named by `"policy.hujson"` or `"policy.hujson", facts = "facts.json"`, and
    /// the file of invariants beside the policy, if there is one. `None` without a policy.
    pub(crate) fn read(input: TokenStream, findings: &mut Vec<Finding>) -> Option<Files> {
        let mut spans = SpanTable::default();
        let tokens = spans.add(input, Span::call_site());
        let mut arguments = Arguments { tokens: tokens.iter(), spans: &spans };
        let paths = match arguments.paths() {
            Ok(paths) => paths,
            Err((span, message)) => {
                findings.push(
                    Finding::new(Code::Syntax, span, message)
                        .help("write `policy_file!(\"policy.hujson\")`, or name both: `\"policy.hujson\", facts = \"facts.json\"`"),
                );
                return None;
            }
        };
        let beside = paths.invariants.is_none().then(|| invariants_beside(&paths.policy)).flatten();
        let policy = File::read(paths.policy, FileId::Policy, findings);
        let facts = paths.facts.and_then(|path| File::read(path, FileId::FACTS, findings));
        let invariants = paths.invariants.or(beside);
        let invariants = invariants.and_then(|path| File::read(path, FileId::Invariants, findings));
        Some(Files { policy: policy?, facts, invariants })
    }

    /// Returns all of the files.
    pub(crate) fn all(&self) -> impl Iterator<Item = &File> {
        [Some(&self.policy), self.facts.as_ref(), self.invariants.as_ref()].into_iter().flatten()
    }

    /// Returns the place of a part of one of them.
    pub(crate) fn place(&self, part: Origin) -> SpanRange {
        SpanRange::in_file(self.file(part).path.span(), part)
    }

    /// Returns an excerpt of a part of one of them.
    pub(crate) fn excerpt(&self, part: Origin) -> Excerpt<'_> {
        self.file(part).excerpt(part)
    }

    /// Counts the lines of all of them.
    pub(crate) fn lines(&self) -> FileLines<'_> {
        let ends =
            |file: &File| file.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect();
        FileLines(self.all().map(|file| (file, ends(file))).collect())
    }

    fn file(&self, part: Origin) -> &File {
        self.all().find(|file| file.id == part.file).unwrap_or(&self.policy)
    }
}

/// The lines of some files.
pub(crate) struct FileLines<'f>(Vec<(&'f File, Vec<usize>)>);

impl FileLines<'_> {
    /// Returns the file and the line of a part of one of them.
    pub(crate) fn get(&self, part: Origin) -> Option<(String, usize)> {
        let (file, ends) = self.0.iter().find(|(file, _)| file.id == part.file)?;
        let start = part.range().start;
        Some((file.name.clone(), ends.partition_point(|end| *end < start) + 1))
    }
}

/// A reader of the macro's arguments.
struct Arguments<'t> {
    tokens: std::slice::Iter<'t, Token>,
    spans: &'t SpanTable,
}

type Parsed<T> = Result<T, (Span, String)>;

impl<'t> Arguments<'t> {
    /// Reads `"policy.hujson", facts = "facts.json", invariants = "policy.invariants"`.
    fn paths(&mut self) -> Parsed<Paths> {
        let mut paths = Paths { policy: self.path("a policy file")?, facts: None, invariants: None };
        while !self.at_end() {
            self.punct(',')?;
            if self.at_end() {
                break;
            }
            let (span, key) = match self.peek() {
                Some((span, TokenKind::Ident(key))) => (span, key),
                _ => return Err(self.error("expected `facts` or `invariants` after the policy file")),
            };
            self.tokens.next();
            let (slot, what) = match key.as_str() {
                "facts" => (&mut paths.facts, "a file of facts"),
                "invariants" => (&mut paths.invariants, "a file of invariants"),
                _ => return Err((span, format!("`policy_file!` takes no `{key}`"))),
            };
            self.punct('=')?;
            if slot.replace(self.path(what)?).is_some() {
                return Err((span, format!("`{key}` is given twice")));
            }
        }
        Ok(paths)
    }

    /// Returns the next token. After the last one, returns the end of the input.
    fn peek(&self) -> Option<(Span, &'t TokenKind)> {
        self.tokens.as_slice().first().map(|token| (self.spans.get(token.id), &token.kind))
    }

    fn at_end(&self) -> bool {
        self.tokens.len() <= 1
    }

    fn error(&self, message: impl Into<String>) -> (Span, String) {
        (self.peek().map_or_else(Span::call_site, |(span, _)| span), message.into())
    }

    fn path(&mut self, what: &str) -> Parsed<PathArgument> {
        if let Some((span, TokenKind::Literal(literal))) = self.peek()
            && let Some(path) = string_value(literal)
        {
            let path = path.into_owned();
            self.tokens.next();
            return Ok(PathArgument { path, span });
        }
        let end = if self.at_end() { "unexpected end of input, " } else { "" };
        Err(self.error(format!("{end}expected the path of {what}, in quotes")))
    }

    fn punct(&mut self, wanted: char) -> Parsed<()> {
        if !matches!(self.peek(), Some((_, TokenKind::Punct { char, .. })) if *char == wanted) {
            return Err(self.error(format!("expected `{wanted}`")));
        }
        self.tokens.next();
        Ok(())
    }
}

/// Returns the file of invariants beside the policy, which has the policy's name.
fn invariants_beside(policy: &PathArgument) -> Option<PathArgument> {
    let path = Path::new(&policy.path).with_extension("invariants");
    let is_there = find(path.to_str()?, directory(policy.span).as_deref()).is_file();
    let path = path.to_str().filter(|path| is_there && *path != policy.path)?.to_owned();
    Some(PathArgument { path, span: policy.span })
}

impl File {
    /// Reads the file that a string of the source names. Reports a failure at the string.
    fn read(argument: PathArgument, id: FileId, findings: &mut Vec<Finding>) -> Option<File> {
        let PathArgument { path, span } = argument;
        let directory = directory(span);
        let found = find(&path, directory.as_deref());
        let name = plain(&found).display().to_string();
        match text(&found) {
            Ok(text) => {
                let mut literal = Literal::string(&path);
                literal.set_span(span);
                Some(File { path: literal, name, text, id })
            }
            // If rust-analyzer does not know the file that contains the string, a missing file is
            // not an error.
            Err(_) if directory.is_none() && !found.exists() => None,
            Err(problem) => {
                let near = directory.and_then(|directory| nearby(&path, &directory));
                findings.push(
                    Finding::new(Code::Syntax, span, problem.about(&name))
                        .help_if(near.map(|near| format!("a path starts at the Rust file: did you mean `{near}`?"))),
                );
                None
            }
        }
    }

    fn excerpt(&self, part: Origin) -> Excerpt<'_> {
        let Range { start, end } = part.range();
        let before = self.text.get(..start).unwrap_or(&self.text);
        let meant = self.text.get(before.len()..end).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let source = self.text.get(line_start..).and_then(|rest| rest.split('\n').next()).unwrap_or_default();
        let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
        Excerpt {
            path: &self.name,
            line: before.matches('\n').count() + 1,
            source,
            column,
            end: column + meant.chars().count(),
        }
    }
}

/// Returns the directory of the Rust file that a token is in, if the compiler knows it.
fn directory(token: Span) -> Option<PathBuf> {
    if !knows_positions() {
        return None;
    }
    Some(token.unwrap().local_file()?.parent()?.to_owned())
}

/// Returns the file that `path` names in a directory or, without one, in the most likely directory
/// of the crate.
fn find(path: &str, directory: Option<&Path>) -> PathBuf {
    if let Some(directory) = directory {
        return directory.join(path);
    }
    let root = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    let in_src = root.join("src").join(path);
    if in_src.exists() { in_src } else { root.join(path) }
}

/// Returns another place of a file with that path: in a parent directory, such as the root of the
/// crate, or in this one.
fn nearby(path: &str, directory: &Path) -> Option<String> {
    let name = Path::new(path).file_name()?.to_str()?;
    let further_up = (1..=3).map(|levels| "../".repeat(levels) + name);
    further_up.chain([name.to_owned()]).find(|near| near != path && directory.join(near).is_file())
}

/// Simplifies `src/../policy.hujson` to `policy.hujson`, the path that a reader would open.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match (component, plain.components().next_back()) {
            (Component::ParentDir, Some(Component::Normal(_))) => drop(plain.pop()),
            _ => plain.push(component),
        }
    }
    plain
}

/// A reason that a file has no text.
enum Problem {
    Unreadable(io::Error),
    TooLarge,
    NotUtf8 { line: usize },
}

impl Problem {
    fn about(&self, name: &str) -> String {
        match self {
            Problem::Unreadable(error) => match error.kind() {
                io::ErrorKind::NotFound => format!("there is no file `{name}`"),
                io::ErrorKind::IsADirectory => format!("`{name}` is a directory, not a file"),
                io::ErrorKind::PermissionDenied => format!("no permission to read `{name}`"),
                _ => format!("cannot read `{name}`: {error}"),
            },
            Problem::TooLarge => {
                format!("`{name}` is larger than {} MiB, which is too large for a policy", LIMIT >> 20)
            }
            Problem::NotUtf8 { line } => format!("`{name}` is not UTF-8 text: see line {line}"),
        }
    }
}

fn text(path: &Path) -> Result<String, Problem> {
    let mut bytes = Vec::new();
    // The size of the file is not used, because `/dev/zero` has none.
    let read = fs::File::open(path).and_then(|file| file.take(LIMIT + 1).read_to_end(&mut bytes));
    match read {
        Err(error) => Err(Problem::Unreadable(error)),
        Ok(length) if length as u64 > LIMIT => Err(Problem::TooLarge),
        Ok(_) => String::from_utf8(bytes).map_err(|error| {
            let valid = error.utf8_error().valid_up_to();
            let line = error.as_bytes().iter().take(valid).filter(|byte| **byte == b'\n').count() + 1;
            Problem::NotUtf8 { line }
        }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn file(text: &str, id: FileId) -> File {
        let path = Literal::string("policy.hujson");
        File { path, name: "policy.hujson".to_owned(), text: text.to_owned(), id }
    }

    #[test]
    fn a_part_is_shown_with_its_line() {
        let text = "{\r\n\t\"é\": [\"tag:a\",\n\t\"b\"],\r\n}";
        let cases = [
            (0, 1, "\n --> policy.hujson:1:1\n  |\n1 | {\n  | ^"),
            (4, 8, "\n --> policy.hujson:2:2\n  |\n2 |     \"é\": [\"tag:a\",\n  |     ^^^"),
            (11, 18, "\n --> policy.hujson:2:8\n  |\n2 |     \"é\": [\"tag:a\",\n  |           ^^^^^^^"),
            // For a place of several lines, the first one.
            (10, 25, "\n --> policy.hujson:2:7\n  |\n2 |     \"é\": [\"tag:a\",\n  |          ^^^^^^^^^"),
            // The end of the text.
            (29, 29, "\n --> policy.hujson:4:2\n  |\n4 | }\n  |  ^"),
        ];
        for (start, end, expected) in cases {
            let part = Origin::new(start, end);
            assert_eq!(file(text, FileId::Policy).excerpt(part).drawn('^'), expected, "{start}..{end}");
        }
    }

    #[test]
    fn a_line_that_fills_the_screen_is_only_named() {
        let text = format!("{{\n{}", "x".repeat(10_000));
        assert_eq!(file(&text, FileId::Policy).excerpt(Origin::new(5, 6)).drawn('^'), "\n --> policy.hujson:2:4");
    }

    #[test]
    fn a_part_is_of_the_file_it_stands_in() {
        let named = |name: &str, id| Some(File { name: name.to_owned(), ..file("{}", id) });
        let (facts, invariants) = (named("f.json", FileId::FACTS), named("p.invariants", FileId::Invariants));
        let files = Files { policy: file("{}", FileId::Policy), facts, invariants };
        let shown = |id| files.excerpt(Origin::new(0, 1).in_file(id)).path.to_owned();
        let ids = [FileId::Policy, FileId::FACTS, FileId::Invariants];
        assert_eq!(ids.map(shown), ["policy.hujson", "f.json", "p.invariants"]);
    }

    #[test]
    fn a_statement_has_a_line_of_its_file() {
        let files = Files {
            policy: file("{\n\"a\":\n1}", FileId::Policy),
            facts: Some(file("\n\n{}", FileId::FACTS)),
            invariants: None,
        };
        let lines = files.lines();
        let line = |start, id| lines.get(Origin::new(start, start + 1).in_file(id)).map(|(_, line)| line);
        assert_eq!([0, 1, 2, 6, 7].map(|start| line(start, FileId::Policy)), [1, 1, 2, 2, 3].map(Some));
        assert_eq!([line(2, FileId::FACTS), line(0, FileId::Invariants)], [Some(3), None]);
    }

    #[test]
    fn a_path_is_shown_without_detours() {
        let cases = [
            ("src/../policy.hujson", "policy.hujson"),
            ("a/src/../../policy.hujson", "policy.hujson"),
            ("src/net/../../../policy.hujson", "../policy.hujson"),
            ("/a/./b", "/a/b"),
            ("/../a", "/../a"),
        ];
        for (path, expected) in cases {
            assert_eq!(plain(Path::new(path)), Path::new(expected));
        }
    }

    #[test]
    fn what_the_macro_is_given() {
        let said = |tokens: &str| {
            let mut findings = Vec::new();
            Files::read(tokens.parse().unwrap(), &mut findings);
            findings.into_iter().map(|finding| finding.message).collect::<Vec<_>>()
        };
        let expected = [
            ("", "unexpected end of input, expected the path of a policy file, in quotes"),
            ("{ grants {} }", "expected the path of a policy file, in quotes"),
            ("\"p\" \"q\"", "expected `,`"),
            ("\"p\", \"q\"", "expected `facts` or `invariants` after the policy file"),
            ("\"p\", users = \"q\"", "`policy_file!` takes no `users`"),
            ("\"p\", facts \"q\"", "expected `=`"),
            ("\"p\", facts = q", "expected the path of a file of facts, in quotes"),
            ("\"p\", facts = \"q\", \"r\"", "expected `facts` or `invariants` after the policy file"),
            ("\"p\", invariants = q", "expected the path of a file of invariants, in quotes"),
            ("\"p\", facts = \"q\", invariants = \"i\", facts = \"q\"", "`facts` is given twice"),
        ];
        for (tokens, message) in expected {
            assert_eq!(said(tokens), [message], "{tokens}");
        }
    }

    proptest! {
        #[test]
        fn no_part_of_a_text_is_a_reason_to_panic(text in "[a\té𝄞\r\n]{0,40}", places in prop::collection::vec((0_u32..120, 0_u32..120), 5)) {
            for (start, end) in places {
                let drawn = file(&text, FileId::Policy).excerpt(Origin::new(start, end)).drawn('-');
                prop_assert!(drawn.contains("--> policy.hujson:"));
            }
        }
    }
}
