//! Statements with an arrow, and the clauses after them.

use policy_core::Code;
use policy_core::diagnostic::Help;
use policy_core::diagnostic::suggestion::nearest;
use policy_core::model::{Duration, Until};

use crate::finding::Finding;
use crate::token_range::TokenRange;

use super::parser::{Failed, Parsed, Parser};
use super::until::misplaced_until;
use crate::tree::{
    Acl, Clause, ClauseKind, ClauseValue, Grant, Invariant, Json, NodeAttr, SectionKind, Selection, Selector, Ssh,
    Target, Word,
};

impl Parser<'_, '_> {
    /// `src -> dst on ip clause…;`
    pub(super) fn grant(&mut self) -> Parsed<Grant> {
        self.refuse_action(SectionKind::Grants)?;
        let src = self.selected_sources(SectionKind::Grants)?;
        let dst = self.selected_destinations()?;
        let on = self.on()?;
        if self.peek_is("and") {
            return Err(self.refuse(
                self.here(),
                "a grant has one list of ports, and no `and`",
                "write a second grant for the other destinations",
            ));
        }
        let clauses = self.clauses(
            SectionKind::Grants,
            &[ClauseKind::Via, ClauseKind::SrcPosture, ClauseKind::App, ClauseKind::Until],
        )?;
        Ok(Grant { src, dst, on, clauses })
    }

    /// `src -> dst on ports and dst on ports clause…;`
    pub(super) fn acl(&mut self) -> Parsed<Acl> {
        self.refuse_action(SectionKind::Acls)?;
        let src = self.selected_sources(SectionKind::Acls)?;
        let targets = self.targets(Self::selected_destinations)?;
        let clauses = self.clauses(SectionKind::Acls, &[ClauseKind::SrcPosture, ClauseKind::Until])?;
        for target in &targets {
            if target.on.is_none() {
                return Err(self.refuse(
                    target.place,
                    "an acl says which ports it opens",
                    "write `on 443` after the destinations, or `on *` for all ports",
                ));
            }
        }
        Ok(Acl { src, targets, clauses })
    }

    /// `accept src -> dst as users clause…;`
    pub(super) fn ssh(&mut self) -> Parsed<Ssh> {
        let action = self.ssh_action()?;
        let src = self.selected_sources(SectionKind::Ssh)?;
        let dst = self.selected_destinations()?;
        let users = if self.keyword("as").is_some() { Some(self.accounts()?) } else { None };
        let clauses = self.clauses(
            SectionKind::Ssh,
            &[
                ClauseKind::CheckPeriod,
                ClauseKind::AcceptEnv,
                ClauseKind::SrcPosture,
                ClauseKind::Recorder,
                ClauseKind::EnforceRecorder,
                ClauseKind::Until,
            ],
        )?;
        Ok(Ssh { action, src, dst, users, clauses })
    }

    /// Reports `accept` before a rule without an action, and the members of an object without
    /// braces.
    fn refuse_action(&mut self, section: SectionKind) -> Parsed<()> {
        if self.peek_string() && self.second_punct() == Some(':') {
            let message = "a rule in Tailscale's own form is an object in braces";
            return Err(self.refuse(self.here(), message, format!("write `{{ … }};`, or {}", section.example())));
        }
        let Some(word @ ("accept" | "allow" | "permit" | "deny" | "drop" | "reject")) = self.peek_ident() else {
            return Ok(());
        };
        // A host may be called `allow`.
        let is_name = self.next_goes_on() || matches!(self.second_punct(), Some(',' | '-' | ':' | '='));
        if is_name {
            return Ok(());
        }
        let (place, rule) = (self.here(), section.key().trim_end_matches('s'));
        if matches!(word, "accept" | "allow" | "permit") {
            self.complain(
                place,
                format!("a rule of `{}` has no action: it always allows", section.key()),
                Help::remove(format!("leave out `{word}`")),
            );
            self.any_token();
            return Ok(());
        }
        let message = format!("`{}` has no rules that deny", section.key());
        let help = format!("leave the {rule} out: anything not allowed is already denied");
        Err(self.refuse(place, message, help))
    }

