use std::fmt::Display;
use std::ops::Deref;

use crate::json::write_string;

/// The help of a finding: an instruction in words, and a change of the text if the instruction is
/// precise enough for one.
///
/// If there is a change, the words are made from it, so that the two cannot differ. A `Help`
/// dereferences to its words.
///
/// ```
/// use policy_core::diagnostic::Help;
/// let help = Help::did_you_mean("tag:db");
/// assert_eq!(&*help, "did you mean `tag:db`?");
/// assert_eq!(help.fix.map(|fix| fix.apply("\"tag:bd\"")), Some("\"tag:db\"".to_owned()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Help {
    text: Box<str>,
    /// The change that a program can make.
    pub fix: Option<Box<Fix>>,
}

/// A change of the text at the place of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Fix {
    /// The kind of change.
    pub change: Change,
    /// False if the user may have meant something else, so that a person must confirm the change.
    pub is_certain: bool,
    /// True if the change does not affect who can reach what, even if the fix is not certain.
    pub keeps_access: bool,
}

/// The effect of a [`Fix`] on the text at its place.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum Change {
    /// Replaces the text with a word, in quotes if the text has quotes.
    Word(String),
    /// Replaces the text with another one.
    Text(String),
    /// Appends to the text.
    Append(String),
    /// Removes the item of a list, the rule or the declaration that is at the place, with its
    /// separator and its comments.
    RemoveEntry,
}

impl Help {
    /// Suggests a word that is similar to the wrong one.
    pub fn did_you_mean(word: impl Display) -> Self {
        let word = word.to_string();
        let help = Help::with(format!("did you mean `{word}`?"), Change::Word(word));
        help.or("")
    }

    /// Names the word to write instead.
    pub fn write(word: impl Display) -> Self {
        let word = word.to_string();
        Help::with(format!("write `{word}`"), Change::Word(word))
    }

    /// Gives the text to write instead, if that is not a word in the form of the wrong one: for
    /// example, a list, or a word without quotes.
    pub fn write_text(text: impl Display) -> Self {
        let source = text.to_string();
        Help::with(format!("write `{source}`"), Change::Text(source))
    }

    /// Suggests in `words` to remove the text at the place of the finding.
    pub fn remove(words: impl Into<String>) -> Self {
        Help::with(words, Change::Text(String::new()))
    }

    /// Suggests in `words` to remove the item of a list, the rule or the declaration at the place of
    /// the finding.
    pub fn remove_entry(words: impl Into<String>) -> Self {
        Help::with(words, Change::RemoveEntry)
    }

    /// Suggests in `words` to append to the text at the place of the finding.
    pub fn append(text: impl Into<String>, words: impl Into<String>) -> Self {
        Help::with(words, Change::Append(text.into()))
    }

    fn with(words: impl Into<String>, change: Change) -> Self {
        let keeps_access = change == Change::RemoveEntry;
        Help { text: words.into().into(), fix: Some(Box::new(Fix { change, is_certain: true, keeps_access })) }
    }

    /// Adds words, such as a reason.
    #[must_use]
    pub fn and(self, words: impl Display) -> Self {
        Help { text: format!("{}{words}", self.text).into(), ..self }
    }

    /// Adds words that name an alternative. The fix is no longer certain, and may change who can
    /// reach what.
    #[must_use]
    pub fn or(self, words: impl Display) -> Self {
        let Help { text, fix } = self.and(words).uncertain();
        Help { text, fix: fix.map(|fix| Box::new(Fix { keeps_access: false, ..*fix })) }
    }

    /// Marks the fix as one that a person must confirm, because there are other fixes that do not
    /// change who can reach what either.
    #[must_use]
    pub fn uncertain(self) -> Self {
        Help { fix: self.fix.map(|fix| Box::new(Fix { is_certain: false, ..*fix })), ..self }
    }
}

impl Fix {
    /// Returns the replacement of `replaced`, the text at the place of the finding. It is empty if an
    /// entry is removed, of which `replaced` may be a part.
    pub fn apply(&self, replaced: &str) -> String {
        match &self.change {
            Change::Word(word) if replaced.starts_with('"') => {
                let mut literal = String::new();
                write_string(&mut literal, word);
                literal
            }
            Change::Word(text) | Change::Text(text) => text.clone(),
            Change::Append(more) => format!("{replaced}{more}"),
            Change::RemoveEntry => String::new(),
        }
    }
}

impl From<String> for Help {
    fn from(text: String) -> Self {
        Help { text: text.into(), fix: None }
    }
}

impl From<&str> for Help {
    fn from(text: &str) -> Self {
        Help::from(text.to_owned())
    }
}

impl Deref for Help {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl Display for Help {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}
