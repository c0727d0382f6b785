//! Alignment of the values of neighbouring members in one column.

/// The places in a text where spaces are inserted to align rows.
#[derive(Default)]
pub(super) struct Alignment {
    /// The rows of runs that have not ended, those of outer objects first.
    rows: Vec<Row>,
    paddings: Vec<(usize, usize)>,
}

/// A member on its own line.
struct Row {
    /// The place in the text where its value starts.
    value: usize,
    /// The width from the start of its name to its value.
    width: usize,
}

impl Alignment {
    /// Returns the number of waiting rows. The rows of an object that begins now start at this
    /// index.
    pub(super) fn rows(&self) -> usize {
        self.rows.len()
    }

    /// Adds a member to the run of its object.
    pub(super) fn add(&mut self, value: usize, width: usize) {
        self.rows.push(Row { value, width });
    }

    /// Ends the run of the object whose rows begin at `start`. All its rows become as wide as the
    /// widest.
    pub(super) fn end_run(&mut self, start: usize) {
        let widest = self.rows.iter().skip(start).map(|row| row.width).max().unwrap_or_default();
        let padded = self.rows.drain(start.min(self.rows.len())..).filter(|row| row.width < widest);
        self.paddings.extend(padded.map(|row| (row.value, widest - row.width)));
    }

    /// Returns the text with the spaces inserted. `None` if it is longer than `limit` bytes.
    pub(super) fn applied(mut self, text: String, limit: usize) -> Option<String> {
        if self.paddings.is_empty() {
            return Some(text).filter(|text| text.len() <= limit);
        }
        self.paddings.sort_unstable();
        let mut spaces = self.paddings.iter().try_fold(0_usize, |sum, (_, width)| sum.checked_add(*width))?;
        let mut end = text.len();
        let length = end.checked_add(spaces).filter(|length| *length <= limit)?;
        // In place, because a second text would be slower than all of this: its memory is new. From the
        // end, because bytes that have not moved yet must not be overwritten.
        let mut bytes = text.into_bytes();
        bytes.resize(length, b' ');
        for (at, width) in self.paddings.into_iter().rev() {
            bytes.copy_within(at..end, at + spaces);
            spaces -= width;
            bytes.get_mut(at + spaces..at + spaces + width)?.fill(b' ');
            end = at;
        }
        String::from_utf8(bytes).ok()
    }
}
