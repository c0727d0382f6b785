//! Statements that declare names, and facts.

use crate::token::Delimiter;
use policy_core::Code;
use policy_core::diagnostic::Help;

use crate::finding::Finding;

use super::parser::{Parsed, Parser};
use crate::tree::{Approvers, Declaration, Device, Form, SectionKind, Selector, User, Value, Word};

/// Returns a condition with spaces around its operator.
fn spaced(condition: &str) -> String {
    let is_operator = |char: char| matches!(char, '=' | '!' | '<' | '>');
    let Some(start) = condition.find(is_operator) else { return condition.to_owned() };
    let (before, rest) = condition.split_at(start);
    let length = rest.find(|char| !is_operator(char)).unwrap_or(rest.len());
    let (operator, after) = rest.split_at(length);
    format!("{} {operator} {}", before.trim(), after.trim())
}

impl Parser<'_, '_> {
    /// `name, name = value, value;`
    pub(super) fn declaration(&mut self, kind: SectionKind) -> Parsed<Declaration> {
        let names = self.selectors("a name to declare").map_err(|failed| self.with_help(failed, kind.example()))?;
        if let Some(values) = self.json_member(kind)? {
            return Ok(Declaration { names, values, except: Vec::new() });
        }
        let values = if self.punct(';').is_some() {
            return Ok(Declaration { names, values: Vec::new(), except: Vec::new() });
        } else {
            self.equals(kind.example())?;
            self.values(kind)?
        };
        let except = match kind {
            SectionKind::Groups | SectionKind::TagOwners => self.except_selectors()?,
            _ => self.no_except(kind)?,
        };
        self.end_of_statement()?;
        Ok(Declaration { names, values, except })
    }

    /// Reads `: ["…"]`, as HuJSON has it, after the name of an entry. It is one mistake.
    fn json_member(&mut self, kind: SectionKind) -> Parsed<Option<Vec<Value>>> {
        if !self.peek_punct(':') || !self.is_group(self.at + 1, Delimiter::Bracket) {
            return Ok(None);
        }
        let start = self.next_tokens(2);
        let findings = self.state.findings.len();
        self.punct(':');
        let values = self.values(kind);
        self.state.findings.truncate(findings);
        self.complain(start, format!("an entry of `{}` is not written as in HuJSON", kind.key()), kind.example());
        if self.punct(';').is_none() {
            self.punct(',');
        }
        Ok(Some(values?))
    }

    /// Reads a list of names that cannot have an `except`.
    fn no_except(&mut self, kind: SectionKind) -> Parsed<Vec<Selector>> {
        if kind != SectionKind::IpSets || !self.peek_is("except") {
            return Ok(Vec::new());
        }
        Err(self.refuse(
            self.here(),
            "an ip set has `remove` instead of `except`",
            "write `ipset:prod = \"192.0.2.0/24\", remove \"192.0.2.9\";`",
        ))
    }

    fn values(&mut self, kind: SectionKind) -> Parsed<Vec<Value>> {
        let what = match kind {
            SectionKind::Groups => "a user",
            SectionKind::Hosts => "an address in quotes",
            SectionKind::Postures => "a condition in quotes",
            SectionKind::IpSets => "an address, a host or an ip set",
            SectionKind::TagOwners => "an owner",
            _ => "an approver",
        };
        if kind != SectionKind::IpSets {
            if kind == SectionKind::Postures && !self.peek_string() && self.second_punct() == Some(':') {
                let (place, written) = (self.here(), self.glued_text());
                let help = Help::write_text(format_args!("\"{}\"", spaced(&written.replace('"', "'"))));
                let place = self.since(place);
                return Err(self.refuse(place, "a condition is written in quotes", help));
            }
            let list = self.selectors(what)?;
            return Ok(list.into_iter().map(|selector| Value { remove: false, selector }).collect());
        }
        let mut values = Vec::new();
        loop {
            let docs = self.docs();
            // `add` is the default operation. It is accepted for people who are used to writing it.
            let remove = !self.next_goes_on() && self.keyword("remove").is_some();
            if !remove && !self.next_goes_on() && self.peek_is("add") {
                let place = self.here();
                self.ident();
                self.complain(place, "`add` is the default", Help::remove("leave it out"));
            }
            let mut selector = self.selector(what)?;
            selector.docs.splice(0..0, docs);
            values.push(Value { remove, selector });
            if self.refuse_minus() {
                continue;
            }
            if !self.separator() || !(self.peek_selector() || self.peek_is("remove") || self.peek_is("add")) {
                return Ok(values);
            }
        }
    }

