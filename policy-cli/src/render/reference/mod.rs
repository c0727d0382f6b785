//! The reference page of a policy, section by section.

mod declarations;
mod derp;
mod grants;
mod requirements;

use std::collections::HashMap;

use policy_analysis::Analysis;
use policy_analysis::matrix::Matrix;
use policy_core::ValidPolicy;
use policy_core::model::{Action, CheckPeriod, SshRule, Until};

use super::matrix::{self, Names, allow_all_remark, allows_everything, legend};
use super::port_rule::texts;
use super::prose::{Block, Prose, Table};

/// A section of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    Groups,
    Tags,
    Devices,
    Matrix,
    Grants,
    Ssh,
    AutoApprovers,
    Tests,
    People,
    Owners,
    Hosts,
    IpSets,
    Postures,
    NodeAttributes,
    Derp,
}

impl Section {
    /// All sections in the order of the page, each with its name in a marker, its heading and its
    /// introduction.
    pub(crate) const ALL: [(Section, &str, &str, &str); 15] = [
        (Section::Groups, "groups", "Groups", "groups with members and purpose"),
        (Section::Tags, "tags", "Device tags", "tags with their devices and purpose"),
        (Section::Devices, "devices", "Devices", "devices with their tags or owner and purpose"),
        (Section::Matrix, "matrix", "Access matrix", "the ports that each broad source reaches"),
        (Section::Grants, "grants", "Other grants", "rules that the matrix does not show"),
        (Section::Ssh, "ssh", "SSH access", "SSH rules"),
        (
            Section::AutoApprovers,
            "auto-approvers",
            "Auto approvers",
            "routes and services that need no approval by an admin",
        ),
        (Section::Tests, "tests", "Tests and invariants", "the tests and the invariants"),
        (Section::People, "people", "People", "people with their logins, roles and groups"),
        (Section::Owners, "owners", "Tag owners", "who may give a device each tag"),
        (Section::Hosts, "hosts", "Hosts", "hosts with their addresses and purpose"),
        (Section::IpSets, "ipsets", "IP sets", "IP sets with their entries and purpose"),
        (Section::Postures, "postures", "Postures", "postures with their conditions and purpose"),
        (Section::NodeAttributes, "node-attributes", "Node attributes", "node attributes and who gets them"),
        (Section::Derp, "derp", "DERP", "relays of the tailnet's own, and those left out"),
    ];

    /// Returns the section with this name.
    pub(crate) fn from_name(name: &str) -> Option<Section> {
        Self::ALL.into_iter().find(|(_, known, ..)| *known == name).map(|(section, ..)| section)
    }

    /// Returns whether a new page leaves the section out. Its author may add it.
    pub(crate) fn is_optional(self) -> bool {
        match self {
            Section::Groups
            | Section::Tags
            | Section::Devices
            | Section::Matrix
            | Section::Grants
            | Section::Ssh
            | Section::AutoApprovers
            | Section::Tests => false,
            Section::People
            | Section::Owners
            | Section::Hosts
            | Section::IpSets
            | Section::Postures
            | Section::NodeAttributes
            | Section::Derp => true,
        }
    }

    /// Returns the content of the section for a page that has a place for it.
    pub(crate) fn blocks_or_none(self, page: &Page) -> Vec<Block> {
        let blocks = self.blocks(page);
        if blocks.is_empty() { vec![Block::Paragraph(Prose::text("None."))] } else { blocks }
    }

    /// Returns the content of the section for a policy.
    pub(crate) fn blocks(self, page: &Page) -> Vec<Block> {
        let blocks = match self {
            Section::Groups => page.groups(),
            Section::Tags => page.tags(),
            Section::Devices => page.devices(),
            Section::Matrix => page.matrix(),
            Section::Grants => page.grants(),
            Section::Ssh => page.ssh(),
            Section::AutoApprovers => page.auto_approvers(),
            Section::Tests => page.tests(),
            Section::People => page.people(),
            Section::Owners => page.owners(),
            Section::Hosts => page.hosts(),
            Section::IpSets => page.ip_sets(),
            Section::Postures => page.postures(),
            Section::NodeAttributes => page.node_attributes(),
            Section::Derp => page.derp(),
        };
        let is_missing = blocks.is_empty() && !self.is_optional();
        if is_missing { vec![Block::Paragraph(Prose::text("None."))] } else { blocks }
    }
}

