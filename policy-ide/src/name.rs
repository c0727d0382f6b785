//! The names in the texts of a policy, and where each is.

use policy_core::Policy;
use policy_core::hujson::Document;
use policy_core::model::{
    Condition, Destination, Dialect, IpSetEntry, Selector, SelectorContext, SelectorKind, Target, Word,
};
use policy_core::source::{FileId, Origin, Text};
use policy_syntax::TokenText;
use policy_syntax::occurrence::{Scope, occurrences_in_invariants};
use policy_syntax::string::string_value;
use policy_syntax::token::TokenKind;

use crate::place::{Meaning, Place, places};

/// A kind of name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NameKind {
    /// `tag:web`
    Tag,
    /// `group:eng`
    Group,
    /// `printer`
    Host,
    /// `ipset:prod`
    IpSet,
    /// `posture:managed`
    Posture,
    /// `svc:wiki`
    Service,
    /// `alice@example.com`
    User,
    /// `autogroup:member`
    Autogroup,
    /// `example.com/cap/sql`
    Capability,
    /// `custom:tier`, of a posture
    Attribute,
}

/// A name at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// Its kind.
    pub kind: NameKind,
    /// The name, prefix included.
    pub text: String,
    /// Its place, without quotes. A name with escapes has its quotes.
    pub origin: Origin,
    /// True if this place declares it.
    pub is_declaration: bool,
}

impl NameKind {
    /// Returns the kind for use in a sentence.
    pub const fn noun(self) -> &'static str {
        match self {
            NameKind::Tag => "tag",
            NameKind::Group => "group",
            NameKind::Host => "host",
            NameKind::IpSet => "IP set",
            NameKind::Posture => "posture",
            NameKind::Service => "service",
            NameKind::User => "user",
            NameKind::Autogroup => "autogroup",
            NameKind::Capability => "capability",
            NameKind::Attribute => "attribute",
        }
    }

    /// Returns the part before the name that every name of the kind has.
    pub const fn prefix(self) -> &'static str {
        match self {
            NameKind::Tag => "tag:",
            NameKind::Group => "group:",
            NameKind::IpSet => "ipset:",
            NameKind::Posture => "posture:",
            NameKind::Service => "svc:",
            NameKind::Autogroup => "autogroup:",
            NameKind::Host | NameKind::User | NameKind::Capability | NameKind::Attribute => "",
        }
    }

    /// Returns the kind of the name that a selector is.
    pub(crate) fn of(kind: SelectorKind) -> Option<NameKind> {
        Some(match kind {
            SelectorKind::Tag => NameKind::Tag,
            SelectorKind::Group | SelectorKind::SyncedGroup => NameKind::Group,
            SelectorKind::Host => NameKind::Host,
            SelectorKind::IpSet => NameKind::IpSet,
            SelectorKind::Posture => NameKind::Posture,
            SelectorKind::Service => NameKind::Service,
            SelectorKind::User => NameKind::User,
            SelectorKind::Autogroup(_) => NameKind::Autogroup,
            _ => return None,
        })
    }
}

impl Name {
    /// Returns whether both are the same name. Tailscale ignores the case of tags and of logins.
    pub fn is_same(&self, other: &Name) -> bool {
        self.kind == other.kind
            && match self.kind {
                NameKind::Tag | NameKind::User => self.text.eq_ignore_ascii_case(&other.text),
                _ => self.text == other.text,
            }
    }
}

/// Returns every name in a policy and its invariants, in the order of the texts.
pub(crate) fn names(document: &Document, policy: &Policy) -> Vec<Name> {
    let mut names: Vec<Name> = places(document).iter().filter_map(|place| name(place, policy)).collect();
    names.extend(declared_in_comments(policy));
    names.extend(policy.facts.users.iter().map(|user| declaration(NameKind::User, &user.email)));
    names.extend(names_in_invariants(policy));
    names.sort_by_key(|name| name.origin);
    names
}

/// Returns the capabilities that comments of a policy declare.
pub(crate) fn declared_in_comments(policy: &Policy) -> Vec<Name> {
    policy.capabilities.iter().map(|declared| declaration(NameKind::Capability, &declared.name)).collect()
}

