//! The syntax tree, before names are resolved. There is one type for each form of the grammar.

use crate::token::Delimiter;
use policy_core::Code;
use policy_core::model::{Date, Dialect, Level};

use crate::token_range::TokenRange;

/// The content of a `policy! { … }`.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    /// `//!` before the first item.
    pub(crate) header: Vec<Comment>,
    pub(crate) items: Vec<Item>,
}

#[derive(Debug)]
pub(crate) enum Item {
    Note(Comment),
    Let(Let),
    Dialect(DialectItem),
    Setting(Setting),
    Section(Section),
}

/// A published comment: the lines of a `///`, `//!`, `/** */` or `/*! */`.
#[derive(Debug, Clone)]
pub(crate) struct Comment {
    /// The text after the slashes. Most lines begin with the space after them.
    pub(crate) lines: Vec<String>,
}

impl Comment {
    /// Returns the text, line by line.
    pub(crate) fn said(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(|line| line.strip_prefix(' ').unwrap_or(line))
    }
}

/// The comments and lint levels above an item or an entry.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    pub(crate) docs: Vec<Comment>,
    pub(crate) allows: Vec<Allow>,
}

/// `#[allow(code, until = "2027-03-31", reason = "…")]`
#[derive(Debug)]
pub(crate) struct Allow {
    pub(crate) codes: Vec<&'static str>,
    pub(crate) until: Option<Until>,
    pub(crate) reason: String,
}

/// `until "2027-03-31"`
#[derive(Debug, Clone, Copy)]
pub(crate) struct Until {
    pub(crate) date: Date,
    pub(crate) place: TokenRange,
}

/// `let name = …;`
#[derive(Debug)]
pub(crate) struct Let {
    pub(crate) marks: Marks,
    pub(crate) name: Word,
    pub(crate) value: LetValue,
}

#[derive(Debug)]
pub(crate) enum LetValue {
    Selectors(Selection),
    Ports(Vec<Port>),
}

/// `target = headscale;`: the control server.
#[derive(Debug)]
pub(crate) struct DialectItem {
    /// The word `target`.
    pub(crate) key: Word,
    pub(crate) dialect: Dialect,
    /// The whole item without the semicolon.
    pub(crate) place: TokenRange,
}

/// `key = value;` at the top level.
#[derive(Debug)]
pub(crate) struct Setting {
    /// True if an empty line is before it.
    pub(crate) is_apart: bool,
    pub(crate) marks: Marks,
    pub(crate) key: Word,
    pub(crate) value: SettingValue,
}

#[derive(Debug)]
pub(crate) enum SettingValue {
    Json(Json),
    Selectors(Vec<Selector>),
}

/// `key { … }` at the top level.
#[derive(Debug)]
pub(crate) struct Section {
    pub(crate) marks: Marks,
    pub(crate) kind: SectionKind,
    pub(crate) key: Word,
    pub(crate) entries: Vec<Entry>,
}

/// The sections that have their own forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum SectionKind {
    Groups,
    Hosts,
    IpSets,
    Postures,
    TagOwners,
    Grants,
    Acls,
    Ssh,
    AutoApprovers,
    NodeAttrs,
    Tests,
    SshTests,
    Users,
    Devices,
    Invariants,
    Lints,
    Capabilities,
}

/// One statement of a section, with the marks above it.
#[derive(Debug)]
pub(crate) struct Entry {
    /// True if an empty line is before it.
    pub(crate) is_apart: bool,
    pub(crate) marks: Marks,
    pub(crate) place: TokenRange,
    pub(crate) form: Form,
    /// True if part of it could not be read.
    pub(crate) broken: bool,
}

#[derive(Debug)]
pub(crate) enum Form {
    Note(Comment),
    /// `{ … } until "2027-03-31";`
    Json(Json, Option<Until>),
    Declaration(Declaration),
    Grant(Grant),
    Acl(Acl),
    Ssh(Ssh),
    NodeAttr(NodeAttr),
    Test(Test),
    SshTest(SshTest),
    Invariant(Invariant),
    User(User),
    Device(Device),
    Lint(Lint),
    Capability(Capability),
    /// `routes { … }` and `services { … }`
    Approvers(Approvers),
    /// `exitNode = …;`
    ExitNode {
        key: Word,
        approvers: Selection,
    },
}