    fn ssh_action(&mut self) -> Parsed<Word> {
        match self.peek_ident() {
            Some("accept" | "check") if !self.next_goes_on() => self.ident().ok_or(Failed),
            Some(word @ ("deny" | "allow" | "Accept" | "Check")) => {
                let help = match word {
                    "deny" => "what no rule accepts is denied already: leave the rule out".into(),
                    "Check" => Help::write_text("check"),
                    _ => Help::write_text("accept"),
                };
                let finding =
                    Finding::new(Code::Syntax, self.here(), format!("`{word}` is not an SSH action")).help(help);
                Err(self.fail(finding))
            }
            _ => Err(self.unexpected(
                "`accept` or `check`",
                "an SSH rule begins with its action: `check autogroup:member -> autogroup:self as autogroup:nonroot;`",
            )),
        }
    }

    /// Reads accounts, which are data and so in quotes. `autogroup:nonroot` is a name.
    pub(super) fn accounts(&mut self) -> Parsed<Vec<Selector>> {
        let list = self.texts("an account in quotes")?;
        for selector in &list {
            let is_nonroot = selector.word.text == "autogroup:nonroot";
            if selector.kind == crate::tree::SelectorKind::Quoted && is_nonroot {
                self.report_needless_quotes(&selector.word);
            }
            if selector.kind == crate::tree::SelectorKind::Named && !is_nonroot {
                let name = &selector.word.text;
                let help = match nearest(name, ["autogroup:nonroot"]) {
                    Some(near) => Help::did_you_mean(near),
                    None => {
                        Help::from("accounts are written in quotes, and `autogroup:nonroot` is all of them but root")
                    }
                };
                self.complain(selector.word.place, format!("`{name}` is not an account"), help);
            }
            if selector.kind == crate::tree::SelectorKind::Bare {
                let name = &selector.word.text;
                self.complain(
                    selector.word.place,
                    format!("the account `{name}` is missing its quotes"),
                    Help::write_text(format_args!("\"{name}\"")).and(": accounts on the machines are in quotes"),
                );
            }
        }
        Ok(list)
    }

    /// `target clause…;`
    pub(super) fn node_attr(&mut self) -> Parsed<NodeAttr> {
        let target =
            self.selection("a target").map_err(|failed| self.with_help(failed, SectionKind::NodeAttrs.example()))?;
        if self.peek_punct('=') || self.peek_arrow() {
            return Err(
                self.unexpected("`attr`, `app` or `ipPool` after the targets", SectionKind::NodeAttrs.example())
            );
        }
        let clauses = self.clauses(SectionKind::NodeAttrs, &[ClauseKind::Attr, ClauseKind::App, ClauseKind::IpPool])?;
        if clauses.is_empty() {
            let place = target.place().unwrap_or(self.previous());
            return Err(self.refuse(
                place,
                "expected `attr`, `app` or `ipPool` after the targets",
                SectionKind::NodeAttrs.example(),
            ));
        }
        Ok(NodeAttr { target, clauses })
    }

    /// `only src except src -> targets except targets;`, the same with `never`; `isolated src except targets;`
    pub(super) fn invariant(&mut self) -> Parsed<Invariant> {
        let kind = match self.peek_ident() {
            Some("only" | "never" | "isolated") if !self.next_goes_on() => self.ident().ok_or(Failed)?,
            _ => {
                return Err(self.unexpected("`only`, `never` or `isolated`", SectionKind::Invariants.example()));
            }
        };
        let is_isolated = kind.text == "isolated";
        let src = self
            .selectors(if is_isolated { "what is isolated" } else { "a source" })
            .map_err(|failed| self.with_help(failed, SectionKind::Invariants.example()))?;
        if is_isolated {
            if self.peek_arrow() {
                let finding =
                    Finding::new(Code::Syntax, self.here(), "`isolated` is about both directions, and has no `->`")
                        .help("write `isolated tag:iot except tag:hub on 443;`");
                return Err(self.fail(finding));
            }
            let except = self.except()?;
            self.end_of_statement()?;
            return Ok(Invariant { kind, src, src_except: Vec::new(), targets: Vec::new(), except });
        }
        let src_except =
            if self.keyword("except").is_some() { self.selectors("a source after `except`")? } else { Vec::new() };
        self.arrow_after_sources(SectionKind::Invariants)?;
        let targets = self.targets(Self::all_destinations)?;
        let except = self.except()?;
        self.end_of_statement()?;
        Ok(Invariant { kind, src, src_except, targets, except })
    }

