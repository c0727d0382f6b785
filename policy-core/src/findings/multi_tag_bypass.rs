//! Findings about tests that pass between tags, but would fail between devices with these and other
//! tags.

use crate::diagnostic::{Code, Diagnostic};
use crate::findings::words::Words;
use crate::model::{Policy, Selector};
use crate::source::Origin;
use crate::testing::{DecidingRule, Expectation, MultiTagBypass, Outcome};

/// The instruction that fixes it.
pub(super) const HELP: &str =
    "remove one of the tags, or use a separate device for each, or allow this warning with a reason";

/// Reports devices that can do what a test denies to their tags. Tailscale tests tags only.
pub(super) fn report_bypass(words: &Words, outcome: &Outcome) -> Option<Diagnostic> {
    let MultiTagBypass { source, destination, rule: DecidingRule { origin: rule, action } } = outcome.bypass?;
    let (who, deed) = (words.source(outcome), words.deed(outcome));
    let (wanted, verb, by_that) = match (outcome.expectation, action) {
        (Expectation::Deny, None) => (format!("should not {deed}"), "can reach", "with that tag, this rule allows it"),
        (Expectation::Deny, _) => (format!("should not {deed}"), "can get into", "with that tag, this rule allows it"),
        // A check applies to a device whatever its other tags are, so this is about access without
        // a check.
        _ => {
            let wanted = format!("should {deed} without a check");
            (wanted, "needs one for", "with that tag, this rule asks for a check")
        }
    };
    let message = match (source, destination) {
        (None, Some(device)) => format!("`{who}` {wanted}, but {verb} the device `{device}`, which has that tag"),
        (Some(source), None) => {
            let place = words.selector(outcome.destination);
            format!("`{who}` {wanted}, but the device `{source}`, which has that tag, {verb} `{place}`")
        }
        _ => {
            let (from, to) = (source.unwrap_or(who), destination.unwrap_or(&outcome.destination.text));
            format!("`{who}` {wanted}, but of the devices with these tags, `{from}` {verb} `{to}`")
        }
    };
    let mut finding = Diagnostic::new(Code::ReachableDevice, outcome.probe.text().origin, message);
    for (device, tag) in [(source, outcome.source), (destination, Some(outcome.destination))] {
        if let (Some(device), Some(tag)) = (device, tag)
            && let Some(other) = other_tag(words.policy, device, tag, rule)
        {
            finding = finding.note_at(format!("`{device}` has `{other}`, too"), other.text.origin);
        }
    }
    Some(finding.note_at(by_that, rule).help(HELP))
}

/// Returns the tag by which a rule names a device, if the rule does not name the tested tag.
fn other_tag<'p>(policy: &'p Policy, device: &str, asked: &Selector, rule: Origin) -> Option<&'p Selector> {
    let device = policy.facts.devices.iter().find(|known| known.name.as_str() == device)?;
    let named = words_of_rule(policy, rule);
    device.tags.iter().find(|tag| is_among(&named, tag)).filter(|_| !is_among(&named, asked))
}

/// Returns the sources and destinations of a rule.
pub(super) fn words_of_rule(policy: &Policy, rule: Origin) -> Vec<&Selector> {
    let grants = policy.grants.iter().flatten().filter(|grant| grant.origin == rule);
    let acls = policy.acls.iter().flatten().filter(|acl| acl.origin == rule);
    let of_ssh = policy.ssh.iter().filter(|entry| entry.origin == rule);
    let of_grants = grants.flat_map(|grant| grant.src.iter().chain(&grant.dst));
    let of_acls = acls.flat_map(|acl| acl.src.iter().chain(acl.dst.iter().map(|dst| &dst.host)));
    of_grants.chain(of_acls).chain(of_ssh.flat_map(|entry| entry.src.iter().chain(&entry.dst))).collect()
}

pub(super) fn is_among(words: &[&Selector], tag: &Selector) -> bool {
    words.iter().any(|word| word.text.eq_ignore_ascii_case(&tag.text))
}

#[cfg(test)]
mod tests {
    use crate::{Code, Policy};