    /// Reports a `-` between the targets of an ip set. What follows is read as one that is added.
    fn refuse_minus(&mut self) -> bool {
        if !self.peek_dash() {
            return false;
        }
        self.complain(self.here(), "an ip set has `remove` instead of `-`", Help::write_text(", remove"));
        self.punct('-');
        true
    }

    /// `name = "e-mail", role;`
    pub(super) fn user(&mut self) -> Parsed<User> {
        self.refuse_user_name()?;
        let name = self.declared_name("a name for the user")?;
        self.equals(SectionKind::Users.example())?;
        if self.peek_group(Delimiter::Bracket) {
            let message = "a user has one login, and no list of them";
            return Err(self.refuse(self.here(), message, SectionKind::Users.example()));
        }
        let Some(email) = self.string()? else {
            let selector = self.selector("an e-mail address in quotes")?;
            let message = format!("`{}` is not an e-mail address in quotes", selector.word.text);
            return Err(self.refuse(selector.word.place, message, SectionKind::Users.example()));
        };
        let comma = self.punct(',').is_some();
        let role = if comma && !self.peek_punct(';') { Some(self.role()?) } else { None };
        if self.punct(',').is_some() && self.peek_ident().is_some() && self.second_punct() == Some(';') {
            let start = self.previous();
            self.any_token();
            let place = self.since(start);
            self.complain(place, "a user has one role", Help::remove("leave out one of the two"));
        }
        self.end_of_statement()?;
        Ok(User { name, email, role })
    }

    fn role(&mut self) -> Parsed<Word> {
        let Some(role) = self.string()? else { return self.name("a role") };
        let help = Help::write_text(&role.text);
        self.complain(role.place, "a role has no quotes", help);
        Ok(role)
    }

    /// Reports a name that rules could use only in quotes.
    fn refuse_user_name(&mut self) -> Parsed<()> {
        let Some(written) = self.peek_literal() else { return Ok(()) };
        let message = format!("`{}` cannot be the name of a user: it begins with a letter", written.trim_matches('"'));
        Err(self.refuse(self.here(), message, SectionKind::Users.example()))
    }

    /// `name = tag or owner, addresses, routes;`
    pub(super) fn device(&mut self) -> Parsed<Device> {
        let name = if self.peek_string() { self.string()? } else { None };
        let name = match name {
            Some(name) => name,
            None => self.declared_name("a device's name")?,
        };
        self.equals(SectionKind::Devices.example())?;
        let values = self.selectors("a tag, an owner or an address")?;
        self.end_of_statement()?;
        Ok(Device { name, values })
    }

    /// `routes { … }`, `exitNode = …;` or `services { … }`
    pub(super) fn approver_entry(&mut self) -> Parsed<Form> {
        let key = self.ident();
        let key = match key {
            Some(key) => key,
            None => {
                let finding =
                    self.expected("`routes`, `exitNode` or `services`").help(SectionKind::AutoApprovers.example());
                return Err(self.fail(finding));
            }
        };
        match key.text.as_str() {
            "exitNode" => {
                self.equals(SectionKind::AutoApprovers.example())?;
                let approvers = self.selection("an approver")?;
                self.end_of_statement()?;
                Ok(Form::ExitNode { key, approvers })
            }
            "routes" | "services" => self.approvers(key).map(Form::Approvers),
            other => {
                let near = policy_core::diagnostic::suggestion::nearest(other, ["routes", "exitNode", "services"]);
                let help = match near {
                    Some(near) => Help::did_you_mean(near),
                    None => Help::from(SectionKind::AutoApprovers.example().to_owned()),
                };
                Err(self.fail(
                    Finding::new(Code::WrongKey, key.place, format!("`autoApprovers` has no `{other}`")).help(help),
                ))
            }
        }
    }

    fn approvers(&mut self, key: Word) -> Parsed<Approvers> {
        let example = if key.text == "routes" {
            "write `routes { \"10.0.0.0/8\" = tag:router; }`"
        } else {
            "write `services { svc:web = tag:server; }`"
        };
        self.punct('=');
        let entries = self.group(Delimiter::Brace, |inside| inside.entries(SectionKind::TagOwners));
        match entries {
            Some((entries, _)) => Ok(Approvers { key, entries }),
            None => Err(self.unexpected("`{`", example)),
        }
    }
}