impl Form {
    /// Returns its end date.
    pub(crate) fn until(&self) -> Option<Until> {
        let of_clauses = |clauses: &[Clause]| {
            clauses.iter().find_map(|clause| if let ClauseValue::Until(until) = clause.value { until } else { None })
        };
        let of_asserts = |asserts: &[Assert]| {
            asserts.iter().find_map(|assert| if let AssertKind::Until(_, until) = assert.kind { until } else { None })
        };
        match self {
            Form::Grant(Grant { clauses, .. }) | Form::Acl(Acl { clauses, .. }) | Form::Ssh(Ssh { clauses, .. }) => {
                of_clauses(clauses)
            }
            Form::Test(Test { asserts, .. }) | Form::SshTest(SshTest { asserts, .. }) => of_asserts(asserts),
            Form::Json(_, until) => *until,
            Form::Note(_)
            | Form::Declaration(_)
            | Form::NodeAttr(_)
            | Form::Invariant(_)
            | Form::User(_)
            | Form::Device(_)
            | Form::Lint(_)
            | Form::Capability(_)
            | Form::Approvers(_)
            | Form::ExitNode { .. } => None,
        }
    }
}

/// `name, name = value, value except value;`
#[derive(Debug)]
pub(crate) struct Declaration {
    pub(crate) names: Vec<Selector>,
    pub(crate) values: Vec<Value>,
    pub(crate) except: Vec<Selector>,
}

/// A value of a declaration. Only IP sets have `remove`.
#[derive(Debug)]
pub(crate) struct Value {
    pub(crate) remove: bool,
    pub(crate) selector: Selector,
}

/// `src -> dst on ip clause…;`
#[derive(Debug)]
pub(crate) struct Grant {
    pub(crate) src: Selection,
    pub(crate) dst: Selection,
    pub(crate) on: Option<Vec<Port>>,
    pub(crate) clauses: Vec<Clause>,
}

/// `src -> dst on ports and dst on ports clause…;`
#[derive(Debug)]
pub(crate) struct Acl {
    pub(crate) src: Selection,
    pub(crate) targets: Vec<Target>,
    pub(crate) clauses: Vec<Clause>,
}

/// Destinations with their ports.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) dst: Selection,
    pub(crate) on: Option<Vec<Port>>,
    pub(crate) place: TokenRange,
}

/// `accept src -> dst as users clause…;`
#[derive(Debug)]
pub(crate) struct Ssh {
    pub(crate) action: Word,
    pub(crate) src: Selection,
    pub(crate) dst: Selection,
    pub(crate) users: Option<Vec<Selector>>,
    pub(crate) clauses: Vec<Clause>,
}

/// `target clause…;`
#[derive(Debug)]
pub(crate) struct NodeAttr {
    pub(crate) target: Selection,
    pub(crate) clauses: Vec<Clause>,
}

/// `src { accept …; deny …; }`
#[derive(Debug)]
pub(crate) struct Test {
    pub(crate) src: Vec<Selector>,
    pub(crate) asserts: Vec<Assert>,
}

/// `src -> dst { accept …; check …; deny …; }`
#[derive(Debug)]
pub(crate) struct SshTest {
    pub(crate) src: Vec<Selector>,
    pub(crate) dst: Vec<Selector>,
    pub(crate) asserts: Vec<Assert>,
}

/// A statement within a test.
#[derive(Debug)]
pub(crate) struct Assert {
    /// True if an empty line is before it.
    pub(crate) is_apart: bool,
    pub(crate) docs: Vec<Comment>,
    pub(crate) kind: AssertKind,
}

#[derive(Debug)]
pub(crate) enum AssertKind {
    Note(Comment),
    /// `accept` or `deny` of a test
    Probes(Word, Vec<Probe>),
    /// `accept`, `deny` or `check` of an SSH test
    Accounts(Word, Vec<Selector>),
    Proto(Word),
    SrcPostureAttrs(Json),
    /// The end date. `None` if it is not valid.
    Until(Word, Option<Until>),
}

/// One host and one port.
#[derive(Debug)]
pub(crate) struct Probe {
    pub(crate) docs: Vec<Comment>,
    pub(crate) host: Selector,
    /// The port. `None` if it is part of the string.
    pub(crate) port: Option<Port>,
    pub(crate) place: TokenRange,
}

/// `only src except src -> targets except targets;`, the same with `never`; `isolated src except targets;`
#[derive(Debug)]
pub(crate) struct Invariant {
    pub(crate) kind: Word,
    pub(crate) src: Vec<Selector>,
    pub(crate) src_except: Vec<Selector>,
    pub(crate) targets: Vec<Target>,
    pub(crate) except: Vec<Target>,
}

/// `name = "e-mail", role;`
#[derive(Debug)]
pub(crate) struct User {
    pub(crate) name: Word,
    pub(crate) email: Word,
    pub(crate) role: Option<Word>,
}

/// `name = tag or owner, addresses, routes;`
#[derive(Debug)]
pub(crate) struct Device {
    pub(crate) name: Word,
    pub(crate) values: Vec<Selector>,
}

/// `warning, warning = allow "reason" until "2027-03-31";`
#[derive(Debug)]
pub(crate) struct Lint {
    pub(crate) codes: Vec<LintCode>,
    pub(crate) level: Level,
    pub(crate) reason: String,
    pub(crate) until: Option<Until>,
}

