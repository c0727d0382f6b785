//! Markdown, as GitHub and Forgejo read it.

use std::fmt::Write;

use super::prose::{Block, Prose, Span, Table};
use policy_core::source::picture;

/// Returns a part of a page, with a blank line after each block.
pub(crate) fn blocks(blocks: &[Block]) -> String {
    let mut out = String::new();
    for block in blocks {
        match block {
            Block::Paragraph(prose) => line(&mut out, "", prose),
            Block::List(items) => items.iter().for_each(|item| line(&mut out, "- ", item)),
            Block::Table(table) => out.push_str(&self::table(table)),
        }
        out.push('\n');
    }
    out
}

fn line(out: &mut String, mark: &str, prose: &Prose) {
    let text = self::prose(prose, false);
    let _ = writeln!(out, "{mark}{}", escape_start(&text));
}

/// Returns a table.
pub(crate) fn table(table: &Table) -> String {
    let mut out = String::new();
    row(&mut out, table.headings.iter().map(|heading| prose(heading, true)));
    row(&mut out, table.headings.iter().map(|_| "---".to_owned()));
    for cells in &table.rows {
        row(&mut out, cells.iter().map(|cell| prose(cell, true)));
    }
    out
}

fn row(out: &mut String, cells: impl Iterator<Item = String>) {
    out.push('|');
    for cell in cells {
        let _ = write!(out, " {cell}{}|", if cell.is_empty() { "" } else { " " });
    }
    out.push('\n');
}

fn prose(prose: &Prose, in_table: bool) -> String {
    let spans = prose.0.iter().map(|span| match span {
        Span::Text(text) => escape(text),
        Span::Code(text) => code(text, in_table),
    });
    spans.collect()
}

/// Escapes everything that can have a meaning within a line.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for letter in visible(text) {
        if matches!(letter, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '&' | '~' | '$') {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}

/// Escapes everything that can have a meaning at the start of a line.
fn escape_start(line: &str) -> String {
    let number = line.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = line.split_at_checked(number).unwrap_or(("", line));
    let marks: &[char] = if number == 0 { &['#', '+', '-', '='] } else { &['.', ')'] };
    if rest.starts_with(marks) { format!("{digits}\\{rest}") } else { line.to_owned() }
}

/// Returns a code span. It has more backticks around it than inside. Nothing inside is escaped,
/// except `|` in a table.
fn code(text: &str, in_table: bool) -> String {
    let text: String = visible(text).collect();
    if text.trim().is_empty() {
        return text;
    }
    let (mut longest, mut run) = (0, 0);
    for letter in text.chars() {
        run = if letter == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    // A backslash before a `|` would be read as part of its escape.
    if in_table && text.contains("\\|") {
        return escape(&text);
    }
    let text = if in_table { text.replace('|', "\\|") } else { text };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// Returns a text on one line, without characters that a page cannot show.
fn visible(text: &str) -> impl Iterator<Item = char> {
    text.chars().map(|letter| match letter {
        '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' | '\u{b}' | '\u{c}' | '\u{85}' => ' ',
        letter if letter.is_control() => '\u{fffd}',
        letter => picture(letter),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Splits a row of a table into its cells like a Markdown reader.
    fn cells(row: &str) -> Vec<String> {
        let mut cells = vec![String::new()];
        let mut letters = row.chars();
        while let Some(letter) = letters.next() {
            match letter {
                // In a table, `\|` is read as `|` before anything else.
                '\\' => match letters.next() {
                    Some('|') => cells.last_mut().unwrap().push('|'),
                    next => cells.last_mut().unwrap().extend(['\\'].into_iter().chain(next)),
                },
                '|' => cells.push(String::new()),
                _ => cells.last_mut().unwrap().push(letter),
            }
        }
        cells
    }

    /// Returns the content of a code span, if the text is one.
    fn shown_code(text: &str) -> Option<String> {
        let fence: String = text.chars().take_while(|letter| *letter == '`').collect();
        let inner = text.strip_prefix(&fence)?.strip_suffix(&fence)?;
        let inner = inner
            .strip_prefix(' ')
            .and_then(|inner| inner.strip_suffix(' '))
            .filter(|inner| !inner.trim().is_empty())
            .unwrap_or(inner);
        (!fence.is_empty()).then(|| inner.to_owned())
    }

    /// Returns the content of escaped text. Panics if a character in it has a meaning.
    fn shown_text(text: &str) -> String {
        let mut out = String::new();
        let mut letters = text.chars();
        while let Some(letter) = letters.next() {
            match letter {
                '\\' => out.extend(letters.next()),
                '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '&' | '~' => {
                    panic!("{letter} means something in {text}")
                }
                _ => out.push(letter),
            }
        }
        out
    }

    #[test]
    fn what_means_something_at_the_start_of_a_line_is_escaped_there() {
        for (text, written) in [
            ("# one", "\\# one\n"),
            ("- one", "\\- one\n"),
            ("12. one", "12\\. one\n"),
            ("12 ones - or #2", "12 ones - or #2\n"),
            ("> one", "\\> one\n"),
        ] {
            assert_eq!(blocks(&[Block::Paragraph(Prose::text(text))]), format!("{written}\n"));
        }
    }

    #[test]
    fn a_code_span_may_have_backticks_and_bars() {
        for (text, in_table, written) in [
            ("tag:a", true, "`tag:a`"),
            ("a|b", true, "`a\\|b`"),
            ("a|b", false, "`a|b`"),
            ("a`b", true, "``a`b``"),
            ("`a", true, "`` `a ``"),
            ("a\\|b", true, "a\\\\\\|b"),
            ("a\nb", true, "`a b`"),
        ] {
            assert_eq!(code(text, in_table), written);
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_a_table(texts in prop::collection::vec(r"[ -~\n\r\t`|\\<>*_\[\]&éü]{0,12}", 6)) {
            let mut table = Table::new(["one", "two"]);
            table.rows = texts.chunks(2).map(|pair| vec![Prose::text(&*pair[0]), Prose::code(&*pair[1])]).collect();
            let written = self::table(&table);
            let lines: Vec<&str> = written.lines().collect();
            prop_assert_eq!(lines.len(), 2 + table.rows.len());
            for (line, pair) in lines[2..].iter().zip(texts.chunks(2)) {
                let cells = cells(line);
                prop_assert_eq!(cells.len(), 4, "{}", line);
                let one_line = |text: &str| text.replace(['\n', '\r', '\t'], " ").trim().to_owned();
                let text: String = self::prose(&Prose::text(&*pair[0]), true);
                prop_assert_eq!(shown_text(&text).trim().to_owned(), one_line(&pair[0]));
                let shown = shown_code(cells[2].trim()).unwrap_or_else(|| shown_text(&self::prose(&Prose::code(&*pair[1]), true)));
                prop_assert_eq!(shown.trim().to_owned(), one_line(&pair[1]));
            }
        }
    }
}
