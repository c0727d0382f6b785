//! HTML. Every text is escaped when it is written, and no other code assembles HTML.

use std::fmt::Write;

use super::prose::{Block, Prose, Span, Table};

/// Escapes a text on one line, for content and quoted attributes.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\'' => out.push_str("&#39;"),
            '\n' | '\r' | '\t' => out.push(' '),
            letter => push_escaped(&mut out, letter),
        }
    }
    out
}

/// Escapes a text for XML, and keeps its line ends.
pub(crate) fn escape_xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '\t' | '\n') { out.push(letter) } else { push_escaped(&mut out, letter) }
    }
    out
}

fn push_escaped(out: &mut String, letter: char) {
    match letter {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '"' => out.push_str("&quot;"),
        // XML does not allow these characters, even as references.
        letter if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
        letter => out.push(letter),
    }
}

/// Returns the start tag of a region that scrolls by itself if it is too wide, with the keyboard,
/// too.
pub(super) fn scroll_region(label: &str) -> String {
    format!("<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"{}\">", escape(label))
}

/// Returns blocks in sequence.
pub(crate) fn blocks(blocks: &[Block], caption: &str) -> String {
    let mut out = String::new();
    for block in blocks {
        match block {
            Block::Paragraph(prose) => {
                let _ = writeln!(out, "<p>{}</p>", self::prose(prose));
            }
            Block::List(items) => {
                out.push_str("<ul>\n");
                items.iter().for_each(|item| {
                    let _ = writeln!(out, "<li>{}</li>", prose(item));
                });
                out.push_str("</ul>\n");
            }
            Block::Table(table) => out.push_str(&self::table(table, caption)),
        }
    }
    out
}

fn table(table: &Table, caption: &str) -> String {
    let mut out = scroll_region(caption);
    out.push_str("\n<table>\n<thead>\n<tr>");
    for heading in &table.headings {
        let _ = write!(out, "<th scope=\"col\">{}</th>", prose(heading));
    }
    out.push_str("</tr>\n</thead>\n<tbody>\n");
    for row in &table.rows {
        out.push_str("<tr>");
        for (column, cell) in row.iter().enumerate() {
            let text = prose(cell);
            let _ = match column {
                0 => write!(out, "<th scope=\"row\">{text}</th>"),
                _ => write!(out, "<td>{text}</td>"),
            };
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n</div>\n");
    out
}

/// Returns a line of text.
pub(crate) fn prose(prose: &Prose) -> String {
    let spans = prose.0.iter().map(|span| match span {
        Span::Text(text) => escape(text),
        Span::Code(text) => format!("<code>{}</code>", escape(text)),
    });
    spans.collect()
}

/// Returns a comment with the lines and the indentation that its author gave it.
pub(crate) fn comment(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end()).collect();
    let text = lines.join("\n");
    let text = text.trim_matches('\n');
    if text.trim().is_empty() { String::new() } else { format!("<div class=\"comment\">{}</div>", escape_xml(text)) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_is_never_markup() {
        let mut table = Table::new(["<b>"]);
        table.rows.push(vec![Prose::code("</code><script>alert('1')</script>").and_text("& \"so\"")]);
        let html = super::table(&table, "\"><script>");
        assert!(!html.contains("<script") && !html.contains("<b>"), "{html}");
        assert!(
            html.contains(
                "<code>&lt;/code&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;</code>&amp; &quot;so&quot;"
            ),
            "{html}"
        );
    }

    proptest! {
        #[test]
        fn what_is_escaped_is_read_back(text in "[ -~é\u{fffd}]{0,20}") {
            let escaped = escape(&text);
            prop_assert!(!escaped.contains(['<', '>', '"', '\'']));
            let read = escaped.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&");
            prop_assert_eq!(read, text);
        }
    }
}
