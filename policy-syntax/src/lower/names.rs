//! Resolves bare names: `let`s, users and hosts.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use policy_core::Code;
use policy_core::access::Subtraction;
use policy_core::diagnostic::Help;

use super::source_map::Use;
use crate::finding::Finding;
use crate::token_range::TokenRange;
use crate::tree::{
    Comment, Form, Item, Let, LetValue, Port, PortKind, SectionKind, Selection, Selector, SelectorKind, Tree, Word,
};

/// The maximum depth of nested `let`s. Lists of lists double with each level, and the compiler must
/// stay fast.
pub(crate) const MAX_DEPTH: usize = 50;
const MAX_LENGTH: usize = 100_000;
/// The maximum number of items of a `let`, for the same reason.
const MAX_LET: usize = 10_000;

/// The bare names of a policy.
pub(crate) struct Names<'t> {
    bindings: HashMap<&'t str, (Binding<'t>, TokenRange)>,
    used: HashSet<&'t str>,
    has_lets: bool,
    /// Subtracts names from lists. `None` until the declarations are known.
    pub(crate) subtraction: Option<&'t Subtraction<'t>>,
    /// The names in each `except`. They are checked like all others, but may not be written
    /// anywhere.
    pub(crate) taken_apart: Vec<Resolved<'t>>,
}

#[derive(Clone, Copy)]
enum Binding<'t> {
    Let(&'t LetValue),
    User { email: &'t str },
    Host,
}

/// An item of a list after `let`s are inserted and users are replaced by their logins.
#[derive(Clone)]
pub(crate) struct Resolved<'t> {
    pub(crate) text: Cow<'t, str>,
    /// The text in the source.
    pub(crate) written: &'t str,
    pub(crate) place: TokenRange,
    pub(crate) used: Option<Use>,
    pub(crate) docs: &'t [Comment],
    pub(crate) quoted: bool,
}

/// A port after `let`s are inserted.
pub(crate) struct ResolvedPort<'t> {
    pub(crate) protocol: Option<&'t Word>,
    pub(crate) range: &'t Word,
    pub(crate) place: TokenRange,
    pub(crate) used: Option<Use>,
    pub(crate) docs: &'t [Comment],
}

impl<'t> Names<'t> {
    /// Collects the names that `tree` declares. Reports duplicates.
    ///
    /// `has_lets` is false if the source cannot have `let`s.
    pub(crate) fn new(tree: &'t Tree, has_lets: bool, findings: &mut Vec<Finding>) -> Self {
        let mut names = Names {
            bindings: HashMap::new(),
            used: HashSet::new(),
            has_lets,
            subtraction: None,
            taken_apart: Vec::new(),
        };
        for item in &tree.items {
            match item {
                Item::Let(item) => names.declare(&item.name, Binding::Let(&item.value), findings),
                Item::Section(section) => {
                    for entry in &section.entries {
                        match &entry.form {
                            Form::User(user) => {
                                names.declare(&user.name, Binding::User { email: &user.email.text }, findings);
                            }
                            Form::Declaration(declaration) if section.kind == SectionKind::Hosts => {
                                for name in &declaration.names {
                                    names.declare(&name.word, Binding::Host, findings);
                                }
                            }
                            _ => {}
                        }
                    }
                }
                Item::Note(_) | Item::Dialect(_) | Item::Setting(_) => {}
            }
        }
        names.cut_lets(tree, findings);
        names
    }

    fn declare(&mut self, name: &'t Word, binding: Binding<'t>, findings: &mut Vec<Finding>) {
        let Some((first, place)) = self.bindings.get(name.text.as_str()) else {
            self.bindings.insert(&name.text, (binding, name.place));
            return;
        };
        // Duplicate hosts and users are reported when they are read.
        if matches!((first, binding), (Binding::Host, Binding::Host) | (Binding::User { .. }, Binding::User { .. })) {
            return;
        }
        let message = format!("`{}` is declared twice", name.text);
        findings.push(
            Finding::new(Code::DuplicateName, name.place, message)
                .note_at(format!("first declared here, as {}", first.what()), *place)
                .help("`let`s, users and hosts share their names: rename one of the two"),
        );
    }

