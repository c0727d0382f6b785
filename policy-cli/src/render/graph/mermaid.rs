use std::fmt::Write;

use super::{Graph, Node};
use crate::text::join;

/// Returns the graph for Mermaid, which GitHub and Forgejo draw from a fenced block in Markdown.
pub(crate) fn mermaid(graph: &Graph) -> String {
    let mut out = String::from("flowchart LR\n");
    for (side, nodes) in [("s", &graph.sources), ("d", &graph.destinations)] {
        for (place, Node { names }) in nodes.iter().enumerate() {
            let label = join(names, "<br/>", &|name| escape(name));
            let _ = writeln!(out, "    {side}{place}[\"{label}\"]");
        }
    }
    for edge in &graph.edges {
        let label = escape(&edge.label);
        let _ = writeln!(out, "    s{} -->|\"{label}\"| d{}", edge.source, edge.destination);
    }
    out
}

/// Replaces every character that could have a special meaning by its number.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        match letter {
            letter if letter.is_alphanumeric() || matches!(letter, ' ' | ':' | '.' | ',' | '-' | '/' | '@') => {
                out.push(letter)
            }
            letter if letter.is_control() => out.push(' '),
            letter => {
                let _ = write!(out, "#{};", u32::from(letter));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_means_anything() {
        assert_eq!(escape("tag:a \"]|*#\n`"), "tag:a #34;#93;#124;#42;#35; #96;");
    }
}
