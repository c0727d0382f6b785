//! Names for users: a word in Rust for each address in a policy file.

use std::collections::{HashMap, HashSet};

use policy_core::Policy;
use policy_core::model::{Selector, SelectorKind, User};

use crate::words::word::{is_bare, is_named, quoted};

/// The names of a policy.
pub struct Names {
    /// The names of users by their logins.
    users: HashMap<String, String>,
    /// The names and logins of users, in the order of the file.
    pub people: Vec<(String, String)>,
    taken: HashSet<String>,
}

impl Names {
    /// Chooses names for all users that the policy mentions. Hosts keep their names.
    pub fn new(policy: &Policy) -> Names {
        let mut names = Names { users: HashMap::new(), people: Vec::new(), taken: HashSet::new() };
        names.taken.extend(policy.hosts.iter().map(|host| item_name(&host.name)));
        let selectors = selectors(policy);
        let hosts = selectors.iter().filter(|selector| selector.kind == SelectorKind::Host);
        names.taken.extend(hosts.map(|host| item_name(&host.text)));
        for selector in selectors.into_iter().filter(|selector| is_login(selector)) {
            let login = selector.text.as_str();
            if names.users.contains_key(login) {
                continue;
            }
            let (local, domain) = login.split_once('@').unwrap_or((login, ""));
            let organisation = domain.split('.').next().unwrap_or_default();
            let name = names.take(&[name(local), name(&format!("{local}-{organisation}"))]);
            names.users.insert(login.to_owned(), name.clone());
            names.people.push((name, login.to_owned()));
        }
        names
    }

    /// Creates names from the users in the source of a policy.
    pub fn from_users(users: &[User]) -> Names {
        let users = users.iter().map(|user| (user.email.to_string(), user.name.to_string()));
        Names { users: users.collect(), people: Vec::new(), taken: HashSet::new() }
    }

    /// Returns the first of some names that is not taken. If all are taken, adds a number to the
    /// last one.
    pub fn take(&mut self, wanted: &[String]) -> String {
        let free = wanted.iter().find(|name| !self.taken.contains(&item_name(name))).cloned();
        let name = free.unwrap_or_else(|| {
            let last = wanted.last().map_or("list", String::as_str);
            let mut numbered = (2_usize..).map(|number| format!("{last}-{number}"));
            numbered.find(|name| !self.taken.contains(&item_name(name))).unwrap_or_default()
        });
        self.taken.insert(item_name(&name));
        name
    }

    /// Returns a selector of the policy file in the syntax of `policy!`.
    pub fn selector(&self, text: &str) -> String {
        match self.users.get(text) {
            Some(name) => name.clone(),
            None if text == "*" || is_bare(text) => text.to_owned(),
            None => Names::plain(text),
        }
    }

    /// Like [`Names::selector`], but does not replace users and hosts.
    pub fn plain(text: &str) -> String {
        if is_named(text) { text.to_owned() } else { quoted(text) }
    }
}

/// Returns the name of the Rust item for a name. Different names have different items.
fn item_name(name: &str) -> String {
    name.replace('-', "_")
}

/// Converts any text to a name: words in lower case, with dashes between them.
pub fn name(text: &str) -> String {
    let words: Vec<String> = text
        .split(|char: char| !char.is_ascii_alphanumeric() && char != '_')
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let name = words.join("-");
    if is_bare(&name) {
        return name;
    }
    // With underscores, it is a single identifier.
    let name = words.join("_");
    if is_bare(&name) { name } else { format!("x_{name}") }
}

/// Returns true if a selector is the login of one person that facts can contain.
fn is_login(selector: &Selector) -> bool {
    let parts = selector
        .text
        .split_once('@')
        .filter(|(local, domain)| !local.is_empty() && !domain.is_empty() && !domain.contains('@'));
    selector.kind == SelectorKind::User
        && parts.is_some()
        && !selector.text.contains(|char: char| char == '*' || char == ':' || char.is_whitespace())
}

/// Returns every selector of a policy that a name may replace.
fn selectors(policy: &Policy) -> Vec<&Selector> {
    let mut all: Vec<&Selector> = Vec::new();
    all.extend(policy.groups.iter().flat_map(|group| group.members.iter()));
    all.extend(policy.tag_owners.iter().flat_map(|tag| tag.owners.iter()));
    all.extend(&policy.default_src_posture.items);
    for grant in policy.grants.iter().flatten() {
        all.extend(grant.src.iter().chain(grant.dst.iter()).chain(grant.via.iter()));
    }
    for acl in policy.acls.iter().flatten() {
        all.extend(acl.src.iter());
        all.extend(acl.dst.iter().map(|destination| &destination.host));
    }
    for rule in &policy.ssh {
        all.extend(rule.src.iter().chain(rule.dst.iter()).chain(rule.recorder.iter()));
    }
    let approvers = &policy.auto_approvers;
    all.extend(approvers.routes.iter().flat_map(|route| route.approvers.iter()));
    all.extend(approvers.exit_node.iter());
    all.extend(approvers.services.iter().flat_map(|service| service.approvers.iter()));
    all.extend(policy.node_attrs.iter().flat_map(|attr| attr.target.iter()));
    for test in &policy.tests {
        all.extend(test.src.iter());
        all.extend(test.accept.iter().chain(test.deny.iter()).map(|target| &target.host));
    }
    for test in &policy.ssh_tests {
        all.extend(test.src.iter().chain(test.dst.iter()));
    }
    for set in policy.ipsets.iter() {
        all.extend(set.entries.iter().map(|entry| &entry.target));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_get_names_of_their_own() {
        let policy = Policy::parse(
            r#"{"hosts": {"bob": "10.0.0.1"}, "groups": {"group:a": ["alice@example.com", "alice@example.org",
            "blume.erich@gmail.com", "bob@example.com", "on@x.y", "1e@x.y", "jörg@x.y", "ärö@x.y", "carol@github",
            "alice@example.com", "alice@example.net", "al@b@c", "*@x.y", "dora@"]}}"#,
        );
        let names = Names::new(&policy);
        let people: Vec<&str> = names.people.iter().map(|(name, _)| name.as_str()).collect();
        let expected = [
            "alice",
            "alice-example",
            "blume-erich",
            "bob-example",
            "x_on",
            "x_1e",
            "j-rg",
            "r",
            "carol",
            "alice-example-2",
        ];
        assert_eq!(people, expected);
        assert_eq!(names.selector("alice@example.org"), "alice-example");
        assert_eq!(names.selector("dora@"), "\"dora@\"");
        assert_eq!(names.selector("bob"), "bob");
    }
}
