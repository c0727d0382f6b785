//! The versions of a policy that were stored.

use policy_core::hujson::Document;
use sha2::{Digest, Sha256};

use crate::flavour::Flavour;

/// A policy that the control plane stored at some time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The text, as it was sent.
    pub text: String,
    /// The name of the credential that sent it.
    pub writer: String,
    /// When, in seconds since 1970.
    pub at: u64,
    /// How it was sent.
    pub origin: Origin,
}

/// How a policy was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// With the API.
    Api,
    /// In the admin console.
    Console,
}

/// The policy of a new tailnet, which allows everything.
///
/// The exact text of Tailscale's is not known.
pub const DEFAULT_POLICY: &str = "\
// Example/default ACLs for unrestricted connections.
{
\t// Allow all connections.
\t\"grants\": [
\t\t{\"src\": [\"*\"], \"dst\": [\"*\"], \"ip\": [\"*\"]},
\t],
\t\"ssh\": [
\t\t{
\t\t\t\"action\": \"check\",
\t\t\t\"src\":    [\"autogroup:member\"],
\t\t\t\"dst\":    [\"autogroup:self\"],
\t\t\t\"users\":  [\"autogroup:nonroot\", \"root\"],
\t\t},
\t],
}
";

/// Returns the `ETag` of a stored text, with its quotes.
///
/// Tailscale's is the hash of the formatted text, and headscale's is the hash of the bytes as
/// stored.
pub fn etag(flavour: Flavour, text: &str) -> String {
    let formatted = match flavour {
        Flavour::Tailscale => Document::parse(text).map(|document| document.format()).ok(),
        Flavour::Headscale030 | Flavour::Headscale029 => None,
    };
    let digest = Sha256::digest(formatted.as_deref().unwrap_or(text));
    format!("\"{}\"", digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}
