//! `policy!` in the text of Rust files.

use std::ops::Range;

use policy_core::Diagnostic;
use policy_core::diagnostic::Edit;
use policy_core::source::Origin;

use crate::finding::Finding;
use crate::fix::edit;
use crate::layout::{MacroCall, macro_calls};
use crate::lower::{Lowered, lower};
use crate::parse::{Fragment, Source, SourceKind, read};
use crate::positions::{Positions, has_empty_line};
use crate::text::TokenText;
use crate::token::{Delimiter, Token, TokenId, TokenKind, Tokens};
use crate::token_range::TokenRange;

/// A `policy!` in the text of Rust files, with the fragments that it uses. It has the HuJSON, and
/// maps places in it to bytes of the files. The macro does the same with the compiler's tokens.
///
/// ```
/// use policy_syntax::RustSource;
/// let file = "policy! { tagOwners { tag:web; } }";
/// let source = RustSource::find(&[file], &|_| true).unwrap();
/// let tag = source.lowered.policy.find("\"tag:web\"").unwrap() as u32;
/// let place = source.place(policy_core::source::Origin::new(tag, tag + 9)).unwrap();
/// assert_eq!(place, (0, 22..29));
/// ```
#[derive(Debug)]
pub struct RustSource {
    /// The HuJSON, the facts and the invariants.
    pub lowered: Lowered,
    /// The findings of the parser.
    pub findings: Vec<Finding>,
    /// The file and the bytes of each token.
    ranges: Vec<(usize, Range<usize>)>,
}

/// A macro in one of the files.
struct Call<'a> {
    file: usize,
    text: &'a str,
    call: MacroCall<'a>,
}

impl RustSource {
    /// Finds the first `policy!` in `files` for which `is_wanted` returns true. Returns `None` if
    /// there is none, or if a part of the policy is missing because fragments are in other files or
    /// another macro generates it.
    pub fn find(files: &[&str], is_wanted: &dyn Fn(&Lowered) -> bool) -> Option<RustSource> {
        let mut calls = Vec::new();
        for (file, text) in files.iter().copied().enumerate() {
            calls.extend(macro_calls(text).ok()?.into_iter().map(|call| Call { file, text, call }));
        }
        let policies = calls.iter().filter(|call| call.call.name == "policy");
        let mut sources = policies.filter_map(|policy| RustSource::read(files, policy, &calls));
        sources.find(|source| is_wanted(&source.lowered))
    }

    /// Returns the source of a part of the HuJSON or of its facts: the index of a file, and the
    /// bytes in it.
    pub fn place(&self, origin: Origin) -> Option<(usize, Range<usize>)> {
        self.range(self.lowered.place(origin)?.0)
    }

    /// Returns the index of a file and the bytes of some tokens in it.
    fn range(&self, place: TokenRange) -> Option<(usize, Range<usize>)> {
        let (file, first) = self.ranges.get(place.first.index())?;
        // A part may come from several tokens of a `let`, a loop or a fragment.
        let last = self.ranges.get(place.last.index()).filter(|(other, last)| other == file && first.start <= last.end);
        Some((*file, first.start..last.map_or(first.end, |(_, last)| last.end)))
    }

    /// Returns the edit of one of `files` that fixes a finding about the HuJSON or its facts, and the
    /// index of the file. `files` are the texts that this was read from.
    pub fn edit(&self, files: &[&str], finding: &Diagnostic) -> Option<(usize, Edit<Range<usize>>)> {
        let finding = self.lowered.with_fix_of_source(finding.clone());
        self.edit_at(files, &finding, self.place(finding.origin)?)
    }

    /// Like [`RustSource::edit`], for a finding about tokens.
    pub fn edit_of_tokens(&self, files: &[&str], finding: &Finding) -> Option<(usize, Edit<Range<usize>>)> {
        let is_repeated = finding.origin.iteration.is_some();
        if is_repeated { None } else { self.edit_at(files, finding, self.range(finding.origin)?) }
    }

    fn edit_at<P>(
        &self,
        files: &[&str],
        finding: &Diagnostic<P>,
        (file, place): (usize, Range<usize>),
    ) -> Option<(usize, Edit<Range<usize>>)> {
        Some((file, edit(finding.fix()?, files.get(file)?, place)?))
    }

