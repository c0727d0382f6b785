//! The syntax of declared names.

use crate::diagnostic::{Code, Help, Problem};
use crate::model::Prefix;
use crate::model::address::parse_address;

/// Checks the syntax of a tag: `tag:`, a letter, then letters, digits and dashes.
///
/// # Errors
/// If the syntax is wrong, with the message of Tailscale's `tailcfg.CheckTag`.
///
/// ```
/// use policy_core::model::name;
/// assert!(name::check_tag("tag:k8s-api").is_ok());
/// let problem = name::check_tag("tag:my_nas").unwrap_err();
/// assert_eq!(problem.message, "a tag name cannot contain `_`");
/// assert_eq!(problem.help.as_deref(), Some("write `tag:my-nas`"));
/// ```
pub fn check_tag(tag: &str) -> Result<(), Problem> {
    let invalid = |message: String| Problem::word(Code::InvalidName, message);
    let Some(name) = tag.strip_prefix("tag:") else {
        return Err(missing_prefix(tag, "tag").tailscale("tags must start with 'tag:'"));
    };
    let Some(first) = name.chars().next() else {
        return Err(invalid("a tag's name is missing".to_owned())
            .help("write it after the colon, such as `tag:web`")
            .tailscale("tag names must not be empty"));
    };
    let start = tag.len() - name.len();
    if !first.is_ascii_alphabetic() {
        return Err(invalid(format!("a tag's name starts with an ASCII letter, not with `{first}`"))
            .part(start..start + first.len_utf8())
            .help("write a letter before it")
            .tailscale("tag names must start with a letter, after 'tag:'"));
    }
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    match name.char_indices().find(|&(_, letter)| !allowed(letter)) {
        None => Ok(()),
        Some((at, letter)) => {
            let dashed = name.replace(['_', '.', ' ', '/'], "-");
            let help = dashed.chars().all(allowed).then(|| Help::write(format!("tag:{dashed}")));
            Err(invalid(format!("a tag name cannot contain `{letter}`"))
                .help("a tag's name has letters, digits and dashes")
                .help_if(help)
                .part_or_fix(start + at..start + at + letter.len_utf8())
                .tailscale("tag names can only contain numbers, letters, or dashes"))
        }
    }
}

/// Checks the name of a declared group. A group with an `@` comes from the identity provider and
/// cannot be declared.
///
/// # Errors
/// If its prefix or its name is missing, or if it has a domain.
pub fn check_group(group: &str) -> Result<(), Problem> {
    let name = check_prefixed(group, "group")?;
    match name.find('@') {
        None => Ok(()),
        Some(at) => {
            let start = group.len() - name.len() + at;
            Err(Problem::word(Code::InvalidName, "a group with a domain comes from the identity provider")
                .part(start..group.len())
                .help("use it without declaring it, or declare one without `@`"))
        }
    }
}

/// Checks the name of a declared IP set.
///
/// # Errors
/// If its prefix or its name is missing.
pub fn check_ip_set(ip_set: &str) -> Result<(), Problem> {
    check_prefixed(ip_set, "ipset").map(drop)
}

/// Checks the name of a declared posture.
///
/// # Errors
/// If its prefix or its name is missing.
pub fn check_posture(posture: &str) -> Result<(), Problem> {
    check_prefixed(posture, "posture").map(drop)
}

/// Checks the name of a declared host. It must not contain `@` or `:`, or be `*`, because these
/// would be other selectors.
///
/// # Errors
/// If it could not be distinguished from another selector.
pub fn check_host(host: &str) -> Result<(), Problem> {
    let invalid = |message: String| Problem::word(Code::InvalidName, message);
    if host.is_empty() {
        return Err(invalid("a host's name is missing".to_owned()));
    }
    if host == "*" {
        return Err(invalid("`*` stands for everything, so no host can be named so".to_owned()));
    }
    // An address contains colons, too, but the problem is another one.
    if is_address(host) {
        return Ok(());
    }
    match host.find(['@', ':']) {
        None => Ok(()),
        Some(at) => {
            let help = host.strip_prefix("host:").map(|name| Help::write(name).and(": only ip sets have `host:`"));
            let letter = host.get(at..=at).unwrap_or_default();
            Err(invalid(format!("a host name cannot contain `{letter}`")).help_if(help).part_or_fix(at..at + 1))
        }
    }
}

/// Returns whether the word is an address or a prefix. Such a word is never looked up as a host.
pub fn is_address(word: &str) -> bool {
    parse_address(word).is_ok() || word.parse::<Prefix>().is_ok()
}

/// Checks the syntax of a service: `svc:` and a DNS label.
///
/// # Errors
/// If the prefix is missing, or the rest is not a label of 1 to 63 lower-case letters, digits and
/// dashes.
pub fn check_service(service: &str) -> Result<(), Problem> {
    let name = check_prefixed(service, "svc")?;
    let start = service.len() - name.len();
    let invalid = |message: String| Problem::word(Code::InvalidName, message).part(start..service.len());
    if name.len() > 63 {
        return Err(invalid("a service's name has at most 63 letters".to_owned()));
    }
    if name.starts_with('-') || name.ends_with('-') {
        return Err(invalid("a service's name starts and ends with a letter or a digit".to_owned()));
    }
    let allowed = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    match name.char_indices().find(|&(_, letter)| !allowed(letter)) {
        None => Ok(()),
        Some((at, letter)) => {
            let label = name.to_ascii_lowercase().replace(['_', '.'], "-");
            let help = label.chars().all(allowed).then(|| Help::write(format!("svc:{label}")));
            Err(invalid(format!("a service name cannot contain `{letter}`"))
                .help("a service's name has lower-case letters, digits and dashes")
                .help_if(help)
                .part_or_fix(start + at..start + at + letter.len_utf8()))
        }
    }
}

