//! Each selector by itself: is it one, may it stand there, and is its name declared?

use crate::diagnostic::{Code, Diagnostic, suggestion};
use crate::model::{AddressRange, Autogroup, List, Policy, Prefix, Selector, SelectorKind, Text, name, parse_address};

use super::Checker;
use super::names::NameKind;
use super::place::{Place, Verdict};

/// Domains that tailnets share, so that nobody's policy may speak for everyone in them.
const SHARED_DOMAINS: &[&str] =
    &["gmail.com", "googlemail.com", "github", "passkey", "outlook.com", "hotmail.com", "icloud.com"];

impl Checker<'_> {
    /// Checks every selector of a list.
    pub(super) fn selectors(&mut self, place: Place, list: &List<Selector>) {
        for selector in list {
            self.selector(place, selector);
        }
    }

    /// Checks one selector. Returns whether nothing was wrong with it.
    pub(super) fn selector(&mut self, place: Place, selector: &Selector) -> bool {
        if selector.kind == SelectorKind::Unknown {
            self.unknown_selector(place, selector);
            return false;
        }
        if selector.kind == SelectorKind::Autogroup(None) {
            self.unknown_autogroup(place, selector);
            return false;
        }
        match place.verdict(selector.kind) {
            Verdict::Refused => {
                self.misplaced(place, selector);
                return false;
            }
            Verdict::Doubtful => {
                let message = format!("whether {} can be {} is not documented", named(selector), place.role());
                self.report(
                    Diagnostic::new(Code::DoubtfulSelector, selector.text.origin, message).help(place.expects()),
                );
            }
            Verdict::Allowed => {}
        }
        match NameKind::of(selector.kind) {
            Some(kind) => self.declared(place, kind, &selector.text),
            None => self.unnamed(place, selector),
        }
    }

    /// Checks a selector of a kind that is not declared.
    fn unnamed(&mut self, place: Place, selector: &Selector) -> bool {
        match selector.kind {
            SelectorKind::Autogroup(Some(Autogroup::Member)) => {
                let old = selector.text.as_str() == Autogroup::OLD_MEMBER;
                if let Some(first) = self.member_names.get_mut(usize::from(old)) {
                    first.get_or_insert(selector.text.origin);
                }
            }
            SelectorKind::User => self.user(place, &selector.text),
            SelectorKind::Domain => return self.domain(place, selector),
            SelectorKind::Prefix(prefix) => self.host_bits(&selector.text, prefix),
            SelectorKind::Service => {
                if let Err(problem) = name::check_service(&selector.text) {
                    self.report(problem.at(&selector.text));
                    return false;
                }
            }
            SelectorKind::External => self.external(&selector.text),
            _ => {}
        }
        true
    }

    fn misplaced(&mut self, place: Place, selector: &Selector) {
        let text = &selector.text;
        let tailscale = place.refusal(text, selector.kind);
        let message = format!("{} cannot be {}", named(selector), place.role());
        let mut finding = Diagnostic::new(Code::MisplacedSelector, text.origin, message)
            .help_if(better(place, selector).or_else(|| Some(place.expects().to_owned())));
        finding.tailscale = tailscale;
        self.report(finding);
    }

    fn unknown_autogroup(&mut self, place: Place, selector: &Selector) {
        let candidates = Autogroup::ALL
            .iter()
            .filter(|&&autogroup| place.verdict(SelectorKind::Autogroup(Some(autogroup))) == Verdict::Allowed);
        let near = suggestion::nearest(&selector.text, candidates.clone().map(|autogroup| autogroup.name()));
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                let names: Vec<String> = candidates.map(|autogroup| format!("`{autogroup}`")).collect();
                if names.is_empty() {
                    place.expects().to_owned()
                } else {
                    format!("here may stand {}", names.join(", "))
                }
            }
        };
        let message = format!("there is no `{}`", selector.text);
        let mut finding = Diagnostic::new(Code::UnknownAutogroup, selector.text.origin, message).help(help);
        finding.tailscale = place.undefined(&selector.text, selector.kind);
        self.report(finding);
    }

    fn unknown_selector(&mut self, place: Place, selector: &Selector) {
        let text = &selector.text;
        if self.is_wrong_address(place, text) {
            return;
        }
        let message = if text.is_empty() {
            format!("an empty word cannot be {}", place.role())
        } else {
            format!("`{text}` is no selector")
        };
        let prefix = text.split_once(':').map(|(prefix, rest)| (prefix.trim(), rest));
        let help = if text.trim() != text.as_str() {
            Some(format!("write `{}`, without the blanks", text.trim()))
        } else if let Some(name) = text.strip_prefix("host:") {
            Some(format!("write `{name}`: only ip sets have `host:`"))
        } else if let Some(inner) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
            Some(format!("write `{inner}`, without the brackets"))
        } else if let Some(help) = self.with_port(place, text) {
            Some(help)
        } else {
            prefix.and_then(|(prefix, rest)| {
                suggestion::nearest(prefix, Selector::PREFIXES.iter().copied())
                    .map(|near| format!("did you mean `{near}:{rest}`?"))
            })
        };
        let mut finding = Diagnostic::new(Code::InvalidSelector, text.origin, message)
            .help_if(help.or_else(|| Some(place.expects().to_owned())));
        finding.tailscale = match place {
            Place::SshTestDst => place.refusal(text, selector.kind),
            _ => place.undefined(text, selector.kind),
        };
        self.report(finding);
    }

    /// Checks that a name is declared. Returns whether it is.
    pub(super) fn declared(&mut self, place: Place, kind: NameKind, text: &Text) -> bool {
        if !self.names.is_undefined(kind, text) {
            if let Some(declared) = self.names.declared(kind, text)
                && declared.as_str() != text.as_str()
            {
                let (message, first) = (format!("`{text}` is declared as `{declared}`"), declared.origin);
                let help = format!("write `{declared}`: Tailscale writes tags in lower case");
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
        let near = self.names.nearest(kind, text, source_names(self.policy).filter(|_| in_source));
        let help = self
            .not_a_name(place, kind, text)
            .or_else(|| near.map(|near| format!("did you mean `{near}`?")))
            .unwrap_or_else(|| match in_source {
                true => "declare it under `hosts` or `users`, or with `let`".to_owned(),
                false => format!("declare it under `{}`", kind.section()),
            });
        let noun = if in_source { "name" } else { kind.noun() };
        let mut finding =
            Diagnostic::new(kind.undefined(), text.origin, format!("undefined {noun} `{text}`")).help(help);
        finding.tailscale = place.undefined(text, SelectorKind::of(text));
        self.report(finding);
        false
    }

    /// Whether the word was meant as an address or a prefix, which is reported then.
    fn is_wrong_address(&mut self, place: Place, text: &Text) -> bool {
        let numeric = |extra: &[u8]| text.bytes().all(|b| b.is_ascii_digit() || b == b'.' || extra.contains(&b));
        let ipv6 = text.matches(':').count() > 1 && !text.starts_with(|c: char| !c.is_ascii_hexdigit() && c != ':');
        let problem = if text.is_empty() {
            None
        } else if text.contains('/') && !text.contains("//") {
            Prefix::parse(text).err()
        } else if text.contains('-') && numeric(b"-:abcdefABCDEF") {
            AddressRange::parse(text).err()
        } else if numeric(b"") || ipv6 {
            parse_address(text).err()
        } else {
            None
        };
        let Some(problem) = problem else { return false };
        let mut finding = problem.at(text);
        finding.tailscale = place.undefined(text, SelectorKind::Host);
        self.report(finding);
        true
    }

    /// What to write if the word was never meant as a name of that kind.
    fn not_a_name(&self, place: Place, kind: NameKind, text: &Text) -> Option<String> {
        if kind != NameKind::Host {
            return self.with_port(place, text);
        }
        let everything = ["all", "any", "everything", "everyone", "anywhere"];
        if everything.contains(&text.to_ascii_lowercase().as_str())
            && place.verdict(SelectorKind::Wildcard) == Verdict::Allowed
        {
            return Some("write `*` for everything".to_owned());
        }
        if text.contains(',') {
            return Some("write each name as an item of its own".to_owned());
        }
        if text.trim() != text.as_str() {
            return Some(format!("write `{}`, without the blanks", text.trim()));
        }
        let facts = &self.policy.facts;
        let user = facts.users.iter().find(|user| *user.name == **text).filter(|_| !facts.are_in_source())?;
        Some(format!("write `{}`: users stand in a policy by their logins", user.email))
    }

    /// What to write instead of `tag:web:443` where no port may stand.
    fn with_port(&self, place: Place, text: &str) -> Option<String> {
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
            Place::GrantDst => format!("write `{host}`, and its ports in `ip`"),
            Place::SshDst | Place::SshTestDst => format!("write `{host}`: Tailscale SSH is on port 22 alone"),
            _ => format!("write `{host}`: no ports stand here"),
        })
    }

    /// A user's login as it is written.
    fn user(&mut self, place: Place, text: &Text) {
        let (local, domain) = text.rsplit_once('@').unwrap_or((text, ""));
        let odd = |message: &str, help: String| {
            Diagnostic::new(Code::OddUser, text.origin, format!("`{text}` {message}")).help(help)
        };
        if local == "*" {
            self.report(odd("matches nobody", format!("write `user:*@{domain}` for everyone of a domain")));
        } else if local.contains('*') {
            self.report(odd("matches nobody: only all of a login may be `*`", format!("write `user:*@{domain}`")));
        } else if let Some(local) = local.strip_prefix("user:") {
            self.report(odd("matches nobody", format!("write `{local}@{domain}`")));
        } else if local.is_empty() || domain.is_empty() || text.contains(char::is_whitespace) {
            self.report(odd("is nobody's login", "write it as `alice@example.com`".to_owned()));
        } else if !matches!(place, Place::TestSrc | Place::SshTestSrc) {
            // A test of somebody unknown fails, which is reported there.
            self.unknown_user(text);
        }
    }

    /// A login that is none of the known users', but nearly one.
    fn unknown_user(&mut self, text: &Text) {
        let facts = &self.policy.facts;
        if facts.users.is_empty() || facts.users.iter().any(|user| user.email.eq_ignore_ascii_case(text)) {
            return;
        }
        if let Some(near) = suggestion::nearest(text, facts.users.iter().map(|user| user.email.as_str())) {
            let message = format!("no user of the tailnet is called `{text}`");
            self.report(
                Diagnostic::new(Code::UnknownUser, text.origin, message).help(format!("did you mean `{near}`?")),
            );
        }
    }

    /// `user:*@domain`, whose domain must be the tailnet's. `ssh-e1`
    fn domain(&mut self, place: Place, selector: &Selector) -> bool {
        let prefix = if place == Place::SshSrc { "[ssh] " } else { "" };
        let domain = selector.domain().unwrap_or_default();
        let known_answer = place == Place::SshSrc;
        self.tailnet_domain(&selector.text, domain, known_answer.then_some(prefix))
    }

    /// Checks that a domain is the tailnet's, as far as that is known. `answer` is what Tailscale puts before its
    /// message, if its message is known. Returns whether nothing was wrong.
    pub(super) fn tailnet_domain(&mut self, text: &Text, domain: &str, answer: Option<&str>) -> bool {
        let origin = text.part(text.len() - domain.len()..text.len());
        let facts = &self.policy.facts;
        let own = facts.owner().and_then(|owner| owner.domain());
        if let Some(own) = own.filter(|own| *own != domain && !facts.domains.iter().any(|other| &**other == domain)) {
            let owner = facts.owner().map(|owner| owner.origin).unwrap_or_default();
            let message = format!("`{domain}` is not a domain of this tailnet");
            let help = if own.eq_ignore_ascii_case(domain) {
                format!("write `{own}`: the case of a domain counts")
            } else {
                format!("write `{own}`, which is the domain of the tailnet's owner")
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
            let message = format!("`{domain}` is no tailnet's own domain");
            let help = "name the people one by one, or write `autogroup:member`";
            self.report(Diagnostic::new(Code::DoubtfulSelector, origin, message).help(help));
        } else if domain.contains(|letter: char| letter.is_ascii_uppercase()) {
            let message = "the case of a domain counts, and a tailnet's is in lower case";
            let help = format!("write `{}`", domain.to_ascii_lowercase());
            self.report(Diagnostic::new(Code::LetterCase, origin, message).help(help));
        }
        true
    }

    /// A prefix with bits beyond its length, which is taken without them, if at all.
    pub(super) fn host_bits(&mut self, text: &Text, prefix: Prefix) {
        if prefix.has_host_bits() {
            let AddressRange { first, last } = prefix.range();
            let message = format!("`{text}` is all addresses from {first} to {last}");
            let help = format!("write `{}`, or `{}` for the one address", prefix.masked(), prefix.address);
            self.report(Diagnostic::new(Code::HostBits, text.origin, message).help(help));
        }
    }

    /// `group://alias/name`, whose alias should be a key of `externalTailnets`.
    fn external(&mut self, text: &Text) {
        let alias = text.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map(|(alias, _)| alias);
        let mut settings =
            self.policy.settings.iter().filter(|setting| setting.key.eq_ignore_ascii_case("externalTailnets"));
        let declared = alias.is_some_and(|alias| settings.any(|setting| setting.value.get(alias).is_some()));
        if !declared {
            let message = format!("`{text}` names no tailnet of `externalTailnets`");
            let help = "write `group://alias/name`, and declare the alias under `externalTailnets`";
            self.report(Diagnostic::new(Code::DoubtfulSelector, text.origin, message).help(help));
        }
    }
}

