//! The names that messages use for users and selectors.

use std::collections::HashMap;

use crate::diagnostic::listed;
use crate::model::{Policy, Selector, SelectorKind, User};

/// A policy, with an index of its users by login.
#[derive(Debug)]
pub struct Words<'p> {
    /// The policy.
    pub policy: &'p Policy,
    users: HashMap<String, &'p User>,
}

impl<'p> Words<'p> {
    /// Indexes the users of a policy.
    pub fn new(policy: &'p Policy) -> Self {
        let users = policy.facts.users.iter().map(|user| (user.email.to_ascii_lowercase(), user));
        Words { policy, users: users.collect() }
    }

    /// Returns the user with this login.
    pub fn user(&self, login: &str) -> Option<&'p User> {
        self.users.get(&login.to_ascii_lowercase()).copied()
    }

    /// Returns the name of a user in the policy's source: the declared name, or otherwise the
    /// login.
    pub fn login<'a>(&self, login: &'a str) -> &'a str
    where
        'p: 'a,
    {
        if !self.policy.facts.are_in_source() {
            return login;
        }
        self.user(login).map_or(login, |user| &user.name)
    }

    /// Returns the text of a selector in the policy's source.
    pub fn selector<'a>(&self, selector: &'a Selector) -> &'a str
    where
        'p: 'a,
    {
        if selector.kind == SelectorKind::User { self.login(&selector.text) } else { &selector.text }
    }

    /// Lists selectors in a sentence.
    pub fn all<'a>(&self, selectors: impl IntoIterator<Item = &'a Selector>) -> String
    where
        'p: 'a,
    {
        listed(selectors.into_iter().map(|selector| self.selector(selector)))
    }
}
