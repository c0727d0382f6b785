//! The section of rules, one by one.

use std::collections::HashSet;

use super::{Page, condition, end, explain};
use crate::render::port_rule::{PortRule, PortTarget, port_rules};
use crate::render::prose::{Block, Prose};

impl Page<'_> {
    /// Returns the rules behind the matrix that have a remark or a last day.
    pub(crate) fn remarks(&self) -> Option<Block> {
        let remarks = self.rules(true);
        (!remarks.is_empty()).then_some(Block::List(remarks))
    }

    /// Returns the access that the matrix does not show.
    pub(super) fn grants(&self) -> Vec<Block> {
        let mut items: Vec<Prose> = self.rules(false);
        for grant in self.policy.grants.iter().flatten() {
            let capabilities = grant.app.iter().flat_map(|app| &app.capabilities);
            let names: Vec<&str> = capabilities.map(|capability| capability.name.as_str()).collect();
            if !names.is_empty() {
                let item = self.names.prose(&grant.src).and_text(" → ").and(self.names.prose(&grant.dst));
                let item = item.and_text(" with ").and(Prose::codes(names)).and(end(grant.until));
                items.push(explain(item, grant.doc.as_deref()));
            }
        }
        if items.is_empty() { Vec::new() } else { vec![Block::List(items)] }
    }

    /// Describes rules with those of their sources that are rows of the matrix, if they have a
    /// remark or a last day. If `in_matrix` is false, describes all rules with their other sources.
    fn rules(&self, in_matrix: bool) -> Vec<Prose> {
        let rows = self.rows.iter().filter_map(|&row| self.matrix.sources.get(row));
        let rows: HashSet<&str> = rows.map(|end| end.name()).collect();
        let mut rules = port_rules(self.policy);
        for rule in &mut rules {
            rule.src.retain(|source| rows.contains(source) == in_matrix);
        }
        let shown = rules
            .iter()
            .filter(|rule| !rule.src.is_empty() && (!in_matrix || rule.doc.is_some() || rule.until.is_some()));
        shown.map(|rule| self.rule(rule)).collect()
    }

    fn rule(&self, rule: &PortRule) -> Prose {
        // Destinations with the same ports are grouped.
        let mut targets: Vec<(Vec<&str>, &[String])> = Vec::new();
        for PortTarget { hosts, ports, .. } in &rule.targets {
            match targets.iter_mut().find(|(_, known)| known == ports) {
                Some((known, _)) => known.extend(hosts),
                None => targets.push((hosts.clone(), ports)),
            }
        }
        let names = |list: &[&str]| Prose::codes(list.iter().map(|name| self.names.name(name)));
        let to = targets.iter().map(|(hosts, ports)| {
            let is_all = matches!(ports, [port] if port == "*");
            let ports = if is_all { Prose::text("everything") } else { Prose::codes(ports.iter().cloned()) };
            names(hosts).and_text(" on ").and(ports)
        });
        let via = if rule.via.is_empty() {
            Prose::default()
        } else {
            Prose::text(", via ").and(Prose::codes(rule.via.iter().copied()))
        };
        let item = names(&rule.src).and_text(" → ").and(Prose::join(to, ", "));
        explain(item.and(condition(&rule.postures)).and(via).and(end(rule.until)), rule.doc)
    }
}
