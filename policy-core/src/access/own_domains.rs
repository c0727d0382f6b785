//! The domains of a tailnet's own logins.

use std::collections::{HashMap, HashSet};

use crate::access::denotation::{domain_of, login_key};
use crate::access::tailnet::Tailnet;
use crate::model::{Policy, Selector, SelectorKind};

/// The domains whose logins are those of members. A login of another domain may belong to a user of another tailnet, with
/// whom a device is shared.
#[derive(Debug)]
pub struct OwnDomains(HashSet<String>);

impl OwnDomains {
    /// Returns the domains that a policy, its facts and `selectors` name.
    pub fn new<'s>(policy: &'s Policy, selectors: impl IntoIterator<Item = &'s Selector>) -> OwnDomains {
        // Tailscale takes no other domains in these selectors.
        let named = selectors.into_iter().filter_map(|selector| match selector.kind {
            SelectorKind::Domain => selector.domain(),
            SelectorKind::SyncedGroup => domain_of(&selector.text),
            _ => None,
        });
        let own = policy.facts.owner().and_then(|owner| owner.domain());
        let domains = named.chain(own).chain(policy.facts.domains.iter().map(|domain| domain.as_str()));
        OwnDomains(domains.map(login_key).collect())
    }

    /// Returns the domain that is taken to be the tailnet's own if none is known: that of more than half of the logins.
    pub fn assumed(&self, logins: &[&str]) -> Option<String> {
        if !self.is_empty() {
            return None;
        }
        let mut counts: HashMap<String, usize> = HashMap::new();
        for domain in logins.iter().filter_map(|login| domain_of(login)) {
            *counts.entry(login_key(domain)).or_default() += 1;
        }
        counts.into_iter().find(|(_, count)| count * 2 > logins.len()).map(|(domain, _)| domain)
    }

    /// Returns whether no domain is known.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns whether a login may belong to a user of another tailnet. The users of the facts are members.
    pub fn may_be_shared(&self, tailnet: &Tailnet, login: &str) -> bool {
        tailnet.user(login).is_none() && domain_of(login).is_some_and(|domain| !self.0.contains(&login_key(domain)))
    }
}