/// Reports that both names of `autogroup:member` are used.
pub(super) fn check_member_names(checker: &mut Checker) {
    if let [Some(new), Some(old)] = checker.member_names {
        let message =
            "`autogroup:members` is the old name of `autogroup:member`, and a policy may have only one of the two";
        checker.report(
            Diagnostic::new(Code::MixedMemberNames, old, message)
                .note_at("the new name is used here", new)
                .help("write `autogroup:member`"),
        );
    }
}

/// The names that the policy's source has beside those of the policy.
fn source_names(policy: &Policy) -> impl Iterator<Item = &str> {
    let users = policy.facts.users.iter().map(|user| user.name.as_str());
    users.chain(policy.facts.lets.iter().map(|name| name.as_str()))
}

/// A selector in a sentence. Words that do not say what they are get a noun.
fn named(selector: &Selector) -> String {
    let noun = match selector.kind {
        SelectorKind::User => "the user ",
        SelectorKind::Address(_) => "the address ",
        SelectorKind::Prefix(_) => "the prefix ",
        SelectorKind::Range(_) => "the range ",
        SelectorKind::Host => "the host ",
        _ => "",
    };
    format!("{noun}`{}`", selector.text)
}

/// What to write instead of a selector that may not stand in a place, where that is clear.
fn better(place: Place, selector: &Selector) -> Option<String> {
    use SelectorKind as Kind;
    let autogroup = match selector.kind {
        Kind::Autogroup(autogroup) => autogroup,
        _ => None,
    };
    Some(match (place, selector.kind, autogroup) {
        (_, _, Some(Autogroup::Nonroot)) => "accounts of a machine stand in `users` of SSH rules".to_owned(),
        (_, Kind::LocalPart, _) => "accounts of a machine stand in `users` of SSH rules".to_owned(),
        (_, Kind::Posture, _) => "postures stand in `srcPosture`".to_owned(),
        (Place::Src | Place::AclDst | Place::GrantDst, Kind::Range(_), _) => {
            "declare an ip set with the range, and write `ipset:` and its name".to_owned()
        }
        (Place::Src | Place::SshSrc, _, Some(Autogroup::SelfDevices)) => {
            "write it as the destination: it stands for the source's own devices".to_owned()
        }
        (Place::Src | Place::SshSrc, _, Some(Autogroup::Internet)) => {
            "write it as the destination: it stands for what exit nodes lead to".to_owned()
        }
        (Place::Src, Kind::Service, _) => "write the tag of the service's hosts".to_owned(),
        (Place::AclDst | Place::GrantDst, _, Some(Autogroup::DangerAll)) => "write `*`".to_owned(),
        (Place::SshSrc, Kind::Wildcard, _) => "write `autogroup:member` for all people".to_owned(),
        (Place::SshDst, Kind::Wildcard, _) => "write `autogroup:tagged` for all tagged devices".to_owned(),
        (Place::SshDst, _, Some(Autogroup::Member)) => {
            "write `autogroup:self`: people reach their own devices only".to_owned()
        }
        (Place::SshDst, Kind::Host | Kind::Address(_) | Kind::Prefix(_), _) => {
            "write the tag of the machine: SSH rules name no addresses".to_owned()
        }
        (Place::NodeTarget, _, Some(Autogroup::SelfDevices)) => {
            "write `autogroup:member` for all people's devices".to_owned()
        }
        (Place::Member, Kind::Autogroup(_) | Kind::Tag | Kind::Wildcard, _) => {
            "a group holds people; write this beside the group where the group is used".to_owned()
        }
        (Place::TestSrc | Place::SshTestSrc, Kind::Wildcard, _) => "write a test for each kind of source".to_owned(),
        (Place::TestDst | Place::SshTestDst, Kind::Prefix(prefix), _) => {
            format!("write an address in it, as `{}`", prefix.address)
        }
        (Place::TestDst, _, Some(Autogroup::Internet)) => "write a public address, as `1.1.1.1`".to_owned(),
        (Place::TestDst | Place::SshTestDst, _, Some(Autogroup::SelfDevices)) => {
            "write the user whose devices they are".to_owned()
        }
        (Place::Service, Kind::Host, _) => format!("write `svc:{}`", selector.text),
        (Place::Via | Place::Recorder | Place::DeviceTag, Kind::Host, _) => format!("write `tag:{}`", selector.text),
        (Place::Posture, Kind::Host, _) => format!("write `posture:{}`", selector.text),
        _ => return None,
    })
}
