use std::net::{Ipv4Addr, Ipv6Addr};

use crate::diagnostic::Diagnostic;
use crate::model::{Invariant, Lint, List, Network, Role, Selector};
use crate::source::{FileId, Origin, Text};

/// What is known about a tailnet beside its policy. Rules are checked against facts; facts are never emitted.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// People.
    pub users: Vec<User>,
    /// Machines.
    pub devices: Vec<Device>,
    /// What must hold of the whole policy.
    pub invariants: Vec<Invariant>,
    /// Domains of the tailnet other than its owner's.
    pub domains: List<Text>,
    /// Names that only the Rust source knows (`let`s), so that a misspelt one finds its right form.
    /// Absent from facts that do not come from the source of the policy.
    pub lets: List<Text>,
    /// Names around each `except` of the Rust source and in `let`s that nothing uses: the policy may have none of them.
    pub excepts: List<Selector>,
    /// Lint levels set by `// policy:` comments of the facts.
    pub lints: Vec<Lint>,
    /// The file that the invariants are in, where they are not in the policy's own source.
    pub invariants_file: Option<InvariantsFile>,
}

/// A file of invariants. `policy_syntax::invariants_file` makes one of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InvariantsFile {
    /// The name for messages.
    pub name: String,
    /// Its text.
    pub text: String,
    /// The same invariants in the form that [`Facts::parse`] reads.
    pub facts: String,
    /// The parts of `text` that the parts of `facts` come from. See [`InvariantsFile::encode_places`].
    pub places: String,
    /// What could not be read of it.
    pub unreadable: Vec<Diagnostic>,
}

impl InvariantsFile {
    /// Returns the place of the whole file.
    pub fn origin(&self) -> Origin {
        let length = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        Origin::new(0, length).in_file(FileId::Invariants)
    }

    /// Encodes parts of `facts`, each with the part of `text` that it comes from. The parts are sorted by their ends,
    /// and a part comes before those that contain it. All are counted from the start of their text.
    pub fn encode_places(places: impl IntoIterator<Item = (Origin, Origin)>) -> String {
        let line = |(part, of): (Origin, Origin)| format!("{} {} {} {}", part.start, part.end, of.start, of.end);
        places.into_iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

impl Facts {
    /// The user of that name or e-mail address.
    pub fn user(&self, name_or_email: &str) -> Option<&User> {
        self.users.iter().find(|user| *user.name == *name_or_email || *user.email == *name_or_email)
    }

    /// The owner, by whose e-mail address the tailnet's domain is known.
    pub fn owner(&self) -> Option<&User> {
        self.users.iter().find(|user| user.role == Some(Role::Owner))
    }

    /// Returns whether they were written beside the policy, in its own source, where a user's name is one that rules
    /// may have.
    pub fn are_in_source(&self) -> bool {
        self.lets.origin.is_some()
    }
}

/// A person of the tailnet.
#[derive(Clone, Debug)]
pub struct User {
    /// What the facts call them.
    pub name: Text,
    /// Their login, as `alice@example.com`.
    pub email: Text,
    /// `None` if not known, which is not the same as [`Role::Member`].
    pub role: Option<Role>,
    /// The comment above it.
    pub doc: Option<String>,
    /// The whole fact.
    pub origin: Origin,
}

impl User {
    /// Returns what follows the `@` of their login.
    pub fn domain(&self) -> Option<&str> {
        self.email.rsplit_once('@').map(|(_, domain)| domain)
    }

    /// Returns whether a word of a policy for headscale names them: by their e-mail address, or by their name and an `@`.
    ///
    /// ```
    /// use policy_core::model::Facts;
    /// let (facts, _) = Facts::parse(r#"{"users": [{"name": "bob", "email": "bob@example.com"}]}"#);
    /// let names = ["bob@example.com", "bob@", "Bob@", "bob"].map(|word| facts.users[0].is_named_in_headscale(word));
    /// assert_eq!(names, [true, true, false, true]);
    /// ```
    pub fn is_named_in_headscale(&self, word: &str) -> bool {
        let bare = |word: &str| word.strip_suffix('@').unwrap_or(word).to_owned();
        // headscale compares the e-mail address of a user who has none, too.
        [bare(&self.email), bare(&self.name)].contains(&bare(word)) || word == "@" && !self.has_email()
    }

    /// Returns whether they have an e-mail address. Only users of headscale may have none.
    pub fn has_email(&self) -> bool {
        !self.email.ends_with('@')
    }
}

/// A machine of the tailnet.
#[derive(Clone, Debug)]
pub struct Device {
    /// Its host name.
    pub name: Text,
    /// The name or e-mail address of the user who owns it; `None` for a tagged device.
    pub owner: Option<Text>,
    /// Its tags.
    pub tags: List<Selector>,
    /// Its IPv4 address in the tailnet.
    pub ipv4: Option<Ipv4Addr>,
    /// Its IPv6 address in the tailnet.
    pub ipv6: Option<Ipv6Addr>,
    /// The routes that it advertises, exit routes among them.
    pub routable: List<Network>,
    /// Those of them that are approved. If the facts do not say, the policy's `autoApprovers` decide.
    pub approved: List<Network>,
    /// Routes this device is the primary router for. If no device claims a route, the first router without any primary
    /// routes is assumed.
    pub primary: List<Network>,
    /// The comment above it.
    pub doc: Option<String>,
    /// The whole fact.
    pub origin: Origin,
}
