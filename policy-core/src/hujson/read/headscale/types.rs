//! The types of headscale's policy file, section by section.

use crate::diagnostic::{Code, HeadscaleStage, Help, Problem, go_quote};
use crate::hujson::read::headscale::{ObjectType, TypeReader, words};
use crate::hujson::{Kind, NodeId};
use crate::model::{SelectorKind, headscale_word as word};

impl TypeReader<'_> {
    pub(super) fn policy(&mut self, root: NodeId) {
        self.object(
            root,
            &ObjectType {
                name: "a policy",
                fields: &[
                    ("groups", |reading, id| reading.groups(id)),
                    ("hosts", |reading, id| reading.hosts(id)),
                    ("tagOwners", |reading, id| reading.tag_owners(id)),
                    ("acls", |reading, id| reading.list(id, "`acls`", |reading, id, _| reading.acl(id))),
                    ("grants", |reading, id| reading.list(id, "`grants`", |reading, id, _| reading.grant(id))),
                    ("nodeAttrs", |reading, id| {
                        reading.list(id, "`nodeAttrs`", |reading, id, _| reading.node_attr(id))
                    }),
                    ("autoApprovers", |reading, id| reading.auto_approvers(id)),
                    ("ssh", |reading, id| reading.list(id, "`ssh`", |reading, id, _| reading.ssh_rule(id))),
                    ("tests", |reading, id| reading.list(id, "`tests`", |reading, id, index| reading.test(id, index))),
                    ("sshTests", |reading, id| {
                        reading.list(id, "`sshTests`", |reading, id, index| reading.ssh_test(id, index));
                    }),
                    ("randomizeClientPort", |reading, id| reading.flag(id, "`randomizeClientPort`")),
                ],
                has_notes: false,
            },
        );
    }

    /// Reads groups, which are lists of users. Their names are checked first.
    fn groups(&mut self, id: NodeId) {
        if !matches!(self.document.kind(id), Kind::Object | Kind::Null) {
            return self.wrong_type(id, "`groups`", "an object");
        }
        for (name, value) in self.members(id) {
            if !name.starts_with("group:") {
                let answer = format!("group must start with 'group:', got: {}", go_quote(&name));
                let bare = name.rsplit(':').next().unwrap_or_default();
                self.report(
                    Problem::word(Code::InvalidName, format!("`{name}` does not start with `group:`"))
                        .help(Help::write(format!("group:{bare}")))
                        .headscale(HeadscaleStage::Reading, answer),
                    &name,
                );
            }
            if self.document.kind(value) != Kind::Array {
                let kind = self.document.kind(value);
                self.wrong_type(value, &format!("`{name}`"), "a list");
                let got = match (kind, self.document.string(value)) {
                    (Kind::String, Some(text)) => format!("string: {}", go_quote(&text)),
                    _ => words::go_kind(kind).to_owned(),
                };
                self.answer_last(format!("group value must be an array of users: group {} got {got}", go_quote(&name)));
            }
            for item in self.document.elements(value) {
                let kind = self.document.kind(item);
                match self.document.string(item) {
                    Some(member) => self.member(&name, &member),
                    None => {
                        self.wrong_type(item, &format!("an item of `{name}`"), "a string");
                        self.answer_last(format!(
                            "invalid group member type: group {} expected string but got {}",
                            go_quote(&name),
                            words::go_kind(kind)
                        ));
                    }
                }
            }
        }
    }

    fn hosts(&mut self, id: NodeId) {
        if !matches!(self.document.kind(id), Kind::Object | Kind::Null) {
            return self.wrong_type(id, "`hosts`", "an object");
        }
        for (name, value) in self.members(id) {
            let Some(address) = self.text(value, &format!("`{name}`")) else { continue };
            if name.contains(['@', ':']) {
                let letter = name.chars().find(|letter| matches!(letter, '@' | ':')).unwrap_or_default();
                self.report(
                    Problem::word(Code::InvalidName, format!("a host name cannot contain `{letter}`"))
                        .headscale(HeadscaleStage::Reading, format!("invalid hostname: {}", go_quote(&name))),
                    &name,
                );
            } else if let Err(problem) = word::host_value(&name, &address) {
                self.report(problem, &address);
            }
        }
    }

    fn tag_owners(&mut self, id: NodeId) {
        if !matches!(self.document.kind(id), Kind::Object | Kind::Null) {
            return self.wrong_type(id, "`tagOwners`", "an object");
        }
        for (tag, owners) in self.members(id) {
            if let Err(problem) = word::check_tag(&tag, &tag) {
                self.report(problem, &tag);
            }
            self.list(owners, &format!("`{tag}`"), |reading, id, _| {
                reading.principal(id, "an owner", "invalid owner format");
            });
        }
    }

    fn acl(&mut self, id: NodeId) {
        self.object(
            id,
            &ObjectType {
                name: "an acl",
                fields: &[
                    ("action", |reading, id| reading.acl_action(id)),
                    ("proto", |reading, id| reading.protocol(id)),
                    ("src", |reading, id| reading.aliases(id, "`src`")),
                    ("dst", |reading, id| {
                        reading.list(id, "`dst`", |reading, id, index| reading.destination(id, index))
                    }),
                ],
                has_notes: true,
            },
        );
    }

    fn grant(&mut self, id: NodeId) {
        self.needs_object(id, "a grant", "ip and app can not both be empty");
        self.object(
            id,
            &ObjectType {
                name: "a grant",
                fields: &[
                    ("src", |reading, id| reading.aliases(id, "`src`")),
                    ("dst", |reading, id| reading.aliases(id, "`dst`")),
                    ("ip", |reading, id| reading.list(id, "`ip`", |reading, id, _| reading.port_spec(id))),
                    ("app", |reading, id| reading.app(id)),
                    ("via", |reading, id| reading.list(id, "`via`", |reading, id, _| reading.router(id))),
                ],
                has_notes: false,
            },
        );
    }

    fn app(&mut self, id: NodeId) {
        if !matches!(self.document.kind(id), Kind::Object | Kind::Null) {
            return self.wrong_type(id, "`app`", "an object");
        }
        for (name, values) in self.members(id) {
            self.list(values, &format!("`{name}`"), |reading, id, _| reading.any(id));
        }
    }

    fn node_attr(&mut self, id: NodeId) {
        self.object(
            id,
            &ObjectType {
                name: "an entry of `nodeAttrs`",
                fields: &[
                    ("target", |reading, id| reading.aliases(id, "`target`")),
                    ("attr", |reading, id| reading.strings(id, "attr")),
                    ("ipPool", |reading, id| reading.list(id, "`ipPool`", |reading, id, _| reading.prefix(id))),
                ],
                has_notes: false,
            },
        );
    }

    fn auto_approvers(&mut self, id: NodeId) {
        self.object(
            id,
            &ObjectType {
                name: "`autoApprovers`",
                fields: &[
                    ("routes", |reading, id| reading.route_approvers(id)),
                    ("exitNode", |reading, id| reading.list(id, "`exitNode`", |reading, id, _| reading.approver(id))),
                ],
                has_notes: false,
            },
        );
    }

    fn route_approvers(&mut self, id: NodeId) {
        if !matches!(self.document.kind(id), Kind::Object | Kind::Null) {
            return self.wrong_type(id, "`routes`", "an object");
        }
        for (prefix, approvers) in self.members(id) {
            self.check_prefix(&prefix);
            self.list(approvers, &format!("`{prefix}`"), |reading, id, _| reading.approver(id));
        }
    }

    fn ssh_rule(&mut self, id: NodeId) {
        self.needs_object(id, "an SSH rule", "action must be specified\nusers must be specified");
        self.object(
            id,
            &ObjectType {
                name: "an SSH rule",
                fields: &[
                    ("action", |reading, id| reading.ssh_action(id)),
                    ("src", |reading, id| reading.ssh_sources(id)),
                    ("dst", |reading, id| reading.ssh_destinations(id)),
                    ("users", |reading, id| reading.strings(id, "users")),
                    ("checkPeriod", |reading, id| reading.check_period(id)),
                    ("acceptEnv", |reading, id| reading.strings(id, "acceptEnv")),
                ],
                has_notes: false,
            },
        );
    }

    fn test(&mut self, id: NodeId, index: usize) {
        let answer = format!("test {index}: test entry must have at least one of \"accept\" or \"deny\"");
        self.needs_object(id, "a test", &answer);
        self.object(
            id,
            &ObjectType {
                name: "a test",
                fields: &[
                    ("src", |reading, id| drop(reading.text(id, "`src`"))),
                    ("proto", |reading, id| reading.protocol(id)),
                    ("accept", |reading, id| reading.strings(id, "accept")),
                    ("deny", |reading, id| reading.strings(id, "deny")),
                ],
                has_notes: false,
            },
        );
        self.targets(id, index);
    }

    fn ssh_test(&mut self, id: NodeId, index: usize) {
        let answer = format!(
            "sshTest {index}: SSH tests entry must have a non-empty src\n\
             sshTest {index}: SSH tests entry must have at least one dst"
        );
        self.needs_object(id, "an SSH test", &answer);
        self.object(
            id,
            &ObjectType {
                name: "an SSH test",
                fields: &[
                    ("src", |reading, id| {
                        let source = reading.text(id, "`src`").filter(|text| !text.trim().is_empty());
                        reading.read(source, |text| word::selector(text).map(drop));
                    }),
                    ("dst", |reading, id| reading.aliases(id, "`dst`")),
                    ("accept", |reading, id| reading.strings(id, "accept")),
                    ("deny", |reading, id| reading.strings(id, "deny")),
                    ("check", |reading, id| reading.strings(id, "check")),
                ],
                has_notes: false,
            },
        );
    }

    /// Reads a list of SSH sources: users, groups and tags.
    fn ssh_sources(&mut self, id: NodeId) {
        self.aliases(id, "`src`");
        self.ssh_kinds(id, |kind, text| {
            let go = match kind {
                SelectorKind::Wildcard => "v2.Asterix",
                SelectorKind::Host => "*v2.Host",
                SelectorKind::Address(_) | SelectorKind::Prefix(_) => "*v2.Prefix",
                _ => return None,
            };
            let answer = format!("alias not supported for SSH source: {go}");
            let message = format!("`{text}` cannot be a source of an SSH rule");
            let help = match kind {
                SelectorKind::Wildcard => "write `autogroup:member` for all people",
                _ => "write users, groups, tags or `autogroup:member`",
            };
            Some(Problem::word(Code::MisplacedSelector, message).help(help).headscale(HeadscaleStage::Reading, answer))
        });
    }

    /// Reads a list of SSH destinations. Hosts are refused later.
    fn ssh_destinations(&mut self, id: NodeId) {
        self.aliases(id, "`dst`");
        self.ssh_kinds(id, |kind, text| {
            let (answer, help) = match kind {
                SelectorKind::Wildcard => (
                    "wildcard (*) is not supported as SSH destination; use 'autogroup:member' for user-owned devices, \
                     'autogroup:tagged' for tagged devices, or specific tags/users",
                    "write `autogroup:tagged` for all tagged devices, or `autogroup:self` for people's own",
                ),
                SelectorKind::Group => ("alias not supported for SSH destination: *v2.Group", DESTINATIONS),
                SelectorKind::Address(_) | SelectorKind::Prefix(_) => (
                    "alias not supported for SSH destination: *v2.Prefix",
                    "write the tag of the machine: SSH rules name no addresses",
                ),
                _ => return None,
            };
            let message = format!("`{text}` cannot be a destination of an SSH rule");
            Some(Problem::word(Code::MisplacedSelector, message).help(help).headscale(HeadscaleStage::Reading, answer))
        });
    }
}

/// The help for a destination of an SSH rule.
const DESTINATIONS: &str = "write tags, `autogroup:self`, `autogroup:member`, or the one user who is the source";
