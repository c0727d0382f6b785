//! The state of reading a statement, which determines the possible next words.

use crate::tree::SectionKind;

/// The block around a statement.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Block {
    Let,
    Setting,
    Section(SectionKind),
    /// `routes` or `services`
    Approvers,
    /// The inside of a test
    Assertions(SectionKind),
}

/// The kind of items in a list.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    Names,
    Ports,
    Roles,
}

/// The state of a statement.
pub(super) struct Statement {
    pub(super) block: Block,
    /// True if names are declared here, before the `=`.
    pub(super) declares: bool,
    pub(super) list: List,
    /// True if an item of a list can start here. Otherwise a keyword can.
    pub(super) open: bool,
    /// True if anything has been read.
    pub(super) begun: bool,
}

impl Statement {
    pub(super) fn new(block: Block) -> Statement {
        let (declares, open) = match block {
            Block::Let => (true, true),
            Block::Section(SectionKind::Ssh | SectionKind::Invariants | SectionKind::AutoApprovers)
            | Block::Assertions(_) => (false, false),
            // Warnings, followed by their level after the `=`.
            Block::Section(SectionKind::Lints) => (true, false),
            Block::Section(kind) => (declared_as(kind).is_some(), true),
            Block::Setting | Block::Approvers => (false, true),
        };
        Statement { block, declares, list: List::Names, open, begun: false }
    }

    /// Ends an item of the list.
    pub(super) fn close(&mut self) {
        self.open = false;
    }

    pub(super) fn expect(&mut self, list: List) {
        (self.list, self.open) = (list, true);
    }
}

impl Block {
    /// Returns the module of the vocabulary with the keywords that are allowed here.
    pub(super) fn words(self) -> Option<&'static str> {
        Some(match self {
            Block::Section(SectionKind::Grants) => "grants",
            Block::Section(SectionKind::Acls) => "acls",
            Block::Section(SectionKind::Ssh) => "ssh",
            Block::Section(SectionKind::AutoApprovers) => "auto_approvers",
            Block::Section(SectionKind::NodeAttrs) => "node_attrs",
            Block::Section(SectionKind::IpSets) => "ip_sets",
            Block::Section(SectionKind::Lints) => "lints",
            Block::Section(SectionKind::Invariants) => "invariants",
            Block::Section(SectionKind::Capabilities) => "capabilities",
            Block::Assertions(SectionKind::SshTests) => "ssh_tests",
            Block::Assertions(_) => "tests",
            Block::Let | Block::Approvers | Block::Section(SectionKind::Groups | SectionKind::TagOwners) => "lists",
            _ => return None,
        })
    }
}

/// Returns the module of the items for the names that a section declares.
pub(super) fn declared_as(section: SectionKind) -> Option<&'static str> {
    Some(match section {
        SectionKind::TagOwners => "tag",
        SectionKind::Groups => "group",
        SectionKind::IpSets => "ipset",
        SectionKind::Postures => "posture",
        SectionKind::Hosts => "host",
        SectionKind::Users => "user",
        SectionKind::Devices => "device",
        _ => return None,
    })
}
