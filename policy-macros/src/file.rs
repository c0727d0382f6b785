//! The files that `policy_file!` is about.

use std::fs;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use policy_core::Code;
use policy_core::source::Origin;
use proc_macro2::TokenStream;
use syn::parse::{ParseStream, Parser};
use syn::{Ident, LitStr, Token};

use crate::excerpt::Excerpt;
use crate::finding::Finding;
use crate::place::{Place, knows_positions};

/// The largest file that is read, in bytes: hundreds of times what a policy has.
const LIMIT: u64 = 64 << 20;

/// A policy's file and, perhaps, those with facts and with invariants.
pub(crate) struct Files {
    pub(crate) policy: File,
    pub(crate) facts: Option<File>,
    pub(crate) invariants: Option<File>,
}

/// The text of a file.
pub(crate) struct File {
    pub(crate) path: LitStr,
    /// What messages call it: the path from where rustc runs, as rustc itself calls Rust files.
    pub(crate) name: String,
    pub(crate) text: String,
    /// The position of the first byte.
    pub(crate) base: u32,
}

/// The macro's arguments.
struct Paths {
    policy: LitStr,
    facts: Option<LitStr>,
    invariants: Option<LitStr>,
}

impl Files {
    /// Reads what `"policy.hujson"` or `"policy.hujson", facts = "facts.json"` names, and the invariants beside the
    /// policy, if there are any. `None` without a policy.
    pub(crate) fn read(input: TokenStream, findings: &mut Vec<Finding>) -> Option<Files> {
        let paths = match paths.parse2(input) {
            Ok(paths) => paths,
            Err(error) => {
                findings.push(
                    Finding::new(Code::Syntax, error.span(), error.to_string())
                        .help("write `policy_file!(\"policy.hujson\")`, or name both: `\"policy.hujson\", facts = \"facts.json\"`"),
                );
                return None;
            }
        };
        let beside = paths.invariants.is_none().then(|| beside(&paths.policy)).flatten();
        let policy = File::read(paths.policy, 0, findings);
        // Where `Policy::with_facts` reads them.
        let base = policy.as_ref().map_or(0, File::next);
        let facts = paths.facts.and_then(|path| File::read(path, base, findings));
        let base = facts.as_ref().map_or(base, File::next);
        let invariants = paths.invariants.or(beside).and_then(|path| File::read(path, base, findings));
        Some(Files { policy: policy?, facts, invariants })
    }

    /// All of them.
    pub(crate) fn all(&self) -> impl Iterator<Item = &File> {
        [Some(&self.policy), self.facts.as_ref(), self.invariants.as_ref()].into_iter().flatten()
    }

    /// A part of one of them.
    pub(crate) fn place(&self, part: Origin) -> Place {
        Place::in_file(self.file(part).path.span(), part)
    }

    /// How to show a part of one of them.
    pub(crate) fn excerpt(&self, part: Origin) -> Excerpt<'_> {
        self.file(part).excerpt(part)
    }

    fn file(&self, part: Origin) -> &File {
        self.all().filter(|file| file.base <= part.start).last().unwrap_or(&self.policy)
    }
}

/// The paths of the macro's arguments.
fn paths(input: ParseStream) -> syn::Result<Paths> {
    let path = |what: &str| match input.peek(LitStr) {
        true => input.parse::<LitStr>(),
        false => Err(input.error(format!("expected the path of {what}, in quotes"))),
    };
    let mut paths = Paths { policy: path("a policy file")?, facts: None, invariants: None };
    while !input.is_empty() {
        input.parse::<Token![,]>()?;
        if input.is_empty() {
            break;
        }
        let key = input
            .parse::<Ident>()
            .map_err(|error| syn::Error::new(error.span(), "expected `facts` or `invariants` after the policy file"))?;
        let (slot, what) = match key.to_string().as_str() {
            "facts" => (&mut paths.facts, "a file of facts"),
            "invariants" => (&mut paths.invariants, "a file of invariants"),
            _ => return Err(syn::Error::new(key.span(), format!("`policy_file!` takes no `{key}`"))),
        };
        input.parse::<Token![=]>()?;
        if slot.replace(path(what)?).is_some() {
            return Err(syn::Error::new(key.span(), format!("`{key}` is given twice")));
        }
    }
    Ok(paths)
}

/// The file of invariants that is called like the policy, and stands beside it.
fn beside(policy: &LitStr) -> Option<LitStr> {
    let path = Path::new(&policy.value()).with_extension("invariants");
    let is_there = find(path.to_str()?, directory(policy).as_deref()).is_file();
    (is_there && path != Path::new(&policy.value()))
        .then(|| LitStr::new(path.to_str().unwrap_or_default(), policy.span()))
}