    /// Returns the messages about SSH tests and invariants, in a tailnet with two devices that have
    /// several tags.
    fn said(rules: &str, invariants: &str) -> Vec<String> {
        let facts = format!(
            r#"{{"nodes": [
                {{"name": "cellar", "tags": ["tag:db", "tag:web"]}},
                {{"name": "attic", "tags": ["tag:ops", "tag:ci"]}},
                {{"name": "plain", "tags": ["tag:db"]}}
            ], "invariants": [{invariants}]}}"#
        );
        let tags = r#""tagOwners": {"tag:db": [], "tag:web": [], "tag:ops": [], "tag:ci": []}"#;
        let found = Policy::with_facts(&format!("{{{tags}, {rules}}}"), &facts).check();
        let leaks = found.into_iter().filter(|finding| finding.code == Code::ReachableDevice);
        leaks
            .map(|finding| {
                [finding.message]
                    .into_iter()
                    .chain(finding.notes.into_iter().map(|note| note.message))
                    .collect::<Vec<_>>()
                    .join("; ")
            })
            .collect()
    }

    #[test]
    fn logins_that_differ_by_device_are_told() {
        let ssh = |action: &str, src: &str, dst: &str, test: &str| {
            let rule = |action: &str, src: &str, dst: &str| {
                format!(r#"{{"action": "{action}", "src": ["{src}"], "dst": ["{dst}"], "users": ["root"]}}"#)
            };
            let both = [rule(action, src, dst), rule("accept", "tag:ci", "tag:db")].join(", ");
            said(
                &format!(
                    r#""grants": [{{"src": ["*"], "dst": ["*"], "ip": ["22"]}}], "ssh": [{both}], "sshTests": [{test}]"#
                ),
                "",
            )
        };
        let deny = |src: &str, dst: &str| format!(r#"{{"src": "{src}", "dst": ["{dst}"], "deny": ["root"]}}"#);
        for (found, expected) in [
            (
                ssh("accept", "alice@example.com", "tag:web", &deny("alice@example.com", "tag:db")),
                "`alice@example.com` should not get into `tag:db` as `root`, but can get into the device `cellar`, which has that tag; \
                 `cellar` has `tag:web`, too; with that tag, this rule allows it",
            ),
            (
                ssh("accept", "tag:ops", "tag:web", &deny("tag:ci", "tag:web")),
                "`tag:ci` should not get into `tag:web` as `root`, but of the devices with these tags, `attic` can get into `cellar`; \
                 `attic` has `tag:ops`, too; with that tag, this rule allows it",
            ),
            (
                ssh("check", "tag:ci", "tag:web", r#"{"src": "tag:ci", "dst": ["tag:db"], "accept": ["root"]}"#),
                "`tag:ci` should get into `tag:db` as `root` without a check, but of the devices with these tags, `attic` needs one for \
                 `cellar`; `cellar` has `tag:web`, too; with that tag, this rule asks for a check",
            ),
        ] {
            assert_eq!(found, [expected]);
        }
        assert_eq!(ssh("accept", "tag:ops", "tag:web", &deny("bob@example.com", "tag:db")), [""; 0]);
    }

    #[test]
    fn invariants_that_differ_by_device_are_told() {
        let grants = r#""grants": [
            {"src": ["autogroup:member"], "dst": ["tag:web"], "ip": ["tcp:443", "tcp:22"]},
            {"src": ["tag:ci"], "dst": ["tag:db"], "ip": ["tcp:5432"]},
        ]"#;
        let invariant = |kind: &str, src: &str, dst: &str, ip: &str| {
            said(grants, &format!(r#"{{"kind": "{kind}", "src": ["{src}"], "targets": [{{"dst": ["{dst}"]{ip}}}]}}"#))
        };
        let (none, by_web) = (
            Vec::<String>::new(),
            "this does not hold for the known devices: any other member reaches `cellar` on `tcp:22`; this rule allows it; \
             `cellar` carries `tag:db` and `tag:web`",
        );
        assert_eq!(invariant("never", "autogroup:member", "tag:db", ""), [by_web]);
        assert_eq!(invariant("never", "autogroup:member", "tag:db", r#", "ip": ["22-100"]"#), [by_web]);
        assert_eq!(invariant("never", "autogroup:member", "tag:db", r#", "ip": ["5432"]"#), none);
        assert_eq!(
            invariant("never", "tag:ops", "tag:db", ""),
            ["this does not hold for the known devices: `attic` reaches `cellar` on `tcp:5432`; this rule allows it; \
                 `attic` carries `tag:ops` and `tag:ci`; `cellar` carries `tag:db` and `tag:web`"]
        );
        assert_eq!(invariant("only", "autogroup:member", "tag:web", ""), none);
        // An invariant that is broken by selectors is reported for selectors.
        assert_eq!(invariant("never", "autogroup:member", "tag:web", ""), none);
        assert_eq!(invariant("only", "tag:ops", "tag:web", "").len(), 1);
        assert_eq!(invariant("only", "tag:ci", "tag:web", ""), none);
    }
}