    fn read(files: &[&str], policy: &Call, calls: &[Call]) -> Option<RustSource> {
        let mut ranges = Ranges { files, ranges: Vec::new() };
        let text = policy.tokens()?;
        let tokens = ranges.add(policy, &text, &text.tokens);
        let mut fragments = Vec::new();
        for name in used_fragments(&text.tokens) {
            fragments.push(ranges.fragment(name, calls)?);
        }
        let source = Source { kind: SourceKind::Policy, positions: &ranges };
        let reading = read(&tokens, &source, fragments);
        Some(RustSource { lowered: lower(&reading), findings: reading.findings, ranges: ranges.ranges })
    }
}

impl<'a> Call<'a> {
    /// Returns the tokens between the brackets. `None` if the text has invalid tokens.
    fn tokens(&self) -> Option<TokenText<'a>> {
        let text = TokenText::new(self.text.get(self.start()..self.call.body.end.checked_sub(1)?)?);
        text.errors.is_empty().then_some(text)
    }

    /// Returns the position of the first byte between the brackets.
    fn start(&self) -> usize {
        self.call.body.start + 1
    }
}

/// The places of all tokens of a policy and its fragments.
struct Ranges<'a> {
    files: &'a [&'a str],
    ranges: Vec<(usize, Range<usize>)>,
}

impl Ranges<'_> {
    /// Numbers some tokens of a macro, and adds a closing token.
    fn add(&mut self, call: &Call, text: &TokenText, tokens: &[Token]) -> Tokens {
        let mut added = Tokens::with_capacity(tokens.len() + 1);
        let mut end = call.call.body.end;
        let mut depth = 0_usize;
        for token in tokens {
            match token.kind {
                TokenKind::Open { .. } => depth += 1,
                // This one closes the block itself.
                TokenKind::Close if depth == 0 => break,
                TokenKind::Close => depth -= 1,
                _ => {}
            }
            let range = text.range(TokenRange::new(token.id, token.id));
            let range = call.start() + range.start..call.start() + range.end;
            end = range.end;
            self.push(&mut added, token.kind.clone(), call.file, range);
        }
        self.push(&mut added, TokenKind::Close, call.file, end..end);
        added
    }

    fn push(&mut self, tokens: &mut Tokens, kind: TokenKind, file: usize, range: Range<usize>) {
        tokens.push(kind, TokenId::new(self.ranges.len()));
        self.ranges.push((file, range));
    }

    /// Returns the fragment with a name. `None` if there are several.
    fn fragment(&mut self, name: &str, calls: &[Call]) -> Option<Fragment> {
        let mut found = None;
        for call in calls.iter().filter(|call| call.call.name == "policy_fragment") {
            let text = call.tokens()?;
            let Some(fragment) = FragmentParts::split(&text.tokens) else { continue };
            if fragment.name != name {
                continue;
            }
            let only = fragment.only.map(|only| self.add(call, &text, only));
            let block = self.add(call, &text, fragment.block);
            if found.replace(Fragment { only, block }).is_some() {
                return None;
            }
        }
        found
    }

    /// Returns the text of a file in the range that `choose` makes from the ranges of two tokens.
    fn between(
        &self,
        first: TokenId,
        second: TokenId,
        choose: fn(&Range<usize>, &Range<usize>) -> Range<usize>,
    ) -> Option<&str> {
        let (file, first) = self.ranges.get(first.index())?;
        let (other, second) = self.ranges.get(second.index())?;
        self.files.get(*file).filter(|_| file == other)?.get(choose(first, second))
    }
}

impl Positions for Ranges<'_> {
    fn are_on_one_line(&self, first: TokenId, second: TokenId) -> bool {
        let between = self.between(first, second, |first, second| first.start..second.start);
        between.is_some_and(|between| !between.contains('\n'))
    }

    fn are_apart(&self, first: TokenId, second: TokenId) -> bool {
        self.between(first, second, |first, second| first.end..second.start).is_some_and(has_empty_line)
    }
}

/// The parts of `name only grants, tests { … }`.
struct FragmentParts<'t> {
    name: &'t str,
    only: Option<&'t [Token]>,
    block: &'t [Token],
}