impl File {
    /// Reads the file that a string of the source names. A failure is a finding at the string.
    fn read(path: LitStr, base: u32, findings: &mut Vec<Finding>) -> Option<File> {
        let directory = directory(&path);
        let found = find(&path.value(), directory.as_deref());
        let name = plain(&found).display().to_string();
        match text(&found) {
            Ok(text) => Some(File { path, name, text, base }),
            // Where rust-analyzer cannot tell which file the string stands in, a file that is not there is no mistake.
            Err(_) if directory.is_none() && !found.exists() => None,
            Err(problem) => {
                let near = directory.and_then(|directory| nearby(&path.value(), &directory));
                findings.push(
                    Finding::new(Code::Syntax, path.span(), problem.about(&name))
                        .help_if(near.map(|near| format!("a path starts at the Rust file: did you mean `{near}`?"))),
                );
                None
            }
        }
    }

    /// The position at which the next text begins.
    fn next(&self) -> u32 {
        self.base.saturating_add(u32::try_from(self.text.len()).unwrap_or(u32::MAX)).saturating_add(1)
    }

    fn excerpt(&self, part: Origin) -> Excerpt<'_> {
        let offset = |position: u32| usize::try_from(position.saturating_sub(self.base)).unwrap_or(usize::MAX);
        let before = self.text.get(..offset(part.start)).unwrap_or(&self.text);
        let meant = self.text.get(before.len()..offset(part.end)).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let source = self.text.get(line_start..).and_then(|rest| rest.split('\n').next()).unwrap_or_default();
        let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
        Excerpt {
            path: &self.name,
            line: before.matches('\n').count() + 1,
            source,
            column,
            end: column + meant.chars().count(),
        }
    }
}

/// The directory of the Rust file that `path` is written in, as far as the compiler tells.
fn directory(path: &LitStr) -> Option<PathBuf> {
    if !knows_positions() {
        return None;
    }
    Some(path.span().unwrap().local_file()?.parent()?.to_owned())
}

/// The file that `path` names in a directory; without one, in the likeliest of the crate's.
fn find(path: &str, directory: Option<&Path>) -> PathBuf {
    if let Some(directory) = directory {
        return directory.join(path);
    }
    let root = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    let in_src = root.join("src").join(path);
    if in_src.exists() { in_src } else { root.join(path) }
}

/// Where else a file of that path is: further up, as the root of the crate is, or right here.
fn nearby(path: &str, directory: &Path) -> Option<String> {
    let name = Path::new(path).file_name()?.to_str()?;
    let further_up = (1..=3).map(|levels| "../".repeat(levels) + name);
    further_up.chain([name.to_owned()]).find(|near| near != path && directory.join(near).is_file())
}

/// `src/../policy.hujson` as `policy.hujson`: for people, who would open the one when they read the other.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match (component, plain.components().next_back()) {
            (Component::ParentDir, Some(Component::Normal(_))) => drop(plain.pop()),
            _ => plain.push(component),
        }
    }
    plain
}

/// Why there is no text in a file.
enum Problem {
    Unreadable(io::Error),
    TooLarge,
    NotUtf8 { line: usize },
}

impl Problem {
    fn about(&self, name: &str) -> String {
        match self {
            Problem::Unreadable(error) => match error.kind() {
                io::ErrorKind::NotFound => format!("there is no file `{name}`"),
                io::ErrorKind::IsADirectory => format!("`{name}` is a directory, not a file"),
                io::ErrorKind::PermissionDenied => format!("no permission to read `{name}`"),
                _ => format!("cannot read `{name}`: {error}"),
            },
            Problem::TooLarge => format!("`{name}` is larger than {} MiB, which no policy is", LIMIT >> 20),
            Problem::NotUtf8 { line } => format!("`{name}` is not UTF-8 text: see line {line}"),
        }
    }
}

