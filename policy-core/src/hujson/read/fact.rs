use crate::diagnostic::{Code, Diagnostic, Help, Problem, suggestion};
use crate::hujson::read::reader::Reader;
use crate::hujson::{Document, Kind, NodeId};
use crate::model::{
    Device, Facts, Invariant, InvariantKind, InvariantTarget, List, Network, PortSpec, Role, User, parse_address,
};
use crate::source::{FileId, Text};

impl Facts {
    /// Reads facts about a tailnet from JSON or HuJSON:
    ///
    /// ```text
    /// {"users": [{"name", "email", "role"}],
    ///  "nodes": [{"name", "user", "tags", "ipv4", "ipv6", "routable_ips", "approved_routes", "primary_routes"}],
    ///  "domains": ["example.com"]}
    /// ```
    ///
    /// A user requires a name or an e-mail address, and one of them also serves as the other. A
    /// device requires a name. All other fields are optional. A device's `user` is a user's name or
    /// e-mail address. Unknown fields are ignored. The second value has a finding for everything
    /// that could not be read.
    ///
    /// ```
    /// use policy_core::model::Facts;
    /// let (facts, unreadable) = Facts::parse(r#"{"users": [{"name": "odin", "email": "odin@example.com", "role": "owner"}]}"#);
    /// assert_eq!(facts.owner().unwrap().domain(), Some("example.com"));
    /// assert_eq!(unreadable, []);
    /// ```
    pub fn parse(text: &str) -> (Facts, Vec<Diagnostic>) {
        Facts::parse_file(FileId::FACTS, text)
    }

    /// Reads facts from a text of their own, such as one of several files.
    pub fn parse_file(file: FileId, text: &str) -> (Facts, Vec<Diagnostic>) {
        let document = match Document::parse_file(file, text) {
            Ok(document) => document,
            Err(error) => {
                return (Facts::default(), vec![Diagnostic::new(Code::Syntax, error.origin, error.message)]);
            }
        };
        Facts::read(&document)
    }

    /// Reads the facts from a document's value. See [`Facts::parse`].
    pub fn read(document: &Document) -> (Facts, Vec<Diagnostic>) {
        let mut reader = Reader::new(document);
        let facts = reader.facts();
        let facts = Facts { lints: reader.policy_comments(Some(document.origin(document.root()))), ..facts };
        reader.misplaced_untils();
        // Tailscale never sees the facts, so it cannot refuse the policy because of them.
        for finding in &mut reader.findings {
            finding.tailscale = None;
        }
        (facts, reader.findings)
    }
}

