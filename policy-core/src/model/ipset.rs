use crate::diagnostic::{Code, Help, Problem};
use crate::model::{AddressRange, List, Prefix, Selector, SelectorKind};
use crate::source::{Origin, Text};

/// A member of `ipsets`.
#[derive(Clone, Debug)]
pub struct IpSet {
    /// `ipset:…`, prefix included.
    pub name: Text,
    /// The operations, in order, on a set that is empty at first.
    pub entries: List<IpSetEntry>,
    /// The comment above it.
    pub doc: Option<String>,
    /// The member of the section, name and value.
    pub origin: Origin,
}

/// One operation of a set.
#[derive(Clone, Debug)]
pub struct IpSetEntry {
    /// As written.
    pub text: Text,
    /// The operation.
    pub operation: Operation,
    /// The operand: an address, prefix, range, host, IP set or `autogroup:internet`. Its text has
    /// no `host:`.
    pub target: Selector,
}

impl IpSetEntry {
    /// Reads `TARGET`, `add TARGET` or `remove TARGET`.
    ///
    /// # Errors
    /// If the target is invalid, such as a host without `host:`, or a wrong range.
    ///
    /// ```
    /// use policy_core::model::{IpSetEntry, Operation};
    /// use policy_core::source::{Origin, Text};
    /// let parse = |word: &str| IpSetEntry::parse(&Text::verbatim(word, Origin::default(), 0));
    /// let entry = parse("remove host:web").unwrap();
    /// assert_eq!((entry.operation, entry.target.to_string().as_str()), (Operation::Remove, "web"));
    /// assert_eq!(parse("web").unwrap_err().help.as_deref(), Some("write `host:web`"));
    /// ```
    pub fn parse(text: &Text) -> Result<IpSetEntry, Problem> {
        let (operation, operator) = match text.split_once(' ') {
            Some(("add", _)) => (Operation::Add, "add "),
            Some(("remove", _)) => (Operation::Remove, "remove "),
            _ => (Operation::Bare, ""),
        };
        let rest = text.get(operator.len()..).unwrap_or_default();
        let start = operator.len() + rest.len() - rest.trim_start().len();
        let part = start..start + rest.trim().len();
        let target = text.slice(part.clone());
        if let Some(name) = target.strip_prefix("host:") {
            let name = text.slice(part.end - name.len()..part.end);
            let target = Selector { text: name, kind: SelectorKind::Host };
            return Ok(IpSetEntry { text: text.clone(), operation, target });
        }
        let target = Selector::new(target);
        if target.kind == SelectorKind::Host {
            return Err(bare_word(operator, &target.text).within(part));
        }
        Ok(IpSetEntry { text: text.clone(), operation, target })
    }
}

/// Returns the problem with a target without a colon. Hosts require `host:` here, and no other
/// target has this form.
fn bare_word(operator: &str, word: &str) -> Problem {
    if word.contains('/') {
        if let Err(problem) = word.parse::<Prefix>() {
            return problem;
        }
    } else if word.contains('-')
        && word.starts_with(|c: char| c.is_ascii_digit())
        && let Err(problem) = word.parse::<AddressRange>()
    {
        return problem;
    }
    match word.split_once(' ') {
        Some((first, rest)) => Problem::word(Code::InvalidSelector, format!("`{first}` is not an IP set operation"))
            .part(0..first.len())
            .help(format!("write `add {rest}` or `remove {rest}`")),
        None => Problem::word(
            Code::InvalidSelector,
            format!("in an ip set a host is written with `host:`, and `{word}` is nothing else"),
        )
        .help(Help::write(format!("{operator}host:{word}"))),
    }
}

/// An operation of an entry of an IP set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// `add`, explicitly.
    Add,
    /// No keyword. Also adds, but is allowed only in a set that removes nothing.
    Bare,
    /// Removes addresses from those so far.
    Remove,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(word: &str) -> Result<IpSetEntry, Problem> {
        IpSetEntry::parse(&Text::verbatim(word, Origin::default(), 0))
    }

    #[test]
    fn an_entry_is_an_operation_and_a_target() {
        for (written, operation, target) in [
            ("192.0.2.0/24", Operation::Bare, "192.0.2.0/24"),
            ("add ipset:other", Operation::Add, "ipset:other"),
            ("remove  192.0.2.4-192.0.2.12", Operation::Remove, "192.0.2.4-192.0.2.12"),
            ("add host:web", Operation::Add, "web"),
            ("autogroup:internet", Operation::Bare, "autogroup:internet"),
        ] {
            let entry = parse(written).unwrap();
            assert_eq!((entry.operation, entry.target.text.as_str()), (operation, target), "{written}");
        }
    }

    #[test]
    fn a_word_that_is_no_target_is_explained() {
        for (written, part, message) in [
            ("remove web", Some(7..10), "in an ip set a host is written with `host:`, and `web` is nothing else"),
            ("plus 10.0.0.1", Some(0..4), "`plus` is not an IP set operation"),
            ("add 10.0.0.0/40", Some(12..15), "`/40` is too long: an IPv4 prefix has at most 32 bits"),
            ("192.0.2.9-192.0.2.4", Some(0..19), "`192.0.2.9-192.0.2.4` ends before it begins"),
        ] {
            let problem = parse(written).unwrap_err();
            assert_eq!((problem.origin, problem.message.as_str()), (part, message), "{written}");
        }
    }
}
