//! Declarations of the policy other than groups and tags.

use policy_core::model::{List, Network, Selector};

use super::{Page, unless_empty};
use crate::render::prose::{Block, Prose, Table};

impl Page<'_> {
    /// Returns the people of the facts with their logins.
    pub(super) fn people(&self) -> Vec<Block> {
        let mut table = Table::new(["Person", "Login", "Role", "Groups", "Purpose"]);
        for user in &self.policy.facts.users {
            let is_member = |members: &List<Selector>| {
                members.iter().any(|member| {
                    member.text.eq_ignore_ascii_case(&user.email) || member.text.as_str() == user.name.as_str()
                })
            };
            let groups = self.policy.groups.iter().filter(|group| is_member(&group.members));
            table.rows.push(vec![
                Prose::code(&*user.name),
                Prose::code(&*user.email),
                Prose::text(user.role.map_or("", |role| role.name())),
                Prose::codes(groups.map(|group| group.name.as_str())),
                Prose::purpose(user.doc.as_deref()),
            ]);
        }
        unless_empty(table)
    }

    /// Returns who may give a device each tag.
    pub(super) fn owners(&self) -> Vec<Block> {
        let mut table = Table::new(["Tag", "Owners", "Purpose"]);
        for declaration in &self.policy.tag_owners {
            let owners = match declaration.owners.is_absent_or_empty() {
                true => Prose::text("admins"),
                false => self.names.prose(&declaration.owners),
            };
            table.rows.push(vec![Prose::code(&*declaration.tag), owners, Prose::purpose(declaration.doc.as_deref())]);
        }
        unless_empty(table)
    }

    /// Returns the hosts.
    pub(super) fn hosts(&self) -> Vec<Block> {
        let mut table = Table::new(["Host", "Address", "Purpose"]);
        for host in &self.policy.hosts {
            table.rows.push(vec![
                Prose::code(&*host.name),
                Prose::code(&*host.text),
                Prose::purpose(host.doc.as_deref()),
            ]);
        }
        unless_empty(table)
    }

    /// Returns the IP sets.
    pub(super) fn ip_sets(&self) -> Vec<Block> {
        let mut table = Table::new(["IP set", "Entries", "Purpose"]);
        for set in &self.policy.ipsets {
            let entries = set.entries.iter().map(|entry| entry.text.as_str());
            table.rows.push(vec![Prose::code(&*set.name), Prose::codes(entries), Prose::purpose(set.doc.as_deref())]);
        }
        unless_empty(table)
    }

    /// Returns the postures, and those that a source needs if a rule names none.
    pub(super) fn postures(&self) -> Vec<Block> {
        let mut table = Table::new(["Posture", "Conditions, all of them", "Purpose"]);
        for posture in &self.policy.postures {
            let conditions = posture.conditions.iter().map(|condition| condition.text.as_str());
            table.rows.push(vec![
                Prose::code(&*posture.name),
                Prose::codes(conditions),
                Prose::purpose(posture.doc.as_deref()),
            ]);
        }
        let mut blocks = unless_empty(table);
        let default = &self.policy.default_src_posture;
        if !default.is_absent_or_empty() {
            let names = Prose::join(default.iter().map(|posture| Prose::code(&*posture.text)), " or ");
            blocks.push(Block::Paragraph(
                Prose::text("A source must meet ").and(names).and_text(", unless a rule names other postures."),
            ));
        }
        blocks
    }

    /// Returns the node attributes, entry by entry.
    pub(super) fn node_attributes(&self) -> Vec<Block> {
        let mut table = Table::new(["Devices", "Attributes", "Purpose"]);
        for entry in &self.policy.node_attrs {
            let attributes = entry.attr.iter().map(|attribute| attribute.as_str());
            let apps = entry.app.iter().flat_map(|app| &app.capabilities);
            let apps = apps.map(|capability| Prose::text("app ").and_code(&*capability.name));
            let pools =
                entry.ip_pool.iter().map(|Network { text, .. }| Prose::text("addresses from ").and_code(&**text));
            table.rows.push(vec![
                self.names.prose(&entry.target),
                Prose::join(attributes.map(Prose::code).chain(apps).chain(pools), ", "),
                Prose::purpose(entry.doc.as_deref()),
            ]);
        }
        unless_empty(table)
    }
}