impl Reader<'_> {
    fn facts(&mut self) -> Facts {
        let root = self.document.root();
        let Some([users, nodes, invariants, domains, lets, excepts]) =
            self.known_fields(root, "the facts", &["users", "nodes", "invariants", "domains", "lets", "excepts"])
        else {
            return Facts::default();
        };
        Facts {
            users: self.list(users, "users", Self::user).items,
            devices: self.list(nodes, "nodes", Self::device).items,
            invariants: self.list(invariants, "invariants", Self::invariant).items,
            domains: self.texts(domains, "domains"),
            lets: self.texts(lets, "lets"),
            excepts: self.selectors(excepts, "excepts"),
            ..Facts::default()
        }
    }

    /// Returns the values of the keys, which are case-sensitive. Other keys are ignored.
    fn known_fields<const N: usize>(
        &mut self,
        id: NodeId,
        name: &str,
        keys: &[&str; N],
    ) -> Option<[Option<NodeId>; N]> {
        let document = self.document;
        if document.kind(id) != Kind::Object {
            self.wrong_type(id, name, "an object");
            return None;
        }
        let mut values = [None; N];
        for (name, value) in document.members(id) {
            let Some(key) = document.string(name) else { continue };
            let index = keys.iter().position(|known| *known == &*key);
            if let Some(slot) = index.and_then(|index| values.get_mut(index)) {
                *slot = Some(value);
            }
        }
        Some(values.map(|value| value.and_then(|value| self.present(value))))
    }

    fn user(&mut self, id: NodeId) -> Option<User> {
        let [name, email, role, doc] = self.known_fields(id, "a user", &["name", "email", "role", "doc"])?;
        let has_email = email.is_some();
        let origin = self.document.origin(id);
        let (name, email) = (self.text(name, "name"), self.text(email, "email"));
        // A headscale user without an e-mail address is named by an `@` after the name.
        let nameless = |name: &Text| Text::escaped(format!("{name}@"), name.origin);
        let email = match email.filter(|email| !email.is_empty() || name.is_none()) {
            None if has_email => name.as_ref().map(nameless),
            email => email,
        };
        let Some(email) = email.or_else(|| name.clone()) else {
            let message = "a user needs an e-mail address";
            self.findings.push(Diagnostic::new(Code::MissingField, origin, message).help("add `email`"));
            return None;
        };
        let name = name.unwrap_or_else(|| email.clone());
        let role = self.text(role, "role").and_then(|text| self.parse(&text, |text| role_of(text)));
        Some(User { name, email, role, doc: self.fact_doc(id, doc), origin })
    }

    fn device(&mut self, id: NodeId) -> Option<Device> {
        let keys =
            &["name", "user", "tags", "ipv4", "ipv6", "routable_ips", "approved_routes", "primary_routes", "doc"];
        let [name, user, tags, ipv4, ipv6, routable, approved, primary, doc] =
            self.known_fields(id, "a device", keys)?;
        let origin = self.document.origin(id);
        let Some(name) = self.text(name, "name") else {
            self.findings.push(Diagnostic::new(Code::MissingField, origin, "a device needs a name").help("add `name`"));
            return None;
        };
        let address = |text: &Text| parse_address(text);
        let ipv4 = self.text(ipv4, "ipv4").and_then(|text| {
            self.parse(&text, |text| match address(text)? {
                std::net::IpAddr::V4(address) => Ok(address),
                std::net::IpAddr::V6(_) => Err(Problem::word(Code::InvalidAddress, "this is an IPv6 address")),
            })
        });
        let ipv6 = self.text(ipv6, "ipv6").and_then(|text| {
            self.parse(&text, |text| match address(text)? {
                std::net::IpAddr::V6(address) => Ok(address),
                std::net::IpAddr::V4(_) => Err(Problem::word(Code::InvalidAddress, "this is an IPv4 address")),
            })
        });
        Some(Device {
            name,
            owner: self.text(user, "user"),
            tags: self.selectors(tags, "tags"),
            ipv4,
            ipv6,
            routable: self.routes(routable, "routable_ips"),
            approved: self.routes(approved, "approved_routes"),
            primary: self.routes(primary, "primary_routes"),
            doc: self.fact_doc(id, doc),
            origin,
        })
    }

    fn invariant(&mut self, id: NodeId) -> Option<Invariant> {
        let [kind, src, src_except, targets, except, doc] =
            self.known_fields(id, "an invariant", &["kind", "src", "src_except", "targets", "except", "doc"])?;
        let kind = self.text(kind, "kind").and_then(|text| {
            self.parse(&text, |text| match text.as_str() {
                "only" => Ok(InvariantKind::Only),
                "never" => Ok(InvariantKind::Never),
                "isolated" => Ok(InvariantKind::Isolated),
                _ => Err(Problem::word(Code::InvalidValue, format!("`{text}` is not a kind of invariant"))
                    .help("write `only`, `never` or `isolated`")),
            })
        })?;
        Some(Invariant {
            kind,
            src: self.selectors(src, "src"),
            src_except: self.selectors(src_except, "src_except"),
            targets: self.list(targets, "targets", Self::invariant_target).items,
            except: self.list(except, "except", Self::invariant_target).items,
            doc: self.fact_doc(id, doc),
            origin: self.document.origin(id),
        })
    }

    fn invariant_target(&mut self, id: NodeId) -> Option<InvariantTarget> {
        let [dst, ip] = self.known_fields(id, "a target", &["dst", "ip"])?;
        Some(InvariantTarget {
            dst: self.selectors(dst, "dst"),
            ip: self.parsed(ip, "ip", PortSpec::parse),
            origin: self.document.origin(id),
        })
    }

    /// Returns a fact's description: its `doc`, or otherwise the comment above it.
    fn fact_doc(&mut self, id: NodeId, doc: Option<NodeId>) -> Option<String> {
        self.text(doc, "doc").map(|text| text.to_string()).or_else(|| self.document.doc(id))
    }

    fn routes(&mut self, value: Option<NodeId>, key: &str) -> List<Network> {
        self.parsed(value, key, Network::parse)
    }
}

fn role_of(text: &str) -> Result<Role, Problem> {
    text.parse().map_err(|_| {
        let names = || Role::NAMES.iter().map(|&(name, _)| name);
        let problem = Problem::word(Code::InvalidValue, format!("`{text}` is not a role"));
        match suggestion::nearest(text, names()) {
            Some(near) => problem.help(Help::did_you_mean(near)),
            None => problem.help(format!(
                "the roles are {}",
                names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
            )),
        }
    })
}
