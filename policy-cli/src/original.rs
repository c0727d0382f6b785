//! The source of the built-in policy: a `policy!`, or the file that `policy_file!` names. With it,
//! messages show the places that the author wrote.
//!
//! The program contains only the file and the line of each statement, which adds almost nothing to
//! the build time. To show more, it reads the source again. It reads Rust with the parser of
//! `policy!`. It ignores a source that differs from the built-in policy.

use std::cell::Cell;
use std::env;
use std::ops::Range;
use std::path::{Path, PathBuf};

use policy_core::diagnostic::Edit;
use policy_core::source::{FileId, Origin};
use policy_core::{Diagnostic, Policy};
use policy_syntax::RustSource;

use crate::alignment::Alignment;
use crate::file;
use crate::source_file::{SourceFile, Span};

/// The source files of a built-in policy.
#[derive(Debug)]
pub(crate) struct Original {
    /// The folder that the names of the files are relative to.
    folder: PathBuf,
    files: Vec<SourceFile<'static>>,
    source: Source,
    alignment: Alignment,
}

/// The form of the policy before it was formatted.
#[derive(Debug)]
enum Source {
    /// The contents of a `policy!`.
    Rust(Box<RustSource>),
    /// The index of the policy file.
    Hujson(usize),
}

impl Original {
    /// Reads the source of a policy. Returns `None` if the policy is not built in, or if its source
    /// cannot be found or has changed since the build.
    pub(crate) fn find(policy: &Policy) -> Option<Original> {
        let names = policy.source_lines.files();
        if names.is_empty() {
            return None;
        }
        folders().iter().find_map(|folder| Original::read(folder, &names, policy))
    }

    fn read(folder: &Path, names: &[&str], policy: &Policy) -> Option<Original> {
        let paths: Vec<PathBuf> = names.iter().map(|name| folder.join(name)).collect();
        if !paths.iter().all(|path| file::is_file(path)) {
            return None;
        }
        let texts = paths.iter().map(|path| file::read_text(path).ok()).collect::<Option<Vec<String>>>()?;
        let original = Original::parse(names, texts, policy)?;
        Some(Original { folder: folder.to_owned(), ..original })
    }

    fn parse(names: &[&str], texts: Vec<String>, policy: &Policy) -> Option<Original> {
        let borrowed: Vec<&str> = texts.iter().map(String::as_str).collect();
        let align = |text: &str| Alignment::new(&policy.text, text);
        let in_file =
            || borrowed.iter().enumerate().find_map(|(file, text)| Some((Source::Hujson(file), align(text)?)));
        let in_rust = || {
            let source = RustSource::find(&borrowed, &|lowered| align(&lowered.policy).is_some())?;
            align(&source.lowered.policy).map(|alignment| (Source::Rust(Box::new(source)), alignment))
        };
        let (source, alignment) = in_rust().or_else(in_file)?;
        let files = names.iter().zip(texts).map(|(name, text)| SourceFile::new(PathBuf::from(name), text)).collect();
        let original = Original { folder: PathBuf::new(), files, source, alignment };
        original.has_lines(policy).then_some(original)
    }

    /// Returns whether each statement is on the line that it had when the program was compiled.
    fn has_lines(&self, policy: &Policy) -> bool {
        policy.source_lines.statements().all(|(statement, file, line)| {
            let is_beside = matches!(self.source, Source::Hujson(_)) && statement.file != FileId::Policy;
            is_beside
                || self
                    .span(statement)
                    .is_some_and(|span| span.start.line == line && span.source.path.as_ref() == Path::new(file))
        })
    }

    /// Returns the names, the paths and the texts of the files that have the policy's rules.
    pub(crate) fn files(&self) -> (Vec<PathBuf>, Vec<PathBuf>, Vec<String>) {
        let is_wanted = |index: &usize| match self.source {
            Source::Rust(_) => true,
            Source::Hujson(file) => *index == file,
        };
        let files = self.files.iter().enumerate().filter(|(index, _)| is_wanted(index)).map(|(_, file)| file);
        let (mut names, mut paths, mut texts) = (Vec::new(), Vec::new(), Vec::new());
        for file in files {
            names.push(file.path.to_path_buf());
            paths.push(self.folder.join(&file.path));
            texts.push(file.lines.text().to_owned());
        }
        (names, paths, texts)
    }

    /// Returns the number of the `policy!` among those in the files that can be read. Returns `None`
    /// if the policy is in a policy file.
    pub(crate) fn policy_number(&self) -> Option<usize> {
        let Source::Rust(source) = &self.source else { return None };
        let texts: Vec<&str> = self.files.iter().map(|file| file.lines.text()).collect();
        let number = Cell::new(0);
        RustSource::find(&texts, &|lowered| {
            let is_it = lowered.policy == source.lowered.policy;
            number.set(number.get() + usize::from(!is_it));
            is_it
        })?;
        Some(number.get())
    }

    /// Returns the edit that fixes a finding about the policy, and the file with its place.
    pub(crate) fn edit(&self, finding: &Diagnostic) -> Option<(&SourceFile<'static>, Edit<Range<usize>>)> {
        let mut finding = finding.clone();
        if finding.origin.file == FileId::Policy {
            finding.origin = self.alignment.original(finding.origin)?;
        }
        match &self.source {
            Source::Rust(source) => {
                let texts: Vec<&str> = self.files.iter().map(|file| file.lines.text()).collect();
                let (file, edit) = source.edit(&texts, &finding)?;
                Some((self.files.get(file)?, edit))
            }
            Source::Hujson(file) => {
                let edit = self.alignment.original_document().edit(finding.fix()?, finding.origin)?;
                Some((self.files.get(*file)?, edit.map_place(Origin::range)))
            }
        }
    }

