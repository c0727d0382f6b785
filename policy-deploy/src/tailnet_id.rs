//! The tailnet in the paths of an API.

use std::fmt;

use crate::config_error::ConfigError;
use crate::escape::percent_encoded;

/// The tailnet in the paths of an API: its ID, its organization's name, or `-` for the credential's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TailnetId(String);

impl Default for TailnetId {
    fn default() -> TailnetId {
        TailnetId("-".to_owned())
    }
}

impl TailnetId {
    /// Reads the name of a tailnet.
    ///
    /// # Errors
    /// Fails if it is empty, because the API's answer would be a 404 without a reason, or if it is not one name.
    pub fn parse(text: &str) -> Result<TailnetId, ConfigError> {
        let help = "write `-` for the tailnet of the credential, or the tailnet ID from the general settings of the \
                    admin console";
        let name = text.trim();
        if name.is_empty() {
            return Err(ConfigError::new("the name of the tailnet is empty").help(help));
        }
        // A URL cannot have these as a segment, even escaped.
        if name == "." || name == ".." || name.chars().any(|letter| letter.is_control() || letter == '/') {
            return Err(ConfigError::new(format_args!("`{name}` is not a valid name of a tailnet")).help(help));
        }
        Ok(TailnetId(name.to_owned()))
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether it is the tailnet of the credential.
    pub fn is_default(&self) -> bool {
        self.0 == "-"
    }

    /// Returns the name as a segment of a path.
    pub(crate) fn segment(&self) -> String {
        percent_encoded(&self.0)
    }
}

impl fmt::Display for TailnetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tailnet_is_one_segment_of_a_path() {
        for (text, segment) in
            [("-", "-"), ("-1234", "-1234"), ("me@example.com", "me%40example.com"), ("a?b", "a%3Fb"), (" x ", "x")]
        {
            assert_eq!(TailnetId::parse(text).unwrap().segment(), segment);
        }
        for text in ["", "  ", ".", "..", "a/b", "a\nb"] {
            let error = TailnetId::parse(text).unwrap_err();
            assert!(error.help.is_some_and(|help| help.contains("`-`")), "{text:?}");
        }
    }
}
