//! `app` of grants: the capabilities that exist, and the destinations that may receive them.

use crate::check::names::NameKind;
use crate::check::{Checker, capability};
use crate::diagnostic::{Code, Diagnostic, Help, suggestion};
use crate::model::{App, Autogroup, Capability, Grant, KnownCapability, SelectorKind, name};

/// Capabilities that Tailscale itself grants, each with its cause. `grant-a5` `grant-k9`
/// `grant-k10`
const GENERATED: &[(&str, &str)] = &[
    ("tailscale.com/cap/drive-sharer", "it comes with `tailscale.com/cap/drive`"),
    ("tailscale.com/cap/relay-target", "it comes with `tailscale.com/cap/relay`"),
    ("tailscale.com/cap/funnel", "give devices the attribute `funnel` under `nodeAttrs`"),
    ("tailscale.com/cap/funnel-ports", "give devices the attribute `funnel` under `nodeAttrs`"),
    ("tailscale.com/cap/ingress", "Tailscale grants it automatically if Funnel is enabled"),
];

/// Returns the capabilities of Tailscale's own domain that grants may give. `grant-k11` and
/// Tailscale's documentation
fn grantable() -> impl Iterator<Item = &'static str> {
    KnownCapability::of_grants().iter().map(|known| known.name)
}

pub(super) fn check_grant(checker: &mut Checker, grant: &Grant, app: &App) {
    for capability in &app.capabilities {
        name(checker, capability);
        values(checker, capability);
        capability::check_in_grant(checker, capability);
        references(checker, capability);
    }
    destinations(checker, grant, app);
    if let (Some(router), false) = (grant.via.first(), app.is_absent_or_empty()) {
        checker.report(
            Diagnostic::new(Code::AppWithVia, app.origin, "with `via`, a grant gives no capabilities")
                .note_at("the router is named here", router.text.origin)
                .help("write a separate grant for `app`, without `via`"),
        );
    }
}

fn name(checker: &mut Checker, capability: &Capability) {
    let text = &capability.name;
    if let Err(problem) = name::check_capability(text) {
        // If the rest of a URL can be granted, only its scheme is wrong, and the problem already
        // says so.
        checker.report(problem.at(text));
        return;
    }
    let domain = text.split('/').next().unwrap_or_default();
    if domain == "tailscale.io" {
        let message = format!("`{text}` is in a domain that Tailscale reserves");
        checker
            .report(Diagnostic::new(Code::UnknownCapability, text.origin, message).help("write a domain of your own"));
    }
    let conn25 = text.starts_with("tailscale.com/cap/conn25/");
    if domain != "tailscale.com" || conn25 || grantable().any(|known| known == text.as_str()) {
        return;
    }
    let reserved = |help: Help| {
        Diagnostic::new(Code::ReservedCapability, text.origin, format!("`{text}` cannot be granted"))
            .help(help)
            .tailscale("capability name must not be in the tailscale.com domain")
    };
    let generated = GENERATED.iter().find(|(name, _)| *name == text.as_str());
    checker.report(if let Some((_, help)) = generated {
        reserved(Help::from(*help))
    } else {
        let near = near_grantable(text).map(Help::did_you_mean);
        // Tailscale refuses `tailscale.com/app/kubernetes` (tailscale#11835). The full list of
        // names under `cap/` is unknown.
        if text.starts_with("tailscale.com/cap/") {
            let message = format!("Tailscale is not known to let `{text}` be granted");
            Diagnostic::new(Code::UnknownCapability, text.origin, message)
                .help("Tailscale reserves most names in its domain: use a domain of your own")
                .help_if(near)
        } else {
            let help = "Tailscale reserves its domain: use one of your own";
            reserved(near.unwrap_or_else(|| Help::from(help)))
        }
    });
}

/// Returns the name in Tailscale's domain that was probably meant. Either its last part is
/// misspelt, or the part before that.
fn near_grantable(text: &str) -> Option<&'static str> {
    let last = |name: &str| name.rsplit('/').next().unwrap_or_default().to_owned();
    let own = last(text);
    let names: Vec<String> = grantable().map(last).collect();
    let near = suggestion::nearest(&own, names.iter().map(String::as_str))?;
    grantable().find(|name| last(name) == near)
}

/// Checks tags in the values of a capability. Tailscale accepts undeclared ones, and then does not
/// find them.
pub(super) fn references(checker: &mut Checker, capability: &Capability) {
    for selector in &capability.references {
        let undefined = checker.names.is_undefined(NameKind::Tag, &selector.text);
        if selector.kind == SelectorKind::Tag && undefined {
            let near = checker.names.nearest(NameKind::Tag, &selector.text, std::iter::empty());
            let help = near.map_or("declare it under `tagOwners`".into(), Help::did_you_mean);
            let message = format!("no device can have `{}`, which the policy does not declare", selector.text);
            checker.report(Diagnostic::new(Code::CapabilityTag, selector.text.origin, message).help(help));
        }
    }
}

/// Checks that values are objects. Tailscale accepts any JSON, but its documentation requires
/// objects, and the effect of other values is unknown.
fn values(checker: &mut Checker, capability: &Capability) {
    // A declared shape is always an object, and a value of another type is reported as an error
    // against the shape.
    if checker.policy.capability(&capability.name).is_some() {
        return;
    }
    for (value, places) in &capability.values {
        if !value.is_object() {
            let message = format!("this value of `{}` is not an object", capability.name);
            checker.report(
                Diagnostic::new(Code::CapabilityValue, places.origin, message)
                    .help("write what it grants as `{\"key\": \"value\"}`, or `{}`"),
            );
        }
    }
}

/// Checks that a capability goes to devices of the tailnet: not to the internet (`grant-v22`), and
/// not to the devices of users with some role.
fn destinations(checker: &mut Checker, grant: &Grant, app: &App) {
    if app.is_absent_or_empty() {
        return;
    }
    for selector in &grant.dst {
        let SelectorKind::Autogroup(Some(autogroup)) = selector.kind else { continue };
        if autogroup == Autogroup::Internet {
            checker.report(
                Diagnostic::new(Code::AppToInternet, selector.text.origin, "the internet cannot be given capabilities")
                    .note_at("this grant has `app`", app.origin)
                    .help("write a separate grant for the internet, without `app`")
                    .tailscale("cannot use app grants with autogroup:internet"),
            );
        } else if autogroup.is_role() && autogroup != Autogroup::Member {
            let message = format!("whether `{autogroup}` can be the destination of `app` is not documented");
            checker.report(
                Diagnostic::new(Code::DoubtfulSelector, selector.text.origin, message)
                    .help("write users, groups, tags or `autogroup:member`"),
            );
        }
    }
}
