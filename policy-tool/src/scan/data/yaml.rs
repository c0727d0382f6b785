//! YAML as nodes with places.

use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle};

use super::node::DataNode;

/// The maximum depth of values. Deeper ones are left out.
const DEPTH: usize = 64;

/// Returns the documents in a part of a text, or `None` if it is not valid YAML.
pub(super) fn documents(text: &str, range: Range<usize>) -> Option<Vec<DataNode>> {
    let part = text.get(range.clone())?;
    let places = Places::new(part, range.start);
    let mut documents = Vec::new();
    // Values that are not complete yet. In a map, keys and values take turns.
    let mut open: Vec<Open> = Vec::new();
    for event in Parser::new_from_str(part) {
        let (event, span) = event.ok()?;
        let complete = match event {
            Event::MappingStart(..) | Event::SequenceStart(..) => {
                open.push(Open { is_map: matches!(event, Event::MappingStart(..)), nodes: Vec::new() });
                None
            }
            Event::MappingEnd | Event::SequenceEnd => open.pop().map(Open::close),
            Event::Scalar(value, style, ..) => {
                let place = places.range(span.start.index(), span.end.index());
                Some(DataNode::Text(value.into_owned(), inside(text, place, style)))
            }
            Event::Alias(_) => Some(DataNode::List(Vec::new())),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) | Event::DocumentEnd => {
                None
            }
        };
        if let Some(node) = complete {
            let depth = open.len();
            match open.last_mut() {
                Some(parent) if depth <= DEPTH => parent.nodes.push(node),
                // A map needs as many keys as values.
                Some(parent) => parent.nodes.push(DataNode::List(Vec::new())),
                None => documents.push(node),
            }
        }
    }
    Some(documents)
}

struct Open {
    is_map: bool,
    nodes: Vec<DataNode>,
}

impl Open {
    fn close(self) -> DataNode {
        if !self.is_map {
            return DataNode::List(self.nodes);
        }
        let mut pairs = Vec::with_capacity(self.nodes.len() / 2);
        let mut nodes = self.nodes.into_iter();
        while let (Some(key), Some(value)) = (nodes.next(), nodes.next()) {
            pairs.push((key, value));
        }
        DataNode::Map(pairs)
    }
}

/// Returns the range of a scalar without its quotes. A scalar in a block begins after its first
/// line.
fn inside(text: &str, range: Range<usize>, style: ScalarStyle) -> Range<usize> {
    let source = text.get(range.clone()).unwrap_or_default();
    match style {
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted if source.len() >= 2 => range.start + 1..range.end - 1,
        ScalarStyle::Literal | ScalarStyle::Folded if source.starts_with(['|', '>']) => {
            range.start + source.find('\n').map_or(source.len(), |end| end + 1)..range.end
        }
        ScalarStyle::Plain
        | ScalarStyle::SingleQuoted
        | ScalarStyle::DoubleQuoted
        | ScalarStyle::Literal
        | ScalarStyle::Folded => range,
    }
}

/// Converts the parser's places, which count characters, to bytes.
struct Places {
    base: usize,
    /// The byte of each character, or `None` if every character is one byte.
    bytes: Option<Vec<usize>>,
    length: usize,
}

impl Places {
    fn new(text: &str, base: usize) -> Places {
        let bytes = (!text.is_ascii()).then(|| text.char_indices().map(|(at, _)| at).collect());
        Places { base, bytes, length: text.len() }
    }

    fn range(&self, start: usize, end: usize) -> Range<usize> {
        let byte = |index: usize| match &self.bytes {
            Some(bytes) => bytes.get(index).copied().unwrap_or(self.length),
            None => index.min(self.length),
        };
        self.base + byte(start)..self.base + byte(end)
    }
}
