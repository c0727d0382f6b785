use std::ops::Range;

/// A value of a YAML or JSON text, with places. Values without names, such as numbers, are texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum DataNode {
    /// A text, and its bytes without quotes.
    Text(String, Range<usize>),
    /// A list.
    List(Vec<DataNode>),
    /// Pairs of key and value, in order.
    Map(Vec<(DataNode, DataNode)>),
}

impl DataNode {
    /// Returns the text, or an empty text for anything else.
    pub(super) fn text(&self) -> &str {
        if let DataNode::Text(text, _) = self { text } else { "" }
    }

    /// Returns the value of a key, if this is a map that has it.
    pub(super) fn get(&self, key: &str) -> Option<&DataNode> {
        let DataNode::Map(pairs) = self else { return None };
        pairs.iter().find(|(name, _)| name.text() == key).map(|(_, value)| value)
    }
}