impl<'t> FragmentParts<'t> {
    /// Splits the tokens of a `policy_fragment!`.
    fn split(tokens: &'t Tokens) -> Option<FragmentParts<'t>> {
        let name = tokens.iter().enumerate().find_map(|(index, token)| match &token.kind {
            TokenKind::Ident(word) if word != "pub" && depth(tokens, index) == 0 => Some((index, word.as_str())),
            _ => None,
        });
        let (at, name) = name?;
        let rest = tokens.get(at + 1..)?;
        let is_block = |token: &Token| matches!(token.kind, TokenKind::Open { delimiter: Delimiter::Brace, close } if close + 2 == tokens.len());
        let open = at + 1 + rest.iter().position(is_block)?;
        let only = tokens.get(at + 1..open).and_then(|only| only.split_first()).map(|(_, sections)| sections);
        Some(FragmentParts { name, only, block: tokens.get(open + 1..)? })
    }
}

/// Returns the number of brackets around a token.
fn depth(tokens: &Tokens, index: usize) -> usize {
    let around = |(start, token): &(usize, &Token)| matches!(token.kind, TokenKind::Open { close, .. } if *start < index && index < close);
    tokens.iter().enumerate().filter(around).count()
}

/// Returns the last word of each path in a `use` at the top level of a policy.
fn used_fragments(tokens: &Tokens) -> Vec<&str> {
    let mut names = Vec::new();
    let (mut index, mut starts) = (0, true);
    while let Some(token) = tokens.get(index) {
        index += 1;
        match &token.kind {
            TokenKind::Ident(word) if starts && word == "use" => {
                let mut name = None;
                while let Some(TokenKind::Ident(_) | TokenKind::Punct { .. }) =
                    tokens.get(index).map(|token| &token.kind)
                    && let Some(part) = tokens.get(index)
                {
                    match &part.kind {
                        TokenKind::Ident(word) if word == "only" => break,
                        TokenKind::Ident(word) => name = Some(word.as_str()),
                        TokenKind::Punct { char: ';', .. } => break,
                        _ => {}
                    }
                    index += 1;
                }
                names.extend(name);
                starts = false;
            }
            TokenKind::Punct { char, .. } => starts = *char == ';',
            TokenKind::Open { delimiter, close } => {
                // Such brackets belong to a comment, or to a statement that ends with `;`.
                starts = *delimiter != Delimiter::Parenthesis;
                index = *close + 1;
            }
            TokenKind::Ident(_) | TokenKind::Literal(_) | TokenKind::Close => starts = false,
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = "policy! {
    use crate::forge::forge only tagOwners, grants;
    use super::ops;
    grants { autogroup:member -> tag:web on 443; }
}";
    const FRAGMENTS: &str = "fn f() {}
policy_fragment! {
    /// For the forge
    pub(crate) forge only tagOwners, grants { tagOwners { tag:web; } grants { for port in [80, 81] { tag:web -> * on $port; } } }
}
mod a { policy_fragment! { ops { groups { group:ops = []; } } } }";

    /// Returns the source text of each piece of the HuJSON.
    fn words(files: &[&str], pieces: &[&str]) -> Option<Vec<String>> {
        let source = RustSource::find(files, &|_| true)?;
        let word = |piece: &&str| {
            let start = source.lowered.policy.find(*piece).unwrap() as u32;
            let (file, range) = source.place(Origin::new(start, start + piece.len() as u32)).unwrap();
            files[file].get(range).unwrap().to_owned()
        };
        Some(pieces.iter().map(word).collect())
    }

    #[test]
    fn each_part_is_found_in_its_file() {
        let pieces = ["\"tag:web\"", "\"80\"", "\"81\"", "\"autogroup:member\"", "\"group:ops\"", "\"443\""];
        let expected = ["tag:web", "port", "port", "autogroup:member", "group:ops", "443"];
        assert_eq!(words(&[POLICY, FRAGMENTS], &pieces).unwrap(), expected);
    }

    #[test]
    fn what_the_files_do_not_say_alone_is_not_guessed() {
        let twice = format!("{FRAGMENTS} {FRAGMENTS}");
        let half = FRAGMENTS.replace("ops {", "dev {");
        for files in [&[POLICY][..], &[POLICY, &twice], &[POLICY, &half], &[FRAGMENTS], &["policy! {"], &[]] {
            assert_eq!(words(files, &[]), None, "{files:?}");
        }
    }

    #[test]
    fn the_policy_that_is_wanted_is_found_among_several() {
        let file = "mod a { policy! { tagOwners { tag:a; } } } mod b { policy! { tagOwners { tag:b; } } }";
        let find = |tag: &str| {
            RustSource::find(&[file], &|lowered| lowered.policy.contains(tag)).map(|source| source.ranges[0].1.start)
        };
        assert_eq!([find("tag:a"), find("tag:b"), find("tag:c")], [Some(18), Some(61), None]);
    }
}