    /// Reports `let`s that contain themselves or are too long, and empties them before any is
    /// inserted.
    fn cut_lets(&mut self, tree: &'t Tree, findings: &mut Vec<Finding>) {
        let mut done = HashMap::new();
        for item in &tree.items {
            if let Item::Let(item) = item {
                let mut path = Vec::new();
                self.walk(item, &mut path, &mut done, findings);
            }
        }
    }

    fn walk(
        &mut self,
        item: &'t Let,
        path: &mut Vec<&'t str>,
        done: &mut HashMap<&'t str, usize>,
        findings: &mut Vec<Finding>,
    ) {
        // An explicit stack, because a chain of `let`s may be as long as the policy.
        let mut stack = vec![(item.name.text.as_str(), inner_names(&item.value))];
        path.push(&item.name.text);
        while let Some((name, rest)) = stack.last_mut() {
            let name = *name;
            let Some(inner) = rest.pop() else {
                let length = self.measure(name, done, findings);
                done.insert(name, length);
                path.pop();
                stack.pop();
                continue;
            };
            if path.contains(&inner.text.as_str()) || path.len() > MAX_DEPTH {
                findings.push(
                    Finding::new(Code::LetCycle, inner.place, format!("the list `{}` contains itself", inner.text))
                        .help("remove it from one of the lists"),
                );
                self.bindings.remove(inner.text.as_str());
                self.used.insert(&inner.text);
                continue;
            }
            if let Some((Binding::Let(value), _)) = self.bindings.get(inner.text.as_str())
                && !done.contains_key(inner.text.as_str())
            {
                path.push(&inner.text);
                stack.push((&inner.text, inner_names(value)));
            }
        }
    }

    /// Returns the number of items of a `let` after others are inserted, given their lengths. A
    /// `let` that is too long is reported and emptied, and counts as `usize::MAX`.
    fn measure(&mut self, name: &'t str, lengths: &HashMap<&'t str, usize>, findings: &mut Vec<Finding>) -> usize {
        let Some(&(Binding::Let(value), place)) = self.bindings.get(name) else { return 0 };
        let written = match value {
            LetValue::Selectors(Selection { list, except }) => list.len() + except.len(),
            LetValue::Ports(list) => list.len(),
        };
        let spliced = inner_names(value).into_iter().filter_map(|inner| lengths.get(inner.text.as_str()));
        let spliced = spliced.fold(0_usize, |sum, length| sum.saturating_add(*length));
        let length = written.saturating_add(spliced);
        // A list without inserted `let`s may have any length.
        if length <= MAX_LET || spliced == 0 {
            return length;
        }
        // A `let` that contains one that is too long is not reported again.
        if spliced != usize::MAX {
            let message = format!("with other `let`s inserted, `{name}` has more than {MAX_LET} items");
            findings.push(Finding::new(Code::Syntax, place, message).help("remove items that it has several times"));
        }
        self.bindings.remove(name);
        self.used.insert(name);
        usize::MAX
    }

