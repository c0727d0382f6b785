//! Comma-separated values, as RFC 4180 has them.

use std::borrow::Cow;

/// Rows of cells as a file.
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
    let text = without_formula(text);
    // Blanks at an end are lost by some readers, and an empty field alone on a line is not read as a field.
    let is_plain = !text.is_empty() && text.trim() == text && !text.contains(['"', ',', '\n', '\r']);
    if is_plain { text.into_owned() } else { format!("\"{}\"", text.replace('"', "\"\"")) }
}

/// Returns a cell that no spreadsheet takes for a formula: with an apostrophe in front, where it begins like one.
fn without_formula(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}").into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    /// Returns what another reader makes of a file.
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
            [("=1+1", "'=1+1"), ("@x", "'@x"), ("+", "'+"), ("-a,", "\"'-a,\""), ("\t=1", "'\t=1"), ("a=1", "a=1")]
        {
            assert_eq!(super::field(cell), written);
        }
    }

    proptest! {
        #[test]
        fn every_cell_is_read_back(rows in prop::collection::vec(prop::collection::vec("[a\",\n\r ;']{0,6}", 1..4), 0..4)) {
            let harmless = |row: &Vec<String>| row.iter().map(|cell| super::without_formula(cell).into_owned()).collect::<Vec<_>>();
            prop_assert_eq!(read(&super::rows(rows.clone())), rows.iter().map(harmless).collect::<Vec<_>>());
        }
    }
}