/// Checks that the name of a capability has the form `{domain}/{path}`.
///
/// # Errors
/// For any other form, such as a URL, with Tailscale's message. `grant-a2`
///
/// ```
/// use policy_core::model::name;
/// assert!(name::check_capability("example.com/cap/admin").is_ok());
/// let problem = name::check_capability("https://example.com/cap/admin").unwrap_err();
/// assert_eq!(problem.help.as_deref(), Some("write `example.com/cap/admin`"));
/// ```
pub fn check_capability(capability: &str) -> Result<(), Problem> {
    let has_form = |name: &str| {
        name.split_once('/').is_some_and(|(domain, path)| {
            !domain.is_empty() && !domain.contains([':', ' ']) && !path.is_empty() && !path.starts_with('/')
        })
    };
    if has_form(capability) {
        return Ok(());
    }
    let problem = Problem::word(Code::InvalidCapability, format!("`{capability}` is not a valid capability name"))
        .tailscale("capability name must have the form {domain}/{path}");
    Err(match capability.split_once("://") {
        Some((_, name)) if has_form(name) => problem.help(Help::write(name)),
        _ => problem.help("write a domain and a path, such as `example.com/cap/name`"),
    })
}

/// Returns the part after the prefix. Both must be present.
fn check_prefixed<'a>(word: &'a str, kind: &str) -> Result<&'a str, Problem> {
    match word.strip_prefix(kind).and_then(|rest| rest.strip_prefix(':')) {
        None => Err(missing_prefix(word, kind)),
        Some("") => Err(Problem::word(Code::InvalidName, format!("there is no name after `{kind}:`"))
            .help(format!("write it after the colon, such as `{kind}:name`"))),
        Some(name) => Ok(name),
    }
}

fn missing_prefix(word: &str, kind: &str) -> Problem {
    let problem = Problem::word(Code::InvalidName, format!("`{word}` does not start with `{kind}:`"));
    match word.split_once(':') {
        Some((prefix, name)) if prefix.eq_ignore_ascii_case(kind) => {
            problem.help(Help::write(format!("{kind}:{name}")))
        }
        Some(_) => problem,
        None => problem.help(Help::write(format!("{kind}:{word}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_spelt_as_tailscale_checks_them() {
        for good in ["tag:a", "tag:K8s-2", "tag:x--y", "tag:a-"] {
            assert!(check_tag(good).is_ok(), "{good}");
        }
        for (bad, message) in [
            ("web", "tags must start with 'tag:'"),
            ("tag:", "tag names must not be empty"),
            ("tag:1e", "tag names must start with a letter, after 'tag:'"),
            ("tag:сервер", "tag names must start with a letter, after 'tag:'"),
            ("tag:a.b", "tag names can only contain numbers, letters, or dashes"),
            ("tag:aé", "tag names can only contain numbers, letters, or dashes"),
        ] {
            assert_eq!(check_tag(bad).unwrap_err().tailscale.as_deref(), Some(message), "{bad}");
        }
        assert_eq!(check_tag("tag:aé").unwrap_err().origin, Some(5..7));
        assert_eq!(check_tag("web").unwrap_err().help.as_deref(), Some("write `tag:web`"));
        assert_eq!(check_tag("Tag:web").unwrap_err().help.as_deref(), Some("write `tag:web`"));
    }

    #[test]
    fn a_declared_group_has_no_domain() {
        assert!(check_group("group:system_admin.2").is_ok());
        assert!(check_group("group:eng@example.com").is_err());
        assert!(check_group("group:").is_err());
        assert!(check_group("eng").is_err());
    }

    #[test]
    fn a_host_is_no_other_selector() {
        for good in ["webserver", "db.prod", "Lab-NET", "10.0.0.1", "fd00::1"] {
            assert!(check_host(good).is_ok(), "{good}");
        }
        for bad in ["", "*", "a@b", "tag:web", "host:web"] {
            assert!(check_host(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_service_is_a_dns_label() {
        assert!(check_service("svc:web-2").is_ok());
        assert!(check_service(&format!("svc:{}", "a".repeat(63))).is_ok());
        for bad in ["svc:", "svc:-web", "svc:web-", "svc:Web", "svc:web_2", "web", &format!("svc:{}", "a".repeat(64))] {
            assert!(check_service(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_capability_has_a_domain_and_a_path() {
        for good in ["example.com/cap/basic", "example.com/a/b/c/d/e/f", "my-company.internal/cap/access"] {
            assert!(check_capability(good).is_ok(), "{good}");
        }
        for bad in ["", "drive", "/cap", "example.com/", "https://tailscale.com/cap/ingress", "example.com:80/x"] {
            assert!(check_capability(bad).is_err(), "{bad}");
        }
    }
}
