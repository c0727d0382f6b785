use std::net::{IpAddr, Ipv6Addr};

use crate::model::{AddressRange, Autogroup, Prefix};
use crate::source::{Origin, Text};

/// A word that stands for principals or addresses, such as `tag:web` or `10.0.0.0/8`.
///
/// Reading a selector never fails. [`crate::check`] decides where it is allowed and whether it is
/// declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector {
    /// As written.
    pub text: Text,
    /// The kind.
    pub kind: SelectorKind,
}

/// The kind of a selector. For named kinds, the selector's text has the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SelectorKind {
    /// `*`
    Wildcard,
    /// `alice@example.com`, `alice@github`: any other word with an `@`
    User,
    /// `user:*@example.com`
    Domain,
    /// `group:eng`
    Group,
    /// `group:eng@example.com`, which the identity provider defines
    SyncedGroup,
    /// `tag:web`
    Tag,
    /// `autogroup:member`. `None` for a name that is not an autogroup.
    Autogroup(Option<Autogroup>),
    /// One address
    Address(IpAddr),
    /// `10.0.0.0/8`
    Prefix(Prefix),
    /// `192.0.2.4-192.0.2.12`, in IP sets only
    Range(AddressRange),
    /// `ipset:prod`
    IpSet,
    /// `svc:web`
    Service,
    /// `posture:managed`
    Posture,
    /// `group://acme/eng`, `tag://acme/web`
    External,
    /// `localpart:*@example.com`, in `users` of SSH rules only
    LocalPart,
    /// `webserver`: any other word without a colon
    Host,
    /// Not a selector
    Unknown,
}

impl Selector {
    /// The words that can appear before a selector's colon.
    pub const PREFIXES: &[&str] = &["group", "tag", "autogroup", "user", "ipset", "svc", "posture"];

    /// Reads a word as Tailscale does. An address takes precedence over a host of that name.
    ///
    /// ```
    /// use policy_core::source::{Origin, Text};
    /// use policy_core::model::{Selector, SelectorKind};
    /// let kind = |word: &str| Selector::new(Text::escaped(word, Origin::default())).kind;
    /// assert_eq!(kind("tag:web"), SelectorKind::Tag);
    /// assert_eq!(kind("group:eng@example.com"), SelectorKind::SyncedGroup);
    /// assert_eq!(kind("webserver"), SelectorKind::Host);
    /// assert_eq!(kind("tags:web"), SelectorKind::Unknown);
    /// ```
    pub fn new(text: Text) -> Selector {
        let kind = SelectorKind::of(&text);
        Selector { text, kind }
    }

    /// Makes a selector without a place in a text. For programs that build parts of a policy.
    ///
    /// ```
    /// use policy_core::model::{Selector, SelectorKind};
    /// assert_eq!(Selector::named("tag:x").kind, SelectorKind::Tag);
    /// ```
    pub fn named(word: impl AsRef<str>) -> Selector {
        Selector::new(Text::escaped(word.as_ref(), Origin::default()))
    }

    /// Reads the first `length` bytes of a `HOST:PORTS`. Removes brackets around an IPv6 address.
    pub(super) fn host_of(text: &Text, length: usize) -> Selector {
        let host = text.get(..length).unwrap_or_default();
        match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
            Some(inner) if inner.parse::<Ipv6Addr>().is_ok() => Selector::new(text.slice(1..length - 1)),
            _ => Selector::new(text.slice(0..length)),
        }
    }

    /// Returns the domain of `user:*@domain`, `localpart:*@domain`, a synced group or a user.
    pub fn domain(&self) -> Option<&str> {
        self.text.rsplit_once('@').map(|(_, domain)| domain)
    }
}

