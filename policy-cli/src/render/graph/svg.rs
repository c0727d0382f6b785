use std::fmt::Write;

use super::{Edge, Graph, Node};
use crate::render::html::escape;

/// The style of a drawing, for a page that contains one.
const STYLE: &str = include_str!("svg.css");

/// The colours of backgrounds and text. A page that contains the drawing has its own.
const COLOURS: &str = "\
:root { color-scheme: light dark; --ground: #fff; --ink: #1c2430; --box: #f3f5f8; --rim: #9aa5b4; }
@media (prefers-color-scheme: dark) { :root { --ground: #14181f; --ink: #e6eaf0; --box: #1d232c; --rim: #5d6978; } }
.graph { background: var(--ground); }
";

/// The height of a line. All lengths are in pixels.
const LINE: usize = 18;
/// The width of a letter in the monospace font of [`STYLE`], rounded up.
const LETTER: usize = 8;
/// The space inside a box.
const PAD: usize = 10;
/// The space between boxes of one side.
const GAP: usize = 20;
/// The space between the two sides, in addition to the labels.
const BETWEEN: usize = 200;

/// The length of the arrow behind a label, head included.
const TIP: usize = 28;

/// The maximum number of letters of a name or a label. The tooltip has the complete text.
const LETTERS: usize = 40;
/// The maximum number of names in a box.
const NAMES: usize = 15;

/// The number of times that each side is sorted by the other side.
const SWEEPS: usize = 12;

/// Returns the drawing as a separate file.
pub(crate) fn file(graph: &Graph) -> String {
    let drawing = drawing(graph);
    let (head, body) = drawing.split_once('\n').unwrap_or((&drawing, ""));
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{head}\n<style>\n{COLOURS}{STYLE}</style>\n{body}")
}

/// Returns the drawing as an element of a page that includes [`STYLE`].
pub(crate) fn drawing(graph: &Graph) -> String {
    let layout = Layout::new(graph);
    let (width, height) = (layout.width + 2, layout.height + 2);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"graph\" role=\"img\" aria-label=\"Who reaches what\" \
         width=\"{width}\" height=\"{height}\" viewBox=\"-1 -1 {width} {height}\">\n"
    );
    for (edge, line) in graph.edges.iter().zip(&layout.lines) {
        write_edge(&mut out, graph, edge, line, layout.labels);
    }
    for (node, place) in graph.sources.iter().zip(&layout.sources) {
        write_node(&mut out, node, place, 0, layout.left);
    }
    for (node, place) in graph.destinations.iter().zip(&layout.destinations) {
        write_node(&mut out, node, place, layout.right, layout.width - layout.right);
    }
    out + "</svg>\n"
}

/// The positions of all shapes.
struct Layout {
    /// The width of the boxes on the left.
    left: usize,
    /// The left edge of the labels, where all lines are level.
    labels: usize,
    /// The left edge of the boxes on the right.
    right: usize,
    width: usize,
    height: usize,
    sources: Vec<Place>,
    destinations: Vec<Place>,
    lines: Vec<Line>,
}

/// The vertical position of a box.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    top: usize,
    height: usize,
}

/// A line from the right edge of one box to the left edge of another.
struct Line {
    from: (usize, usize),
    to: (usize, usize),
}

impl Layout {
    fn new(graph: &Graph) -> Layout {
        let (of_sources, of_destinations) = order(graph);
        let left = width(&graph.sources);
        let label = graph.edges.iter().map(|edge| edge.label.chars().count().min(LETTERS)).max().unwrap_or(0);
        // A line bends before the labels begin. From there on each has its own height, so no label is on a line.
        let labels = left + BETWEEN;
        let right = labels + label * LETTER + TIP;
        let mut sources = stack(&graph.sources, &of_sources);
        let mut destinations = stack(&graph.destinations, &of_destinations);
        let bottom = |places: &[Place]| places.iter().map(|place| place.top + place.height).max().unwrap_or(0);
        let height = bottom(&sources).max(bottom(&destinations));
        for side in [&mut sources, &mut destinations] {
            let down = (height - bottom(side)) / 2;
            side.iter_mut().for_each(|place| place.top += down);
        }
        let mut lines: Vec<Line> = graph.edges.iter().map(|_| Line { from: (left, 0), to: (right, 0) }).collect();
        for (edges, place) in of_sources.edges.iter().zip(&sources) {
            for (edge, y) in edges.iter().zip(slots(place, edges.len())) {
                lines.get_mut(*edge).into_iter().for_each(|line| line.from.1 = y);
            }
        }
        for (edges, place) in of_destinations.edges.iter().zip(&destinations) {
            for (edge, y) in edges.iter().zip(slots(place, edges.len())) {
                lines.get_mut(*edge).into_iter().for_each(|line| line.to.1 = y);
            }
        }
        Layout { left, labels, right, width: right + width(&graph.destinations), height, sources, destinations, lines }
    }
}

