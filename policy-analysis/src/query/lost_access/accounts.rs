//! The accounts of Tailscale SSH that two policies distinguish.

use crate::diff::ItemSet;
use crate::query::subject::Subject;
use policy_core::model::{Autogroup, Policy, SshRule, localpart_domain};
use policy_core::testing::includes_account;

/// An account for Tailscale SSH.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum Account {
    /// The account with this name.
    Named(String),
    /// Any account but `root` that no SSH rule names.
    AnyOther,
}

impl std::fmt::Display for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Account::Named(name) => write!(f, "`{name}`"),
            Account::AnyOther => f.write_str("any other account"),
        }
    }
}

/// The accounts that SSH rules distinguish.
pub(super) struct Accounts {
    list: Vec<Account>,
}

/// An account that no rule names. A policy cannot contain it.
const UNNAMED: &str = "\0";

impl Accounts {
    pub(super) fn new(old: &Policy, new: &Policy, sources: &[Subject]) -> Accounts {
        let users = || [old, new].into_iter().flat_map(|policy| &policy.ssh).flat_map(|rule| &rule.users);
        let is_name = |name: &&str| localpart_domain(name).is_none() && *name != Autogroup::Nonroot.name();
        let mut names: Vec<String> = users().map(|user| user.as_str()).filter(is_name).map(str::to_owned).collect();
        names.push("root".to_owned());
        // With `localpart:`, a user's own account is the part of the login before the `@`.
        let logins = sources.iter().filter_map(|source| source.selector.as_ref());
        names.extend(logins.filter_map(|login| Some(login.text.rsplit_once('@')?.0.to_owned())));
        names.sort_unstable();
        names.dedup();
        let list = names.into_iter().map(Account::Named).chain([Account::AnyOther]).collect();
        Accounts { list }
    }

    /// Returns the accounts that a rule allows to a source with this login.
    pub(super) fn of_rule(&self, rule: &SshRule, login: Option<(&str, &str)>) -> ItemSet {
        let name = |account: &'_ Account| match account {
            Account::Named(name) => includes_account(rule, name, login),
            Account::AnyOther => includes_account(rule, UNNAMED, login),
        };
        self.list.iter().enumerate().filter(|(_, account)| name(account)).map(|(number, _)| number).collect()
    }

    pub(super) fn named(&self, set: &ItemSet) -> Vec<Account> {
        self.list.iter().enumerate().filter(|(number, _)| set.contains(*number)).map(|(_, one)| one.clone()).collect()
    }
}
