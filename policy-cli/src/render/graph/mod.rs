//! A drawing of who can reach what: sources on the left, destinations on the right, and rules as
//! lines between them.

mod dot;
mod mermaid;
mod svg;

use std::collections::{BTreeMap, HashMap};

use policy_core::Policy;
use policy_core::access::PortSet;
use policy_core::model::Date;

use super::matrix::{Names, abbreviate_ports, allows_everything};
use super::port_rule::{PortRule, PortTarget, port_rules};
use crate::text::join;

pub(crate) use dot::dot;
pub(crate) use mermaid::mermaid;
pub(crate) use svg::{drawing, file};

/// Sources, destinations and the edges between them, in the order of the policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Graph {
    pub(crate) sources: Vec<Node>,
    pub(crate) destinations: Vec<Node>,
    pub(crate) edges: Vec<Edge>,
}

/// Names that have the same rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) names: Vec<String>,
}

/// The access of one node to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Edge {
    /// The index of the source.
    pub(crate) source: usize,
    /// The index of the destination.
    pub(crate) destination: usize,
    /// The ports, and the conditions of access.
    pub(crate) label: String,
}

impl Graph {
    /// Creates the graph of the rules that open ports. Names with the same incoming edges are one
    /// node, and so are names with the same outgoing edges.
    pub(crate) fn new(policy: &Policy) -> Graph {
        if allows_everything(policy) {
            let node = || vec![Node { names: vec!["*".to_owned()] }];
            let label = "everything: the policy has no rules".to_owned();
            return Graph {
                sources: node(),
                destinations: node(),
                edges: vec![Edge { source: 0, destination: 0, label }],
            };
        }
        let names = Names::new(policy);
        let rules = port_rules(policy);
        // Names that are in the same rules have the same edges. So edges are computed for groups of
        // such names. If many names are in one rule, there are few groups.
        let (mut sources, mut destinations) = (Groups::default(), Groups::default());
        let mut target = 0;
        for (number, rule) in rules.iter().enumerate() {
            rule.src.iter().for_each(|from| sources.add(names.name(from), number));
            for PortTarget { hosts, .. } in &rule.targets {
                hosts.iter().for_each(|to| destinations.add(names.name(to), target));
                target += 1;
            }
        }
        let (sources, destinations) = (sources.finish(rules.len()), destinations.finish(target));
        let mut labels: BTreeMap<(usize, usize), Vec<Label>> = BTreeMap::new();
        let mut target = 0;
        for (number, rule) in rules.iter().enumerate() {
            let condition = condition(rule);
            let until = rule.until.map(|until| until.date);
            for PortTarget { set, .. } in &rule.targets {
                for &from in sources.of_rule.get(number).into_iter().flatten() {
                    for &to in destinations.of_rule.get(target).into_iter().flatten() {
                        let labels = labels.entry((from, to)).or_default();
                        match labels.iter_mut().find(|known| known.condition == condition && known.until == until) {
                            Some(known) => known.ports = known.ports.with(set),
                            None => labels.push(Label { ports: set.clone(), condition: condition.clone(), until }),
                        }
                    }
                }
                target += 1;
            }
        }
        let edges: Vec<Edge> = labels
            .into_iter()
            .map(|((source, destination), labels)| Edge {
                source,
                destination,
                label: join(&without_outlasted(labels), "; ", &Label::to_text),
            })
            .collect();
        let (destinations, edges) = merge(&destinations, edges, |edge| (&mut edge.destination, edge.source));
        let (sources, edges) = merge(&sources, edges, |edge| (&mut edge.source, edge.destination));
        Graph { sources, destinations, edges }
    }
}

/// The ports that rules with the same conditions and the same end allow.
struct Label {
    ports: PortSet,
    condition: String,
    /// The last day, if the rules end.
    until: Option<Date>,
}

impl Label {
    fn to_text(&self) -> String {
        let end = self.until.map(|until| format!(" until {until}"));
        describe(&self.ports) + &self.condition + &end.unwrap_or_default()
    }

    fn outlasts(&self, other: &Label) -> bool {
        other.until.is_some_and(|end| self.until.is_none_or(|own| own > end))
    }
}

/// Removes the ports that another rule with the same conditions allows for longer.
fn without_outlasted(labels: Vec<Label>) -> Vec<Label> {
    let remaining = labels.iter().map(|label| {
        let lasting = labels.iter().filter(|other| other.condition == label.condition && other.outlasts(label));
        let ports = lasting.fold(label.ports.clone(), |ports, other| ports.without(&other.ports));
        Label { ports, condition: label.condition.clone(), until: label.until }
    });
    remaining.filter(|label| !label.ports.is_empty()).collect()
}

/// Merges the nodes that have the same edges. `end` returns an edge's end among these nodes, and
/// its other end.
fn merge(
    groups: &NameGroups,
    mut edges: Vec<Edge>,
    end: impl for<'a> Fn(&'a mut Edge) -> (&'a mut usize, usize),
) -> (Vec<Node>, Vec<Edge>) {
    let mut of_nodes: Vec<Vec<(usize, String)>> = vec![Vec::new(); groups.members.len()];
    for edge in &mut edges {
        let label = edge.label.clone();
        let (own, other) = end(edge);
        of_nodes.get_mut(*own).into_iter().for_each(|list| list.push((other, label.clone())));
    }
    let mut nodes: Vec<Vec<usize>> = Vec::new();
    let mut by_edges: HashMap<Vec<(usize, String)>, usize> = HashMap::new();
    let mut moved = Vec::with_capacity(groups.members.len());
    for (members, mut own) in groups.members.iter().zip(of_nodes) {
        own.sort();
        let place = *by_edges.entry(own).or_insert(nodes.len());
        match nodes.get_mut(place) {
            Some(node) => node.extend(members),
            None => nodes.push(members.clone()),
        }
        moved.push(place);
    }
    for edge in &mut edges {
        let (own, _) = end(edge);
        *own = moved.get(*own).copied().unwrap_or_default();
    }
    let mut seen = std::collections::HashSet::new();
    edges.retain(|edge| seen.insert((edge.source, edge.destination)));
    let node = |mut members: Vec<usize>| {
        members.sort_unstable();
        Node { names: members.into_iter().filter_map(|member| groups.names.get(member).cloned()).collect() }
    };
    (nodes.into_iter().map(node).collect(), edges)
}

