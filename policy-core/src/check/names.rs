use std::collections::{HashMap, HashSet};

use crate::diagnostic::{Code, suggestion};
use crate::model::{HostAddress, List, Policy, SelectorKind, User};
use crate::source::Text;

/// The names that a policy declares.
pub(super) struct Names<'p> {
    kinds: [Kind<'p>; 5],
    host_addresses: HashMap<&'p str, HostAddress>,
    users: &'p [User],
    /// The users' names, and their logins in lower case.
    user_names: HashSet<&'p str>,
    logins: HashSet<String>,
    /// The suggestion for each undefined name. The same wrong name is often used many times.
    suggestions: HashMap<String, Option<String>>,
}

/// A kind of name that sections declare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum NameKind {
    Tag,
    Group,
    Host,
    IpSet,
    Posture,
}

/// The names of one kind.
struct Kind<'p> {
    kind: NameKind,
    in_order: Vec<&'p Text>,
    declared: HashMap<String, &'p Text>,
    /// True if some declarations could not be read, so that a missing name may still be declared.
    incomplete: bool,
}

/// The maximum number of searches for suggestions. Each search looks at all names.
const MAX_SUGGESTIONS: usize = 100;

impl NameKind {
    pub(super) const ALL: [NameKind; 5] =
        [NameKind::Tag, NameKind::Group, NameKind::Host, NameKind::IpSet, NameKind::Posture];

    /// Returns the kind of name that a selector is, if it must be declared.
    pub(super) fn of(kind: SelectorKind) -> Option<NameKind> {
        Some(match kind {
            SelectorKind::Tag => NameKind::Tag,
            SelectorKind::Group => NameKind::Group,
            SelectorKind::Host => NameKind::Host,
            SelectorKind::IpSet => NameKind::IpSet,
            SelectorKind::Posture => NameKind::Posture,
            _ => return None,
        })
    }

    pub(super) fn noun(self) -> &'static str {
        match self {
            NameKind::Tag => "tag",
            NameKind::Group => "group",
            NameKind::Host => "host",
            NameKind::IpSet => "ip set",
            NameKind::Posture => "posture",
        }
    }

    pub(super) fn section(self) -> &'static str {
        match self {
            NameKind::Tag => "tagOwners",
            NameKind::Group => "groups",
            NameKind::Host => "hosts",
            NameKind::IpSet => "ipsets",
            NameKind::Posture => "postures",
        }
    }

    pub(super) fn undefined(self) -> Code {
        match self {
            NameKind::Tag => Code::UndefinedTag,
            NameKind::Group => Code::UndefinedGroup,
            NameKind::Host => Code::UndefinedHost,
            NameKind::IpSet => Code::UndefinedIpSet,
            NameKind::Posture => Code::UndefinedPosture,
        }
    }

    pub(super) fn unused(self) -> Code {
        match self {
            NameKind::Tag => Code::UnusedTag,
            NameKind::Group => Code::UnusedGroup,
            NameKind::Host => Code::UnusedHost,
            NameKind::IpSet => Code::UnusedIpSet,
            NameKind::Posture => Code::UnusedPosture,
        }
    }

    /// Returns the prefix of such a name, before the colon.
    fn prefix(self) -> &'static str {
        match self {
            NameKind::Tag => "tag:",
            NameKind::Group => "group:",
            NameKind::Host => "",
            NameKind::IpSet => "ipset:",
            NameKind::Posture => "posture:",
        }
    }
}

impl<'p> Names<'p> {
    pub(super) fn new(policy: &'p Policy) -> Self {
        let kinds = [
            Kind::new(NameKind::Tag, &policy.tag_owners, |declaration| &declaration.tag),
            Kind::new(NameKind::Group, &policy.groups, |declaration| &declaration.name),
            Kind::new(NameKind::Host, &policy.hosts, |declaration| &declaration.name),
            Kind::new(NameKind::IpSet, &policy.ipsets, |declaration| &declaration.name),
            Kind::new(NameKind::Posture, &policy.postures, |declaration| &declaration.name),
        ];
        let addresses = policy.hosts.iter().filter_map(|host| Some((host.name.as_str(), host.address?)));
        let users = policy.facts.users.as_slice();
        Names {
            kinds,
            host_addresses: addresses.collect(),
            users,
            user_names: users.iter().map(|user| user.name.as_str()).collect(),
            logins: users.iter().map(|user| user.email.to_ascii_lowercase()).collect(),
            suggestions: HashMap::new(),
        }
    }

