use std::net::{Ipv4Addr, Ipv6Addr};

use crate::diagnostic::Diagnostic;
use crate::model::{Invariant, Lint, List, Network, Role, Selector};
use crate::source::{FileId, Origin, Text};

/// Facts about a tailnet that are not part of its policy. Rules are checked against facts, but
/// facts are never emitted.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// The users.
    pub users: Vec<User>,
    /// The devices.
    pub devices: Vec<Device>,
    /// Statements that must be true of the whole policy.
    pub invariants: Vec<Invariant>,
    /// Domains of the tailnet, in addition to its owner's.
    pub domains: List<Text>,
    /// Names that only the Rust source has (`let`s), for suggestions about misspelt names. Absent
    /// if the facts do not come from the source of the policy.
    pub lets: List<Text>,
    /// Names in the `except`s of the Rust source and in unused `let`s. They may be missing from the
    /// policy.
    pub excepts: List<Selector>,
    /// Lint levels set by `// policy:` comments of the facts.
    pub lints: Vec<Lint>,
    /// The file with the invariants, if they are not in the policy's own source.
    pub invariants_file: Option<InvariantsFile>,
}

/// A file of invariants. `policy_syntax::invariants_file` makes one from a text.
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
    /// Findings about the parts that could not be read.
    pub unreadable: Vec<Diagnostic>,
}

impl InvariantsFile {
    /// Returns the place of the whole file.
    pub fn origin(&self) -> Origin {
        let length = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        Origin::new(0, length).in_file(FileId::Invariants)
    }

    /// Encodes parts of `facts`, each with the part of `text` that it comes from. The parts must be
    /// sorted by their ends, and a part must come before those that contain it. Positions count
    /// from the start of each text.
    pub fn encode_places(places: impl IntoIterator<Item = (Origin, Origin)>) -> String {
        let line = |(part, of): (Origin, Origin)| format!("{} {} {} {}", part.start, part.end, of.start, of.end);
        places.into_iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

impl Facts {
    /// Returns the user with that name or e-mail address.
    pub fn user(&self, name_or_email: &str) -> Option<&User> {
        self.users.iter().find(|user| *user.name == *name_or_email || *user.email == *name_or_email)
    }

    /// Returns the owner. The domain of the owner's e-mail address is the tailnet's.
    pub fn owner(&self) -> Option<&User> {
        self.users.iter().find(|user| user.role == Some(Role::Owner))
    }

    /// Returns whether the facts are in the policy's own source, where rules may also use the names
    /// of users.
    pub fn are_in_source(&self) -> bool {
        self.lets.origin.is_some()
    }
}

/// A user of the tailnet.
#[derive(Clone, Debug)]
pub struct User {
    /// The name in the facts.
    pub name: Text,
    /// The login, such as `alice@example.com`.
    pub email: Text,
    /// The role. `None` if it is unknown, which is not the same as [`Role::Member`].
    pub role: Option<Role>,
    /// The comment above it.
    pub doc: Option<String>,
    /// The whole fact.
    pub origin: Origin,
}

impl User {
    /// Returns the domain of the login.
    pub fn domain(&self) -> Option<&str> {
        self.email.rsplit_once('@').map(|(_, domain)| domain)
    }

    /// Returns whether a word of a policy for headscale names the user: by the e-mail address, or
    /// by the name and an `@`.
    ///
    /// ```
    /// use policy_core::model::Facts;
    /// let (facts, _) = Facts::parse(r#"{"users": [{"name": "bob", "email": "bob@example.com"}]}"#);
    /// let names = ["bob@example.com", "bob@", "Bob@", "bob"].map(|word| facts.users[0].is_named_in_headscale(word));
    /// assert_eq!(names, [true, true, false, true]);
    /// ```
    pub fn is_named_in_headscale(&self, word: &str) -> bool {
        let bare = |word: &str| word.strip_suffix('@').unwrap_or(word).to_owned();
        // headscale also compares with the empty e-mail address of a user who has none.
        [bare(&self.email), bare(&self.name)].contains(&bare(word)) || word == "@" && !self.has_email()
    }

    /// Returns whether the user has an e-mail address. Only headscale users may have none.
    pub fn has_email(&self) -> bool {
        !self.email.ends_with('@')
    }
}

/// A device of the tailnet.
#[derive(Clone, Debug)]
pub struct Device {
    /// Its host name.
    pub name: Text,
    /// The name or e-mail address of its owner. `None` for a tagged device.
    pub owner: Option<Text>,
    /// Its tags.
    pub tags: List<Selector>,
    /// Its IPv4 address in the tailnet.
    pub ipv4: Option<Ipv4Addr>,
    /// Its IPv6 address in the tailnet.
    pub ipv6: Option<Ipv6Addr>,
    /// The routes that it advertises, including exit routes.
    pub routable: List<Network>,
    /// The approved routes among them. If the facts do not list any, the policy's `autoApprovers`
    /// decide.
    pub approved: List<Network>,
    /// Routes this device is the primary router for. If no device claims a route, the first router without any primary
    /// routes is assumed.
    pub primary: List<Network>,
    /// The comment above it.
    pub doc: Option<String>,
    /// The whole fact.
    pub origin: Origin,
}
