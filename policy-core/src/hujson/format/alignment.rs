//! Values of neighbouring members start in the same column.

/// Where spaces go into a text, so that rows of it align.
#[derive(Default)]
pub(super) struct Alignment {
    /// The runs that are not at their end yet, outer objects' first.
    rows: Vec<Row>,
    paddings: Vec<(usize, usize)>,
}

/// A member on a line of its own.
struct Row {
    /// Where in the text its value starts.
    value: usize,
    /// From the start of its name to there.
    width: usize,
}

impl Alignment {
    /// How many rows wait: where those of an object that begins now will start.
    pub(super) fn rows(&self) -> usize {
        self.rows.len()
    }

    /// Adds a member to the run of its object.
    pub(super) fn add(&mut self, value: usize, width: usize) {
        self.rows.push(Row { value, width });
    }

    /// Ends the run of the object that began at `start`: all its rows become as wide as the widest.
    pub(super) fn end_run(&mut self, start: usize) {
        let widest = self.rows.iter().skip(start).map(|row| row.width).max().unwrap_or_default();
        let padded = self.rows.drain(start.min(self.rows.len())..).filter(|row| row.width < widest);
        self.paddings.extend(padded.map(|row| (row.value, widest - row.width)));
    }

    /// The text with the spaces in it; `None` if that is more than `limit` bytes.
    pub(super) fn applied(mut self, text: &str, limit: usize) -> Option<String> {
        self.paddings.sort_unstable();
        let spaces = self.paddings.iter().try_fold(0_usize, |sum, (_, width)| sum.checked_add(*width))?;
        let length = text.len().checked_add(spaces).filter(|length| *length <= limit)?;
        let mut aligned = String::with_capacity(length);
        let mut done = 0;
        for (at, width) in self.paddings {
            aligned.push_str(text.get(done..at)?);
            aligned.extend(std::iter::repeat_n(' ', width));
            done = at;
        }
        aligned.push_str(text.get(done..)?);
        Some(aligned)
    }
}
