use std::ops::Range;

/// The lines of an entry that has its lines to itself, with the comments about it.
#[doc(hidden)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WholeLines {
    /// The lines, up to and including the last line end.
    pub range: Range<usize>,
    /// True if there are comments right above the entry or behind it.
    pub has_comments: bool,
}

impl WholeLines {
    /// Finds the lines of an entry. Returns `None` if something else is on one of them.
    ///
    /// `is_about` returns true for a line right above the entry that belongs to it.
    pub fn around(text: &str, entry: Range<usize>, is_about: fn(&str) -> bool) -> Option<WholeLines> {
        let line_start = |end: usize| Some(text.get(..end)?.rfind('\n').map_or(0, |newline| newline + 1));
        let mut start = line_start(entry.start)?;
        let behind = text.get(entry.end..)?.split('\n').next()?;
        let is_alone = text.get(start..entry.start)?.trim().is_empty();
        let comment = behind.trim();
        if !is_alone || !(comment.is_empty() || comment.starts_with("//")) {
            return None;
        }
        let mut has_comments = !comment.is_empty();
        let end = (entry.end + behind.len() + 1).min(text.len());
        while let Some(above_end) = start.checked_sub(1) {
            let above = line_start(above_end)?;
            if !is_about(text.get(above..above_end)?.trim()) {
                break;
            }
            has_comments = true;
            start = above;
        }
        // Between two empty lines, one would be left too many.
        let is_empty_line = |line: &str| line.trim().is_empty();
        let before = text.get(..start)?.strip_suffix('\n').and_then(|above| above.rsplit('\n').next());
        if before.is_some_and(is_empty_line)
            && let Some((next, _)) = text.get(end..)?.split_once('\n')
            && is_empty_line(next)
        {
            return Some(WholeLines { range: start..end + next.len() + 1, has_comments });
        }
        Some(WholeLines { range: start..end, has_comments })
    }
}
