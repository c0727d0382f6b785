//! The text that an editor shows about a name: its comment, and its effect in the policy.

use std::collections::HashMap;
use std::fmt::Display;
use std::net::IpAddr;

use policy_core::model::Policy;

use crate::parse::Reading;

/// The maximum number of items in a pop-up window.
const SHOWN: usize = 12;

/// A Markdown text for each name of a policy, by the kind of name: the module of its item.
#[derive(Debug)]
pub struct Hovers(HashMap<(&'static str, String), String>);

impl Hovers {
    /// Writes the texts about the names of a policy and its facts.
    ///
    /// ```
    /// use policy_core::Policy;
    /// use policy_syntax::Hovers;
    /// let policy = Policy::parse(r#"{"groups": {"group:ops": ["alice@example.com"]}}"#);
    /// assert_eq!(Hovers::new(&policy).get("group", "group:ops"), Some("`group:ops`\n\nMembers: `alice@example.com`"));
    /// ```
    pub fn new(policy: &Policy) -> Hovers {
        Hovers::with_names(policy, &|_| true)
    }

    /// Writes only the texts about names that are spelt like `name`, which takes less time.
    pub fn about(policy: &Policy, name: &str) -> Hovers {
        Hovers::with_names(policy, &|other| other == name)
    }

    fn with_names(policy: &Policy, is_wanted: &dyn Fn(&str) -> bool) -> Hovers {
        let mut hovers = Hovers(HashMap::new());
        let (carriers, groups) = (carriers(policy), groups(policy));
        let rules = rules(policy, &|name| name == "*" || is_wanted(name));
        for tag in policy.tag_owners.iter().filter(|tag| is_wanted(&tag.tag)) {
            let hover = Hover::new(&tag.tag, &tag.doc).line("Owners", &tag.owners, "admins only");
            let hover = hover.line("Devices", carriers.get(tag.tag.as_str()).into_iter().flatten(), "");
            hovers.add("tag", &tag.tag, hover.reach(&[rules.get(tag.tag.as_str()), rules.get("*")]));
        }
        for group in policy.groups.iter().filter(|group| is_wanted(&group.name)) {
            hovers.add(
                "group",
                &group.name,
                Hover::new(&group.name, &group.doc).line("Members", &group.members, "none"),
            );
        }
        for host in policy.hosts.iter().filter(|host| is_wanted(&host.name)) {
            let hover = Hover::new(&host.name, &host.doc).line("Address", [&host.text], "");
            hovers.add("host", &host.name, hover.reach(&[rules.get(host.name.as_str()), rules.get("*")]));
        }
        for set in policy.ipsets.iter().filter(|set| is_wanted(&set.name)) {
            let entries = set.entries.iter().map(|entry| &entry.text);
            hovers.add("ipset", &set.name, Hover::new(&set.name, &set.doc).line("Entries", entries, "none"));
        }
        for posture in policy.postures.iter().filter(|posture| is_wanted(&posture.name)) {
            let conditions = posture.conditions.iter().map(|condition| &condition.text);
            hovers.add(
                "posture",
                &posture.name,
                Hover::new(&posture.name, &posture.doc).line("All of", conditions, ""),
            );
        }
        for user in policy.facts.users.iter().filter(|user| is_wanted(&user.name)) {
            let hover = Hover::new(&user.name, &user.doc).line("Login", [&user.email], "");
            hovers.add(
                "user",
                &user.name,
                hover.line("Groups", groups.get(user.email.as_str()).into_iter().flatten(), ""),
            );
        }
        // A policy file names users by their logins, and need not list them.
        for (login, groups) in groups.iter().filter(|(login, _)| is_wanted(login)) {
            if policy.facts.user(login).is_none() {
                hovers.add("user", login, Hover::new(login, &None).line("Groups", groups, ""));
            }
        }
        for device in policy.facts.devices.iter().filter(|device| is_wanted(&device.name)) {
            let hover =
                Hover::new(&device.name, &device.doc).line("Tags", &device.tags, "").line("Owner", &device.owner, "");
            let addresses = device.ipv4.map(IpAddr::from).into_iter().chain(device.ipv6.map(IpAddr::from));
            let hover = hover.line("Addresses", addresses, "");
            hovers.add(
                "device",
                &device.name,
                hover.line("Routes", device.routable.iter().map(|route| &route.text), ""),
            );
        }
        hovers
    }

    /// Adds the texts about the `let` lists of a source.
    #[must_use]
    pub fn with_lets(mut self, reading: &Reading) -> Hovers {
        for item in reading.lets() {
            self.add("let", item.name, Hover::new(item.name, &item.doc).line("Stands for", item.items, ""));
        }
        self
    }

    /// Returns the text about the name of an item, if there is one.
    pub fn get(&self, module: &'static str, name: &str) -> Option<&str> {
        self.0.get(&(module, name.to_owned())).map(String::as_str)
    }

    fn add(&mut self, module: &'static str, name: &str, hover: Hover) {
        self.0.insert((module, name.to_owned()), hover.0);
    }
}

/// A text that is being written.
pub(crate) struct Hover(pub(crate) String);

impl Hover {
    fn new(name: &str, doc: &Option<String>) -> Hover {
        Hover(match doc {
            Some(doc) => format!("`{name}`: {doc}"),
            None => format!("`{name}`"),
        })
    }

    /// Adds a line with the title and the words, or with `none` if there are no words.
    pub(crate) fn line<T: Display>(mut self, title: &str, words: impl IntoIterator<Item = T>, none: &str) -> Hover {
        let mut words = words.into_iter().map(|word| format!("`{word}`")).peekable();
        if words.peek().is_some() {
            return self.list(title, words);
        }
        if !none.is_empty() {
            self.0.push_str(&format!("\n\n{title}: {none}"));
        }
        self
    }

    /// Adds a line with the title and the items.
    pub(crate) fn list(mut self, title: &str, items: impl Iterator<Item = String>) -> Hover {
        self.0.push_str(&format!("\n\n{title}: {}", listed(items)));
        self
    }

    /// Lists the rules that allow access to it, one on each line.
    fn reach(mut self, rules: &[Option<&Rules>]) -> Hover {
        let rules = || rules.iter().flatten();
        if rules().next().is_none() {
            self.0.push_str("\n\nReached by: nobody");
            return self;
        }
        self.0.push_str("\n\nReached by:\n");
        for rule in rules().flat_map(|rules| &rules.shown) {
            self.0.push_str(&format!("\n- {rule}"));
        }
        match rules().map(|rules| rules.more).sum::<usize>() {
            0 => {}
            more => self.0.push_str(&format!("\n- and {more} more rules")),
        }
        self
    }
}

/// The rules that have some destination.
#[derive(Default)]
struct Rules {
    shown: Vec<String>,
    more: usize,
}

impl Rules {
    fn add(&mut self, rule: impl FnOnce() -> String) {
        if self.shown.len() < SHOWN { self.shown.push(rule()) } else { self.more += 1 }
    }
}

/// Returns the rules by the names of their destinations.
fn rules<'p>(policy: &'p Policy, is_wanted: &dyn Fn(&str) -> bool) -> HashMap<&'p str, Rules> {
    let mut rules: HashMap<&str, Rules> = HashMap::new();
    for grant in policy.grants.iter().flatten() {
        for dst in grant.dst.iter().filter(|dst| is_wanted(&dst.text)) {
            let ports =
                if grant.ip.is_empty() { "for an application".to_owned() } else { format!("on {}", quoted(&grant.ip)) };
            rules.entry(&dst.text).or_default().add(|| format!("{} {ports}", quoted(&grant.src)));
        }
    }
    for acl in policy.acls.iter().flatten() {
        for dst in acl.dst.iter().filter(|dst| is_wanted(&dst.host.text)) {
            let ports = quoted(&dst.ports);
            let rule = || match acl.proto {
                Some(protocol) => format!("{} on {ports} of `{protocol}`", quoted(&acl.src)),
                None => format!("{} on {ports}", quoted(&acl.src)),
            };
            rules.entry(&dst.host.text).or_default().add(rule);
        }
    }
    rules
}

/// Returns the items with commas, up to a number that fits into a pop-up window.
pub(crate) fn listed(mut items: impl Iterator<Item = String>) -> String {
    let shown: Vec<String> = items.by_ref().take(SHOWN).collect();
    match items.count() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// Returns the devices of each tag.
pub(crate) fn carriers(policy: &Policy) -> HashMap<&str, Vec<&str>> {
    let mut carriers: HashMap<&str, Vec<&str>> = HashMap::new();
    for device in &policy.facts.devices {
        for tag in &device.tags {
            carriers.entry(&tag.text).or_default().push(&device.name);
        }
    }
    carriers
}

/// Returns the groups of each login.
fn groups(policy: &Policy) -> HashMap<&str, Vec<&str>> {
    let mut groups: HashMap<&str, Vec<&str>> = HashMap::new();
    for group in &policy.groups {
        for member in &group.members {
            groups.entry(&member.text).or_default().push(&group.name);
        }
    }
    groups
}

fn quoted<T: Display>(words: &[T]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