fn declaration(kind: NameKind, text: &Text) -> Name {
    Name { kind, text: text.to_string(), origin: text.part(0..text.len()), is_declaration: true }
}

fn used(kind: NameKind, text: &Text) -> Name {
    Name { is_declaration: false, ..declaration(kind, text) }
}

/// Returns the name that a text is or contains.
pub(crate) fn name(place: &Place, policy: &Policy) -> Option<Name> {
    let text = &place.text;
    let word = match &place.meaning {
        Meaning::Word(word) => *word,
        Meaning::DeclaredAttribute => return Some(declaration(NameKind::Attribute, text)),
        Meaning::Capability => return Some(used(NameKind::Capability, text)),
        Meaning::Key(_) | Meaning::Field(_) => return None,
    };
    let selector = |text: &Text| match policy.dialect {
        Dialect::Tailscale => Selector::new(text.clone()),
        Dialect::Headscale => Selector::in_headscale(text.clone()),
    };
    let found = match word {
        Word::Declaration(kind) => return Some(declaration(NameKind::of(kind)?, text)),
        Word::Selector(_) => selector(text),
        Word::SelectorPorts(SelectorContext::TestDst) => {
            Target::parse(text).map_or_else(|_| selector(text), |target| target.host)
        }
        Word::SelectorPorts(_) => {
            Destination::parse(text).map_or_else(|_| selector(text), |destination| destination.host)
        }
        Word::IpSetEntry => IpSetEntry::parse(text).ok()?.target,
        Word::Account if text.starts_with(NameKind::Autogroup.prefix()) => selector(text),
        Word::Condition => return Some(used(NameKind::Attribute, &Condition::parse(text).ok()?.attribute)),
        Word::PostureAttribute => return Some(used(NameKind::Attribute, text)),
        _ => return None,
    };
    let kind = NameKind::of(found.kind)?;
    let start = if kind == NameKind::User && found.text.starts_with("user:") { "user:".len() } else { 0 };
    Some(used(kind, &found.text.slice(start..found.text.len())))
}

/// Returns the names in the file of invariants of a policy.
pub(crate) fn names_in_invariants(policy: &Policy) -> Vec<Name> {
    let mut names = Vec::new();
    let Some(file) = &policy.facts.invariants_file else { return names };
    let text = file.text.as_str();
    let tokens = TokenText::new(text);
    let origin = |range: std::ops::Range<usize>| {
        let position = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Origin { file: FileId::Invariants, start: position(range.start), end: position(range.end) }
    };
    let mut add = |word: &str, range: std::ops::Range<usize>| {
        let kind = NameKind::of(SelectorKind::of(word));
        names.extend(kind.map(|kind| Name {
            kind,
            text: word.to_owned(),
            origin: origin(range),
            is_declaration: false,
        }));
    };
    for occurrence in occurrences_in_invariants(&tokens.tokens) {
        let is_name = matches!(occurrence.scope, Scope::Kind | Scope::Bare) && !occurrence.is_unfinished;
        let first = occurrence.kind.as_ref().or(occurrence.segments.first()).map(|segment| segment.token);
        let last = occurrence.segments.last().map(|segment| segment.token);
        let word = occurrence.text();
        // A bare name is that of a `let`, if there is one.
        let is_declared = occurrence.kind.is_some() || policy.hosts.iter().any(|host| *host.name == *word);
        if let (true, Some(first), Some(last)) = (is_name && is_declared, first, last) {
            add(&word, tokens.token_range(first).start..tokens.token_range(last).end);
        }
    }
    for token in tokens.tokens.iter() {
        let TokenKind::Literal(literal) = &token.kind else { continue };
        let Some(word) = string_value(literal) else { continue };
        let range = tokens.token_range(token.id);
        // The place of a plain literal is that between its quotes.
        let is_plain = text.get(range.clone()).is_some_and(|literal| literal == format!("\"{word}\""));
        add(&word, if is_plain { range.start + 1..range.end - 1 } else { range });
    }
    names
}
