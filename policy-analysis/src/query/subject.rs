//! The meaning of a name in a question.

use std::net::IpAddr;

use crate::query::QueryError;
use policy_core::access::{DeviceId, Side, Tailnet, single};
use policy_core::check::QuestionChecker;
use policy_core::diagnostic::suggestion;
use policy_core::model::{Autogroup, Device, HostAddress, Policy, Prefix, Role, Selector, SelectorKind};
use policy_core::source::{Origin, Text};

/// An end of a question, as a person types it.
#[derive(Clone, Debug)]
pub(super) struct Subject {
    /// The selector that names it in rules. For a user's device, the user.
    pub(super) selector: Option<Selector>,
    /// The device, if it is known.
    pub(super) device: Option<DeviceId>,
    /// The address, if the question names the device by one of its addresses.
    pub(super) address: Option<IpAddr>,
    /// A description, if the name alone does not say what it is.
    pub(super) meaning: Option<String>,
}

impl Subject {
    /// Resolves one name. See [`SubjectReader`].
    pub(super) fn new(policy: &Policy, word: &str, side: Side) -> Result<Subject, QueryError> {
        SubjectReader::new(policy).read(word, side)
    }

    /// Returns everything that a selector stands for.
    pub(super) fn of_selector(selector: Selector) -> Subject {
        Subject { selector: Some(selector), device: None, address: None, meaning: None }
    }

    /// Returns whether it is `autogroup:self`.
    pub(super) fn is_own_devices(&self) -> bool {
        self.selector.as_ref().is_some_and(is_own_devices)
    }
}

/// Resolves names in the order in which people mean them: a host of the policy, a user or a device of
/// the facts by name, otherwise any selector.
pub(super) struct SubjectReader<'p> {
    policy: &'p Policy,
    pub(super) tailnet: Tailnet<'p>,
    checker: QuestionChecker<'p>,
}

impl<'p> SubjectReader<'p> {
    pub(super) fn new(policy: &'p Policy) -> Self {
        SubjectReader { policy, tailnet: Tailnet::new(policy), checker: QuestionChecker::new(policy) }
    }

    pub(super) fn read(&mut self, word: &str, side: Side) -> Result<Subject, QueryError> {
        let word = word.strip_prefix('[').and_then(|word| word.strip_suffix(']')).unwrap_or(word);
        let facts = &self.policy.facts;
        let is_host = self.policy.hosts.iter().any(|host| *host.name == *word);
        if !is_host && let Some(user) = facts.users.iter().find(|user| *user.name == *word) {
            return Ok(self.selector(word, &user.email));
        }
        let device = facts.devices.iter().position(|device| *device.name == *word);
        if let Some((id, device)) = device.filter(|_| !is_host).and_then(|id| Some((id, facts.devices.get(id)?))) {
            return Ok(self.device(id, device));
        }
        let selector = selector(word);
        if let Some(finding) = self.checker.refusal(&selector, side == Side::Source) {
            let devices = facts.devices.iter().map(|device| device.name.as_str());
            let users = facts.users.iter().map(|user| user.name.as_str());
            // The checker's own help covers the names that a policy declares.
            let near = suggestion::nearest(word, devices.chain(users)).filter(|_| selector.kind == SelectorKind::Host);
            let help =
                near.map(|near| format!("did you mean `{near}`?")).or(finding.help.as_deref().map(str::to_owned));
            return Err(QueryError { message: finding.message, help });
        }
        Ok(self.selector(word, word))
    }

    /// Returns the device with this index in the facts.
    pub(super) fn device_with(&self, id: DeviceId) -> Option<Subject> {
        Some(self.device(id, self.policy.facts.devices.get(id)?))
    }

