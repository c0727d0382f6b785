//! Users: their logins, and the domains of organisations.

use crate::check::Checker;
use crate::diagnostic::{Code, Diagnostic, Help};
use crate::model::SelectorContext;
use crate::model::{Selector, SelectorKind};
use crate::source::Text;

/// Domains that tailnets share, so that no policy may refer to everyone in them.
const SHARED_DOMAINS: &[&str] =
    &["gmail.com", "googlemail.com", "github", "passkey", "outlook.com", "hotmail.com", "icloud.com"];

/// The length from which a login is unlikely to be another user's with one letter changed. `bob`
/// and `rob` are shorter.
pub(super) const LONG: usize = 5;

/// Returns a finding about a login that is not possible.
fn odd_login(text: &Text) -> Option<Diagnostic> {
    let (local, domain) = text.rsplit_once('@').unwrap_or((text, ""));
    let (message, help) = if local == "*" {
        ("matches nobody", Help::write(format!("user:*@{domain}")).and(" for everyone of a domain"))
    } else if local.contains('*') {
        ("matches nobody: only all of a login may be `*`", Help::write(format!("user:*@{domain}")))
    } else if let Some(local) = local.strip_prefix("user:") {
        ("matches nobody", Help::write(format!("{local}@{domain}")))
    } else if local.contains('@') {
        ("is nobody's login: a login has one `@`", Help::from("write it as `alice@example.com`"))
    } else if domain.is_empty() && !local.is_empty() && !local.contains(char::is_whitespace) {
        let help = "write it as `alice@example.com`, or say that the policy is for headscale, which has such logins";
        ("is nobody's login", Help::from(help))
    } else if local.is_empty() || domain.is_empty() || text.contains(char::is_whitespace) {
        ("is nobody's login", Help::from("write it as `alice@example.com`"))
    } else {
        return None;
    };
    // The rule gives nobody access now, so a person has to confirm the change.
    Some(Diagnostic::new(Code::OddUser, text.origin, format!("`{text}` {message}")).help(help.uncertain()))
}

/// Returns whether Tailscale is known to refuse a domain because tailnets share it. Its
/// documentation names the domain of Gmail, and tailscale#12078 the one of a GitHub organisation.
pub(super) fn is_shared_domain(domain: &str) -> bool {
    domain == "gmail.com" || domain.ends_with(".org.github")
}

impl Checker<'_> {
    /// Reports `localpart:*@` with a domain that tailnets share.
    pub(super) fn shared_domain(&mut self, text: &Text, domain: &str) {
        let origin = text.part(text.len() - domain.len()..text.len());
        let message = format!("`{domain}` is a domain that tailnets share");
        let answer = format!("[ssh] {domain} is a shared domain and cannot be used in user:*@<domain> expressions");
        self.report(
            Diagnostic::new(Code::ForeignDomain, origin, message)
                .help("name the accounts one by one, or write `autogroup:nonroot`")
                .tailscale(answer),
        );
    }

    /// Checks a user's login.
    pub(super) fn user(&mut self, place: SelectorContext, text: &Text) {
        if let Some(finding) = odd_login(text) {
            // A login that the facts list is checked there.
            if !self.names.is_login(text) {
                self.report(finding);
            }
        } else if !matches!(place, SelectorContext::TestSrc | SelectorContext::SshTestSrc) {
            // A test of an unknown user fails, and the failure is reported.
            self.unknown_user(text);
        }
    }

    /// Reports a login that does not belong to a known user, but nearly matches one that does.
    fn unknown_user(&mut self, text: &Text) {
        if self.names.is_login(text) {
            return;
        }
        if let Some(near) = self.names.nearest_login(text, LONG) {
            let message = format!("no user of the tailnet is called `{text}`");
            self.report(Diagnostic::new(Code::UnknownUser, text.origin, message).help(Help::did_you_mean(near)));
        }
    }

    /// Checks the login of a user in the facts. The findings are those about a login in a rule, so
    /// that a policy and its import get the same ones.
    pub(super) fn listed_user(&mut self, email: &Text) {
        // headscale has logins that end with `@`.
        if SelectorKind::of(email) != SelectorKind::User || email.starts_with("user:") {
            let message = format!("`{email}` is nobody's login");
            let finding = Diagnostic::new(Code::InvalidName, email.origin, message);
            self.report(finding.help("write it as `alice@example.com`"));
        } else if !email.ends_with('@') {
            self.findings.extend(odd_login(email));
        }
    }

    /// Checks `user:*@domain`. The domain must be the tailnet's. `ssh-e1`
    pub(super) fn domain(&mut self, place: SelectorContext, selector: &Selector) -> bool {
        // Tailscale's answer in other places is unknown.
        let answer = (place == SelectorContext::SshSrc).then_some("[ssh] ");
        self.tailnet_domain(&selector.text, selector.domain().unwrap_or_default(), answer)
    }

    /// Checks that a domain belongs to the tailnet, as far as that is known. `answer` is the prefix
    /// of Tailscale's message, if the message is known. Returns whether the domain is valid.
    pub(super) fn tailnet_domain(&mut self, text: &Text, domain: &str, answer: Option<&str>) -> bool {
        let origin = text.part(text.len() - domain.len()..text.len());
        let facts = &self.policy.facts;
        let own = facts.owner().and_then(|owner| owner.domain());
        if let Some(own) = own.filter(|own| *own != domain && !facts.domains.iter().any(|other| &**other == domain)) {
            let owner = facts.owner().map(|owner| owner.origin).unwrap_or_default();
            // In the Rust source of a policy, there is no way to state other domains of the
            // tailnet.
            if facts.are_in_source() && facts.domains.is_empty() && domain != "*" && !own.eq_ignore_ascii_case(domain) {
                let message = format!("whether `{domain}` is a domain of this tailnet is not known");
                let help = Help::write(own).or(", unless the tailnet has the other domain as well");
                self.report(
                    Diagnostic::new(Code::DoubtfulSelector, origin, message)
                        .note_at("the owner, whose domain is another one, is declared here", owner)
                        .help(help),
                );
                return true;
            }
            let message = format!("`{domain}` is not a domain of this tailnet");
            let help = if own.eq_ignore_ascii_case(domain) {
                Help::write(own).and(": the case of a domain counts")
            } else {
                Help::from(format!(
                    "write `{own}`, the domain of the tailnet's owner, or add the other one to `domains` of the facts"
                ))
            };
            let mut finding = Diagnostic::new(Code::ForeignDomain, origin, message).help(help);
            if facts.are_in_source() {
                finding = finding.note_at("the owner is declared here", owner);
            }
            finding.tailscale = answer.map(|prefix| {
                format!("{prefix}{domain} is not associated with this Tailnet and cannot be used in user:*@<domain> expressions")
            });
            self.report(finding);
            return false;
        }
        if SHARED_DOMAINS.contains(&domain) {
            let message = format!("`{domain}` cannot be the domain of a tailnet");
            let help = "name the people one by one, or write `autogroup:member`";
            self.report(Diagnostic::new(Code::DoubtfulSelector, origin, message).help(help));
        } else if domain.contains(|letter: char| letter.is_ascii_uppercase()) {
            let message = "the case of a domain counts, and a tailnet's is in lower case";
            let help = Help::write(domain.to_ascii_lowercase());
            self.report(Diagnostic::new(Code::LetterCase, origin, message).help(help));
        }
        true
    }
}
