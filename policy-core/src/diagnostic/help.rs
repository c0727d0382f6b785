use std::fmt::Display;
use std::ops::Deref;

use crate::json::write_string;

/// What to do about a finding: an instruction in words, and the same as a change of the text if it is that exact.
///
/// The words of a help with a change are made from the change, so that the two cannot differ. It dereferences to its
/// words.
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
    /// What a program can do for the user.
    pub fix: Option<Box<Fix>>,
}

/// A change of the text at the place of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Fix {
    /// What to do with the text there.
    pub change: Change,
    /// False if the user may have meant something else, so that a person has to look at it.
    pub is_certain: bool,
}

/// What a [`Fix`] does with the text at its place.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum Change {
    /// Puts another word there, in quotes if what is there has quotes.
    Word(String),
    /// Puts other text there.
    Text(String),
    /// Adds text behind it.
    Append(String),
}

impl Help {
    /// Suggests a word that is similar to the one that the finding is about.
    pub fn did_you_mean(word: impl Display) -> Self {
        let word = word.to_string();
        let help = Help::with(format!("did you mean `{word}`?"), Change::Word(word));
        help.or("")
    }

    /// Says which word to write instead.
    pub fn write(word: impl Display) -> Self {
        let word = word.to_string();
        Help::with(format!("write `{word}`"), Change::Word(word))
    }

    /// Says what to write instead, if its form is other than that of a word, such as a list, or a word without quotes.
    pub fn write_text(text: impl Display) -> Self {
        let source = text.to_string();
        Help::with(format!("write `{source}`"), Change::Text(source))
    }

    /// Says in `words` to remove what the finding is about.
    pub fn remove(words: impl Into<String>) -> Self {
        Help::with(words, Change::Text(String::new()))
    }

    /// Says in `words` what to add behind what the finding is about.
    pub fn append(text: impl Into<String>, words: impl Into<String>) -> Self {
        Help::with(words, Change::Append(text.into()))
    }

    fn with(words: impl Into<String>, change: Change) -> Self {
        Help { text: words.into().into(), fix: Some(Box::new(Fix { change, is_certain: true })) }
    }

    /// Adds words, such as a reason.
    #[must_use]
    pub fn and(self, words: impl Display) -> Self {
        Help { text: format!("{}{words}", self.text).into(), ..self }
    }

    /// Adds words that say what else could be meant.
    #[must_use]
    pub fn or(self, words: impl Display) -> Self {
        let Help { text, fix } = self.and(words);
        Help { text, fix: fix.map(|fix| Box::new(Fix { is_certain: false, ..*fix })) }
    }
}

impl Fix {
    /// Returns what to write in place of `replaced`, the text at the place of the finding.
    pub fn apply(&self, replaced: &str) -> String {
        match &self.change {
            Change::Word(word) if replaced.starts_with('"') => {
                let mut literal = String::new();
                write_string(&mut literal, word);
                literal
            }
            Change::Word(text) | Change::Text(text) => text.clone(),
            Change::Append(more) => format!("{replaced}{more}"),
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
