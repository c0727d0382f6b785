//! The reference page: what there is to say about a policy, section by section.

use policy_analysis::matrix::Matrix;
use policy_core::Policy;
use policy_core::model::{
    Action, CheckPeriod, Grant, Invariant, InvariantKind, InvariantTarget, List, PortSpec, Selector, SshRule, Test,
};

use super::matrix::{self, Names, legend};
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
}

impl Section {
    /// Every section in the order of the page, with its name in a marker, its heading and what it tells.
    pub(crate) const ALL: [(Section, &str, &str, &str); 8] = [
        (Section::Groups, "groups", "Groups", "groups with members and purpose"),
        (Section::Tags, "tags", "Device tags", "tags with their devices and purpose"),
        (Section::Devices, "devices", "Devices", "devices with their tags or owner and purpose"),
        (Section::Matrix, "matrix", "Access matrix", "what each broad source reaches, on which ports"),
        (Section::Grants, "grants", "Further grants", "what the matrix does not show, rule by rule"),
        (Section::Ssh, "ssh", "SSH access", "who logs in over Tailscale SSH, and how"),
        (Section::AutoApprovers, "auto-approvers", "Auto approvers", "what needs no admin's approval"),
        (Section::Tests, "tests", "What must hold", "invariants and tests"),
    ];

    /// The section of that name.
    pub(crate) fn from_name(name: &str) -> Option<Section> {
        Self::ALL.into_iter().find(|(_, known, ..)| *known == name).map(|(section, ..)| section)
    }

    /// What it says of a policy.
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
        };
        if blocks.is_empty() { vec![Block::Paragraph(Prose::text("None."))] } else { blocks }
    }
}

/// How many rows and columns the matrix of a page has at most: more than anybody reads, and few enough for any browser.
const MOST_ROWS: usize = 100;
const MOST_COLUMNS: usize = 60;

/// What all sections need of a policy.
pub(crate) struct Page<'p> {
    pub(crate) policy: &'p Policy,
    pub(crate) names: Names<'p>,
    pub(crate) matrix: Matrix<'p>,
    pub(crate) rows: Vec<usize>,
    pub(crate) columns: Vec<usize>,
    /// Whether there are more columns than these. Of the sources that are no rows, the rules are told instead.
    has_more_columns: bool,
}

impl<'p> Page<'p> {
    /// With an overview as the matrix: what is worth a row to somebody who reads the page.
    pub(crate) fn new(policy: &'p Policy) -> Self {
        let matrix = Matrix::new(policy);
        let overview = matrix.overview();
        Self::of(policy, matrix, overview)
    }

    /// With all sources in the matrix, if there are not too many: a page to look things up.
    pub(crate) fn with_all_sources(policy: &'p Policy) -> Self {
        let matrix = Matrix::new(policy);
        let fits = matrix.sources.len() <= MOST_ROWS && matrix.destinations.len() <= MOST_COLUMNS;
        let ends = if fits { matrix.filled() } else { matrix.overview() };
        Self::of(policy, matrix, ends)
    }

