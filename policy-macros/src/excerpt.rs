//! A place as rustc would show it. Stable Rust shows one place an error, and only Rust's own; the others are drawn here.

/// How many bytes of a line to show at most. A policy without line breaks would fill the screen.
const LONGEST: usize = 1 << 10;

/// A line, and the part of it that is meant. Lines and columns are counted from 1, columns in characters.
pub(crate) struct Excerpt<'a> {
    pub(crate) path: &'a str,
    pub(crate) line: usize,
    pub(crate) source: &'a str,
    pub(crate) column: usize,
    /// One past the last column, on this line or beyond its end.
    pub(crate) end: usize,
}

impl Excerpt<'_> {
    /// Lines that go on after a message, for rustc to indent.
    pub(crate) fn drawn(&self, underline: char) -> String {
        let number = self.line.to_string();
        let gutter = " ".repeat(number.len());
        let mut drawn = format!("\n{gutter}--> {}:{number}:{}", self.path, self.column);
        if self.source.len() > LONGEST {
            return drawn;
        }
        let start = self.column.saturating_sub(1);
        // Tabs would throw the underline off.
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
