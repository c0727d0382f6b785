//! Mentions in programs: strings with a context that shows what they are.

pub(super) mod grammar;
mod lexer;

use std::ops::Range;

use grammar::Grammar;
use lexer::{CodeToken, tokens};

use crate::scan::keyed_list::context_of;
use crate::scan::mention::{Assigner, Mention, MentionContext, MentionKind};
use crate::scan::name_list::{tags_at, whole_names};
use crate::scan::script;
use crate::scan::subject::Subject;

/// Words which show that a string only looks like a tag, but is something else: a filter of a
/// cloud's API, as in `Filters=[{"Name": "tag:Name"}]`, or the tag of an image.
const OTHERS: &[&str] = &["filter", "aws", "ec2", "boto", "azure", "google", "docker", "image"];

/// Functions whose arguments are texts for people.
const PRINTERS: &[&str] =
    &["print", "echo", "console", "logger", "logging", "errorf", "usage", "raise", "throw", "panic"];

/// Keys whose value is a label, and never a list of tags.
const LABELS: &[&str] = &["name", "key", "label", "title", "description", "help", "message"];

/// Resources of a tailnet that have tags, by their names in Terraform and Pulumi, in lower case.
const RESOURCES: &[&str] = &[
    "tailscale_device_tags",
    "tailscale_tailnet_key",
    "tailscale_oauth_client",
    "tailscale_federated_identity",
    "devicetags",
    "tailnetkey",
    "oauthclient",
    "federatedidentity",
];

/// The maximum number of tokens of a statement. A longer one is data.
const STATEMENT: usize = 256;

/// The number of open brackets that show the purpose of a string.
const BRACKETS: usize = 32;

/// Returns the mentions in the strings of a program.
pub(super) fn mentions(text: &str, grammar: &Grammar, subject: &Subject) -> Vec<Mention> {
    let tokens = tokens(text, grammar);
    let mut reader = CodeReader { text, subject, open: vec![Bracket::default()], found: Vec::new() };
    for (index, token) in tokens.iter().enumerate() {
        let next = tokens.iter().skip(index + 1).find(|token| **token != CodeToken::LineEnd);
        reader.token(token, next);
    }
    reader.found
}

struct CodeReader<'t> {
    text: &'t str,
    subject: &'t Subject,
    /// The brackets that are open. The first one is the whole file.
    open: Vec<Bracket<'t>>,
    found: Vec<Mention>,
}

/// An open bracket.
#[derive(Default)]
struct Bracket<'t> {
    mark: Option<char>,
    /// The tokens since the last separator in it. If it contains another open bracket, they show
    /// the purpose of that bracket.
    statement: Vec<CodePart<'t>>,
    /// The string before the last separator.
    last_string: Option<&'t str>,
}

