//! The claims of an identity token.

use super::answer::Answer;
use super::server_words::quoted;

/// Returns the claims of a JWT that have to fit the federated identity, in words. They are not secret. `None` if it is
/// not a JWT.
pub(super) fn claims_in_words(jwt: &str) -> Option<String> {
    let payload = String::from_utf8(decoded(jwt.split('.').nth(1)?)?).ok()?;
    let claims = Answer::parse(&payload)?;
    let claim = |name: &str| {
        let one = claims.text(claims.root(), name);
        let several = || {
            claims.items(claims.root(), name).map(|items| items.iter().filter_map(|id| claims.string(*id)).collect())
        };
        let values: Vec<String> = one.map(|one| vec![one]).or_else(several).unwrap_or_default();
        let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
        format!("{name} {}", if values.is_empty() { "missing".to_owned() } else { values.join(", ") })
    };
    Some(["iss", "sub", "aud"].map(claim).join("; "))
}

/// Decodes base64 in the form for URLs, without padding.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let (mut bits, mut count) = (0_u32, 0_u32);
    for letter in text.trim_end_matches('=').bytes() {
        let digit = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(digit)) & 0xffff;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).ok()?);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_claims_are_those_that_the_identity_is_compared_with() {
        // {"sub":"repo:o/r:ref:refs/heads/main","aud":["a","b"]}
        let payload = "eyJzdWIiOiJyZXBvOm8vcjpyZWY6cmVmcy9oZWFkcy9tYWluIiwiYXVkIjpbImEiLCJiIl19";
        for (jwt, words) in [
            (
                format!("e30.{payload}.secret"),
                Some("iss missing; sub `repo:o/r:ref:refs/heads/main`; aud `a`, `b`".to_owned()),
            ),
            ("e30.e30.x".to_owned(), Some("iss missing; sub missing; aud missing".to_owned())),
            ("e30.$$.x".to_owned(), None),
            ("e30.____.x".to_owned(), None),
            ("tskey-api-x".to_owned(), None),
            (String::new(), None),
        ] {
            assert_eq!(claims_in_words(&jwt), words, "{jwt}");
        }
    }
}
