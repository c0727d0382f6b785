use crate::source::Origin;

/// The source lines of the statements of a built-in policy, in Rust source or in the file that
/// `policy_file!` names.
///
/// [`encode`](SourceLines::encode) writes them for a program that `policy!` generates. Each run of
/// statements from one file is one line with the path, a tab, and the line numbers of the
/// statements, separated by spaces. They are in the order of
/// [`Policy::statements`](super::Policy::statements).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceLines {
    files: Vec<String>,
    /// In the order of the text: a statement, the index of its file, and the line number.
    lines: Vec<(Origin, usize, usize)>,
}

impl SourceLines {
    /// Encodes the path and the line number, from 1, of each statement.
    pub fn encode(places: impl IntoIterator<Item = (String, usize)>) -> String {
        let mut encoded = String::new();
        let mut last = None;
        for (file, line) in places {
            if last.as_ref() == Some(&file) {
                encoded.push(' ');
            } else {
                encoded.push_str(if encoded.is_empty() { "" } else { "\n" });
                encoded.push_str(&file);
                encoded.push('\t');
                last = Some(file);
            }
            encoded.push_str(&line.to_string());
        }
        encoded
    }

    /// Decodes the places of `statements`. Ignores everything that [`encode`](SourceLines::encode)
    /// does not write.
    pub fn decode(encoded: &str, statements: Vec<Origin>) -> SourceLines {
        let mut statements = statements.into_iter();
        let mut decoded = SourceLines::default();
        for run in encoded.lines() {
            let (file, lines) = run.split_once('\t').unwrap_or((run, ""));
            decoded.files.push(file.to_owned());
            let places = lines.split(' ').filter_map(|line| line.parse().ok());
            // Take a statement only after reading a line number. One taken too early would be lost
            // to the next run.
            let places = places.map_while(|line| Some((statements.next()?, decoded.files.len() - 1, line)));
            decoded.lines.extend(places);
        }
        decoded
    }

    /// Returns the files, each once.
    pub fn files(&self) -> Vec<&str> {
        let mut files: Vec<&str> = self.files.iter().map(String::as_str).collect();
        files.sort_unstable();
        files.dedup();
        files
    }

    /// Returns each statement with its file and its line.
    pub fn statements(&self) -> impl Iterator<Item = (Origin, &str, usize)> {
        self.lines
            .iter()
            .filter_map(|(statement, file, line)| Some((*statement, self.files.get(*file)?.as_str(), *line)))
    }

    /// Returns the file and the line number, from 1, of the innermost statement around a part of
    /// the policy's text or of its facts.
    pub fn line(&self, part: Origin) -> Option<(&str, usize)> {
        let before =
            self.lines.partition_point(|(statement, ..)| (statement.file, statement.start) <= (part.file, part.start));
        let mut around = self.lines.get(..before)?.iter().rev();
        let (_, file, line) = around.find(|(statement, ..)| statement.contains(part))?;
        Some((self.files.get(*file)?, *line))
    }
}
