//! SSH access: the accounts that SSH rules open, and their terms.

use crate::diff::comparison::Comparison;
use crate::diff::cube::Gain;
use crate::diff::interner::Interner;
use crate::diff::item::{Channel, Item};
use crate::diff::item_set::ItemSet;
use crate::diff::rule::Rule;
use crate::diff::ssh_terms::SshTerms;
use crate::diff::version::Version;
use policy_core::access::sorted;
use policy_core::model::{Action, Autogroup, localpart_domain};

/// Reads the SSH rules in the order in which they are tried: rules with a check first.
pub(super) fn read(comparison: &mut Comparison, version: Version) -> Vec<Rule<ItemSet>> {
    // The order of the items decides the order of the changes, and `autogroup:nonroot` includes all
    // of them.
    comparison.items.intern(Item::OtherAccount);
    for user in comparison.policies.iter().flat_map(|policy| &policy.ssh).flat_map(|rule| &rule.users) {
        if let Some(account) = parse_account(user) {
            comparison.items.intern(account);
        }
    }
    let nonroot: Vec<Item> = nonroot(&comparison.items).cloned().collect();
    let mut rules = Vec::new();
    for action in [Action::Check, Action::Accept] {
        for ssh in comparison.policy(version).ssh.iter().filter(|rule| rule.action == Some(action)) {
            let mut accounts: Vec<Item> = Vec::new();
            let mut domains: Vec<&str> = Vec::new();
            for user in &ssh.users {
                match parse_account(user) {
                    None => accounts.extend(nonroot.iter().cloned()),
                    Some(Item::LocalPart(_)) => domains.extend(localpart_domain(user)),
                    Some(account) => accounts.push(account),
                }
            }
            let mut dst = comparison.selectors(version, &ssh.dst);
            // With `localpart:`, a rule also applies to the sources' own devices. `ssh-d2`
            let own_devices = comparison.selector(version, Autogroup::SelfDevices.name());
            dst.extend(own_devices.filter(|id| !domains.is_empty() && !dst.contains(id)));
            let rule = Rule {
                dst: Some(dst),
                postures: comparison.required_postures(version, &ssh.src_posture),
                channel: comparison.channels.intern(Channel::Ssh(SshTerms::new(ssh, action))),
                ..comparison.item_rule(version, &ssh.src, accounts, ssh.origin)
            };
            rules.push(rule.clone());
            // A `localpart:` account is open only to users of its domain.
            for domain in domains {
                let Some(users) = comparison.selector(version, &format!("user:*@{domain}")) else { continue };
                let space = &comparison.classes.space;
                let sources =
                    sorted::intersection(&space.sources_named_by(&rule.src), &space.sources_named_by(&[users]));
                let account = comparison.items.intern(Item::LocalPart(domain.to_owned()));
                rules.push(Rule { sources: Some(sources), extent: ItemSet::from_iter([account]), ..rule.clone() });
            }
        }
    }
    rules.retain(|rule| rule.extent != ItemSet::default());
    rules
}

const LOCAL_PART: &str = "localpart:*@";

/// Returns the account of an entry of `users`, or `None` for `autogroup:nonroot`.
fn parse_account(user: &str) -> Option<Item> {
    match (user, localpart_domain(user)) {
        ("autogroup:nonroot", _) => None,
        (_, Some(domain)) => Some(Item::LocalPart(domain.to_owned())),
        (name, None) => Some(Item::Account(name.to_owned())),
    }
}

/// Returns the accounts of `autogroup:nonroot`.
fn nonroot(items: &Interner<Item>) -> impl Iterator<Item = &Item> {
    let is_account = |item: &&Item| matches!(item, Item::OtherAccount | Item::Account(_) | Item::LocalPart(_));
    items.iter().map(|(_, item)| item).filter(is_account).filter(|account| !is_root(account))
}

fn is_root(account: &Item) -> bool {
    matches!(account, Item::Account(name) if name == "root")
}

/// Describes the terms and the accounts as an SSH rule does.
pub(super) fn describe(comparison: &Comparison, gain: &Gain<ItemSet>) -> String {
    let Some(Channel::Ssh(terms)) = comparison.channels.get(gain.region.channel) else { return String::new() };
    let accounts = gain.cube.extent.values(&comparison.items);
    if !accounts.contains(&&Item::OtherAccount) {
        return terms.describe(&list(accounts));
    }
    let mut text = "autogroup:nonroot".to_owned();
    let missing: Vec<&Item> = nonroot(&comparison.items).filter(|account| !accounts.contains(account)).collect();
    if !missing.is_empty() {
        text.push_str(&format!(" (but not {})", list(missing)));
    }
    if accounts.into_iter().any(is_root) {
        text.push_str(", root");
    }
    terms.describe(&text)
}

fn list(accounts: Vec<&Item>) -> String {
    let names = accounts.into_iter().filter_map(|account| match account {
        Item::Account(name) => Some(name.clone()),
        Item::LocalPart(domain) => Some(format!("{LOCAL_PART}{domain}")),
        _ => None,
    });
    names.collect::<Vec<_>>().join(", ")
}
