//! Writes the entries of sections, member by member in Tailscale's order.

use policy_core::Code;

use super::names::{Resolved, ResolvedPort};
use super::source_map::Use;
use crate::finding::Finding;
use crate::token_range::TokenRange;
use crate::tree::{
    Acl, Allow, Assert, AssertKind, Clause, ClauseKind, ClauseValue, Comment, Declaration, Entry, Form, Grant,
    NodeAttr, Probe, SectionKind, Selection, Selector, Ssh, SshTest, Target, Test, Value, Word, place_of,
};

use super::Writer;

impl<'t> Writer<'_, 't> {
    pub(super) fn entry(&mut self, kind: SectionKind, entry: &'t Entry, allows: &[Allow]) {
        match &entry.form {
            Form::Note(note) => return self.out.note(note),
            Form::Declaration(declaration) => {
                self.out.comments(&entry.marks.docs);
                return self.declaration(kind, declaration, [allows, &entry.marks.allows], entry.place);
            }
            _ => {}
        }
        let comments = self.start();
        self.out.marks(&entry.marks);
        self.out.allows(allows);
        self.until(&entry.form);
        // The comment may contain an instruction, too.
        if self.start() > comments {
            self.end(comments, entry.place);
        }
        let start = self.start();
        match &entry.form {
            Form::Json(object, _) => self.out.json_expanded(object),
            form => {
                self.out.push("{\n");
                match form {
                    Form::Grant(grant) => self.grant(grant),
                    Form::Acl(acl) => self.acl(acl),
                    Form::Ssh(ssh) => self.ssh(ssh),
                    Form::NodeAttr(attr) => self.node_attr(attr),
                    Form::Test(test) => self.test(test),
                    Form::SshTest(test) => self.ssh_test(test),
                    // Facts, invariants and approvers are written elsewhere.
                    _ => {}
                }
                self.out.push("}");
            }
        }
        self.end(start, entry.place);
        self.out.push(",\n");
    }

    /// Writes the end date of the entry, with its comment.
    fn until(&mut self, form: &Form) {
        if let Form::Test(Test { asserts, .. }) | Form::SshTest(SshTest { asserts, .. }) = form {
            let ends = asserts.iter().filter(|assert| matches!(assert.kind, AssertKind::Until(..)));
            ends.for_each(|assert| self.out.comments(&assert.docs));
        }
        if let Some(until) = form.until() {
            self.out.until(until);
        }
    }

    /// Writes one member for each of the names. A lint level applies to each of them.
    fn declaration(
        &mut self,
        kind: SectionKind,
        declaration: &'t Declaration,
        allows: [&[Allow]; 2],
        place: TokenRange,
    ) {
        for name in &declaration.names {
            allows.iter().for_each(|allows| self.out.allows(allows));
            let start = self.start();
            self.out.key_at(&name.word.text, name.word.place);
            match kind {
                SectionKind::Hosts => self.host(name, &declaration.values),
                SectionKind::IpSets => self.ip_set(&declaration.values),
                _ => {
                    let values = self.values(&declaration.values).0;
                    let values = self.names.subtract(values, &declaration.except, self.findings);
                    self.out.list(&values);
                }
            }
            self.end(start, place);
            self.out.push(",\n");
        }
    }

    /// Returns the values with `let`s inserted, and whether each one is to be removed.
    fn values(&mut self, values: &'t [Value]) -> (Vec<Resolved<'t>>, Vec<bool>) {
        let (mut resolved, mut removes) = (Vec::new(), Vec::new());
        for value in values {
            self.names.selector(&value.selector, None, &mut resolved, self.findings);
            removes.resize(resolved.len(), value.remove);
        }
        (resolved, removes)
    }

    fn host(&mut self, name: &Selector, values: &'t [Value]) {
        let (values, _) = self.values(values);
        let finding = match values.as_slice() {
            [only] if only.written.contains(':') && !only.quoted => {
                Finding::new(Code::Syntax, only.place, format!("a host is an address, and not `{}`", only.written))
                    .help(format!("write `let {} = {};` above for another name", name.word.text, only.written))
            }
            [only] => return self.out.string(&only.text, only.place),
            [] => Finding::new(
                Code::MissingField,
                name.word.place,
                format!("the host `{}` has no address", name.word.text),
            )
            .help(format!("write `{} = \"100.64.0.16\";`", name.word.text)),
            [_, second, ..] => {
                let message = format!("the host `{}` has more than one address", name.word.text);
                Finding::new(Code::Syntax, second.place, message)
                    .help("a host is one address or one prefix; an `ipset:` holds several")
            }
        };
        self.findings.push(finding);
        // Any address, so that nothing else is reported about this one.
        self.out.push("\"0.0.0.0\"");
    }

    /// Writes an IP set. The operations are explicit if any of them removes something, because
    /// `add` is then required.
    fn ip_set(&mut self, values: &'t [Value]) {
        let (values, removes) = self.values(values);
        let write_out =
            removes.contains(&true) || values.iter().any(|value| value.quoted && value.text.starts_with("remove "));
        let expanded = values.iter().any(|value| !value.docs.is_empty());
        self.out.push(if expanded { "[\n" } else { "[" });
        for (value, remove) in values.iter().zip(removes) {
            self.out.comments(value.docs);
            self.out.string_with(value.place, value.used.clone(), |string| {
                let written_out = value.text.starts_with("add ") || value.text.starts_with("remove ");
                if write_out && !(value.quoted && written_out) {
                    string.plain(if remove { "remove " } else { "add " });
                }
                if !value.quoted && !value.text.contains(':') {
                    string.plain("host:");
                }
                string.part(&value.text, value.place);
            });
            self.out.push(if expanded { ",\n" } else { ", " });
        }
        self.out.push("]");
    }

    fn grant(&mut self, grant: &'t Grant) {
        self.selection("src", &grant.src);
        self.selection("dst", &grant.dst);
        if let Some(on) = &grant.on {
            let ports = self.names.ports(on, self.findings);
            self.out.key("ip");
            self.ports(&ports);
            self.out.push(",\n");
        }
        self.clauses(&grant.clauses, &[ClauseKind::Via, ClauseKind::SrcPosture, ClauseKind::App]);
    }

    pub(super) fn ports(&mut self, ports: &[ResolvedPort]) {
        let expanded = ports.iter().any(|port| !port.docs.is_empty());
        self.out.push(if expanded { "[\n" } else { "[" });
        for port in ports {
            self.out.comments(port.docs);
            self.out.string_with(port.place, port.used.clone(), |string| {
                if let Some(protocol) = port.protocol {
                    string.part(&protocol.text, protocol.place);
                    string.plain(":");
                }
                string.part(&port.range.text, port.range.place);
            });
            self.out.push(if expanded { ",\n" } else { ", " });
        }
        self.out.push("]");
    }

    fn acl(&mut self, acl: &'t Acl) {
        self.out.push("\"action\": \"accept\",\n");
        self.selection("src", &acl.src);
        self.out.key("dst");
        let mut proto: Option<Option<&Word>> = None;
        let expanded = acl.targets.iter().any(|target| target.dst.list.iter().any(|dst| !dst.docs.is_empty()));
        self.out.push(if expanded { "[\n" } else { "[" });
        for target in &acl.targets {
            self.acl_target(target, &mut proto, expanded);
        }
        self.out.push("],\n");
        if let Some(Some(proto)) = proto {
            self.out.key("proto");
            self.out.string(&proto.text, proto.place);
            self.out.push(",\n");
        }
        self.clauses(&acl.clauses, &[ClauseKind::SrcPosture]);
    }

    fn acl_target(&mut self, target: &'t Target, proto: &mut Option<Option<&'t Word>>, expanded: bool) {
        let ports = match &target.on {
            Some(on) => self.names.ports(on, self.findings),
            None => Vec::new(),
        };
        for port in &ports {
            // In the policy file, `*:443` is the same as `443`.
            let this = port.protocol.filter(|protocol| protocol.text != "*");
            let first = proto.get_or_insert(this);
            if first.map(|word| &word.text) != this.map(|word| &word.text) {
                self.mixed_protocols(port, *first);
            }
        }
        for host in self.names.selection(&target.dst, self.findings) {
            let place = target.on.as_ref().and_then(|on| Some(host.place.to(on.last()?.place))).unwrap_or(host.place);
            let place = if host.used.is_some() { host.place } else { place };
            // The last colon separates host and ports, so an IPv6 address needs brackets.
            let bracketed = host.text.parse::<std::net::Ipv6Addr>().is_ok();
            self.out.comments(host.docs);
            self.out.string_with(place, host.used.clone(), |string| {
                string.plain(if bracketed { "[" } else { "" });
                string.part(&host.text, host.place);
                string.plain(if bracketed { "]:" } else { ":" });
                for (index, port) in ports.iter().enumerate() {
                    string.plain(if index > 0 { "," } else { "" });
                    string.part(&port.range.text, port.range.place);
                }
            });
            self.out.push(if expanded { ",\n" } else { ", " });
        }
    }

    fn mixed_protocols(&mut self, port: &ResolvedPort, first: Option<&Word>) {
        let name = |protocol: Option<&Word>| match protocol {
            Some(word) => format!("`{}`", word.text),
            None => "no protocol".to_owned(),
        };
        let message = format!("an acl has one protocol: {} after {}", name(port.protocol), name(first));
        let finding = Finding::new(Code::MixedProtocols, port.place, message);
        let finding = match first {
            Some(first) => finding.note_at("the protocol of this acl", first.place),
            None => finding,
        };
        self.findings.push(finding.help("write a separate acl for each protocol, or a grant, which takes several"));
    }

    fn ssh(&mut self, ssh: &'t Ssh) {
        self.out.key("action");
        self.out.string(&ssh.action.text, ssh.action.place);
        self.out.push(",\n");
        self.selection("src", &ssh.src);
        self.selection("dst", &ssh.dst);
        if let Some(users) = &ssh.users {
            self.verbatim("users", users);
        }
        self.clauses(
            &ssh.clauses,
            &[
                ClauseKind::CheckPeriod,
                ClauseKind::AcceptEnv,
                ClauseKind::SrcPosture,
                ClauseKind::Recorder,
                ClauseKind::EnforceRecorder,
            ],
        );
    }

    fn node_attr(&mut self, attr: &'t NodeAttr) {
        self.selection("target", &attr.target);
        self.clauses(&attr.clauses, &[ClauseKind::Attr, ClauseKind::App, ClauseKind::IpPool]);
    }

    fn test(&mut self, test: &'t Test) {
        if let Some(src) = test.src.first() {
            self.one("src", src);
        }
        self.asserts(&test.asserts, &["proto", "srcPostureAttrs", "accept", "deny"]);
    }

    fn ssh_test(&mut self, test: &'t SshTest) {
        if let Some(src) = test.src.first() {
            self.one("src", src);
        }
        self.field("dst", &test.dst);
        self.asserts(&test.asserts, &["accept", "check", "deny", "srcPostureAttrs"]);
    }

    // --- members ---

    pub(super) fn field(&mut self, key: &str, list: &'t [Selector]) {
        let place = place_of(list);
        let list = self.names.selectors(list, self.findings);
        self.list(key, &list, place);
    }

    /// Like `field`, for a list with an `except`.
    pub(super) fn selection(&mut self, key: &str, selection: &'t Selection) {
        let list = self.names.selection(selection, self.findings);
        self.list(key, &list, selection.place());
    }

    fn list(&mut self, key: &str, list: &[Resolved], place: Option<TokenRange>) {
        self.out.key(key);
        let start = self.start();
        self.out.list(list);
        if let Some(place) = place {
            self.end(start, place);
        }
        self.out.push(",\n");
    }

    /// Writes strings that are data, not names.
    fn verbatim(&mut self, key: &str, list: &'t [Selector]) {
        let place = place_of(list);
        let list: Vec<Resolved> = list.iter().map(literal).collect();
        self.list(key, &list, place);
    }

    /// Writes a field with one selector.
    fn one(&mut self, key: &str, selector: &'t Selector) {
        self.out.comments(&selector.docs);
        self.out.key(key);
        match self.single(selector) {
            Some(only) => self.out.string(&only.text, selector.word.place),
            None => self.out.push("\"\""),
        }
        self.out.push(",\n");
    }

    fn single(&mut self, selector: &'t Selector) -> Option<Resolved<'t>> {
        let before = self.findings.len();
        let mut list = Vec::new();
        self.names.selector(selector, None, &mut list, self.findings);
        match list.len() {
            1 => list.pop(),
            count => {
                if self.findings.len() == before {
                    let message = format!("`{}` stands for {count} names, and one is needed here", selector.word.text);
                    self.findings.push(
                        Finding::new(Code::Syntax, selector.word.place, message).help("write a test for each of them"),
                    );
                }
                None
            }
        }
    }

    fn clauses(&mut self, clauses: &'t [Clause], order: &[ClauseKind]) {
        for kind in order {
            let Some(clause) = clauses.iter().find(|clause| clause.kind == *kind) else { continue };
            match &clause.value {
                ClauseValue::Selectors(list) => match kind {
                    ClauseKind::Attr | ClauseKind::IpPool | ClauseKind::AcceptEnv => self.verbatim(kind.key(), list),
                    _ => self.field(kind.key(), list),
                },
                ClauseValue::Json(json) => {
                    self.out.key(kind.key());
                    self.out.json(json);
                    self.out.push(",\n");
                }
                ClauseValue::Word(word) => {
                    self.out.key(kind.key());
                    self.out.string(&word.text, word.place);
                    self.out.push(",\n");
                }
                // It is written above the entry.
                ClauseValue::Until(_) => {}
                ClauseValue::Nothing => {
                    self.out.key(kind.key());
                    self.out.map(clause.key.place, |out| out.push("true"));
                    self.out.push(",\n");
                }
            }
        }
    }

    /// Writes the assertions of a test. Statements of the same kind are combined, as blocks of a
    /// section are.
    fn asserts(&mut self, asserts: &'t [Assert], order: &[&str]) {
        // An end date is written above the entry, with its comment.
        let proto = proto(asserts);
        let asserts: Vec<&Assert> =
            asserts.iter().filter(|assert| !matches!(assert.kind, AssertKind::Until(..))).collect();
        for key in order {
            let mut notes: Vec<&Comment> = Vec::new();
            let mut probes: Vec<&Probe> = Vec::new();
            let mut accounts: Vec<Resolved> = Vec::new();
            let mut found = false;
            let mut is_apart = false;
            for (index, assert) in asserts.iter().enumerate() {
                is_apart = index > 0 && (assert.is_apart || is_apart && !notes.is_empty());
                match &assert.kind {
                    AssertKind::Note(note) => {
                        notes.push(note);
                        continue;
                    }
                    kind if kind.key() != *key => {
                        notes.clear();
                        continue;
                    }
                    kind => {
                        if is_apart && !found {
                            self.out.push("\n");
                        }
                        notes.drain(..).for_each(|note| self.out.comments(std::slice::from_ref(note)));
                        self.out.comments(&assert.docs);
                        match kind {
                            AssertKind::Probes(_, list) => probes.extend(list),
                            AssertKind::Accounts(_, list) => accounts.extend(list.iter().map(literal)),
                            _ if found => self.given_twice(key, kind),
                            AssertKind::Proto(word) => {
                                self.out.key(key);
                                self.out.string(&word.text, word.place);
                                self.out.push(",\n");
                            }
                            AssertKind::SrcPostureAttrs(json) => {
                                self.out.key(key);
                                self.out.json(json);
                                self.out.push(",\n");
                            }
                            AssertKind::Note(_) | AssertKind::Until(..) => {}
                        }
                        found = true;
                    }
                }
            }
            if !probes.is_empty() {
                self.out.key(key);
                self.probes(&probes, proto);
            } else if !accounts.is_empty() {
                self.out.key(key);
                self.out.list(&accounts);
                self.out.push(",\n");
            }
        }
        if let Some(Assert { kind: AssertKind::Note(note), .. }) = asserts.last() {
            self.out.note(note);
        }
    }

    fn given_twice(&mut self, key: &str, kind: &AssertKind) {
        let place = match kind {
            AssertKind::Proto(word) => word.place,
            AssertKind::SrcPostureAttrs(json) => json.place,
            AssertKind::Probes(word, _) | AssertKind::Accounts(word, _) | AssertKind::Until(word, _) => word.place,
            AssertKind::Note(_) => return,
        };
        self.findings.push(
            Finding::new(Code::DuplicateName, place, format!("`{key}` is given twice")).help("write a second test"),
        );
    }

    /// Writes the targets of a test about `proto`. A `let` of ports becomes one target for each
    /// port.
    fn probes(&mut self, probes: &[&'t Probe], proto: Option<&Word>) {
        let expanded = probes.iter().any(|probe| !probe.docs.is_empty());
        self.out.push(if expanded { "[\n" } else { "[" });
        for probe in probes {
            self.out.comments(&probe.docs);
            if probe.port.is_none() {
                self.out.string(&probe.host.word.text, probe.place);
                self.out.push(if expanded { ",\n" } else { ", " });
                continue;
            }
            let Some(host) = self.single(&probe.host) else { continue };
            for port in self.names.ports(probe.port.as_slice(), self.findings) {
                if self.is_no_target(&port, proto) {
                    continue;
                }
                self.out.string_with(probe.place, None, |string| {
                    string.part(&host.text, probe.host.word.place);
                    string.plain(":");
                    string.part(&port.range.text, port.used.as_ref().map_or(port.place, |used| used.place));
                });
                self.out.push(if expanded { ",\n" } else { ", " });
            }
        }
        self.out.push("],\n");
    }

    /// Returns whether a port comes from a `let` with more ports than a test can have, and reports
    /// it if so.
    fn is_no_target(&mut self, port: &ResolvedPort, proto: Option<&Word>) -> bool {
        let Some(Use { name, place }) = &port.used else { return false };
        let asked = proto.map_or("tcp", |proto| &proto.text);
        let other = port.protocol.map(|protocol| protocol.text.as_str()).filter(|this| *this != "*" && *this != asked);
        let finding = if let Some(other) = other {
            let finding = Finding::new(
                Code::InvalidTest,
                *place,
                format!("`{name}` is about `{other}`, and this test about `{asked}`"),
            );
            finding.help(format!("write a test with `proto {other};` for it"))
        } else if port.range.text.contains(['-', '*']) {
            let message = format!("a test probes one port, and `{name}` has `{}`", port.range.text);
            Finding::new(Code::InvalidTest, *place, message).help("write the port's number")
        } else {
            return false;
        };
        self.findings.push(finding.note_at("it is named here", port.place));
        true
    }
}

/// Returns the protocol of a test, if it has one.
fn proto(asserts: &[Assert]) -> Option<&Word> {
    asserts.iter().find_map(|assert| match &assert.kind {
        AssertKind::Proto(proto) => Some(proto),
        _ => None,
    })
}

fn literal(selector: &Selector) -> Resolved<'_> {
    let Word { text, place } = &selector.word;
    Resolved { text: text.into(), written: text, place: *place, used: None, docs: &selector.docs, quoted: true }
}

impl AssertKind {
    fn key(&self) -> &str {
        match self {
            AssertKind::Probes(key, _) | AssertKind::Accounts(key, _) => &key.text,
            AssertKind::Proto(_) => "proto",
            AssertKind::SrcPostureAttrs(_) => "srcPostureAttrs",
            AssertKind::Until(key, _) => &key.text,
            AssertKind::Note(_) => "",
        }
    }
}