    fn selector(&self, word: &str, text: &str) -> Subject {
        let selector = selector(text);
        let tailnet = &self.tailnet;
        let only = match tailnet.literal(&selector).as_slice() {
            [range] if range.first == range.last => Some(range.first),
            _ => None,
        };
        // An address of a known device stands for that device.
        if let Some(address) = only
            && let Some(id) = tailnet.addresses.overlapping(single(address)).next()
            && let Some(node) = tailnet.devices.get(id)
        {
            let device = self.device(id, node.fact);
            let meaning = device.meaning.map(|meaning| format!("the device `{}`, {meaning}", node.fact.name));
            return Subject { meaning, address: Some(address), ..device };
        }
        let meaning = describe(self.policy, tailnet, word, &selector);
        Subject { selector: Some(selector), device: None, address: None, meaning }
    }

    fn device(&self, id: DeviceId, device: &Device) -> Subject {
        let owner = device.owner.as_ref().filter(|_| device.tags.is_empty());
        let login = owner.map(|owner| self.policy.facts.user(owner).map_or(owner.as_str(), |user| &user.email));
        let meaning = match owner {
            Some(owner) => format!("a device of `{owner}`"),
            None => {
                let tags: Vec<String> = device.tags.iter().map(|tag| format!("`{tag}`")).collect();
                format!("tagged {}", tags.join(", "))
            }
        };
        Subject { selector: login.map(selector), device: Some(id), address: None, meaning: Some(meaning) }
    }
}

/// Returns whether a selector is `autogroup:self`.
pub(super) fn is_own_devices(selector: &Selector) -> bool {
    selector.kind == SelectorKind::Autogroup(Some(Autogroup::SelfDevices))
}

/// Returns a text as a selector of a rule.
pub(super) fn selector(text: &str) -> Selector {
    Selector::new(Text::escaped(text, Origin::default()))
}

/// Returns a description that completes "is", or `None` if the name needs none.
fn describe(policy: &Policy, tailnet: &Tailnet, word: &str, selector: &Selector) -> Option<String> {
    match selector.kind {
        SelectorKind::User => {
            let role = tailnet.user(&selector.text).and_then(|user| tailnet.users.get(user)).and_then(|user| user.role);
            let role = role.map(Role::with_article);
            let login = (word != selector.text.as_str()).then(|| format!("`{}`", selector.text));
            match (login, role) {
                (Some(login), Some(role)) => Some(format!("{login}, {role}")),
                (login, role) => login.or(role),
            }
        }
        SelectorKind::Host => match tailnet.declarations.hosts.get(word)? {
            HostAddress::Address(address) => Some(format!("`{address}`")),
            HostAddress::Prefix(Prefix { address, length }) => Some(format!("`{address}/{length}`")),
        },
        SelectorKind::Group => {
            let group = policy.groups.iter().find(|group| *group.name == *word)?;
            group.members.is_absent_or_empty().then(|| "a group without members".to_owned())
        }
        _ => None,
    }
}

/// Splits a destination from its port, as in a test: `tag:web:443`, `[fd7a::1]:22`, or only the
/// destination.
///
/// ```
/// use policy_analysis::query::host_and_port;
/// assert_eq!(host_and_port("tag:web:443"), ("tag:web", Some("443")));
/// assert_eq!(host_and_port("[fd7a::1]:22"), ("[fd7a::1]", Some("22")));
/// assert_eq!(host_and_port("tag:web"), ("tag:web", None));
/// assert_eq!(host_and_port("fd7a::1"), ("fd7a::1", None));
/// assert_eq!(host_and_port("nas:ssh"), ("nas", Some("ssh")));
/// ```
pub fn host_and_port(word: &str) -> (&str, Option<&str>) {
    let is_whole = matches!(SelectorKind::of(word), SelectorKind::Address(_) | SelectorKind::Prefix(_));
    match word.rsplit_once(':') {
        // `group:1` is a group without a port, and other prefixes work the same.
        Some((host, port)) if !is_whole && !port.ends_with(']') && !Selector::PREFIXES.contains(&host) => {
            (host, Some(port))
        }
        _ => (word, None),
    }
}