/// The maximum number of rows and columns of the matrix of a page. It is more than anyone reads,
/// and few enough for any browser.
const MOST_ROWS: usize = 100;
const MOST_COLUMNS: usize = 60;

/// The data of all sections.
pub(crate) struct Page<'p> {
    pub(crate) policy: &'p ValidPolicy,
    pub(crate) names: Names<'p>,
    pub(crate) matrix: Matrix<'p>,
    pub(crate) rows: Vec<usize>,
    pub(crate) columns: Vec<usize>,
    /// True if there are more columns. For sources without a row, the rules are listed instead.
    has_more_columns: bool,
}

impl<'p> Page<'p> {
    /// Creates a page with an overview as the matrix, for people who read it as a whole.
    pub(crate) fn new(policy: &'p ValidPolicy) -> Self {
        let matrix = policy.matrix();
        let overview = matrix.overview();
        Self::with_ends(policy, matrix, overview)
    }

    /// Creates a page with all sources in the matrix, if there are not too many, for people who
    /// look something up.
    pub(crate) fn with_all_sources(policy: &'p ValidPolicy) -> Self {
        let matrix = policy.matrix();
        let fits = matrix.sources.len() <= MOST_ROWS && matrix.destinations.len() <= MOST_COLUMNS;
        let ends = if fits { matrix.filled() } else { matrix.overview() };
        Self::with_ends(policy, matrix, ends)
    }

    fn with_ends(
        policy: &'p ValidPolicy,
        matrix: Matrix<'p>,
        (mut rows, mut columns): (Vec<usize>, Vec<usize>),
    ) -> Self {
        let has_more_columns = columns.len() > MOST_COLUMNS;
        rows.truncate(MOST_ROWS);
        columns.truncate(MOST_COLUMNS);
        Page { policy, names: Names::new(policy), matrix, rows, columns, has_more_columns }
    }

    fn groups(&self) -> Vec<Block> {
        let mut table = Table::new(["Group", "Members", "Purpose"]);
        for group in &self.policy.groups {
            table.rows.push(vec![
                Prose::code(&*group.name),
                self.names.prose(&group.members),
                Prose::purpose(group.doc.as_deref()),
            ]);
        }
        unless_empty(table)
    }

    fn tags(&self) -> Vec<Block> {
        let mut devices: HashMap<String, Vec<&str>> = HashMap::new();
        for device in &self.policy.facts.devices {
            for tag in &device.tags {
                devices.entry(tag.text.to_ascii_lowercase()).or_default().push(&device.name);
            }
        }
        let mut table = Table::new(["Tag", "Devices", "Purpose"]);
        for declaration in &self.policy.tag_owners {
            let devices = devices.get(&declaration.tag.to_ascii_lowercase()).cloned().unwrap_or_default();
            table.rows.push(vec![
                Prose::code(&*declaration.tag),
                Prose::text(devices.join(", ")),
                Prose::purpose(declaration.doc.as_deref()),
            ]);
        }
        unless_empty(table)
    }

    fn devices(&self) -> Vec<Block> {
        let mut table = Table::new(["Device", "Tags or owner", "Purpose"]);
        for device in &self.policy.facts.devices {
            let owner = device.owner.as_ref().map(|owner| Prose::text(self.names.name(owner)));
            let identity =
                if device.tags.is_empty() { owner.unwrap_or_default() } else { self.names.prose(&device.tags) };
            table.rows.push(vec![Prose::text(&*device.name), identity, Prose::purpose(device.doc.as_deref())]);
        }
        unless_empty(table)
    }

    fn matrix(&self) -> Vec<Block> {
        if allows_everything(self.policy) {
            return vec![Block::Paragraph(allow_all_remark())];
        }
        if self.rows.is_empty() {
            return Vec::new();
        }
        let mut blocks = vec![
            Block::Table(matrix::table(&self.names, &self.matrix, &self.rows, &self.columns)),
            Block::Paragraph(legend(self.policy)),
        ];
        blocks.extend(self.cut_remark().map(Block::Paragraph));
        blocks.extend(self.remarks());
        blocks
    }