/// Distinct names in order of appearance, each with the rules that it is in.
#[derive(Default)]
struct Groups {
    names: Vec<String>,
    numbers: HashMap<String, usize>,
    rules: Vec<Vec<usize>>,
}

/// Groups of names that are in the same rules.
struct NameGroups {
    names: Vec<String>,
    /// For each group, the numbers of its names.
    members: Vec<Vec<usize>>,
    /// For each rule, its groups in order.
    of_rule: Vec<Vec<usize>>,
}

impl Groups {
    fn add(&mut self, name: &str, rule: usize) {
        let number = match self.numbers.get(name) {
            Some(&number) => number,
            None => {
                self.numbers.insert(name.to_owned(), self.names.len());
                self.names.push(name.to_owned());
                self.rules.push(Vec::new());
                self.names.len() - 1
            }
        };
        if let Some(rules) = self.rules.get_mut(number).filter(|rules| rules.last() != Some(&rule)) {
            rules.push(rule);
        }
    }

    fn finish(self, rules: usize) -> NameGroups {
        let mut members: Vec<Vec<usize>> = Vec::new();
        let mut of_rule = vec![Vec::new(); rules];
        let mut by_rules: HashMap<Vec<usize>, usize> = HashMap::new();
        for (number, rules) in self.rules.into_iter().enumerate() {
            match by_rules.get(&rules).and_then(|&group| members.get_mut(group)) {
                Some(group) => group.push(number),
                None => {
                    let groups = rules.iter().map(|&rule| (rule, members.len()));
                    groups.for_each(|(rule, group)| {
                        of_rule.get_mut(rule).into_iter().for_each(|list: &mut Vec<usize>| list.push(group))
                    });
                    by_rules.insert(rules, members.len());
                    members.push(vec![number]);
                }
            }
        }
        NameGroups { names: self.names, members, of_rule }
    }
}

/// Returns the conditions of a rule, other than being its source.
fn condition(rule: &PortRule) -> String {
    let parts = [("if", &rule.postures), ("via", &rule.via)];
    let parts = parts.iter().filter(|(_, names)| !names.is_empty());
    parts.map(|(word, names)| format!(" {word} {}", names.join(" or "))).collect()
}

fn describe(ports: &PortSet) -> String {
    if ports.are_all() { "everything".to_owned() } else { abbreviate_ports(&ports.to_string()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rules_treat_alike_is_one_node() {
        let policy = Policy::parse(
            r#"{"grants": [
                {"src": ["group:eng"], "dst": ["tag:a", "tag:b"], "ip": ["tcp:443"]},
                {"src": ["group:ops"], "dst": ["tag:a", "tag:b"], "ip": ["tcp:443"]},
                {"src": ["group:ops", "group:eng"], "dst": ["tag:c"], "ip": ["tcp:22", "53"]},
                {"src": ["group:ops"], "dst": ["*"], "ip": ["*"], "srcPosture": ["posture:p"]},
            ]}"#,
        );
        let graph = Graph::new(&policy);
        let names = |nodes: &[Node]| nodes.iter().map(|node| node.names.join(" ")).collect::<Vec<_>>();
        assert_eq!(names(&graph.sources), ["group:eng", "group:ops"]);
        assert_eq!(names(&graph.destinations), ["tag:a tag:b", "tag:c", "*"]);
        let edges: Vec<_> =
            graph.edges.iter().map(|edge| (edge.source, edge.destination, edge.label.as_str())).collect();
        assert_eq!(
            edges,
            [(0, 0, "443"), (0, 1, "*:53, SSH"), (1, 0, "443"), (1, 1, "*:53, SSH"), (1, 2, "everything if posture:p")]
        );
    }

    #[test]
    fn an_edge_ends_when_its_last_rule_does() {
        let grant = |until: &str, ip: &str| {
            let end = if until.is_empty() { String::new() } else { format!("// policy: until {until}") };
            format!("{end}\n{{\"src\": [\"tag:a\"], \"dst\": [\"tag:b\"], \"ip\": [\"{ip}\"]}},\n")
        };
        for (grants, label) in [
            ([grant("2999-01-01", "tcp:443"), grant("2999-03-01", "tcp:443")], "443 until 2999-03-01"),
            ([grant("2999-01-01", "tcp:443"), grant("", "tcp:443")], "443"),
            ([grant("2999-01-01", "tcp:443"), grant("", "tcp:22")], "443 until 2999-01-01; SSH"),
            ([grant("2999-01-01", "tcp:443-444"), grant("", "tcp:443")], "444 until 2999-01-01; 443"),
            ([grant("2999-01-01", "tcp:443"), grant("", "*")], "everything"),
        ] {
            let policy = Policy::parse(format!("{{\"grants\": [\n{}]}}", grants.concat()));
            let graph = Graph::new(&policy);
            let labels: Vec<&str> = graph.edges.iter().map(|edge| edge.label.as_str()).collect();
            assert_eq!(labels, [label]);
        }
    }
}