    /// Returns `list` with every `let` inserted and every user replaced by their login.
    pub(crate) fn selectors(&mut self, list: &'t [Selector], findings: &mut Vec<Finding>) -> Vec<Resolved<'t>> {
        let mut resolved = Vec::with_capacity(list.len());
        for selector in list {
            self.selector(selector, None, &mut resolved, findings);
            if resolved.len() >= MAX_LENGTH {
                let message = format!("with its `let`s inserted, this list has more than {MAX_LENGTH} items");
                findings.push(Finding::new(Code::Syntax, selector.word.place, message));
                break;
            }
        }
        resolved
    }

    /// Like `selectors`, for a list with an `except`, which is subtracted.
    pub(crate) fn selection(&mut self, selection: &'t Selection, findings: &mut Vec<Finding>) -> Vec<Resolved<'t>> {
        let list = self.selectors(&selection.list, findings);
        self.subtract(list, &selection.except, findings)
    }

    /// Resolves one selector.
    pub(crate) fn selector(
        &mut self,
        selector: &'t Selector,
        used: Option<Use>,
        into: &mut Vec<Resolved<'t>>,
        findings: &mut Vec<Finding>,
    ) {
        if into.len() >= MAX_LENGTH {
            return;
        }
        let word = &selector.word;
        let text = match selector.kind {
            SelectorKind::Bare => match self.look_up(&word.text) {
                Some(Binding::User { email }) => email,
                Some(Binding::Let(LetValue::Selectors(selection))) => {
                    let used = used.or_else(|| Some(Use { name: word.text.clone(), place: word.place }));
                    let start = into.len();
                    for inner in &selection.list {
                        self.selector(inner, used.clone(), into, findings);
                    }
                    if !selection.except.is_empty() {
                        let list = into.split_off(start);
                        into.extend(self.subtract(list, &selection.except, findings));
                    }
                    if let Some(first) = into.get_mut(start).filter(|first| first.docs.is_empty()) {
                        first.docs = &selector.docs;
                    }
                    return;
                }
                Some(Binding::Let(value @ LetValue::Ports(_))) => {
                    findings.push(wrong_let(word, value, "where names or addresses belong"));
                    return;
                }
                Some(Binding::Host) => &word.text,
                // A `let` that was emptied has been reported.
                None if self.used.contains(word.text.as_str()) => return,
                None => &word.text,
            },
            _ => &word.text,
        };
        let quoted = selector.kind == SelectorKind::Quoted;
        let (text, written) = (Cow::Borrowed(text), word.text.as_str());
        into.push(Resolved { text, written, place: word.place, used, docs: &selector.docs, quoted });
    }

    /// Returns `list` with every `let` inserted.
    pub(crate) fn ports(&mut self, list: &'t [Port], findings: &mut Vec<Finding>) -> Vec<ResolvedPort<'t>> {
        let mut resolved = Vec::with_capacity(list.len());
        for port in list {
            self.port(port, None, &mut resolved, findings);
            if resolved.len() >= MAX_LENGTH {
                let message = format!("with its `let`s inserted, this list has more than {MAX_LENGTH} ports");
                findings.push(Finding::new(Code::Syntax, port.place, message));
                break;
            }
        }
        resolved
    }

    fn port(
        &mut self,
        port: &'t Port,
        used: Option<Use>,
        into: &mut Vec<ResolvedPort<'t>>,
        findings: &mut Vec<Finding>,
    ) {
        if into.len() >= MAX_LENGTH {
            return;
        }
        let word = match &port.kind {
            PortKind::Range { protocol, range } => {
                let protocol = protocol.as_ref();
                into.push(ResolvedPort { protocol, range, place: port.place, used, docs: &port.docs });
                return;
            }
            PortKind::Let(word) => word,
        };
        self.port_let(word, used, into, findings);
    }

    fn port_let(
        &mut self,
        word: &'t Word,
        used: Option<Use>,
        into: &mut Vec<ResolvedPort<'t>>,
        findings: &mut Vec<Finding>,
    ) {
        match self.look_up(&word.text) {
            Some(Binding::Let(LetValue::Ports(list))) => {
                let used = used.or_else(|| Some(Use { name: word.text.clone(), place: word.place }));
                for inner in list {
                    self.port(inner, used.clone(), into, findings);
                }
            }
            // `let web = https;` may be a list of selectors or of ports, and its use decides.
            Some(Binding::Let(LetValue::Selectors(Selection { list, except })))
                if except.is_empty() && list.iter().all(|selector| selector.kind == SelectorKind::Bare) =>
            {
                let used = used.or_else(|| Some(Use { name: word.text.clone(), place: word.place }));
                for inner in list {
                    self.port_let(&inner.word, used.clone(), into, findings);
                }
            }
            Some(Binding::Let(value)) => findings.push(wrong_let(word, value, "where ports belong")),
            Some(other) => {
                let message = format!("`{}` is {}, not a port", word.text, other.what());
                findings.push(
                    Finding::new(Code::Syntax, word.place, message).help("write the ports after `on`, such as `443`"),
                );
            }
            None if self.used.contains(word.text.as_str()) => {}
            None => findings.push(self.unknown_port(word)),
        }
    }

    fn unknown_port(&self, word: &Word) -> Finding {
        let finding = Finding::new(Code::UndefinedLet, word.place, format!("undefined port list `{}`", word.text));
        if word.text.parse::<policy_core::model::Protocol>().is_ok() {
            return finding.help(format!("a protocol is followed by its ports: write `{0}:443` or `{0}:*`", word.text));
        }
        if matches!(word.text.as_str(), "all" | "any") {
            return finding.help("write `*` for all ports");
        }
        if let Some(port) = policy_core::model::service_port(&word.text) {
            return finding.help(
                Help::write(format!("tcp:{port}"))
                    .or(format_args!(", or name it with `let {} = tcp:{port};`", word.text)),
            );
        }
        let ports = self.bindings.iter().filter_map(|(name, (binding, _))| match binding {
            Binding::Let(LetValue::Ports(_)) => Some(*name),
            _ => None,
        });
        match policy_core::diagnostic::suggestion::nearest(&word.text, ports) {
            Some(near) => finding.help(Help::did_you_mean(near)),
            None if !self.has_lets => finding.help("write the port's number"),
            None => finding.help(format!("name some with `let {} = tcp:443;`, or write the port's number", word.text)),
        }
    }

    fn look_up(&mut self, name: &'t str) -> Option<Binding<'t>> {
        let (binding, _) = self.bindings.get(name)?;
        self.used.insert(name);
        Some(*binding)
    }

    /// Returns the `let`s that are unused after everything is written. Those used by another unused
    /// `let` are left out.
    pub(crate) fn unused(&self, tree: &'t Tree) -> Vec<&'t Let> {
        let lets = || tree.items.iter().filter_map(|item| if let Item::Let(item) = item { Some(item) } else { None });
        let spliced: HashSet<&str> =
            lets().flat_map(|item| inner_names(&item.value)).map(|word| word.text.as_str()).collect();
        let is_unused = |item: &&Let| {
            let name = item.name.text.as_str();
            !self.used.contains(name) && !spliced.contains(name)
        };
        lets().filter(is_unused).collect()
    }

    /// Returns the names of all `let`s, for suggestions.
    pub(crate) fn lets(&self) -> Vec<&'t str> {
        let mut lets: Vec<&str> = self
            .bindings
            .iter()
            .filter(|(_, (binding, _))| matches!(binding, Binding::Let(LetValue::Selectors(_))))
            .map(|(name, _)| *name)
            .collect();
        lets.sort_unstable();
        lets
    }
}

impl Binding<'_> {
    fn what(&self) -> &'static str {
        match self {
            Binding::Let(_) => "a `let`",
            Binding::User { .. } => "a user",
            Binding::Host => "a host",
        }
    }
}

fn wrong_let(word: &Word, value: &LetValue, position: &str) -> Finding {
    let message = format!("`{}` is a list of {}, and is used {position}", word.text, value.what());
    let help = match value {
        LetValue::Ports(_) => "ports follow `on`",
        LetValue::Selectors(_) => "`on` takes ports, or the name of a `let` of ports",
    };
    Finding::new(Code::Syntax, word.place, message).help(help)
}

/// Returns the bare names in the value of a `let`.
fn inner_names(value: &LetValue) -> Vec<&Word> {
    match value {
        LetValue::Selectors(Selection { list, except }) => {
            let all = list.iter().chain(except);
            all.filter(|selector| selector.kind == SelectorKind::Bare).map(|selector| &selector.word).collect()
        }
        LetValue::Ports(list) => list
            .iter()
            .filter_map(|port| match &port.kind {
                PortKind::Let(word) => Some(word),
                PortKind::Range { .. } => None,
            })
            .collect(),
    }
}