#[derive(Clone, Copy)]
enum CodePart<'t> {
    Name(&'t str),
    String(&'t str),
    Mark(char),
}

impl<'t> CodeReader<'t> {
    fn token(&mut self, token: &CodeToken, next: Option<&CodeToken>) {
        let text = self.text;
        let part = |range: &Range<usize>| text.get(range.clone()).unwrap_or_default();
        match token {
            CodeToken::Name(range) => self.add(CodePart::Name(part(range))),
            CodeToken::String(range) => {
                let is_key = matches!(next, Some(CodeToken::Mark(':' | '=')));
                self.string(range.clone(), is_key);
                self.add(CodePart::String(part(range)));
            }
            CodeToken::Mark(mark @ ('(' | '[' | '{')) => {
                self.open.push(Bracket { mark: Some(*mark), ..Bracket::default() });
            }
            CodeToken::Mark(')' | ']' | '}') => {
                if self.open.len() > 1
                    && let Some(bracket) = self.open.pop()
                    && let [key @ CodePart::String(_)] = bracket.statement.as_slice()
                {
                    // The key in `annotations["tailscale.com/tags"] = …`.
                    self.add(*key);
                }
            }
            CodeToken::Mark(',' | ';') => self.separate(),
            CodeToken::Mark(mark) => self.add(CodePart::Mark(*mark)),
            CodeToken::LineEnd => {
                let last = self.open.last().and_then(|bracket| bracket.statement.last());
                if !matches!(last, Some(CodePart::Mark('=' | ':' | '+' | '\\'))) {
                    self.separate();
                }
            }
        }
    }

    fn add(&mut self, part: CodePart<'t>) {
        if let Some(bracket) = self.open.last_mut() {
            if bracket.statement.len() >= STATEMENT {
                bracket.statement.clear();
            }
            bracket.statement.push(part);
        }
    }

    fn separate(&mut self) {
        if let Some(bracket) = self.open.last_mut() {
            let string = bracket.statement.iter().rev().find_map(|part| part.string());
            bracket.last_string = string.or(bracket.last_string);
            bracket.statement.clear();
        }
    }

    /// Adds the mentions in a string. `is_key` says whether the string is the key of a value.
    fn string(&mut self, range: Range<usize>, is_key: bool) {
        let content = self.text.get(range.clone()).unwrap_or_default();
        let Some(bracket) = self.open.last() else { return };
        // A string of several lines that is a statement by itself is documentation.
        let is_documentation = content.contains('\n') && bracket.statement.is_empty() && self.open.len() == 1;
        if is_documentation || self.is_around(PRINTERS) {
            return;
        }
        let in_script = script::mentions(self.text, range.clone());
        if !in_script.is_empty() {
            if !self.is_label() {
                self.found.extend(in_script);
            }
            return;
        }
        let before = bracket.statement.iter().rev().find_map(|part| part.string()).or(bracket.last_string);
        if let Some(context) = before.filter(|word| word.starts_with('-')).and_then(context_of) {
            self.found.extend(tags_at(self.text, range.start, context));
            return;
        }
        if let Some(context) = self.key().filter(|_| !is_key).and_then(context_of) {
            self.found.extend(tags_at(self.text, range.start, context));
            return;
        }
        let mentions = whole_names(self.text, range, MentionContext::Resemblance);
        if mentions.is_empty() || self.is_label() || self.is_around(OTHERS) {
            return;
        }
        let is_tag = mentions.iter().all(|mention| mention.kind == MentionKind::Tag);
        let context = if is_tag { self.context(is_key) } else { MentionContext::Resemblance };
        if context != MentionContext::Resemblance || self.subject.is_tailnet {
            self.found.extend(mentions.into_iter().map(|mention| Mention { context, ..mention }));
        }
    }

    /// Returns the context of a string that is a list of tags.
    fn context(&self, is_key: bool) -> MentionContext {
        let key = self.key();
        let names_tags = key.is_some_and(|key| key.to_ascii_lowercase().contains("tag"));
        let parts = self.around().flat_map(|bracket| &bracket.statement);
        let resource = parts.filter_map(|part| part.word()).find_map(context_of_resource);
        if let Some(context) = resource.filter(|_| names_tags && !is_key) {
            return context;
        }
        let is_item = self.open.last().is_some_and(|bracket| bracket.mark == Some('['));
        if self.subject.is_tailnet_program && !is_key && (is_item || names_tags) {
            return MentionContext::Reference;
        }
        MentionContext::Resemblance
    }

    /// Returns the open brackets, starting with the innermost.
    fn around(&self) -> impl Iterator<Item = &Bracket<'t>> {
        self.open.iter().rev().take(BRACKETS)
    }

    /// Returns the key, parameter or variable that the current value belongs to.
    fn key(&self) -> Option<&'t str> {
        self.around().find_map(|bracket| key_of(&bracket.statement))
    }

    /// Returns whether the current value is a name or a text for people.
    fn is_label(&self) -> bool {
        let key = self.open.last().and_then(|bracket| key_of(&bracket.statement));
        key.is_some_and(|key| LABELS.contains(&key.to_ascii_lowercase().as_str()))
    }

    /// Returns whether a word around the current value begins with one of these.
    fn is_around(&self, starts: &[&str]) -> bool {
        let words = self.around().flat_map(|bracket| bracket.statement.iter().filter_map(|part| part.word()));
        words.flat_map(|word| word.split('.')).any(|word| {
            let word = word.to_ascii_lowercase();
            starts.iter().any(|start| word.starts_with(start))
        })
    }
}

impl<'t> CodePart<'t> {
    fn string(self) -> Option<&'t str> {
        if let CodePart::String(text) = self { Some(text) } else { None }
    }

    /// Returns the part if it is a name or a string.
    fn word(self) -> Option<&'t str> {
        match self {
            CodePart::Name(text) | CodePart::String(text) => Some(text),
            CodePart::Mark(_) => None,
        }
    }
}

/// Returns the word before the first `=` or `:` of a statement.
fn key_of<'t>(statement: &[CodePart<'t>]) -> Option<&'t str> {
    let sign = statement.iter().position(|part| matches!(part, CodePart::Mark('=' | ':')))?;
    statement.iter().take(sign).rev().find_map(|part| part.word())
}

/// Returns the context of the tags of a resource, if a word is a kind of resource that has tags.
fn context_of_resource(word: &str) -> Option<MentionContext> {
    let word = word.to_ascii_lowercase();
    let last = word.rsplit('.').next().unwrap_or_default();
    let known = RESOURCES.iter().find(|known| last == **known || last.strip_suffix("args") == Some(known))?;
    Some(match known.contains("client") || known.contains("identity") {
        true => MentionContext::ClientTag,
        false => MentionContext::Assignment(Assigner::Credential),
    })
}
