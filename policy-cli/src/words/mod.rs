//! The words of a policy file in the syntax of `policy!`: bare or quoted, and with names for users.

mod names;
mod word;

pub use names::{Names, name};
pub use word::{
    is_address_start, is_bare, is_duration, is_named, is_number, is_port, is_protocol, is_range, quoted, turns_text,
};

/// Returns one host and one port of a test in the syntax of `policy!`.
pub fn test_target(names: &Names, text: &str) -> String {
    let Some((host, port)) = text.rsplit_once(':') else { return quoted(text) };
    let host = names.selector(host);
    if host.starts_with('"') || is_address_start(&host) || !(is_number(port) || port == "*") {
        return quoted(text);
    }
    format!("{host}:{port}")
}
