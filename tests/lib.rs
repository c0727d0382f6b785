//! Tests that involve several crates.

pub mod tailnet;

use serde_json::Value;

/// Reads a HuJSON text independently: replaces comments and trailing commas by spaces, and reads
/// the rest with `serde_json`.
pub fn plain_json(hujson: &str) -> Value {
    let mut bytes = hujson.as_bytes().to_vec();
    let mut at = 0;
    let mut comma = None;
    while at < bytes.len() {
        let end = match &bytes[at..] {
            [b'"', ..] => string_end(&bytes, at),
            [b'/', b'/', ..] => at + bytes[at..].iter().position(|byte| *byte == b'\n').unwrap(),
            [b'/', b'*', ..] => at + bytes[at..].windows(2).position(|two| two == b"*/").unwrap() + 2,
            _ => at + 1,
        };
        match bytes[at] {
            b'/' => bytes[at..end].fill(b' '),
            b',' => comma = Some(at),
            b']' | b'}' => {
                if let Some(comma) = comma.take() {
                    bytes[comma] = b' ';
                }
            }
            byte if byte.is_ascii_whitespace() => {}
            _ => comma = None,
        }
        at = end;
    }
    serde_json::from_slice(&bytes).unwrap()
}

fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at + 1
}

/// Fragments in another crate than the policy that uses them.
pub mod fragments {
    policy_macros::policy_fragment! {
        /// What the registry needs.
        pub registry only tagOwners, grants {
            //! --- The registry, as its own crate says ---

            tagOwners {
                /// Where images are kept
                tag:registry = autogroup:admin;
            }
            grants { for port in [443, 5000] { autogroup:member -> tag:registry on tcp:$port; } }
        }
    }

    policy_macros::policy_fragment! {
        pub mistaken { grants { tag:registry -> tag:regisrty on 443; } }
    }
}