    fn of(policy: &'p Policy, matrix: Matrix<'p>, (mut rows, mut columns): (Vec<usize>, Vec<usize>)) -> Self {
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
                self.names.of(&group.members),
                Prose::purpose(group.doc.as_deref()),
            ]);
        }
        filled(table)
    }

    fn tags(&self) -> Vec<Block> {
        let mut devices: std::collections::HashMap<String, Vec<&str>> = std::collections::HashMap::new();
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
        filled(table)
    }

    fn devices(&self) -> Vec<Block> {
        let mut table = Table::new(["Device", "Tags or owner", "Purpose"]);
        for device in &self.policy.facts.devices {
            let owner = device.owner.as_ref().map(|owner| Prose::text(self.names.name(owner)));
            let identity = if device.tags.is_empty() { owner.unwrap_or_default() } else { self.names.of(&device.tags) };
            table.rows.push(vec![Prose::text(&*device.name), identity, Prose::purpose(device.doc.as_deref())]);
        }
        filled(table)
    }

    fn matrix(&self) -> Vec<Block> {
        let policy = self.policy;
        if policy.grants.is_none() && policy.acls.is_none() {
            return vec![Block::Paragraph(Prose::text(
                "The policy has no rules at all, so everything may reach everything.",
            ))];
        }
        if self.rows.is_empty() {
            return Vec::new();
        }
        let mut blocks = vec![
            Block::Table(matrix::table(&self.names, &self.matrix, &self.rows, &self.columns)),
            Block::Paragraph(legend()),
        ];
        blocks.extend(self.cut().map(Block::Paragraph));
        blocks.extend(self.remarks());
        blocks
    }

    /// The rules behind the matrix that somebody wrote a remark on.
    pub(crate) fn remarks(&self) -> Option<Block> {
        let remarks: Vec<Prose> =
            self.rules(true).into_iter().filter(|rule| rule.doc.is_some()).map(|rule| self.rule(&rule)).collect();
        (!remarks.is_empty()).then_some(Block::List(remarks))
    }

    /// What to say if the matrix does not show all.
    pub(crate) fn cut(&self) -> Option<Prose> {
        let hint = Prose::text("There are more destinations than are shown here; the command ").and_code("matrix");
        self.has_more_columns.then(|| hint.and_text(" has them all."))
    }

    fn grants(&self) -> Vec<Block> {
        let mut items: Vec<Prose> = self.rules(false).iter().map(|rule| self.rule(rule)).collect();
        for grant in self.policy.grants.iter().flatten() {
            let capabilities = grant.app.iter().flat_map(|app| &app.capabilities);
            let names: Vec<&str> = capabilities.map(|capability| capability.name.as_str()).collect();
            if !names.is_empty() {
                let item = self.names.of(&grant.src).and_text(" → ").and(self.names.of(&grant.dst));
                items.push(explained(item.and_text(" with ").and(Prose::codes(names)), grant.doc.as_deref()));
            }
        }
        if items.is_empty() { Vec::new() } else { vec![Block::List(items)] }
    }

    /// What rules say of ports, as far as their sources are rows of the matrix or as far as they are not.
    fn rules(&self, in_matrix: bool) -> Vec<Rule<'p>> {
        let rows: std::collections::HashSet<&str> =
            self.rows.iter().filter_map(|&row| self.matrix.sources.get(row)).map(|end| end.name()).collect();
        let sources = |list: &'p List<Selector>| -> Vec<&'p str> {
            let texts = list.iter().map(|selector| selector.text.as_str());
            texts.filter(|text| rows.contains(text) == in_matrix).collect()
        };
        let mut rules = Vec::new();
        for grant in self.policy.grants.iter().flatten().filter(|grant| !grant.ip.is_empty()) {
            let to = vec![(grant.dst.iter().map(|dst| dst.text.as_str()).collect(), specs(&grant.ip))];
            let condition = condition(grant);
            rules.push(Rule { src: sources(&grant.src), to, condition, doc: grant.doc.as_deref() });
        }
        for acl in self.policy.acls.iter().flatten() {
            let mut to: Vec<(Vec<&str>, String)> = Vec::new();
            for destination in &acl.dst {
                let ports = destination.ports.iter().map(|ports| match acl.proto {
                    Some(protocol) => format!("{protocol}:{ports}"),
                    None => ports.to_string(),
                });
                let ports = ports.collect::<Vec<_>>().join(", ");
                match to.iter_mut().find(|(_, known)| *known == ports) {
                    Some((destinations, _)) => destinations.push(&destination.host.text),
                    None => to.push((vec![&destination.host.text], ports)),
                }
            }
            let condition = postures(&acl.src_posture);
            rules.push(Rule { src: sources(&acl.src), to, condition, doc: acl.doc.as_deref() });
        }
        rules.retain(|rule| !rule.src.is_empty());
        rules
    }

    fn rule(&self, rule: &Rule) -> Prose {
        let names = |list: &[&str]| Prose::codes(list.iter().map(|name| self.names.name(name)));
        let to = rule.to.iter().map(|(destinations, ports)| {
            names(destinations).and(match ports.as_str() {
                "*" => Prose::text(" on everything"),
                _ => Prose::text(" on ").and(Prose::codes(ports.split(", "))),
            })
        });
        let item = names(&rule.src).and_text(" → ").and(Prose::join(to, ", ")).and(rule.condition.clone());
        explained(item, rule.doc)
    }

    fn ssh(&self) -> Vec<Block> {
        let mut table = Table::new(["Source", "Destinations", "Accounts", "Auth", "Purpose"]);
        for rule in &self.policy.ssh {
            table.rows.push(vec![
                self.names.of(&rule.src),
                self.names.of(&rule.dst),
                Prose::codes(rule.users.iter().map(|user| user.as_str())),
                Prose::text(auth(rule)).and(postures(&rule.src_posture)),
                Prose::purpose(rule.doc.as_deref()),
            ]);
        }
        filled(table)
    }

    fn auto_approvers(&self) -> Vec<Block> {
        let approvers = &self.policy.auto_approvers;
        let mut table = Table::new(["What", "Approved for", "Purpose"]);
        for route in &approvers.routes {
            let what = Prose::text("Routes in ").and_code(&*route.network.text);
            table.rows.push(vec![what, self.names.of(&route.approvers), Prose::purpose(route.doc.as_deref())]);
        }
        if !approvers.exit_node.is_empty() {
            let doc = Prose::purpose(approvers.exit_node_doc.as_deref());
            table.rows.push(vec![Prose::text("Exit nodes"), self.names.of(&approvers.exit_node), doc]);
        }
        for service in &approvers.services {
            let is_tag = service.service.text.starts_with("tag:");
            let what = Prose::text(if is_tag { "Services with " } else { "Service " }).and_code(&*service.service.text);
            table.rows.push(vec![what, self.names.of(&service.approvers), Prose::purpose(service.doc.as_deref())]);
        }
        filled(table)
    }

    fn tests(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        let invariants = &self.policy.facts.invariants;
        if !invariants.is_empty() {
            blocks.push(Block::Paragraph(Prose::text("Whoever and whatever joins:")));
            blocks.push(Block::List(invariants.iter().map(|invariant| self.invariant(invariant)).collect()));
        }
        let mut table = Table::new(["Tested for", "Must reach", "Must not reach"]);
        for test in self.policy.tests.iter().filter_map(|test| self.test(test)) {
            table.rows.push(test);
        }
        blocks.extend(filled(table));
        let mut table =
            Table::new(["Tested over SSH", "On", "Gets in as", "Gets in after a check as", "Does not get in as"]);
        for test in &self.policy.ssh_tests {
            let Some(src) = &test.src else { continue };
            let accounts = [&test.accept, &test.check, &test.deny];
            let accounts = accounts.map(|list| Prose::codes(list.iter().map(|account| account.as_str())));
            table.rows.push(
                [Prose::code(self.names.name(&src.text)), self.names.of(&test.dst)]
                    .into_iter()
                    .chain(accounts)
                    .collect(),
            );
        }
        blocks.extend(filled(table));
        blocks
    }

    fn test(&self, test: &Test) -> Option<Vec<Prose>> {
        let source = Prose::code(self.names.name(&test.src.as_ref()?.text));
        let source = match test.proto {
            Some(protocol) => source.and_text(format!(" on {protocol}")),
            None => source,
        };
        let targets = |list: &List<policy_core::model::Target>| {
            Prose::codes(list.iter().map(|target| format!("{}:{}", self.names.name(&target.host.text), target.port)))
        };
        Some(vec![explained(source, test.doc.as_deref()), targets(&test.accept), targets(&test.deny)])
    }

    fn invariant(&self, invariant: &Invariant) -> Prose {
        let targets = |list: &[InvariantTarget]| {
            let each = list.iter().map(|target| {
                let ports = (!target.ip.is_empty())
                    .then(|| Prose::text(" on ").and(Prose::codes(target.ip.iter().map(PortSpec::to_string))));
                self.names.of(&target.dst).and(ports.unwrap_or_default())
            });
            Prose::join(each, " and ")
        };
        let except = |list: Prose, is_empty: bool| {
            if is_empty { Prose::default() } else { Prose::text(" except ").and(list) }
        };
        let except_targets = except(targets(&invariant.except), invariant.except.is_empty());
        let src_except = except(self.names.of(&invariant.src_except), invariant.src_except.is_empty());
        let src = self.names.of(&invariant.src).and(src_except);
        let to = |between: &str| Prose::text(between).and(targets(&invariant.targets)).and(except_targets.clone());
        let all = match invariant.kind {
            InvariantKind::Only => src.and(to(" reaches ")).and_text(" and nothing else"),
            InvariantKind::Never => src.and(to(" never reaches ")),
            InvariantKind::Isolated => src.and_text(" is isolated").and(except_targets),
        };
        explained(all, invariant.doc.as_deref())
    }
}

