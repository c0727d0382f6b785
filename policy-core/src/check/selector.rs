//! Checks of single selectors: the syntax, the place, and whether the name is declared.

use crate::check::Checker;
use crate::check::names::NameKind;
use crate::diagnostic::{Code, Diagnostic, Help, suggestion};
use crate::model::{Acceptance, SelectorContext};
use crate::model::{AddressRange, Autogroup, List, Network, Prefix, Selector, SelectorKind, name};
use crate::source::Text;

impl Checker<'_> {
    /// Checks every selector of a list.
    pub(super) fn selectors(&mut self, place: SelectorContext, list: &List<Selector>) {
        for selector in list {
            self.selector(place, selector);
        }
    }

    /// Checks one selector. Returns whether it is valid.
    pub(super) fn selector(&mut self, place: SelectorContext, selector: &Selector) -> bool {
        if selector.kind == SelectorKind::Unknown {
            self.unknown_selector(place, selector);
            return false;
        }
        if selector.kind == SelectorKind::Autogroup(None) {
            self.unknown_autogroup(place, selector);
            return false;
        }
        match place.verdict(selector.kind) {
            Acceptance::Refused => {
                self.misplaced(place, selector);
                return false;
            }
            Acceptance::Doubtful => {
                let message = format!("whether {} can be {} is not documented", named(selector), place.role());
                self.report(
                    Diagnostic::new(Code::DoubtfulSelector, selector.text.origin, message).help(place.expects()),
                );
            }
            Acceptance::Allowed => {}
        }
        match NameKind::of(selector.kind) {
            Some(kind) => self.declared(place, kind, &selector.text),
            None => self.unnamed(place, selector),
        }
    }

    /// Checks a selector of a kind that needs no declaration.
    fn unnamed(&mut self, place: SelectorContext, selector: &Selector) -> bool {
        match selector.kind {
            SelectorKind::Autogroup(Some(Autogroup::Member)) => {
                let old = selector.text.as_str() == Autogroup::OLD_MEMBER;
                if let Some(uses) = self.member_names.get_mut(usize::from(old)) {
                    uses.push(selector.text.origin);
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

    fn misplaced(&mut self, place: SelectorContext, selector: &Selector) {
        let text = &selector.text;
        let is_undefined = selector.kind == SelectorKind::Host && self.names.is_undefined(NameKind::Host, text);
        // In a place that allows users, a bare name was probably meant as a user.
        let may_be_user = place.verdict(SelectorKind::User) == Acceptance::Allowed && self.policy.facts.are_in_source();
        if is_undefined && may_be_user {
            self.declared(place, NameKind::Host, text);
            return;
        }
        let subject = if is_undefined { format!("`{text}`") } else { named(selector) };
        let message = format!("{subject} cannot be {}", place.role());
        let mut finding = Diagnostic::new(Code::MisplacedSelector, text.origin, message)
            .help_if(better(place, selector).or_else(|| Some(Help::from(place.expects().to_owned()))));
        // The captures have declared hosts only.
        let is_captured = place != SelectorContext::SshDst || !is_undefined;
        finding.tailscale = place.refusal(text, selector.kind).filter(|_| is_captured);
        self.report(finding);
    }

    fn unknown_autogroup(&mut self, place: SelectorContext, selector: &Selector) {
        let candidates = Autogroup::ALL
            .iter()
            .filter(|&&autogroup| place.verdict(SelectorKind::Autogroup(Some(autogroup))) == Acceptance::Allowed);
        let near = suggestion::nearest(&selector.text, candidates.clone().map(|autogroup| autogroup.name()));
        let help = match near {
            Some(near) => Help::did_you_mean(near),
            None => {
                let names: Vec<String> = candidates.map(|autogroup| format!("`{autogroup}`")).collect();
                Help::from(if names.is_empty() {
                    place.expects().to_owned()
                } else {
                    format!("allowed here: {}", names.join(", "))
                })
            }
        };
        let message = format!("there is no `{}`", selector.text);
        let mut finding = Diagnostic::new(Code::UnknownAutogroup, selector.text.origin, message).help(help);
        finding.tailscale = place.undefined(&selector.text, selector.kind);
        self.report(finding);
    }

    fn unknown_selector(&mut self, place: SelectorContext, selector: &Selector) {
        let text = &selector.text;
        if self.is_wrong_address(place, text) {
            return;
        }
        if let Some(name) = text.strip_prefix("host:").filter(|_| self.is_documented_host_form(place, text)) {
            let message = format!("whether `{text}` stands for the host `{name}` in a rule is not known");
            let help = Help::write(name);
            self.report(Diagnostic::new(Code::DoubtfulSelector, text.origin, message).help(help));
            return;
        }
        let message = if text.is_empty() {
            format!("an empty word cannot be {}", place.role())
        } else {
            format!("`{text}` is not a valid selector")
        };
        let prefix = text.split_once(':').map(|(prefix, rest)| (prefix.trim(), rest));
        let help = if text.trim() != text.as_str() {
            Some(Help::write(text.trim()).and(", without the blanks"))
        } else if let Some(name) = text.strip_prefix("host:") {
            Some(Help::write(name).and(": only ip sets have `host:`"))
        } else if let Some(inner) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
            Some(Help::write(inner).and(", without the brackets"))
        } else if let Some(help) = self.with_port(place, text) {
            Some(help)
        } else {
            prefix.and_then(|(prefix, rest)| {
                suggestion::nearest(prefix, Selector::PREFIXES.iter().copied())
                    .map(|near| Help::did_you_mean(format!("{near}:{rest}")))
            })
        };
        let mut finding = Diagnostic::new(Code::InvalidSelector, text.origin, message)
            .help_if(help.or_else(|| Some(Help::from(place.expects().to_owned()))));
        finding.tailscale = place.undefined(text, selector.kind);
        self.report(finding);
    }

    /// Returns whether the text is `host:` before a declared host. Tailscale's page on targets uses
    /// this form in rules, but its examples use it only in IP sets.
    fn is_documented_host_form(&self, place: SelectorContext, text: &str) -> bool {
        matches!(place, SelectorContext::Src | SelectorContext::AclDst | SelectorContext::GrantDst)
            && text.strip_prefix("host:").is_some_and(|name| self.names.host_address(name).is_some())
    }

    /// Reports a prefix with bits set beyond its length. Tailscale ignores these bits, if it
    /// accepts the prefix.
    pub(super) fn host_bits(&mut self, text: &Text, prefix: Prefix) {
        if prefix.has_host_bits() {
            let AddressRange { first, last } = prefix.range();
            let message = format!("`{text}` is all addresses from {first} to {last}");
            // Some places accept a prefix, but not a bare address.
            let one = Prefix { length: if prefix.address.is_ipv4() { 32 } else { 128 }, ..prefix };
            let help = Help::write(prefix.masked()).or(format_args!(", or `{one}` for the one address"));
            self.report(Diagnostic::new(Code::HostBits, text.origin, message).help(help));
        }
    }

    /// Checks a prefix in a place for which Tailscale documents no exception.
    pub(super) fn network(&mut self, network: &Network) {
        let Network { text, prefix } = network;
        if network.is_bare_address() {
            let message = format!("whether Tailscale takes `{text}` here, an address without a length, is not known");
            let help = Help::write(prefix);
            self.report(Diagnostic::new(Code::DoubtfulSetting, text.origin, message).help(help));
        }
        self.host_bits(text, *prefix);
    }

    /// Checks `group://alias/name`. The alias should be a key of `externalTailnets`.
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

/// Returns a selector for use in a sentence. Selectors without a prefix get a noun.
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

/// Returns the selector to write instead of one that is not allowed in a place, if that is clear.
fn better(place: SelectorContext, selector: &Selector) -> Option<Help> {
    use SelectorKind as Kind;
    let autogroup = match selector.kind {
        Kind::Autogroup(autogroup) => autogroup,
        _ => None,
    };
    Some(match (place, selector.kind, autogroup) {
        (_, _, Some(Autogroup::Nonroot)) => "accounts on a machine belong in `users` of SSH rules".into(),
        (_, Kind::LocalPart, _) => "accounts on a machine belong in `users` of SSH rules".into(),
        (_, Kind::Posture, _) => "postures belong in `srcPosture`".into(),
        (SelectorContext::Src | SelectorContext::AclDst | SelectorContext::GrantDst, Kind::Range(_), _) => {
            "declare an ip set with the range, and write `ipset:` and its name".into()
        }
        (SelectorContext::Src | SelectorContext::SshSrc, _, Some(Autogroup::SelfDevices)) => {
            "write it as the destination: it stands for the source's own devices".into()
        }
        (SelectorContext::Src | SelectorContext::SshSrc, _, Some(Autogroup::Internet)) => {
            "write it as the destination: it stands for what exit nodes lead to".into()
        }
        (SelectorContext::Src, Kind::Service, _) => "write the tag of the service's hosts".into(),
        (SelectorContext::AclDst | SelectorContext::GrantDst, _, Some(Autogroup::DangerAll)) => Help::write("*"),
        (SelectorContext::SshSrc, Kind::Wildcard, _) => Help::write("autogroup:member").or(" for all people"),
        (SelectorContext::SshDst, Kind::Wildcard, _) => Help::write("autogroup:tagged").or(" for all tagged devices"),
        (SelectorContext::SshDst, _, Some(Autogroup::Member)) => {
            Help::write("autogroup:self").and(": people reach their own devices only")
        }
        (SelectorContext::SshDst, Kind::Host | Kind::Address(_) | Kind::Prefix(_), _) => {
            "write the tag of the machine: SSH rules name no addresses".into()
        }
        (SelectorContext::NodeTarget, _, Some(Autogroup::SelfDevices)) => {
            Help::write("autogroup:member").or(" for all people's devices")
        }
        (
            SelectorContext::Member,
            Kind::Autogroup(_) | Kind::Tag | Kind::Wildcard | Kind::Domain | Kind::SyncedGroup,
            _,
        ) => "a group contains users only: write this beside the group where the group is used".into(),
        (SelectorContext::TestSrc | SelectorContext::SshTestSrc, Kind::Wildcard, _) => {
            "write a test for each kind of source".into()
        }
        (SelectorContext::TestDst | SelectorContext::SshTestDst, Kind::Prefix(_), _) => {
            "write one address in it".into()
        }
        (SelectorContext::TestDst | SelectorContext::SshTestDst, _, Some(Autogroup::SelfDevices)) => {
            "write the user whose devices they are".into()
        }
        (SelectorContext::Service, Kind::Host, _) => Help::write(format!("svc:{}", selector.text)),
        (SelectorContext::Via | SelectorContext::Recorder | SelectorContext::DeviceTag, Kind::Host, _) => {
            Help::write(format!("tag:{}", selector.text))
        }
        (SelectorContext::Posture, Kind::Host, _) => Help::write(format!("posture:{}", selector.text)),
        _ => return None,
    })
}

/// Reports uses of the old name of `autogroup:member`. It is an error if the policy also uses the
/// new name, and otherwise a warning.
pub(super) fn check_member_names(checker: &mut Checker) {
    let [new, old] = std::mem::take(&mut checker.member_names);
    if let (Some(&new), Some(&old)) = (new.first(), old.first()) {
        let message =
            "`autogroup:members` is the old name of `autogroup:member`, and a policy may have only one of the two";
        checker.report(
            Diagnostic::new(Code::MixedMemberNames, old, message)
                .note_at("the new name is used here", new)
                .help("write `autogroup:member`"),
        );
        return;
    }
    for origin in old {
        let message = "`autogroup:members` is the old name of `autogroup:member`";
        checker.report(
            Diagnostic::new(Code::OldForm, origin, message)
                .help("write `autogroup:member` here, and everywhere else in the policy"),
        );
    }
}
