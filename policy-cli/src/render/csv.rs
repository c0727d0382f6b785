//! Comma-separated values according to RFC 4180, with each row on one line. Line ends and other
//! control characters in a cell are shown as pictures, because a log would take a line in a cell
//! for a command.

use std::borrow::Cow;

use crate::text::visible;

/// Returns rows of cells as a file.
pub(crate) fn rows<R: IntoIterator<Item = String>>(rows: impl IntoIterator<Item = R>) -> String {
    let mut out = String::new();
    for row in rows {
        for (place, cell) in row.into_iter().enumerate() {
            if place > 0 {
                out.push(',');
            }
            out.push_str(&field(&cell));
        }
        out.push_str("\r\n");
    }
    out
}

fn field(text: &str) -> String {
    let text = visible(&without_formula(text));
    // Some readers lose spaces at the ends, and skip a line with a single empty field.
    let is_plain = !text.is_empty() && text.trim() == text && !text.contains(['"', ',']);
    if is_plain { text } else { format!("\"{}\"", text.replace('"', "\"\"")) }
}

/// Returns a cell that a spreadsheet does not read as a formula: an apostrophe is added if it
/// begins like one.
fn without_formula(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}").into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    /// Parses a file like another program would.
    fn read(text: &str) -> Vec<Vec<String>> {
        let mut rows = vec![vec![String::new()]];
        let mut letters = text.chars().peekable();
        let mut is_quoted = false;
        while let Some(letter) = letters.next() {
            let row = rows.last_mut().unwrap();
            match letter {
                '"' if is_quoted && letters.next_if_eq(&'"').is_some() => row.last_mut().unwrap().push('"'),
                '"' => is_quoted = !is_quoted,
                ',' if !is_quoted => row.push(String::new()),
                '\r' if !is_quoted && letters.next_if_eq(&'\n').is_some() => rows.push(vec![String::new()]),
                _ => row.last_mut().unwrap().push(letter),
            }
        }
        rows.pop();
        rows
    }

    #[test]
    fn no_cell_is_a_formula() {
        for (cell, written) in
            [("=1+1", "'=1+1"), ("@x", "'@x"), ("+", "'+"), ("-a,", "\"'-a,\""), ("\t=1", "'␉=1"), ("a=1", "a=1")]
        {
            assert_eq!(super::field(cell), written);
        }
    }

    proptest! {
        #[test]
        fn every_cell_is_read_back(rows in prop::collection::vec(prop::collection::vec("[a\",\n\r ;']{0,6}", 1..4), 0..4)) {
            let shown = |cell: &String| super::visible(&super::without_formula(cell));
            let harmless = |row: &Vec<String>| row.iter().map(shown).collect::<Vec<_>>();
            let text = super::rows(rows.clone());
            prop_assert_eq!(text.lines().count(), rows.len());
            prop_assert_eq!(read(&text), rows.iter().map(harmless).collect::<Vec<_>>());
        }
    }
}
