//! Keys of Tailscale's policy file that headscale does not have.

use crate::diagnostic::Help;

/// An absent key: the objects that it belongs to (`None` for any), the key, the missing feature,
/// and the alternative.
type AbsentKey = (Option<&'static str>, &'static str, &'static str, &'static str);

const POSTURES: &str = "device postures";
const RECORDING: &str = "recording of SSH sessions";
const NO_SETTING: &str = "leave it out: headscale has this in its own configuration, if at all";

/// Every key that Tailscale documents and headscale refuses.
const ABSENT: &[AbsentKey] = &[
    (None, "ipsets", "IP sets", "write the prefixes in the rules, or declare each under `hosts`"),
    (None, "postures", POSTURES, "leave it out"),
    (None, "defaultSrcPosture", POSTURES, "leave it out"),
    (None, "srcPosture", POSTURES, "leave it out, or the rule with it"),
    (None, "srcPostureAttrs", POSTURES, "leave it out"),
    (None, "recorder", RECORDING, "leave it out"),
    (None, "enforceRecorder", RECORDING, "leave it out"),
    (None, "services", "services", "leave it out"),
    (None, "derpMap", "relays in a policy", "leave it out: relays are under `derp` in headscale's configuration"),
    (None, "attrConfig", "custom attributes", "leave it out"),
    (None, "externalTailnets", "sharing", "leave it out"),
    (None, "disableIPv4", "this setting", NO_SETTING),
    (None, "OneCGNATRoute", "this setting", NO_SETTING),
    (Some("an entry of `nodeAttrs`"), "app", "app connectors", "leave it out"),
];

/// Old names of Tailscale's keys, and the names that headscale reads.
const OLD_NAMES: &[(&str, &str, &str)] =
    &[("an acl", "users", "src"), ("an acl", "ports", "dst"), ("a test", "user", "src"), ("a test", "allow", "accept")];

/// Returns the error and the help for a key of an object that Tailscale has and headscale does not.
pub(super) fn absent_key(object: &str, key: &str) -> Option<(String, Help)> {
    let old = OLD_NAMES.iter().find(|(in_object, old, _)| *in_object == object && old.eq_ignore_ascii_case(key));
    if let Some((_, _, new)) = old {
        let message = format!("headscale does not read `{key}`, Tailscale's old name of `{new}`");
        return Some((message, Help::write(new)));
    }
    let is_it = |(of, known, ..): &&AbsentKey| of.is_none_or(|of| of == object) && known.eq_ignore_ascii_case(key);
    let (_, _, what, help) = ABSENT.iter().find(is_it)?;
    Some((format!("headscale has no {what}"), Help::from(*help)))
}