/// The nodes of one side from top to bottom, and each node's edges in the order of their other
/// ends.
struct Side {
    order: Vec<usize>,
    edges: Vec<Vec<usize>>,
}

/// Returns an order in which few lines cross. Each node is moved repeatedly to the middle of its
/// neighbours.
fn order(graph: &Graph) -> (Side, Side) {
    let ends = |edge: &Edge| (edge.source, edge.destination);
    let mut sources: Vec<usize> = (0..graph.sources.len()).collect();
    let mut destinations: Vec<usize> = (0..graph.destinations.len()).collect();
    let (mut out_of, mut into) = (vec![Vec::new(); sources.len()], vec![Vec::new(); destinations.len()]);
    for (number, edge) in graph.edges.iter().enumerate() {
        let (source, destination) = ends(edge);
        out_of.get_mut(source).into_iter().for_each(|list: &mut Vec<usize>| list.push(number));
        into.get_mut(destination).into_iter().for_each(|list: &mut Vec<usize>| list.push(number));
    }
    let source_of = |edge: usize| graph.edges.get(edge).map_or(0, |edge| edge.source);
    let destination_of = |edge: usize| graph.edges.get(edge).map_or(0, |edge| edge.destination);
    for _ in 0..SWEEPS {
        sort_by_others(&mut destinations, &into, &ranks(&sources), &source_of);
        sort_by_others(&mut sources, &out_of, &ranks(&destinations), &destination_of);
    }
    sort_edges(&mut out_of, &ranks(&destinations), &destination_of);
    sort_edges(&mut into, &ranks(&sources), &source_of);
    (Side { order: sources, edges: out_of }, Side { order: destinations, edges: into })
}

fn ranks(order: &[usize]) -> Vec<usize> {
    let mut ranks = vec![0; order.len()];
    for (rank, &node) in order.iter().enumerate() {
        ranks.get_mut(node).into_iter().for_each(|place| *place = rank);
    }
    ranks
}

/// Sorts the edges of each node by the ranks of their other ends.
fn sort_edges(edges: &mut [Vec<usize>], ranks: &[usize], other: &dyn Fn(usize) -> usize) {
    for edges in edges {
        edges.sort_by_key(|&edge| ranks.get(other(edge)).copied().unwrap_or(0));
    }
}

/// Sorts nodes by the middle of the ranks of the nodes at the other ends of their edges.
fn sort_by_others(order: &mut [usize], edges: &[Vec<usize>], ranks: &[usize], other: &dyn Fn(usize) -> usize) {
    let middle = |node: &usize| {
        let others: Vec<usize> =
            edges.get(*node).into_iter().flatten().map(|&edge| ranks.get(other(edge)).copied().unwrap_or(0)).collect();
        // The average is in thousandths, because only integers have a total order.
        others.iter().sum::<usize>() * 1000 / others.len().max(1)
    };
    order.sort_by_cached_key(middle);
}

fn stack(nodes: &[Node], side: &Side) -> Vec<Place> {
    let mut places = vec![Place::default(); nodes.len()];
    let mut top = 0;
    for &node in &side.order {
        let names = nodes.get(node).map_or(0, |node| box_lines(node).len());
        let height = names.max(side.edges.get(node).map_or(0, Vec::len)) * LINE + 2 * PAD;
        places.get_mut(node).into_iter().for_each(|place| *place = Place { top, height });
        top += height + GAP;
    }
    places
}

/// Returns the heights at which the edges of a node meet its box.
fn slots(place: &Place, count: usize) -> impl Iterator<Item = usize> {
    let top = place.top + place.height / 2;
    (0..count).map(move |slot| (top + slot * LINE + LINE / 2).saturating_sub(count * LINE / 2))
}

/// Returns the lines of text in a box.
fn box_lines(node: &Node) -> Vec<String> {
    let mut lines: Vec<String> = node.names.iter().take(NAMES).map(|name| shorten(name)).collect();
    if node.names.len() > NAMES {
        lines.push(format!("and {} more", node.names.len() - NAMES));
    }
    lines
}

fn shorten(text: &str) -> String {
    if text.chars().count() <= LETTERS {
        return text.to_owned();
    }
    text.chars().take(LETTERS - 1).chain(['…']).collect()
}

fn width(nodes: &[Node]) -> usize {
    let longest = nodes.iter().flat_map(box_lines).map(|line| line.chars().count()).max().unwrap_or(0);
    longest * LETTER + 2 * PAD
}

fn write_node(out: &mut String, node: &Node, place: &Place, x: usize, width: usize) {
    let Place { top, height } = place;
    let _ = write!(
        out,
        "<g><title>{}</title><rect class=\"box\" x=\"{x}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" rx=\"5\"/>",
        escape(&node.names.join(", "))
    );
    let lines = box_lines(node);
    let first = top + height / 2 + LINE * 7 / 10;
    for (line, text) in lines.iter().enumerate() {
        let y = (first + line * LINE).saturating_sub(lines.len() * LINE / 2);
        let _ = write!(out, "<text x=\"{}\" y=\"{y}\">{}</text>", x + PAD, escape(text));
    }
    out.push_str("</g>\n");
}