/// A rule for ports, with some of its sources.
struct Rule<'p> {
    src: Vec<&'p str>,
    /// Destinations, and ports with commas between them
    to: Vec<(Vec<&'p str>, String)>,
    condition: Prose,
    doc: Option<&'p str>,
}

fn specs(ip: &[PortSpec]) -> String {
    ip.iter().map(PortSpec::to_string).collect::<Vec<_>>().join(", ")
}

fn condition(grant: &Grant) -> Prose {
    let names = |list: &List<Selector>| Prose::codes(list.iter().map(|selector| selector.text.as_str()));
    let via = if grant.via.is_empty() { Prose::default() } else { Prose::text(", via ").and(names(&grant.via)) };
    postures(&grant.src_posture).and(via)
}

fn postures(list: &List<Selector>) -> Prose {
    let names = list.iter().map(|selector| Prose::code(selector.text.as_str()));
    if list.is_empty() { Prose::default() } else { Prose::text(", if ").and(Prose::join(names, " or ")) }
}

fn explained(item: Prose, doc: Option<&str>) -> Prose {
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

/// A duration without the zeros that Go writes behind it: `12h`, not `12h0m0s`.
fn short(duration: &str) -> &str {
    let minutes = duration.strip_suffix("m0s").map_or(duration, |rest| duration.get(..=rest.len()).unwrap_or(duration));
    minutes.strip_suffix("h0m").map_or(minutes, |rest| minutes.get(..=rest.len()).unwrap_or(minutes))
}

fn filled(table: Table) -> Vec<Block> {
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