    fn except(&mut self) -> Parsed<Vec<Target>> {
        if self.keyword("except").is_some() { self.targets(Self::all_destinations) } else { Ok(Vec::new()) }
    }

    // --- parts ---

    /// The sources, and the arrow after them.
    pub(super) fn sources(&mut self, kind: SectionKind) -> Parsed<Vec<Selector>> {
        let src = self.selectors("a source").map_err(|failed| self.with_help(failed, kind.example()))?;
        self.arrow_after_sources(kind)?;
        Ok(src)
    }

    /// Reads the sources, an optional `except`, and the arrow.
    fn selected_sources(&mut self, kind: SectionKind) -> Parsed<Selection> {
        let src = self.selection("a source").map_err(|failed| self.with_help(failed, kind.example()))?;
        self.arrow_after_sources(kind)?;
        Ok(src)
    }

    pub(super) fn destinations(&mut self) -> Parsed<Vec<Selector>> {
        let dst = self.selectors("a destination")?;
        if self.peek_punct(':') { Err(self.port_of_destination(&dst)) } else { Ok(dst) }
    }

    /// Reads the destinations of an invariant. Their `except` has ports of its own.
    fn all_destinations(&mut self) -> Parsed<Selection> {
        self.destinations().map(Selection::from)
    }

    /// Reads the destinations and an optional `except`.
    fn selected_destinations(&mut self) -> Parsed<Selection> {
        let dst = Selection { list: self.destinations()?, except: self.except_selectors()? };
        if self.peek_punct(':') { Err(self.port_of_destination(&dst.except)) } else { Ok(dst) }
    }

    fn port_of_destination(&mut self, dst: &[Selector]) -> Failed {
        // `tag:web:443`, the form of an ACL in the policy file
        let place = self.here();
        self.punct(':');
        let host = dst.last().map(|last| last.word.clone());
        let port = self.literal().map_or("443".to_owned(), |port| port.text);
        let finding = match host {
            Some(host) => {
                let written = host.text;
                Finding::new(Code::Syntax, host.place.to(self.since(place)), "the ports of a rule follow `on`")
                    .help(Help::write_text(format_args!("{written} on {port}")))
            }
            None => Finding::new(Code::Syntax, place, "the ports of a rule follow `on`").help("write `on 443`"),
        };
        self.fail(finding)
    }

    fn on(&mut self) -> Parsed<Option<Vec<crate::tree::Port>>> {
        if self.keyword("on").is_some() { self.ports().map(Some) } else { Ok(None) }
    }

    /// `dst on ports and dst on ports`
    fn targets(&mut self, destinations: fn(&mut Self) -> Parsed<Selection>) -> Parsed<Vec<Target>> {
        let mut targets = Vec::new();
        loop {
            let start = self.here();
            let dst = destinations(self)?;
            let on = self.on()?;
            targets.push(Target { dst, on, place: self.since(start) });
            if self.keyword("and").is_none() {
                return Ok(targets);
            }
        }
    }