fn text(path: &Path) -> Result<String, Problem> {
    let mut bytes = Vec::new();
    // A file's size is not asked for, since `/dev/zero` has none.
    let read = fs::File::open(path).and_then(|file| file.take(LIMIT + 1).read_to_end(&mut bytes));
    match read {
        Err(error) => Err(Problem::Unreadable(error)),
        Ok(length) if length as u64 > LIMIT => Err(Problem::TooLarge),
        Ok(_) => String::from_utf8(bytes).map_err(|error| {
            let valid = error.utf8_error().valid_up_to();
            let line = error.as_bytes().iter().take(valid).filter(|byte| **byte == b'\n').count() + 1;
            Problem::NotUtf8 { line }
        }),
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;
    use proptest::prelude::*;

    use super::*;

    fn file(text: &str, base: u32) -> File {
        let path = LitStr::new("policy.hujson", Span::call_site());
        File { path, name: "policy.hujson".to_owned(), text: text.to_owned(), base }
    }

    #[test]
    fn a_part_is_shown_with_its_line() {
        let text = "{\r\n\t\"é\": [\"tag:a\",\n\t\"b\"],\r\n}";
        let cases = [
            (0, 1, "\n --> policy.hujson:1:1\n  |\n1 | {\n  | ^"),
            (4, 8, "\n --> policy.hujson:2:2\n  |\n2 |     \"é\": [\"tag:a\",\n  |     ^^^"),
            (11, 18, "\n --> policy.hujson:2:8\n  |\n2 |     \"é\": [\"tag:a\",\n  |           ^^^^^^^"),
            // Of several lines, the first.
            (10, 25, "\n --> policy.hujson:2:7\n  |\n2 |     \"é\": [\"tag:a\",\n  |          ^^^^^^^^^"),
            // The end, where nothing is.
            (29, 29, "\n --> policy.hujson:4:2\n  |\n4 | }\n  |  ^"),
        ];
        for (start, end, expected) in cases {
            let part = Origin::new(1000 + start, 1000 + end);
            assert_eq!(file(text, 1000).excerpt(part).drawn('^'), expected, "{start}..{end}");
        }
    }

    #[test]
    fn a_line_that_fills_the_screen_is_only_named() {
        let text = format!("{{\n{}", "x".repeat(10_000));
        assert_eq!(file(&text, 0).excerpt(Origin::new(5, 6)).drawn('^'), "\n --> policy.hujson:2:4");
    }

    #[test]
    fn a_part_is_of_the_file_it_stands_in() {
        let named = |name: &str, base| Some(File { name: name.to_owned(), ..file("{}", base) });
        let files = Files { policy: file("{}", 0), facts: named("f.json", 3), invariants: named("p.invariants", 6) };
        let shown = |start| files.excerpt(Origin::new(start, start + 1)).path.to_owned();
        assert_eq!(
            [0, 1, 2, 3, 5, 6, 8, 9].map(shown),
            [["policy.hujson"; 3].as_slice(), &["f.json"; 2], &["p.invariants"; 3]].concat().as_slice()
        );
    }

    #[test]
    fn a_path_is_shown_without_detours() {
        let cases = [
            ("src/../policy.hujson", "policy.hujson"),
            ("a/src/../../policy.hujson", "policy.hujson"),
            ("src/net/../../../policy.hujson", "../policy.hujson"),
            ("/a/./b", "/a/b"),
            ("/../a", "/../a"),
        ];
        for (path, expected) in cases {
            assert_eq!(plain(Path::new(path)), Path::new(expected));
        }
    }

    #[test]
    fn what_the_macro_is_given() {
        let said = |tokens: &str| {
            let mut findings = Vec::new();
            Files::read(tokens.parse().unwrap(), &mut findings);
            findings.into_iter().map(|finding| finding.message).collect::<Vec<_>>()
        };
        let expected = [
            ("", "unexpected end of input, expected the path of a policy file, in quotes"),
            ("{ grants {} }", "expected the path of a policy file, in quotes"),
            ("\"p\" \"q\"", "expected `,`"),
            ("\"p\", \"q\"", "expected `facts` or `invariants` after the policy file"),
            ("\"p\", users = \"q\"", "`policy_file!` takes no `users`"),
            ("\"p\", facts \"q\"", "expected `=`"),
            ("\"p\", facts = q", "expected the path of a file of facts, in quotes"),
            ("\"p\", facts = \"q\", \"r\"", "expected `facts` or `invariants` after the policy file"),
            ("\"p\", invariants = q", "expected the path of a file of invariants, in quotes"),
            ("\"p\", facts = \"q\", invariants = \"i\", facts = \"q\"", "`facts` is given twice"),
        ];
        for (tokens, message) in expected {
            assert_eq!(said(tokens), [message], "{tokens}");
        }
    }

    proptest! {
        #[test]
        fn no_part_of_a_text_is_a_reason_to_panic(text in "[a\té𝄞\r\n]{0,40}", base in 0_u32..50, places in prop::collection::vec((0_u32..120, 0_u32..120), 5)) {
            for (start, end) in places {
                let drawn = file(&text, base).excerpt(Origin::new(start, end)).drawn('-');
                prop_assert!(drawn.contains("--> policy.hujson:"));
            }
        }
    }
}
