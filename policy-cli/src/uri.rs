//! Paths as URIs.

use std::path::{Component, Path, PathBuf};

/// Returns the path as a URI reference (RFC 3986), which is relative if the path is.
pub fn of_path(path: &Path) -> String {
    let mut uri = String::from(if path.is_absolute() { "file://" } else { "" });
    for component in path.components() {
        match component {
            Component::CurDir | Component::RootDir => continue,
            Component::ParentDir | Component::Normal(_) | Component::Prefix(_) => {}
        }
        if !uri.is_empty() {
            uri.push('/');
        }
        for byte in component.as_os_str().as_encoded_bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => uri.push(char::from(*byte)),
                other => uri.push_str(&format!("%{other:02X}")),
            }
        }
    }
    uri
}

/// Returns the path of a `file:` URI. `None` for any other URI.
pub fn to_path(uri: &str) -> Option<PathBuf> {
    let path = uri.strip_prefix("file://")?;
    let path = path.get(path.find('/')?..)?;
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        let hex = |digit: Option<u8>| char::from(digit?).to_digit(16);
        bytes.push(match byte {
            b'%' => u8::try_from(hex(rest.next())? * 16 + hex(rest.next())?).ok()?,
            _ => byte,
        });
    }
    let path = String::from_utf8(bytes).ok()?;
    // Windows: `/c:/policy.hujson`.
    let is_drive = matches!(path.as_bytes(), [b'/', drive, b':', ..] if drive.is_ascii_alphabetic());
    Some(PathBuf::from(path.get(usize::from(is_drive)..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_of_path() {
        let cases = [
            ("policy.hujson", "policy.hujson"),
            ("./a/../b c.hujson", "a/../b%20c.hujson"),
            ("é/100%.hujson", "%C3%A9/100%25.hujson"),
            ("a:b", "a%3Ab"),
            ("<stdin>", "%3Cstdin%3E"),
        ];
        for (path, expected) in cases {
            assert_eq!(of_path(Path::new(path)), expected, "{path}");
        }
        #[cfg(unix)]
        assert_eq!(of_path(Path::new("/srv/a b")), "file:///srv/a%20b");
    }

    #[test]
    fn a_uri_is_a_path() {
        for (uri, expected) in [
            ("file:///srv/a%20b.hujson", Some("/srv/a b.hujson")),
            ("file://localhost/srv/%C3%A9", Some("/srv/é")),
            ("file:///c%3A/policy.hujson", Some("c:/policy.hujson")),
            ("file:///a%2", None),
            ("file:///a%zz", None),
            ("untitled:Untitled-1", None),
        ] {
            assert_eq!(to_path(uri).as_deref(), expected.map(Path::new), "{uri}");
        }
    }
}