    /// Reads the clauses up to the `;`, which is included.
    fn clauses(&mut self, section: SectionKind, allowed: &[ClauseKind]) -> Parsed<Vec<Clause>> {
        let mut clauses: Vec<Clause> = Vec::new();
        while let Some(word) = self.peek_ident() {
            let Some(kind) = ClauseKind::from_key(word) else {
                let is_misspelt = nearest(word, allowed.iter().map(|kind| kind.key())).is_some();
                if self.peek_next_statement() && !is_misspelt {
                    break;
                }
                return Err(self.unknown_clause(section, word, allowed));
            };
            let Some(key) = self.ident() else { return Err(Failed) };
            let value = self.clause_value(kind, key.place)?;
            if !allowed.contains(&kind) && kind == ClauseKind::Until {
                self.report(misplaced_until(key.place));
                continue;
            }
            if !allowed.contains(&kind) {
                let clauses = one_of(allowed);
                self.complain(
                    key.place,
                    format!("`{}` has no clause `{word}`", section.key()),
                    format!("its clauses are {clauses}"),
                );
                continue;
            }
            if let Some(first) = clauses.iter().find(|clause| clause.kind == kind) {
                let first = first.key.place;
                if kind == ClauseKind::Until {
                    self.refuse_second_until(key.place, first);
                    continue;
                }
                self.report(
                    Finding::new(Code::DuplicateName, key.place, format!("`{word}` is given twice"))
                        .note_at("first given here", first)
                        .help("put all of it into one clause"),
                );
                continue;
            }
            clauses.push(Clause { kind, key, value });
        }
        self.end_of_statement()?;
        Ok(clauses)
    }

    fn clause_value(&mut self, kind: ClauseKind, key: TokenRange) -> Parsed<ClauseValue> {
        Ok(match kind {
            ClauseKind::Via => ClauseValue::Selectors(self.selectors("a tag after `via`")?),
            ClauseKind::SrcPosture => ClauseValue::Selectors(self.selectors("a posture after `srcPosture`")?),
            ClauseKind::Recorder => ClauseValue::Selectors(self.selectors("a tag after `recorder`")?),
            ClauseKind::App => ClauseValue::Json(self.capabilities_of_rule()?),
            ClauseKind::Attr => ClauseValue::Selectors(self.strings("attr", "an attribute")?),
            ClauseKind::IpPool => ClauseValue::Selectors(self.strings("ipPool", "a prefix")?),
            ClauseKind::AcceptEnv => ClauseValue::Selectors(self.strings("acceptEnv", "a variable's name")?),
            ClauseKind::CheckPeriod => ClauseValue::Word(self.check_period()?),
            ClauseKind::EnforceRecorder => ClauseValue::Nothing,
            ClauseKind::Until => ClauseValue::Until(self.until_date(key)?),
        })
    }

    fn capabilities_of_rule(&mut self) -> Parsed<Json> {
        let name = if self.peek_string() { self.peek_literal().unwrap_or_default() } else { "\"example.com/cap/sql\"" };
        let help = format!("write `app {{ {name}: [{{}}] }}`");
        self.capabilities().map_err(|failed| self.with_help(failed, &help))
    }

    /// Reads a list of strings. The help for a bare word adds the quotes.
    fn strings(&mut self, clause: &str, what: &str) -> Parsed<Vec<Selector>> {
        let list = self.texts(&format!("{what} in quotes after `{clause}`"))?;
        for selector in &list {
            if selector.kind != crate::tree::SelectorKind::Quoted {
                let text = &selector.word.text;
                self.complain(
                    selector.word.place,
                    format!("`{text}` is missing its quotes"),
                    Help::write_text(format_args!("\"{text}\"")),
                );
            }
        }
        Ok(list)
    }

    /// `always`, `12h` or a string
    fn check_period(&mut self) -> Parsed<Word> {
        if let Some(word) = self.string()? {
            return Ok(word);
        }
        if let Some(word) = self.literal() {
            return Ok(self.with_unit(word));
        }
        if let Some(word) = self.keyword("always") {
            return Ok(Word { text: "always".to_owned(), place: word });
        }
        let start = self.here();
        if self.peek_punct('-')
            && self.punct('-').is_some()
            && let Some(word) = self.literal()
        {
            return Ok(Word { text: format!("-{}", word.text), place: self.since(start) });
        }
        let finding =
            self.expected("a time after `checkPeriod`").help("write `checkPeriod 12h` or `checkPeriod always`");
        Err(self.fail(finding))
    }

