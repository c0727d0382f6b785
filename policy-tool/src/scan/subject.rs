/// The subject of a file, as far as its path and its words show it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject {
    /// True if the file mentions Tailscale. Only then can a text that looks like a name be one.
    pub(super) is_tailnet: bool,
    /// True if the file uses a library that creates resources in a tailnet.
    pub(super) is_tailnet_program: bool,
}

/// Words that only files about a tailnet have.
const WORDS: &[&str] = &["tailscale", "tailnet", "headscale", "tsnet"];

/// Names of libraries and providers that create resources in a tailnet.
const LIBRARIES: &[&str] = &[
    "pulumi_tailscale",
    "@pulumi/tailscale",
    "pulumi-tailscale",
    "pulumi.tailscale",
    "\"tailscale_",
    "tailscale/tailscale\"",
    "tailscale-client-go",
    "tailscale.com/client",
    "tailscale.com/tsnet",
];

impl Subject {
    pub(super) fn new(path: &str, text: &str) -> Subject {
        let (path, text) = (path.to_ascii_lowercase(), text.to_ascii_lowercase());
        let mentions = |words: &[&str]| words.iter().any(|word| text.contains(word));
        Subject {
            is_tailnet: mentions(WORDS) || WORDS.iter().any(|word| path.contains(word)),
            is_tailnet_program: mentions(LIBRARIES),
        }
    }
}
