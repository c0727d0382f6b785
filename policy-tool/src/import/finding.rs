//! The errors in a policy file, as comments where they occur.

use policy_core::Diagnostic;
use policy_core::source::{FileId, Origin};

use crate::comment::Lines;

/// The errors of a policy, in the order of its text.
pub(super) struct Findings {
    all: Vec<(u32, Lines)>,
    /// The number of errors that have been written.
    pub(super) reported: usize,
}

impl Findings {
    pub(super) fn new(diagnostics: &[Diagnostic]) -> Findings {
        let errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error());
        // Errors in the file of invariants come after the text.
        let start = |origin: Origin| if origin.file == FileId::Policy { origin.start } else { u32::MAX - 1 };
        let mut all: Vec<(u32, Lines)> = errors.map(|error| (start(error.origin), lines(error))).collect();
        all.sort_by_key(|(start, _)| *start);
        Findings { all, reported: 0 }
    }

    /// Returns the errors up to a position that have not been written yet.
    pub(super) fn take_until(&mut self, end: u32) -> Lines {
        let rest = self.all.get(self.reported..).unwrap_or_default();
        let count = rest.partition_point(|(start, _)| *start < end);
        self.reported += count;
        rest.iter().take(count).flat_map(|(_, lines)| lines).cloned().collect()
    }
}

fn lines(error: &Diagnostic) -> Lines {
    let mut lines = vec![format!("error[{}]: {}", error.code.name(), error.message)];
    lines.extend(error.help.as_ref().map(|help| format!("help: {help}")));
    lines.extend(error.answer().map(|(server, answer)| format!("{server} answers: {answer}")));
    lines
}
