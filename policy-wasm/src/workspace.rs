use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::path::Path;

use policy_cli::tool::{invariants_file, join_facts, read_facts, target};
use policy_core::Policy;
use policy_core::json::{Value, json};
use policy_core::source::FileId;
use policy_ide::Snapshot;

use crate::diagnostics;
use crate::run::{Options, run};
use crate::utf16_index::Utf16Index;
use crate::words::Words;

/// The length of a text that takes noticeable time to read.
const LARGE: usize = 200_000;

/// The texts in an editor. What has been read of them is kept until they change.
#[derive(Debug, Default)]
pub struct Workspace {
    files: BTreeMap<String, File>,
    facts: Vec<String>,
}

#[derive(Debug)]
struct File {
    text: String,
    index: Utf16Index,
    snapshot: OnceCell<Snapshot>,
    /// The last snapshot of an earlier text, if the text is large.
    earlier: Option<Snapshot>,
}

impl File {
    fn words(&self) -> Words<'_> {
        Words { text: &self.text, index: &self.index }
    }
}

impl Workspace {
    /// Creates a workspace with some files.
    pub fn with_files<'f>(files: impl IntoIterator<Item = (&'f str, &'f str)>) -> Workspace {
        let mut workspace = Workspace::default();
        files.into_iter().for_each(|(name, text)| workspace.update(name, text.to_owned()));
        workspace
    }

    /// Adds a text, or replaces the one with this name.
    pub fn update(&mut self, name: &str, text: String) {
        let index = Utf16Index::new(&text);
        let before = self.files.remove(name);
        // Which names exist hardly changes while somebody types a word.
        let earlier = before.and_then(|file| file.snapshot.into_inner().or(file.earlier));
        let earlier = earlier.filter(|_| text.len() > LARGE);
        self.files.insert(name.to_owned(), File { text, index, snapshot: OnceCell::new(), earlier });
        self.forget_policies_with(name);
    }

    /// Removes a text.
    pub fn remove(&mut self, name: &str) {
        self.files.remove(name);
        self.forget_policies_with(name);
    }

    /// Sets which of the texts are facts about the tailnet.
    pub fn set_facts(&mut self, names: Vec<String>) {
        self.facts = names;
        self.files.values_mut().for_each(|file| drop(file.snapshot.take()));
    }

    /// Forgets the policies that were read together with a file of invariants or of facts.
    fn forget_policies_with(&mut self, name: &str) {
        let is_fact = self.facts.iter().any(|fact| fact == name);
        for (policy, file) in &mut self.files {
            if is_fact || invariants_file::beside(Path::new(policy)) == Path::new(name) {
                file.snapshot.take();
            }
        }
    }

    fn read(&self, name: &str, text: String) -> Policy {
        let (mut policy, _) = target::read(text, None);
        let files = self.facts.iter().filter_map(|fact| self.files.get(fact));
        let read = files.zip(1..).map(|(file, number)| read_facts(&file.text, FileId::Facts(number)));
        join_facts(&mut policy, read);
        let beside = invariants_file::beside(Path::new(name)).to_string_lossy().into_owned();
        match self.files.get(&beside).filter(|_| beside != name) {
            Some(file) => policy.with_invariants(policy_syntax::invariants_file::parse(beside, file.text.as_str())),
            None => policy,
        }
    }

    /// Returns the policy of a text, as far as it can be read.
    fn snapshot<'w>(&'w self, name: &str, file: &'w File) -> &'w Snapshot {
        file.snapshot.get_or_init(|| Snapshot::new(&file.text, |text| self.read(name, text)))
    }

    /// Returns the words that can be written at a place of a policy.
    pub fn completion(&self, name: &str, offset: usize) -> Value {
        let Some(file) = self.files.get(name) else { return json!([]) };
        let snapshot = file.earlier.as_ref().unwrap_or_else(|| self.snapshot(name, file));
        let snapshot = file.snapshot.get().unwrap_or(snapshot);
        let found = policy_ide::completions(snapshot, &file.text, file.index.byte(&file.text, offset));
        Value::Array(found.iter().map(|completion| file.words().completion(completion)).collect())
    }

    /// Explains the word at a place of a policy. `null` if there is nothing to explain.
    pub fn hover(&self, name: &str, offset: usize) -> Value {
        let Some(file) = self.files.get(name) else { return Value::Null };
        let at = file.index.byte(&file.text, offset);
        let hover = policy_ide::hover(self.snapshot(name, file), FileId::Policy, at);
        hover.map_or(Value::Null, |hover| file.words().hover(&hover))
    }

    /// Returns the words of a policy that have a meaning.
    pub fn tokens(&self, name: &str) -> Value {
        let Some(file) = self.files.get(name) else { return json!([]) };
        let tokens = policy_ide::tokens(self.snapshot(name, file), FileId::Policy, 0..file.text.len());
        Value::Array(tokens.iter().filter_map(|token| file.words().token(token)).collect())
    }

    /// Returns the findings of `check` about a policy, each with its range in UTF-16.
    pub fn diagnostics(&self, name: &str, options: &Options) -> Value {
        let facts = self.facts.iter().flat_map(|fact| ["--tailnet", fact]);
        let arguments: Vec<&str> = ["check", "--format=json"].into_iter().chain(facts).chain(["--", name]).collect();
        let files = self.files.iter().map(|(name, file)| (name.as_str(), file.text.as_bytes()));
        let (_, output) = run(&arguments, files, options);
        diagnostics::of_output(&output, &|file, byte| {
            let file = self.files.get(file)?;
            Some(file.index.utf16(&file.text, byte))
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on should panic")]

    use std::time::Duration;

    use super::*;

    const POLICY: &str = "{\n  // 𝄞\n  \"tagOwners\": {\"tag:web\": []},\n  \"grants\": [\n    {\"src\": [\"tag:wab\"], \
                          \"dst\": [\"tag:web\"], \"ip\": [\"443\"]},\n  ],\n}\n";

    fn workspace() -> Workspace {
        Workspace::with_files([("policy.hujson", POLICY)])
    }

    /// Returns the place of a piece in UTF-16.
    fn at(piece: &str) -> usize {
        POLICY.split_once(piece).unwrap().0.encode_utf16().count()
    }

    fn number(value: &Value, name: &str) -> usize {
        usize::try_from(value.get(name).unwrap().as_u64().unwrap()).unwrap()
    }

    #[test]
    fn a_finding_has_its_place_in_utf16_and_in_bytes() {
        let answer = workspace().diagnostics("policy.hujson", &Options::new(|| Duration::ZERO));
        let diagnostics = answer.get("diagnostics").unwrap().as_array().unwrap();
        let undefined =
            diagnostics.iter().find(|finding| finding.get("code").unwrap().as_str() == Some("undefined-tag"));
        let undefined = undefined.unwrap();
        assert_eq!((number(undefined, "from"), number(undefined, "to")), (at("\"tag:wab\""), at(", \"dst\"") - 1));
        let start = undefined.get("range").unwrap().get("start").unwrap();
        assert_eq!(number(start, "byte"), number(undefined, "from") + 2);
    }

    #[test]
    fn a_policy_that_is_not_there_is_a_failure() {
        let answer = workspace().diagnostics("other.hujson", &Options::new(|| Duration::ZERO));
        assert_eq!(answer.get("failure").unwrap().as_str(), Some("error: there is no file `other.hujson`"));
        assert_eq!(workspace().hover("other.hujson", 0), Value::Null);
        assert_eq!(workspace().completion("other.hujson", 0), json!([]));
    }

    #[test]
    fn words_have_their_places_in_utf16() {
        let workspace = workspace();
        let hover = workspace.hover("policy.hujson", at("tag:web"));
        assert_eq!((number(&hover, "from"), number(&hover, "to")), (at("tag:web"), at("tag:web") + 7));
        let completions = workspace.completion("policy.hujson", at("wab"));
        let completions = completions.as_array().unwrap();
        let web = completions.iter().find(|item| item.get("label").unwrap().as_str() == Some("tag:web")).unwrap();
        assert!(number(web, "from") <= at("tag:wab") && number(web, "to") >= at("tag:wab"), "{web}");
        let tokens = workspace.tokens("policy.hujson");
        let kinds: Vec<_> =
            tokens.as_array().unwrap().iter().map(|token| token.get("kind").unwrap().as_str()).collect();
        assert_eq!(kinds.first(), Some(&Some("key")));
        assert!(kinds.contains(&Some("tag")));
    }

    #[test]
    fn invariants_and_facts_are_read_with_the_policy() {
        let text = "{\"grants\": [{\"src\": [\"*\"], \"dst\": [\"*\"], \"ip\": [\"*\"]}]}";
        let mut workspace = Workspace::with_files([("p.hujson", text)]);
        let options = Options::new(|| Duration::ZERO);
        let count = |workspace: &Workspace| number(&workspace.diagnostics("p.hujson", &options), "errors");
        assert_eq!(count(&workspace), 0);
        workspace.update("p.invariants", "never * -> * on tcp:22;\n".to_owned());
        assert!(count(&workspace) > 0, "{}", workspace.diagnostics("p.hujson", &options));
        workspace.remove("p.invariants");
        assert_eq!(count(&workspace), 0);
    }
}
