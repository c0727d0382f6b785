//! The policy to push.

use std::fmt;

use policy_core::Policy;
use policy_core::hujson::{Document, Kind, SyntaxError};

use crate::etag::ETag;

/// The policy to push. Its text is an object in HuJSON, so it is never blank: Tailscale replaces its policy with one that
/// allows everything if the body of a write is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    text: String,
    etag: ETag,
}

impl Wanted {
    /// Reads the text of a policy. It does not check the policy.
    ///
    /// # Errors
    /// Fails if the text is blank, is not HuJSON, or is not an object.
    pub fn parse(text: impl Into<String>) -> Result<Wanted, WantedError> {
        let text = text.into();
        if text.trim().is_empty() {
            return Err(WantedError::Blank);
        }
        let document = Document::parse(text.as_str()).map_err(WantedError::Syntax)?;
        if document.kind(document.root()) != Kind::Object {
            return Err(WantedError::NotAnObject);
        }
        let etag = ETag::of_policy(&text);
        Ok(Wanted { text, etag })
    }

    /// Returns the text that is sent.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the ETag that Tailscale gives to it.
    pub fn etag(&self) -> &ETag {
        &self.etag
    }

    /// Returns whether it has neither `grants` nor `acls`. Such a policy allows everything.
    pub fn is_open(&self) -> bool {
        is_open(&self.text)
    }
}

/// Returns whether a policy has neither `grants` nor `acls`. A text that is not a policy does not count as open.
pub(super) fn is_open(text: &str) -> bool {
    let policy = Policy::parse(text);
    Document::parse(text).is_ok() && policy.grants.is_none() && policy.acls.is_none()
}

/// The reason why a text cannot be pushed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WantedError {
    /// It is empty or has only white space.
    Blank,
    /// It is not HuJSON.
    Syntax(SyntaxError),
    /// It is a list, a string or another value that is not a policy.
    NotAnObject,
}

impl fmt::Display for WantedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WantedError::Blank => f.write_str("the policy to push is empty, which would reset the tailnet's policy"),
            WantedError::Syntax(error) => write!(f, "the policy to push is not HuJSON: {}", at_line(error)),
            WantedError::NotAnObject => f.write_str("the policy to push is not an object"),
        }
    }
}

impl std::error::Error for WantedError {}

/// Returns a syntax error in words.
pub(super) fn at_line(error: &SyntaxError) -> String {
    format!("line {}, column {}: {}", error.line, error.column, error.message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_object_can_be_pushed() {
        for (text, expected) in [
            ("", "the policy to push is empty, which would reset the tailnet's policy"),
            (" \n\t", "the policy to push is empty, which would reset the tailnet's policy"),
            ("[]", "the policy to push is not an object"),
            ("null", "the policy to push is not an object"),
            ("{\n  x", "the policy to push is not HuJSON: line 2, column 3: invalid literal: x"),
        ] {
            assert_eq!(Wanted::parse(text).unwrap_err().to_string(), expected, "{text:?}");
        }
        for text in ["// only a comment", "{", "{} {}", "<html></html>"] {
            let error = Wanted::parse(text).unwrap_err();
            assert!(matches!(error, WantedError::Syntax(_)), "{text:?}: {error}");
        }
    }

    #[test]
    fn a_policy_without_rules_is_open() {
        for (text, expected) in [
            ("{}", true),
            ("// all\n{\"groups\": {}}", true),
            (r#"{"grants": []}"#, false),
            (r#"{"ACLs": []}"#, false),
            (r#"{"grants": [{"src": ["*"], "dst": ["*"], "ip": ["*"]}]}"#, false),
        ] {
            assert_eq!(Wanted::parse(text).unwrap().is_open(), expected, "{text}");
        }
        assert!(!is_open("<html>"));
        assert!(!is_open(""));
    }

    #[test]
    fn the_text_is_sent_as_it_is() {
        let text = "// ours\n{\"grants\":[]}";
        let wanted = Wanted::parse(text).unwrap();
        assert_eq!(wanted.text(), text);
        assert_eq!(*wanted.etag(), ETag::of_bytes(b"// ours\n{\"grants\": []}\n"));
    }
}
