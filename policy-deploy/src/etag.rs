//! The name that a control plane gives to a version of a policy.

use std::fmt;

use policy_core::hujson::Document;
use sha2::{Digest, Sha256};

/// The ETag of a stored policy: 64 hexadecimal digits in lower case, without quotes.
///
/// Tailscale's is the SHA-256 hash of the formatted text (`tailscale:cmd/gitops-pusher/gitops-pusher.go`), and that of
/// headscale 0.30 is the hash of the bytes as stored. The policies that this project emits are formatted, so both are
/// the same for them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ETag(String);

impl ETag {
    /// Reads the value of the header `ETag`, or digits without quotes. Returns `None` if it is weak or is not a
    /// SHA-256 hash.
    pub fn parse(text: &str) -> Option<ETag> {
        let digits = text.trim();
        let digits = digits.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(digits);
        let is_hash = digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_hash.then(|| ETag(digits.to_ascii_lowercase()))
    }

    /// Returns the hash of the bytes of a text.
    pub fn of_bytes(text: &[u8]) -> ETag {
        ETag(Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// Returns the hash of the formatted text. A text that is not HuJSON is not formatted.
    pub fn of_policy(text: &str) -> ETag {
        match Document::parse(text) {
            Ok(document) => ETag::of_bytes(document.format().as_bytes()),
            Err(_) => ETag::of_bytes(text.as_bytes()),
        }
    }

    /// Returns the 64 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the first 12 digits, for messages and names of files.
    pub fn short(&self) -> &str {
        self.0.get(..12).unwrap_or(&self.0)
    }
}

/// Returns whether two texts are the same policy for a control plane that formats what it stores: whether they are equal,
/// or differ in white space only.
pub fn is_same_policy(a: &str, b: &str) -> bool {
    a == b || ETag::of_policy(a) == ETag::of_policy(b)
}

impl fmt::Display for ETag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