/// The name of a warning, and its place.
#[derive(Debug)]
pub(crate) struct LintCode {
    pub(crate) code: Code,
    pub(crate) place: TokenRange,
}

/// `"example.com/cap/sql" as Sql { tables: [string]; limit?: int; }`
#[derive(Debug)]
pub(crate) struct Capability {
    pub(crate) name: Word,
    /// The tokens between the name and the brace: `as` and the name of a type in Rust.
    pub(crate) type_name: Vec<ShapePiece>,
    /// The shape, a group in braces.
    pub(crate) shape: ShapePiece,
}

/// A part of a shape, as written.
#[derive(Debug)]
pub(crate) enum ShapePiece {
    Word(Word),
    String(Word),
    Sign(char, TokenRange),
    /// Comments above a field.
    Docs(Vec<Comment>),
    Group(Delimiter, Vec<ShapePiece>, TokenRange),
}

/// `routes { … }` or `services { … }`
#[derive(Debug)]
pub(crate) struct Approvers {
    pub(crate) key: Word,
    pub(crate) entries: Vec<Entry>,
}

/// A clause of a rule.
#[derive(Debug)]
pub(crate) struct Clause {
    pub(crate) kind: ClauseKind,
    pub(crate) key: Word,
    pub(crate) value: ClauseValue,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClauseKind {
    Via,
    SrcPosture,
    Recorder,
    App,
    Attr,
    IpPool,
    AcceptEnv,
    CheckPeriod,
    EnforceRecorder,
    Until,
}

#[derive(Debug)]
pub(crate) enum ClauseValue {
    Selectors(Vec<Selector>),
    Json(Json),
    Word(Word),
    /// The end date. `None` if it is not valid.
    Until(Option<Until>),
    Nothing,
}

/// `name, name except name, name`: a list with an optional `except`.
#[derive(Debug)]
pub(crate) struct Selection {
    pub(crate) list: Vec<Selector>,
    pub(crate) except: Vec<Selector>,
}

/// A word that stands for principals or addresses.
#[derive(Debug)]
pub(crate) struct Selector {
    pub(crate) docs: Vec<Comment>,
    pub(crate) kind: SelectorKind,
    pub(crate) word: Word,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SelectorKind {
    /// `*`
    Star,
    /// `"…"`: text as in the policy file
    Quoted,
    /// `tag:web`: also text as in the policy file
    Named,
    /// `web`: a host, a user or a `let`
    Bare,
}

/// `443`, `tcp:80-443`, `*`, or a `let`.
#[derive(Debug)]
pub(crate) struct Port {
    pub(crate) docs: Vec<Comment>,
    pub(crate) kind: PortKind,
    pub(crate) place: TokenRange,
}

#[derive(Debug)]
pub(crate) enum PortKind {
    Range { protocol: Option<Word>, range: Word },
    Let(Word),
}

/// A text of the source as in the policy file, without quotes and escapes.
#[derive(Debug, Clone)]
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) place: TokenRange,
}

/// A JSON value written as Rust tokens.
#[derive(Debug)]
pub(crate) struct Json {
    pub(crate) kind: JsonKind,
    pub(crate) place: TokenRange,
}

#[derive(Debug)]
pub(crate) enum JsonKind {
    /// `null`, `true`, `false` or a number, as JSON writes it
    Plain(String),
    String(String),
    Array(Vec<JsonItem>),
    Object(Vec<JsonItem>),
}

/// An element of an array, a member of an object, or a comment or an empty line between them.
#[derive(Debug)]
pub(crate) enum JsonItem {
    EmptyLine,
    Note(Comment),
    Element(Vec<Comment>, Json),
    Member(Vec<Comment>, Word, Json),
}

impl std::fmt::Display for Port {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.kind {
            PortKind::Range { protocol: Some(protocol), range } => write!(f, "{}:{}", protocol.text, range.text),
            PortKind::Range { protocol: None, range } => f.write_str(&range.text),
            PortKind::Let(name) => f.write_str(&name.text),
        }
    }
}

/// Returns the place of a list, from its first to its last item.
pub(crate) fn place_of(list: &[Selector]) -> Option<TokenRange> {
    Some(list.first()?.word.place.to(list.last()?.word.place))
}

impl Selection {
    /// Returns the whole place.
    pub(crate) fn place(&self) -> Option<TokenRange> {
        let list = place_of(&self.list)?;
        Some(place_of(&self.except).map_or(list, |except| list.to(except)))
    }
}

impl From<Vec<Selector>> for Selection {
    fn from(list: Vec<Selector>) -> Self {
        Selection { list, except: Vec::new() }
    }
}
