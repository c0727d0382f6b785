//! The domains of a tailnet's own logins.

use std::collections::{HashMap, HashSet};

use crate::access::denotation::{Denotation, domain_of, login_key};
use crate::access::tailnet::Tailnet;
use crate::model::{Policy, Selector, SelectorKind};

/// The domains of the members' logins. A login of another domain may belong to a user of another
/// tailnet that a device is shared with.
#[derive(Debug)]
pub struct OwnDomains {
    known: HashSet<String>,
    /// If no domain is known, the domain of more than half of the logins.
    assumed: Option<String>,
}

impl OwnDomains {
    /// Returns the domains that a policy, its facts and `selectors` name.
    pub fn new<'s>(policy: &'s Policy, selectors: impl IntoIterator<Item = &'s Selector>) -> OwnDomains {
        let own = policy.facts.owner().and_then(|owner| owner.domain());
        let own = own.into_iter().chain(policy.facts.domains.iter().map(|domain| domain.as_str()));
        let mut known: HashSet<String> = own.map(login_key).collect();
        let groups = policy.groups.iter().flat_map(|group| &group.members).map(|member| member.text.as_str());
        let users = policy.facts.users.iter().map(|user| user.email.as_str());
        let mut logins: HashSet<String> = groups.chain(users).map(login_key).collect();
        for selector in selectors {
            match selector.kind {
                // Tailscale accepts only the tailnet's own domains in these selectors.
                SelectorKind::Domain => known.extend(selector.domain().map(login_key)),
                SelectorKind::SyncedGroup => known.extend(domain_of(&selector.text).map(login_key)),
                SelectorKind::User => {
                    logins.insert(login_key(&selector.text));
                }
                _ => {}
            }
        }
        let assumed = if known.is_empty() { usual_domain(&logins) } else { None };
        OwnDomains { known, assumed }
    }

    /// Returns whether a login may belong to a user of another tailnet. Users in the facts are
    /// members.
    pub fn may_be_shared(&self, tailnet: &Tailnet, login: &str) -> bool {
        tailnet.user(login).is_none() && domain_of(login).is_some_and(|domain| !self.known.contains(&login_key(domain)))
    }

    /// Returns whether a selector names a login that may belong to a user of another tailnet.
    pub fn may_name_shared(&self, tailnet: &Tailnet, denotation: Denotation) -> bool {
        match denotation {
            Denotation::Users(logins) => logins.iter().any(|login| self.may_be_shared(tailnet, &login.text)),
            _ => false,
        }
    }

    /// Returns whether a login counts as that of a member: it cannot belong to a user of another
    /// tailnet, or the policy does not name its domains and the login has the usual one.
    pub fn is_of_member(&self, tailnet: &Tailnet, login: &str) -> bool {
        !self.may_be_shared(tailnet, login) || domain_of(login).map(login_key) == self.assumed
    }
}

/// Returns the domain of more than half of some logins.
fn usual_domain(logins: &HashSet<String>) -> Option<String> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for domain in logins.iter().filter_map(|login| domain_of(login)) {
        *counts.entry(domain).or_default() += 1;
    }
    let usual = counts.into_iter().find(|(_, count)| count * 2 > logins.len());
    usual.map(|(domain, _)| domain.to_owned())
}