    /// Returns the place of a part of the policy or of its own facts.
    pub(crate) fn span(&self, part: Origin) -> Option<Span<'_>> {
        let part = match part.file {
            FileId::Policy => self.alignment.original(part)?,
            FileId::FACTS => part,
            FileId::Facts(_) | FileId::Invariants | FileId::Scanned(_) => return None,
        };
        let (file, bytes): (usize, Range<usize>) = match &self.source {
            Source::Rust(source) => source.place(part)?,
            Source::Hujson(file) if part.file == FileId::Policy => (*file, part.range()),
            Source::Hujson(_) => return None,
        };
        self.files.get(file)?.span(bytes)
    }
}

/// Returns the folders that the source path from rustc may be relative to: the ancestors of the
/// current directory, of the package that cargo runs, and of the program itself.
fn folders() -> Vec<PathBuf> {
    let starts =
        [env::current_dir().ok(), env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from), env::current_exe().ok()];
    let mut folders: Vec<PathBuf> = Vec::new();
    for folder in starts.iter().flatten().flat_map(|start| start.ancestors()) {
        if !folders.iter().any(|known| known == folder) {
            folders.push(folder.to_owned());
        }
    }
    folders
}

#[cfg(test)]
mod tests {
    use policy_core::Code;
    use policy_core::diagnostic::Help;
    use policy_core::hujson::Document;
    use policy_core::model::SourceLines;

    use super::*;

    const SOURCE: &str = "//! Ours.
policy! {
    users { amy = \"amy@example.com\"; }
    tagOwners { tag:web = amy; }
    grants {
        amy -> tag:web
            on tcp:443;
    }
    invariants { never tag:web -> tag:web; }
}
";

    /// Returns the policy in the form in which `policy!` builds it in.
    fn built_in() -> Policy {
        let source = RustSource::find(&[SOURCE], &|_| true).unwrap();
        let text = Document::parse(&source.lowered.policy).unwrap().format();
        let lines = SourceLines::encode([4, 6, 9].map(|line| ("src/tailnet.rs".to_owned(), line)));
        Policy::with_facts(&text, &source.lowered.facts).with_source_lines(&lines)
    }

    #[test]
    fn a_part_is_found_in_the_source() {
        let policy = built_in();
        let original = Original::parse(&["src/tailnet.rs"], vec![SOURCE.to_owned()], &policy).unwrap();
        let grant = policy.grants.iter().flatten().next().unwrap();
        for (part, words, line, column) in [
            (grant.origin, "amy -> tag:web\n            on tcp:443;", 6, 9),
            (grant.dst.first().unwrap().text.origin, "tag:web", 6, 16),
            (policy.facts.users[0].email.origin, "\"amy@example.com\"", 3, 19),
            (policy.facts.invariants[0].origin, "never tag:web -> tag:web;", 9, 18),
        ] {
            let span = original.span(part).unwrap();
            assert_eq!(SOURCE.get(span.start.offset..span.end.offset), Some(words));
            assert_eq!((span.start.line, span.start.column), (line, column), "{words}");
        }
    }

    #[test]
    fn the_files_of_a_policy_can_be_fixed() {
        let other = "policy! { tagOwners { tag:other; } }";
        let original = Original::parse(&["src/tailnet.rs"], vec![format!("{SOURCE}{other}")], &built_in()).unwrap();
        assert_eq!(original.policy_number(), Some(0));
        let original = Original { folder: PathBuf::from("crate"), ..original };
        let (names, paths, texts) = original.files();
        assert_eq!((names.len(), texts.len()), (1, 1));
        assert_eq!((&names[0], &paths[0]), (&PathBuf::from("src/tailnet.rs"), &PathBuf::from("crate/src/tailnet.rs")));
        let policy = built_in();
        let tag = policy.tag_owners[0].tag.origin;
        let finding = Diagnostic::new(Code::UnusedTag, tag, "nothing uses it").help(Help::remove_entry("remove it"));
        let (file, edit) = original.edit(&finding).unwrap();
        assert_eq!(file.path.as_ref(), Path::new("src/tailnet.rs"));
        assert_eq!(texts[0].get(edit.place), Some("tag:web = amy; "));
    }

    #[test]
    fn a_policy_that_stays_in_its_file_is_found_there() {
        let file = "// Ours\n{\"tagOwners\":\n{\"tag:web\":[]}}";
        let text = Document::parse(file).unwrap().format();
        let lines = SourceLines::encode([("policy.hujson".to_owned(), 3)]);
        let policy = Policy::parse(&text).with_source_lines(&lines);
        let original = Original::parse(&["policy.hujson"], vec![file.to_owned()], &policy).unwrap();
        let span = original.span(policy.tag_owners[0].tag.origin).unwrap();
        assert_eq!((file.get(span.start.offset..span.end.offset), span.start.line), (Some("\"tag:web\""), 3));
    }

    #[test]
    fn a_source_that_says_something_else_is_not_shown() {
        let policy = built_in();
        let is_shown = |source: String| Original::parse(&["src/tailnet.rs"], vec![source], &policy).is_some();
        assert!(is_shown(SOURCE.replace("on tcp", "on  tcp")));
        for source in
            [SOURCE.replace("443", "80"), format!("\n{SOURCE}"), SOURCE.replace("amy =", "am ="), String::new()]
        {
            assert!(!is_shown(source.clone()), "{source}");
        }
    }
}
