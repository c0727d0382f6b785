use std::fmt::Write;

use super::{Graph, Node};
use crate::text::join;

/// Returns the graph for Graphviz.
pub(crate) fn dot(graph: &Graph) -> String {
    let mut out = String::from("digraph policy {\n\trankdir=LR;\n\tnode [shape=box];\n");
    for (side, nodes) in [("s", &graph.sources), ("d", &graph.destinations)] {
        for (place, Node { names }) in nodes.iter().enumerate() {
            let label = join(names, "\\n", &|name| escape(name));
            let _ = writeln!(out, "\t{side}{place} [label=\"{label}\"];");
        }
    }
    for edge in &graph.edges {
        let label = escape(&edge.label);
        let _ = writeln!(out, "\ts{} -> d{} [label=\"{label}\"];", edge.source, edge.destination);
    }
    out + "}\n"
}

/// Escapes a text for quotes, in which Graphviz reads escapes and entities.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '&' => out.push_str("&amp;"),
            letter if letter.is_control() => out.push(' '),
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_escapes_mean_themselves() {
        assert_eq!(escape("a\"];\n\\n &lt;"), "a\\\"]; \\\\n &amp;lt;");
    }
}