    fn kind(&self, kind: NameKind) -> Option<&Kind<'p>> {
        self.kinds.iter().find(|names| names.kind == kind)
    }

    /// Returns the name at the place where it is declared.
    pub(super) fn declared(&self, kind: NameKind, name: &str) -> Option<&'p Text> {
        self.kind(kind)?.declared.get(&key(kind, name)).copied()
    }

    /// Returns every declared name of a kind, in the order of the policy.
    pub(super) fn all(&self, kind: NameKind) -> impl Iterator<Item = &'p Text> + '_ {
        self.kind(kind).into_iter().flat_map(|names| names.in_order.iter().copied())
    }

    /// Returns the address of a host, if it is declared and readable.
    pub(super) fn host_address(&self, name: &str) -> Option<HostAddress> {
        self.host_addresses.get(name).copied()
    }

    /// Returns whether the name is certainly not declared.
    pub(super) fn is_undefined(&self, kind: NameKind, name: &str) -> bool {
        self.is_complete(kind) && self.declared(kind, name).is_none()
    }

    /// Returns whether every declaration of a kind could be read.
    pub(super) fn is_complete(&self, kind: NameKind) -> bool {
        self.kind(kind).is_some_and(|names| !names.incomplete)
    }

    /// Returns whether a user of the facts has that login.
    pub(super) fn is_login(&self, login: &str) -> bool {
        self.logins.contains(&login.to_ascii_lowercase())
    }

    /// Returns whether a user of the facts has that name or login.
    pub(super) fn is_user(&self, name: &str) -> bool {
        self.user_names.contains(name) || self.is_login(name)
    }

    /// Returns the known login that was probably meant. Logins of different users often have most
    /// letters in common, so one side of the `@` must be equal, and the other side must have at
    /// least `least` letters.
    pub(super) fn nearest_login(&mut self, login: &str, least: usize) -> Option<String> {
        self.suggested(login, |names| {
            let (local, domain) = login.rsplit_once('@')?;
            let misspelt =
                |word: &str, meant: &str| word.len() >= least && suggestion::nearest(word, [meant]).is_some();
            let logins = names.users.iter().map(|user| user.email.as_str());
            let near = logins.filter_map(|known| Some((known, known.rsplit_once('@')?))).find(|(_, known)| {
                (domain.eq_ignore_ascii_case(known.1) && misspelt(local, known.0))
                    || (local.eq_ignore_ascii_case(known.0) && misspelt(domain, known.1))
            });
            near.map(|(known, _)| known.to_owned())
        })
    }

    /// Returns the name that was probably meant by an undefined name: one of `others`, a similar
    /// name of its kind, or the same name of another kind.
    pub(super) fn nearest(
        &mut self,
        kind: NameKind,
        name: &str,
        others: impl Iterator<Item = &'p str>,
    ) -> Option<String> {
        self.suggested(name, |names| {
            let declared = names.kind(kind).into_iter().flat_map(|names| &names.in_order);
            let near = suggestion::nearest(name, declared.map(|name| name.as_str()).chain(others));
            near.map(str::to_owned).or_else(|| names.of_another_kind(kind, name)).or_else(|| names.longer(kind, name))
        })
    }

    /// Returns the only name of a kind that begins with `name`, or that `name` begins with:
    /// `group:eng` for `group:engineering`.
    fn longer(&self, kind: NameKind, name: &str) -> Option<String> {
        let least = kind.prefix().len() + 3;
        let is_part = |long: &str, short: &str| short.len() >= least && long.starts_with(short);
        let mut near = self.all(kind).filter(|known| is_part(known, name) || is_part(name, known));
        near.next().filter(|_| near.next().is_none()).map(|known| known.as_str().to_owned())
    }

    /// Returns the suggestion for a name. Looks for it only once.
    fn suggested(&mut self, name: &str, look: impl FnOnce(&Self) -> Option<String>) -> Option<String> {
        if let Some(known) = self.suggestions.get(name) {
            return known.clone();
        }
        if self.suggestions.len() >= MAX_SUGGESTIONS {
            return None;
        }
        let near = look(self);
        self.suggestions.insert(name.to_owned(), near.clone());
        near
    }

    fn of_another_kind(&self, kind: NameKind, name: &str) -> Option<String> {
        let bare = name.strip_prefix(kind.prefix()).unwrap_or(name);
        // Postures are used in separate places, so the author never meant a posture.
        let kinds = self.kinds.iter().filter(|names| names.kind != kind && names.kind != NameKind::Posture);
        kinds
            .map(|names| (names, format!("{}{bare}", names.kind.prefix())))
            .find(|(names, other)| names.declared.contains_key(&key(names.kind, other)))
            .map(|(_, other)| other)
    }
}

impl<'p> Kind<'p> {
    fn new<T>(kind: NameKind, list: &'p List<T>, name: fn(&'p T) -> &'p Text) -> Self {
        let in_order: Vec<&Text> = list.items.iter().map(name).collect();
        let mut declared = HashMap::with_capacity(in_order.len());
        for name in &in_order {
            declared.entry(key(kind, name)).or_insert(*name);
        }
        // A name without its prefix is reported at its declaration, and not at its uses.
        for name in in_order.iter().filter(|name| !name.contains(':')) {
            declared.entry(key(kind, &format!("{}{name}", kind.prefix()))).or_insert(*name);
        }
        Kind { kind, in_order, declared, incomplete: list.incomplete }
    }
}

/// Returns the key by which names of a kind are compared. Tailscale stores tags in lower case.
pub(super) fn key(kind: NameKind, name: &str) -> String {
    if kind == NameKind::Tag { name.to_ascii_lowercase() } else { name.to_owned() }
}