    /// Reads the unit of a time that has a blank before it.
    fn with_unit(&mut self, number: Word) -> Word {
        let is_number = number.text.bytes().all(|byte| byte.is_ascii_digit());
        let Some(unit) = self.peek_ident().filter(|_| is_number && !self.next_goes_on()) else { return number };
        let text = format!("{}{unit}", number.text);
        let right = match text.parse::<Duration>() {
            Ok(_) => Help::write_text(&text),
            // A word that is not a unit may be a clause.
            Err(problem) => match problem.help.filter(|help| help.fix.is_some()) {
                Some(help) => help,
                None => return number,
            },
        };
        self.ident();
        let place = self.since(number.place);
        self.complain(place, "a time has no blank in it", right);
        Word { text: "12h".to_owned(), place }
    }

    fn unknown_clause(&mut self, section: SectionKind, word: &str, allowed: &[ClauseKind]) -> Failed {
        let place = self.here();
        let finding = match word {
            "on" => Finding::new(Code::Syntax, place, "`on` comes right after the destinations")
                .help("move it there; clauses come after the ports"),
            "as" => Finding::new(Code::Syntax, place, "`as` comes right after the destinations of an SSH rule")
                .help("move it there; clauses come after the accounts"),
            "proto" => Finding::new(Code::Syntax, place, "`proto` is part of the ports").help("write `on udp:53`"),
            "ip" => Finding::new(Code::Syntax, place, "`ip` is written `on`").help("write `on tcp:443`"),
            "users" => Finding::new(Code::Syntax, place, "`users` is written `as`").help("write `as \"root\"`"),
            "and" | "except" => self.expected("`;`").help("a statement ends with `;`"),
            "posture" if allowed.contains(&ClauseKind::SrcPosture) => {
                self.expected("`,`, `;` or a clause").help(Help::did_you_mean("srcPosture"))
            }
            _ if self.protocol_ahead() => {
                let ports = self.glued_text();
                let place = self.since(place);
                let help = Help::write_text(format_args!("on {ports}"));
                return self.refuse(place, "the ports of a rule follow `on`", help);
            }
            _ => {
                let is_until = Until::is_meant(word) && allowed.contains(&ClauseKind::Until);
                let near = nearest(word, allowed.iter().map(|kind| kind.key()));
                let near = near.or_else(|| is_until.then_some(Until::WORD));
                let help = match near {
                    Some(near) => Help::did_you_mean(near),
                    None => Help::from(format!(
                        "items of a list are separated by `,`, a statement ends with `;`, and the clauses of `{}` are {}",
                        section.key(),
                        one_of(allowed)
                    )),
                };
                Finding::new(Code::Syntax, place, format!("expected `,`, `;` or a clause, found `{word}`")).help(help)
            }
        };
        self.fail(finding)
    }

    /// Adds a `help:` to the last finding if it has none.
    pub(super) fn with_help(&mut self, failed: Failed, help: &str) -> Failed {
        if let Some(last) = self.state.findings.last_mut().filter(|finding| finding.help.is_none()) {
            last.help = Some(help.into());
        }
        failed
    }
}

fn one_of(kinds: &[ClauseKind]) -> String {
    let names: Vec<String> = kinds.iter().map(|kind| format!("`{}`", kind.key())).collect();
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}

impl ClauseKind {
    const ALL: &[ClauseKind] = &[
        ClauseKind::Via,
        ClauseKind::SrcPosture,
        ClauseKind::Recorder,
        ClauseKind::App,
        ClauseKind::Attr,
        ClauseKind::IpPool,
        ClauseKind::AcceptEnv,
        ClauseKind::CheckPeriod,
        ClauseKind::EnforceRecorder,
        ClauseKind::Until,
    ];

    /// Returns the field in the policy file, and the clause in the macro.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            ClauseKind::Via => "via",
            ClauseKind::SrcPosture => "srcPosture",
            ClauseKind::Recorder => "recorder",
            ClauseKind::App => "app",
            ClauseKind::Attr => "attr",
            ClauseKind::IpPool => "ipPool",
            ClauseKind::AcceptEnv => "acceptEnv",
            ClauseKind::CheckPeriod => "checkPeriod",
            ClauseKind::EnforceRecorder => "enforceRecorder",
            ClauseKind::Until => Until::WORD,
        }
    }

    fn from_key(word: &str) -> Option<ClauseKind> {
        Self::ALL.iter().copied().find(|kind| kind.key() == word)
    }
}