    /// Returns a remark if the matrix is incomplete.
    pub(crate) fn cut_remark(&self) -> Option<Prose> {
        let hint = Prose::text("There are more destinations than are shown here; the command ").and_code("matrix");
        self.has_more_columns.then(|| hint.and_text(" has them all."))
    }

    fn ssh(&self) -> Vec<Block> {
        let mut table = Table::new(["Source", "Destinations", "Accounts", "Auth", "Purpose"]);
        for rule in &self.policy.ssh {
            table.rows.push(vec![
                self.names.prose(&rule.src),
                self.names.prose(&rule.dst),
                Prose::codes(rule.users.iter().map(|user| user.as_str())),
                Prose::text(auth(rule)).and(condition(&texts(&rule.src_posture))).and(end(rule.until)),
                Prose::purpose(rule.doc.as_deref()),
            ]);
        }
        unless_empty(table)
    }

    fn auto_approvers(&self) -> Vec<Block> {
        let approvers = &self.policy.auto_approvers;
        let mut table = Table::new(["What", "Approved for", "Purpose"]);
        for route in &approvers.routes {
            let what = Prose::text("Routes in ").and_code(&*route.network.text);
            table.rows.push(vec![what, self.names.prose(&route.approvers), Prose::purpose(route.doc.as_deref())]);
        }
        if !approvers.exit_node.is_empty() {
            let doc = Prose::purpose(approvers.exit_node_doc.as_deref());
            table.rows.push(vec![Prose::text("Exit nodes"), self.names.prose(&approvers.exit_node), doc]);
        }
        for service in &approvers.services {
            let is_tag = service.service.text.starts_with("tag:");
            let what = Prose::text(if is_tag { "Services with " } else { "Service " }).and_code(&*service.service.text);
            table.rows.push(vec![what, self.names.prose(&service.approvers), Prose::purpose(service.doc.as_deref())]);
        }
        unless_empty(table)
    }
}

/// Returns the condition that postures are, to be appended to a rule.
fn condition(postures: &[&str]) -> Prose {
    let names = postures.iter().map(|name| Prose::code(*name));
    if postures.is_empty() { Prose::default() } else { Prose::text(", if ").and(Prose::join(names, " or ")) }
}

/// Returns the last day, to be appended to an item.
fn end(until: Option<Until>) -> Prose {
    until.map_or(Prose::default(), |until| Prose::text(format!(", until {}", until.date)))
}

/// Appends the author's comment to an item.
fn explain(item: Prose, doc: Option<&str>) -> Prose {
    match doc.map(Prose::comment).filter(|doc| !doc.is_empty()) {
        Some(doc) => item.and_text(": ").and(doc),
        None => item,
    }
}

fn auth(rule: &SshRule) -> String {
    match (rule.action, &rule.check_period) {
        (Some(Action::Check), period) => {
            match period.as_ref().map_or(Some(CheckPeriod::DEFAULT), |period| period.duration) {
                Some(duration) => format!("check ({})", short(&duration.to_string())),
                None => "check (always)".to_owned(),
            }
        }
        (Some(Action::Accept), _) => "accept".to_owned(),
        (None, _) => String::new(),
    }
}

/// Returns a duration without the zeros that Go appends: `12h`, and not `12h0m0s`.
fn short(duration: &str) -> &str {
    let minutes = duration.strip_suffix("m0s").map_or(duration, |rest| duration.get(..=rest.len()).unwrap_or(duration));
    minutes.strip_suffix("h0m").map_or(minutes, |rest| minutes.get(..=rest.len()).unwrap_or(minutes))
}

/// Returns a table if it has rows.
fn unless_empty(table: Table) -> Vec<Block> {
    if table.rows.is_empty() { Vec::new() } else { vec![Block::Table(table)] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_short() {
        for (long, written) in [
            ("12h0m0s", "12h"),
            ("1h10m0s", "1h10m"),
            ("20m0s", "20m"),
            ("1m30s", "1m30s"),
            ("0s", "0s"),
            ("10h0m5s", "10h0m5s"),
        ] {
            assert_eq!(short(long), written);
        }
    }
}