impl SelectorKind {
    /// Returns the kind of a word.
    pub fn of(word: &str) -> SelectorKind {
        if word == "*" {
            return SelectorKind::Wildcard;
        }
        // Not `parse_address`: most words are not addresses, and the reason is not needed.
        if let Ok(address) = word.parse() {
            return SelectorKind::Address(address);
        }
        if word.contains('/')
            && let Ok(prefix) = word.parse::<Prefix>()
        {
            return SelectorKind::Prefix(prefix);
        }
        let has_domain = word.contains('@');
        match word.split_once(':') {
            Some(("group" | "tag", rest)) if rest.starts_with("//") => SelectorKind::External,
            Some(("group", _)) if has_domain => SelectorKind::SyncedGroup,
            Some(("group", _)) => SelectorKind::Group,
            Some(("tag", _)) => SelectorKind::Tag,
            Some(("autogroup", _)) => SelectorKind::Autogroup(word.parse::<Autogroup>().ok()),
            Some(("ipset", _)) => SelectorKind::IpSet,
            Some(("svc", _)) => SelectorKind::Service,
            Some(("posture", _)) => SelectorKind::Posture,
            Some(("user", rest)) if rest.starts_with("*@") => SelectorKind::Domain,
            Some(("localpart", rest)) if rest.starts_with("*@") => SelectorKind::LocalPart,
            _ if has_domain => SelectorKind::User,
            Some(_) if word.contains('-') && word.parse::<AddressRange>().is_ok() => range_of(word),
            Some(_) => SelectorKind::Unknown,
            None if word.contains('-') => range_of(word),
            None if word.is_empty() => SelectorKind::Unknown,
            None => SelectorKind::Host,
        }
    }
}

impl SelectorKind {
    /// Returns whether it names addresses rather than principals.
    pub const fn is_address(self) -> bool {
        matches!(
            self,
            SelectorKind::Address(_)
                | SelectorKind::Prefix(_)
                | SelectorKind::Range(_)
                | SelectorKind::Host
                | SelectorKind::IpSet
        )
    }
}

/// Returns the kind of a word with a dash: a range of two addresses, or a host's name.
fn range_of(word: &str) -> SelectorKind {
    word.parse::<AddressRange>().map_or(SelectorKind::Host, SelectorKind::Range)
}

impl std::fmt::Display for Selector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.text.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_something() {
        use SelectorKind as Kind;
        for (word, kind) in [
            ("*", Kind::Wildcard),
            ("alice@example.com", Kind::User),
            ("bob@github", Kind::User),
            ("user:bob@example.com", Kind::User),
            ("user:*@example.com", Kind::Domain),
            ("localpart:*@example.com", Kind::LocalPart),
            ("localpart:bob", Kind::Unknown),
            ("group:eng", Kind::Group),
            ("group:eng@example.com", Kind::SyncedGroup),
            ("group://acme/eng", Kind::External),
            ("tag://acme/web", Kind::External),
            ("tag:web", Kind::Tag),
            ("tag:web:443", Kind::Tag),
            ("autogroup:self", Kind::Autogroup(Some(Autogroup::SelfDevices))),
            ("autogroup:selfish", Kind::Autogroup(None)),
            ("ipset:prod", Kind::IpSet),
            ("svc:web", Kind::Service),
            ("posture:managed", Kind::Posture),
            ("host:web", Kind::Unknown),
            ("webserver", Kind::Host),
            ("on-prem", Kind::Host),
            ("%bogus%", Kind::Host),
            ("10.0.0.0/33", Kind::Host),
            ("", Kind::Unknown),
            ("10.0.0.1:443", Kind::Unknown),
        ] {
            assert_eq!(SelectorKind::of(word), kind, "{word}");
        }
        for (word, written) in [("10.0.0.1", "10.0.0.1"), ("fd7a:0::1", "fd7a::1")] {
            assert_eq!(SelectorKind::of(word), Kind::Address(written.parse().unwrap()));
        }
        assert!(matches!(SelectorKind::of("fd00::/8"), Kind::Prefix(_)));
        assert!(matches!(SelectorKind::of("10.0.0.1-10.0.0.9"), Kind::Range(_)));
        assert!(matches!(SelectorKind::of("fd00::1-fd00::9"), Kind::Range(_)));
    }
}
