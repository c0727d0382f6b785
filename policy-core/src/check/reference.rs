//! Undeclared names, and the names that were probably meant.

use crate::check::Checker;
use crate::check::names::NameKind;
use crate::diagnostic::{Code, Diagnostic, Help};
use crate::model::{Acceptance, SelectorContext};
use crate::model::{AddressRange, Policy, Prefix, SelectorKind, name, parse_address};
use crate::source::Text;

impl Checker<'_> {
    /// Checks that a name is declared. Returns whether it is.
    pub(super) fn declared(&mut self, place: SelectorContext, kind: NameKind, text: &Text) -> bool {
        let declared = self.names.declared(kind, text);
        if declared.is_some() || !self.names.is_complete(kind) {
            if let Some(declared) =
                declared.filter(|declared| declared.as_str() != text.as_str() && declared.eq_ignore_ascii_case(text))
            {
                let (message, first) = (format!("`{text}` is declared as `{declared}`"), declared.origin);
                let help = Help::write(declared).and(": Tailscale writes tags in lower case");
                self.report(
                    Diagnostic::new(Code::LetterCase, text.origin, message).note_at("declared here", first).help(help),
                );
            }
            return true;
        }
        if kind == NameKind::Host && self.is_wrong_address(place, text) {
            return false;
        }
        let in_source = kind == NameKind::Host && self.policy.facts.are_in_source();
        // A user with an invalid login is reported at the declaration.
        if in_source && self.policy.facts.users.iter().any(|user| *user.email == **text) {
            return false;
        }
        let near = self.names.nearest(kind, text, source_names(self.policy).filter(|_| in_source));
        let help = self
            .not_a_name(place, kind, text)
            .or_else(|| {
                near.map(|near| match near == text.as_str() {
                    true => Help::write_text(near).and(" without quotes"),
                    false => Help::did_you_mean(near),
                })
            })
            .or_else(|| misspelt_tag(kind, text))
            .unwrap_or_else(|| match in_source {
                true if place.verdict(SelectorKind::Host) == Acceptance::Refused => {
                    Help::from("declare it under `users`, or with `let`")
                }
                true => Help::from("declare it under `hosts` or `users`, or with `let`"),
                false => Help::from(format!("declare it under `{}`", kind.section())),
            });
        let noun = if in_source { "name" } else { kind.noun() };
        let mut finding =
            Diagnostic::new(kind.undefined(), text.origin, format!("undefined {noun} `{text}`")).help(help);
        finding.tailscale = place.undefined(text, SelectorKind::of(text));
        self.report(finding);
        false
    }

    /// Returns whether the word was meant as an address or a prefix, and reports it if so.
    pub(super) fn is_wrong_address(&mut self, place: SelectorContext, text: &Text) -> bool {
        let spelt_in = |word: &str, letters: &str| word.chars().all(|letter| letters.contains(letter));
        let (base, suffix) = text.split_once('/').unwrap_or((text, ""));
        let ipv4 = !base.is_empty() && spelt_in(base, "0123456789.");
        let ipv6 = base.matches(':').count() > 1 && spelt_in(base, "0123456789abcdefABCDEF:.");
        let range = text.contains('-') && spelt_in(text, "0123456789abcdefABCDEF:.-");
        let problem = match text.chars().next() {
            Some(first) if range && (first.is_ascii_digit() || text.contains(':')) => {
                text.parse::<AddressRange>().err()
            }
            _ if !(ipv4 || ipv6) => None,
            _ if suffix.is_empty() && !text.contains('/') => parse_address(text).err(),
            _ => text.parse::<Prefix>().err(),
        };
        let Some(problem) = problem else { return false };
        let mut finding = problem.at(text);
        finding.tailscale = place.undefined(text, SelectorKind::Host);
        self.report(finding);
        true
    }

    /// Returns the correction if the word cannot have been meant as a name of that kind.
    fn not_a_name(&self, place: SelectorContext, kind: NameKind, text: &Text) -> Option<Help> {
        if kind != NameKind::Host {
            return self.with_port(place, text);
        }
        let everything = ["all", "any", "everything", "everyone", "anywhere"];
        if everything.contains(&text.to_ascii_lowercase().as_str())
            && place.verdict(SelectorKind::Wildcard) == Acceptance::Allowed
        {
            return Some(Help::from("write `*` for everything"));
        }
        if text.contains(',') {
            return Some(Help::from("write each name as a separate item"));
        }
        if text.trim() != text.as_str() {
            return Some(Help::write(text.trim()).and(", without the blanks"));
        }
        let facts = &self.policy.facts;
        let user = facts.users.iter().find(|user| *user.name == **text).filter(|_| !facts.are_in_source())?;
        Some(Help::write(&user.email).and(": a policy names users by their logins"))
    }

    /// Returns the correction of `tag:web:443` in a place without ports.
    pub(super) fn with_port(&self, place: SelectorContext, text: &str) -> Option<Help> {
        let (host, port) = text.rsplit_once(':')?;
        let is_port = |c: char| c.is_ascii_digit() || matches!(c, '*' | '-' | ',');
        if port.is_empty() || !port.chars().all(is_port) {
            return None;
        }
        let kind = SelectorKind::of(host);
        let is_selector = match NameKind::of(kind) {
            Some(name) => self.names.declared(name, host).is_some(),
            None => !matches!(kind, SelectorKind::Unknown | SelectorKind::Autogroup(None)),
        };
        is_selector.then(|| match place {
            SelectorContext::GrantDst => Help::write(host).and(", and its ports in `ip`"),
            SelectorContext::SshDst | SelectorContext::SshTestDst => {
                Help::write(host).and(": Tailscale SSH is on port 22 alone")
            }
            _ => Help::write(host).and(": ports are not allowed here"),
        })
    }
}

/// Returns the valid spelling of a tag that could not even be declared.
fn misspelt_tag(kind: NameKind, text: &str) -> Option<Help> {
    let problem = name::check_tag(text).err().filter(|_| kind == NameKind::Tag)?;
    problem.help.or(Some(Help::from(problem.message)))
}

/// Returns the names that the Rust source declares in addition to those of the policy.
fn source_names(policy: &Policy) -> impl Iterator<Item = &str> {
    let users = policy.facts.users.iter().map(|user| user.name.as_str());
    users.chain(policy.facts.lets.iter().map(|name| name.as_str()))
}
