//! The address of a control plane's API.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use crate::config_error::ConfigError;

/// The address of a control plane's API, such as `https://api.tailscale.com`, without a slash at the end.
///
/// It is encrypted, except on the same machine, because every request contains a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl(String);

impl BaseUrl {
    /// Tailscale's API.
    pub const TAILSCALE: &str = "https://api.tailscale.com";

    /// Reads an address.
    ///
    /// # Errors
    /// Fails if it is not an address of `https`, or of `http` on the same machine, or if it has a user, a query or a
    /// fragment.
    pub fn parse(text: &str) -> Result<BaseUrl, ConfigError> {
        let text = text.trim();
        // A part before `@` may be a password, which must not be repeated.
        let invalid = |problem: &str| {
            let name = if text.contains('@') { "the API's address".to_owned() } else { format!("`{text}`") };
            ConfigError::new(format_args!("{name} {problem}"))
        };
        let example = format!("write an address such as `{}`", Self::TAILSCALE);
        let Some((scheme, rest)) = text.split_once("://") else {
            return Err(invalid("is not a valid address of an API").help(format_args!("{example}, with `https://`")));
        };
        if text.contains(|letter: char| letter.is_whitespace() || letter.is_control() || letter == '\\') {
            return Err(invalid("is not a valid address of an API").help(example));
        }
        if rest.contains(['?', '#']) {
            let help = "leave out everything from `?` or `#` on";
            return Err(invalid("has a query or a fragment, and the address of an API has none").help(help));
        }
        let authority = rest.split('/').next().unwrap_or_default();
        if authority.contains('@') {
            let help = "leave out everything before the `@`, and set `TAILSCALE_API_KEY` to the token";
            return Err(ConfigError::new("the API's address contains a user or a password").help(help));
        }
        let url = BaseUrl(format!("{}://{}", scheme.to_ascii_lowercase(), rest.trim_end_matches('/')));
        if !is_authority(authority) {
            return Err(invalid("does not name a valid host").help(example));
        }
        if rest.contains("/api/v1") || rest.contains("/api/v2") {
            let help = "leave out `/api/…`: the version of the API is found out";
            return Err(invalid("is the address of a part of the API").help(help));
        }
        match scheme.to_ascii_lowercase().as_str() {
            "https" => Ok(url),
            "http" if url.is_loopback() => Ok(url),
            "http" => Err(invalid("is not encrypted, so everybody on the way could read the token")
                .help(format_args!("write `https://{rest}`"))),
            _ => Err(invalid("is not an address of `https`").help(example)),
        }
    }

    /// Accepts any text. A [`crate::Transport`] still refuses to send anything unencrypted to another machine.
    pub(crate) fn unchecked(text: String) -> BaseUrl {
        BaseUrl(text)
    }

    /// Returns the address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the name or the address of the host, without its port and without brackets.
    pub fn host(&self) -> &str {
        host_of(&self.0)
    }

    /// Returns whether it is Tailscale's own API.
    pub fn is_tailscale(&self) -> bool {
        self.host().eq_ignore_ascii_case("api.tailscale.com")
    }

    /// Returns whether the host is the same machine.
    pub fn is_loopback(&self) -> bool {
        is_loopback(self.host())
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Returns the host of a URL, without its port and without brackets.
pub(crate) fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    if let Some((host, _)) = authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return host;
    }
    authority.split_once(':').map_or(authority, |(host, _)| host)
}

/// Returns whether a host is the same machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        || host.parse::<Ipv6Addr>().is_ok_and(|address| address.is_loopback())
}

/// Returns whether it is a host with an optional port.
fn is_authority(authority: &str) -> bool {
    let (is_host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let Some((host, port)) = rest.split_once(']') else { return false };
            (host.parse::<Ipv6Addr>().is_ok(), (!port.is_empty()).then(|| port.strip_prefix(':').unwrap_or_default()))
        }
        None => {
            let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
            let in_host = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_');
            (!host.is_empty() && host.chars().all(in_host), port)
        }
    };
    let is_port = |port: &str| {
        port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|number| number > 0)
    };
    is_host && port.is_none_or(is_port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_encrypted_or_on_the_same_machine() {
        for (text, url, host) in [
            ("https://api.tailscale.com", "https://api.tailscale.com", "api.tailscale.com"),
            ("https://api.tailscale.com/", "https://api.tailscale.com", "api.tailscale.com"),
            ("HTTPS://headscale.example.com:8443//", "https://headscale.example.com:8443", "headscale.example.com"),
            (" https://example.com/headscale/ ", "https://example.com/headscale", "example.com"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080", "127.0.0.1"),
            ("http://[::1]:8080", "http://[::1]:8080", "::1"),
            ("http://localhost", "http://localhost", "localhost"),
            ("https://[fd7a:115c:a1e0::1]", "https://[fd7a:115c:a1e0::1]", "fd7a:115c:a1e0::1"),
        ] {
            let parsed = BaseUrl::parse(text).unwrap();
            assert_eq!((parsed.as_str(), parsed.host()), (url, host), "{text}");
        }
    }

    #[test]
    fn an_invalid_address_is_explained_and_its_password_is_not_repeated() {
        let example = "write an address such as `https://api.tailscale.com`";
        for (text, message, help) in [
            ("api.tailscale.com", "`api.tailscale.com` is not a valid address of an API", "with `https://`"),
            ("", "`` is not a valid address of an API", example),
            ("https://", "`https://` does not name a valid host", example),
            ("https://:443", "`https://:443` does not name a valid host", example),
            ("https://example.com:", "`https://example.com:` does not name a valid host", example),
            ("https://example.com:99999", "`https://example.com:99999` does not name a valid host", example),
            ("https://[::1", "`https://[::1` does not name a valid host", example),
            ("https://[::1]x", "`https://[::1]x` does not name a valid host", example),
            ("https://a b", "`https://a b` is not a valid address of an API", example),
            ("https://a\\@b", "the API's address is not a valid address of an API", example),
            (
                "http://example.com",
                "`http://example.com` is not encrypted, so everybody on the way could read the token",
                "write `https://example.com`",
            ),
            (
                "http://127.0.0.1.example.com",
                "`http://127.0.0.1.example.com` is not encrypted, so everybody on the way could read the token",
                "write `https://127.0.0.1.example.com`",
            ),
            ("ftp://example.com", "`ftp://example.com` is not an address of `https`", example),
            (
                "https://user:hunter2@example.com",
                "the API's address contains a user or a password",
                "leave out everything before the `@`",
            ),
            (
                "https://example.com?x=hunter2",
                "`https://example.com?x=hunter2` has a query or a fragment, and the address of an API has none",
                "leave out everything from `?` or `#` on",
            ),
            (
                "https://api.tailscale.com/api/v2",
                "`https://api.tailscale.com/api/v2` is the address of a part of the API",
                "leave out `/api/…`",
            ),
        ] {
            let error = BaseUrl::parse(text).unwrap_err();
            assert_eq!(error.message, message);
            let actual = error.help.unwrap_or_default();
            assert!(actual.contains(help), "{text}: {actual}");
            assert!(!error.message.contains("hunter2@") && !actual.contains("hunter2"), "{text}");
        }
    }
}