fn write_edge(out: &mut String, graph: &Graph, edge: &Edge, line: &Line, labels: usize) {
    let names = |nodes: &[Node], place: usize| nodes.get(place).map_or(String::new(), |node| node.names.join(", "));
    let (from, to) = (names(&graph.sources, edge.source), names(&graph.destinations, edge.destination));
    let ((x1, y1), (x2, y2)) = (line.from, line.to);
    let tip = x2.saturating_sub(8);
    let bend = x1.midpoint(labels);
    // The line continues behind its label.
    let text = shorten(&edge.label);
    let after = labels + (text.chars().count() + 1) * LETTER;
    let _ = writeln!(
        out,
        "<g class=\"edge h{}\"><title>{} → {}: {}</title>\
         <path d=\"M{x1} {y1}C{bend} {y1} {bend} {y2} {labels} {y2}M{after} {y2}H{tip}\"/>\
         <path class=\"head\" d=\"M{tip} {}L{x2} {y2}L{tip} {}Z\"/>\
         <text x=\"{}\" y=\"{}\">{}</text></g>",
        edge.source % 8,
        escape(&from),
        escape(&to),
        escape(&edge.label),
        y2.saturating_sub(4),
        y2 + 4,
        labels + LETTER / 2,
        y2 + 4,
        escape(&text),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(edges: &[(usize, usize)]) -> Graph {
        let count = |end: fn(&(usize, usize)) -> usize| edges.iter().map(end).max().unwrap_or(0) + 1;
        let nodes = |side: &str, count| (0..count).map(|node| Node { names: vec![format!("{side}{node}")] }).collect();
        Graph {
            sources: nodes("s", count(|edge| edge.0)),
            destinations: nodes("d", count(|edge| edge.1)),
            edges: edges
                .iter()
                .map(|&(source, destination)| Edge { source, destination, label: "443".to_owned() })
                .collect(),
        }
    }

    /// Returns the number of pairs of lines that cross.
    fn crossings(layout: &Layout) -> usize {
        let lines: Vec<_> = layout.lines.iter().map(|line| (line.from.1, line.to.1)).collect();
        let pairs =
            lines.iter().enumerate().flat_map(|(place, one)| lines[..place].iter().map(move |other| (one, other)));
        pairs
            .filter(|(one, other)| (one.0 < other.0 && one.1 > other.1) || (one.0 > other.0 && one.1 < other.1))
            .count()
    }

    #[test]
    fn lines_that_need_not_cross_do_not() {
        // The edges are crossed: each source has its own destination and that of its neighbour.
        let edges: Vec<_> = (0..10)
            .flat_map(|source| [(source, (source * 3) % 10), (source, ((source + 1) % 10 * 3) % 10)])
            .take(18)
            .collect();
        assert_eq!(crossings(&Layout::new(&graph(&edges))), 0);
    }

    #[test]
    fn boxes_do_not_overlap_and_lines_end_at_their_boxes() {
        let edges: Vec<_> = (0..40).map(|edge| (edge % 7, edge * 11 % 13)).collect();
        let graph = graph(&edges);
        let layout = Layout::new(&graph);
        for side in [&layout.sources, &layout.destinations] {
            let mut places = side.clone();
            places.sort_by_key(|place| place.top);
            assert!(places.windows(2).all(|pair| pair[0].top + pair[0].height + GAP <= pair[1].top));
            assert!(places.iter().all(|place| place.top + place.height <= layout.height));
        }
        let within = |place: &Place, y: usize| place.top < y && y < place.top + place.height;
        for (edge, line) in graph.edges.iter().zip(&layout.lines) {
            assert!(
                within(&layout.sources[edge.source], line.from.1)
                    && within(&layout.destinations[edge.destination], line.to.1)
            );
        }
    }

    #[test]
    fn labels_are_on_no_line() {
        let edges: Vec<_> = (0..40).map(|edge| (edge % 7, edge * 11 % 13)).collect();
        let graph = graph(&edges);
        let layout = Layout::new(&graph);
        let mut heights: Vec<usize> = layout.lines.iter().map(|line| line.to.1).collect();
        heights.sort_unstable();
        assert!(heights.windows(2).all(|pair| pair[0] + LINE <= pair[1]), "{heights:?}");
        assert!(layout.left < layout.labels && layout.labels < layout.right);
    }

    #[test]
    fn text_is_never_markup() {
        let mut graph = graph(&[(0, 0)]);
        graph.sources[0].names = vec!["</text><script>\"&".to_owned()];
        graph.edges[0].label = "<b>".to_owned();
        let svg = file(&graph);
        assert!(!svg.contains("<script") && !svg.contains("<b>"), "{svg}");
        assert!(svg.contains("&lt;/text&gt;&lt;script&gt;&quot;&amp;"), "{svg}");
    }
}
