//! Excerpts of source, drawn as rustc does. On stable Rust, an error can show only one place, and
//! only in Rust code. All other places are drawn here.

/// The maximum number of bytes of a line to show. A policy without line breaks would otherwise fill
/// the screen.
const LONGEST: usize = 1 << 10;

/// A line and the relevant part of it. Lines and columns count from 1, columns in characters.
pub(crate) struct Excerpt<'a> {
    pub(crate) path: &'a str,
    pub(crate) line: usize,
    pub(crate) source: &'a str,
    pub(crate) column: usize,
    /// The column after the last one, on this line or beyond its end.
    pub(crate) end: usize,
}

impl Excerpt<'_> {
    /// Returns the lines that follow a message. rustc indents them.
    pub(crate) fn drawn(&self, underline: char) -> String {
        let number = self.line.to_string();
        let gutter = " ".repeat(number.len());
        let mut drawn = format!("\n{gutter}--> {}:{number}:{}", self.path, self.column);
        if self.source.len() > LONGEST {
            return drawn;
        }
        let start = self.column.saturating_sub(1);
        // Tabs would misalign the underline.
        let width =
            |chars: &mut dyn Iterator<Item = char>| chars.map(|char| if char == '\t' { 4 } else { 1 }).sum::<usize>();
        let before = width(&mut self.source.chars().take(start));
        let meant = self.end.saturating_sub(self.column);
        let marks = width(&mut self.source.trim_end().chars().skip(start).take(meant)).max(1);
        let source = self.source.replace('\t', "    ");
        let (source, indent) = (source.trim_end(), " ".repeat(before));
        let marks = underline.to_string().repeat(marks);
        drawn.push_str(&format!("\n{gutter} |\n{number} | {source}\n{gutter} | {indent}{marks}"));
        drawn
    }
}
