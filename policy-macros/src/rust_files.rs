use std::collections::HashMap;
use std::path::PathBuf;

/// The lines of Rust files. Each file is read once.
#[derive(Default)]
pub(crate) struct RustFiles {
    files: HashMap<PathBuf, Vec<String>>,
}

impl RustFiles {
    /// Returns the lines of a file: none if it cannot be read.
    pub(crate) fn lines(&mut self, path: PathBuf) -> &[String] {
        self.files.entry(path).or_insert_with_key(|path| {
            let text = std::fs::read_to_string(path).unwrap_or_default();
            text.lines().map(str::to_owned).collect()
        })
    }
}
