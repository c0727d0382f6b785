//! A picture of who reaches what: sources on the left, destinations on the right, and rules between.

mod dot;
mod mermaid;
mod svg;

use std::collections::{BTreeMap, HashMap};

use policy_core::Policy;

use super::matrix::{Names, abbreviate_ports};
use super::port_rule::{PortRule, port_rules};
use crate::text::join;

pub(crate) use dot::dot;
pub(crate) use mermaid::mermaid;
pub(crate) use svg::{drawing, file};

/// Sources, destinations and what leads from one to the other, in the order of the policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Graph {
    pub(crate) sources: Vec<Node>,
    pub(crate) destinations: Vec<Node>,
    pub(crate) edges: Vec<Edge>,
}

/// Names that rules treat alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) names: Vec<String>,
}

/// The access of one node to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Edge {
    /// Its place among the sources.
    pub(crate) source: usize,
    /// Its place among the destinations.
    pub(crate) destination: usize,
    /// Ports, and what it takes.
    pub(crate) label: String,
}

impl Graph {
    /// Draws the rules for ports. Names with the same incoming edges are one node, and so are names with the same outgoing ones.
    pub(crate) fn new(policy: &Policy) -> Graph {
        let names = Names::new(policy);
        let (mut sources, mut destinations) = (Numbered::default(), Numbered::default());
        let mut labels: BTreeMap<(usize, usize), Vec<String>> = BTreeMap::new();
        for rule in port_rules(policy) {
            let condition = condition(&rule);
            for (hosts, ports) in &rule.targets {
                let label = describe(ports) + &condition;
                for (from, to) in rule.src.iter().flat_map(|from| hosts.iter().map(move |to| (from, to))) {
                    let edge = (sources.number(names.name(from)), destinations.number(names.name(to)));
                    let labels = labels.entry(edge).or_default();
                    if !labels.contains(&label) {
                        labels.push(label.clone());
                    }
                }
            }
        }
        let edges: Vec<Edge> = labels
            .into_iter()
            .map(|((source, destination), labels)| Edge { source, destination, label: labels.join("; ") })
            .collect();
        let (destinations, edges) = merge(&destinations.names, edges, |edge| (&mut edge.destination, edge.source));
        let (sources, edges) = merge(&sources.names, edges, |edge| (&mut edge.source, edge.destination));
        Graph { sources, destinations, edges }
    }
}

/// Merges the nodes that have the same edges. `end` is an edge's end among them, and its other end.
fn merge(
    names: &[String],
    mut edges: Vec<Edge>,
    end: impl for<'a> Fn(&'a mut Edge) -> (&'a mut usize, usize),
) -> (Vec<Node>, Vec<Edge>) {
    let mut of_nodes: Vec<Vec<(usize, String)>> = vec![Vec::new(); names.len()];
    for edge in &mut edges {
        let label = edge.label.clone();
        let (own, other) = end(edge);
        of_nodes.get_mut(*own).into_iter().for_each(|list| list.push((other, label.clone())));
    }
    let mut nodes: Vec<Node> = Vec::new();
    let mut by_edges: HashMap<Vec<(usize, String)>, usize> = HashMap::new();
    let mut moved = Vec::with_capacity(names.len());
    for (name, mut own) in names.iter().zip(of_nodes) {
        own.sort();
        let place = *by_edges.entry(own).or_insert(nodes.len());
        match nodes.get_mut(place) {
            Some(node) => node.names.push(name.clone()),
            None => nodes.push(Node { names: vec![name.clone()] }),
        }
        moved.push(place);
    }
    for edge in &mut edges {
        let (own, _) = end(edge);
        *own = moved.get(*own).copied().unwrap_or_default();
    }
    let mut seen = std::collections::HashSet::new();
    edges.retain(|edge| seen.insert((edge.source, edge.destination)));
    (nodes, edges)
}

/// Names, each once, in the order in which they came.
#[derive(Default)]
struct Numbered {
    names: Vec<String>,
    numbers: HashMap<String, usize>,
}

impl Numbered {
    fn number(&mut self, name: &str) -> usize {
        if let Some(&number) = self.numbers.get(name) {
            return number;
        }
        self.numbers.insert(name.to_owned(), self.names.len());
        self.names.push(name.to_owned());
        self.names.len() - 1
    }
}

/// Returns what it takes beside being a source of the rule.
fn condition(rule: &PortRule) -> String {
    let parts = [("if", &rule.postures), ("via", &rule.via)];
    let parts = parts.iter().filter(|(_, names)| !names.is_empty());
    parts.map(|(word, names)| format!(" {word} {}", names.join(" or "))).collect()
}

fn describe(ports: &[String]) -> String {
    if ports.iter().any(|port| port == "*") {
        return "everything".to_owned();
    }
    join(ports, ", ", &|port| abbreviate_ports(port))
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
            [(0, 0, "443"), (0, 1, "SSH, *:53"), (1, 0, "443"), (1, 1, "SSH, *:53"), (1, 2, "everything if posture:p")]
        );
    }
}
