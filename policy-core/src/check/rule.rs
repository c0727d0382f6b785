//! `acls` and `grants`.

use crate::check::names::NameKind;
use crate::check::{Checker, app};
use crate::diagnostic::{Code, Diagnostic, Help, go_quote};
use crate::model::SelectorContext;
use crate::model::{
    Acl, Autogroup, Destination, Grant, HostAddress, List, PortSpec, Prefix, Protocol, Selector, SelectorKind,
};
use crate::source::Origin;

pub(super) fn check(checker: &mut Checker) {
    let policy = checker.policy;
    for grant in policy.grants.iter().flatten() {
        check_grant(checker, grant);
    }
    for acl in policy.acls.iter().flatten() {
        check_acl(checker, acl);
    }
}

fn check_grant(checker: &mut Checker, grant: &Grant) {
    checker.selectors(SelectorContext::Src, &grant.src);
    for selector in &grant.dst {
        if checker.selector(SelectorContext::GrantDst, selector) {
            default_route(checker, selector, true);
        }
    }
    checker.selectors(SelectorContext::Via, &grant.via);
    checker.selectors(SelectorContext::Posture, &grant.src_posture);
    for spec in &grant.ip {
        port_spec(checker, spec);
    }
    bare_ports(checker, &grant.ip);
    if grant.ip.is_absent_or_empty() && grant.app.as_ref().is_none_or(|app| app.is_absent_or_empty()) {
        checker.report(
            Diagnostic::new(Code::EmptyGrant, grant.origin, "a grant needs `ip` or `app`")
                .help("grant ports, such as `tcp:443`, or `*` for all of them")
                .tailscale("ip and app can not both be empty"),
        );
    }
    if let Some(app) = &grant.app {
        app::check_grant(checker, grant, app);
    }
    via(checker, grant);
    rule(checker, "grant", grant.origin, &grant.src, grant.dst.is_absent_or_empty(), grant.dst.origin);
    self_sources(checker, &grant.src, grant.dst.iter(), false);
}

fn check_acl(checker: &mut Checker, acl: &Acl) {
    checker.selectors(SelectorContext::Src, &acl.src);
    checker.selectors(SelectorContext::Posture, &acl.src_posture);
    for destination in &acl.dst {
        if checker.selector(SelectorContext::AclDst, &destination.host) {
            default_route(checker, &destination.host, false);
            lower_cased(checker, &destination.host);
        }
        unbracketed(checker, destination);
        if let Some(protocol) = acl.proto.filter(|protocol| !protocol.has_ports())
            && destination.ports.iter().any(|ports| !ports.is_all())
        {
            let help = format!("write `{}:*`", destination.host);
            checker.report(portless(protocol, destination.ports_origin).help(help));
        }
    }
    rule(checker, "acl", acl.origin, &acl.src, acl.dst.is_absent_or_empty(), acl.dst.origin);
    self_sources(checker, &acl.src, acl.dst.iter().map(|destination| &destination.host), true);
}

/// Checks the rules that ACLs, grants and SSH rules have in common: without sources or destinations
/// they have no effect. `grant-h5`
pub(super) fn rule(
    checker: &mut Checker,
    noun: &str,
    origin: Origin,
    src: &List<Selector>,
    no_dst: bool,
    dst: Option<Origin>,
) {
    for (blank, place, role) in [(src.is_absent_or_empty(), src.origin, "sources"), (no_dst, dst, "destinations")] {
        if blank {
            let message = format!("this {noun} has no {role}, so it does nothing");
            let help = format!("write the {role}, or leave out the {noun}");
            checker.report(Diagnostic::new(Code::EmptyList, place.unwrap_or(origin), message).help(help));
        }
    }
    beside_wildcard(checker, src);
}

fn beside_wildcard(checker: &mut Checker, src: &List<Selector>) {
    for (selector, wildcard) in named_beside_wildcard(src) {
        let message = format!("`{}` is part of `*`, which is a source here too", selector.text);
        checker.report(
            Diagnostic::new(Code::RedundantSource, selector.text.origin, message)
                .note_at("the wildcard is here", wildcard.text.origin)
                .help(Help::remove_entry("leave out one of the two").uncertain()),
        );
    }
}

/// Returns the sources that `*` already includes, each with the `*`. Addresses may be outside of
/// `*`, so they are not returned.
pub(crate) fn named_beside_wildcard(src: &[Selector]) -> impl Iterator<Item = (&Selector, &Selector)> {
    let wildcard = src.iter().find(|selector| selector.kind == SelectorKind::Wildcard);
    let is_covered = |selector: &Selector| match selector.kind {
        SelectorKind::User | SelectorKind::Domain | SelectorKind::Group | SelectorKind::Tag => true,
        SelectorKind::Autogroup(Some(autogroup)) => autogroup.is_role() || autogroup == Autogroup::Tagged,
        _ => false,
    };
    let covered = src.iter().filter(move |selector| is_covered(selector));
    covered.filter_map(move |selector| Some((selector, wildcard?)))
}

/// Checks the sources of a rule to `autogroup:self`. They must be users. ACLs, but not grants, also
/// allow `*`. `acl-a04` `acl-s05` `grant-h9`
fn self_sources<'a>(
    checker: &mut Checker,
    src: &List<Selector>,
    mut dst: impl Iterator<Item = &'a Selector>,
    wildcard: bool,
) {
    let own = SelectorKind::Autogroup(Some(Autogroup::SelfDevices));
    let Some(own) = dst.find(|selector| selector.kind == own) else { return };
    // Tailscale's answer mentions supported autogroups, but does not list them.
    let is_doubtful = |kind: SelectorKind| {
        use SelectorKind as Kind;
        matches!(kind, Kind::External | Kind::Autogroup(Some(Autogroup::DangerAll | Autogroup::Shared)))
    };
    let wrong = src.iter().find(|selector| match selector.kind {
        kind if is_doubtful(kind) => false,
        SelectorKind::User | SelectorKind::Domain | SelectorKind::Group | SelectorKind::SyncedGroup => false,
        SelectorKind::Wildcard => !wildcard,
        // These are reported elsewhere.
        SelectorKind::Unknown | SelectorKind::Autogroup(None | Some(Autogroup::SelfDevices)) => false,
        SelectorKind::Host => checker.names.declared(NameKind::Host, &selector.text).is_some(),
        SelectorKind::Autogroup(Some(autogroup)) => !autogroup.is_role(),
        _ => true,
    });
    if let Some(wrong) = wrong {
        let message = format!("`autogroup:self` requires users as sources, and `{}` is not a user", wrong.text);
        let help = match wrong.kind {
            SelectorKind::Wildcard => "write `autogroup:member` as the source",
            _ => "write users, groups or `autogroup:member` as sources",
        };
        checker.report(
            Diagnostic::new(Code::SelfSource, wrong.text.origin, message)
                .note_at("`autogroup:self` is the destination here", own.text.origin)
                .help(help)
                .tailscale("autogroup:self can only be used with users, groups, or supported autogroups"),
        );
    } else if let Some(doubtful) = src.iter().find(|selector| is_doubtful(selector.kind)) {
        let message = format!("whether `{}` can be the source of `autogroup:self` is not known", doubtful.text);
        checker.report(
            Diagnostic::new(Code::DoubtfulSelector, doubtful.text.origin, message)
                .note_at("`autogroup:self` is the destination here", own.text.origin)
                .help("write users, groups or `autogroup:member` as sources"),
        );
    }
}

/// Reports all addresses as a destination. Grants refuse it (`grant-v05` `grant-v08`). Elsewhere
/// the answer is unknown.
fn default_route(checker: &mut Checker, selector: &Selector, in_grant: bool) {
    let (prefix, literal) = match selector.kind {
        SelectorKind::Prefix(prefix) => (prefix, true),
        SelectorKind::Host => match checker.names.host_address(&selector.text) {
            Some(HostAddress::Prefix(prefix)) => (prefix, false),
            _ => return,
        },
        _ => return,
    };
    if prefix.length != 0 {
        return;
    }
    let help = "write `*` for all devices and routes, or `autogroup:internet` for what exit nodes lead to";
    let text = &selector.text;
    checker.report(if in_grant && literal && matches!(prefix, Prefix::ALL_IPV4 | Prefix::ALL_IPV6) {
        Diagnostic::new(Code::DefaultRoute, text.origin, format!("`{text}` cannot be a destination"))
            .help(help)
            .tailscale(format!(
                "dst {}: to allow all IP addresses, use \"*\" or \"autogroup:internet\"",
                go_quote(text)
            ))
    } else {
        let message =
            format!("`{text}` is every address of its family, which Tailscale refuses as a grant's destination");
        Diagnostic::new(Code::DoubtfulDefaultRoute, text.origin, message).help(help)
    });
}

/// Reports a name with capital letters. Tailscale reads the destination of an ACL in lower case, so
/// it may not find the name.
fn lower_cased(checker: &mut Checker, host: &Selector) {
    let named = matches!(host.kind, SelectorKind::Host | SelectorKind::Group | SelectorKind::IpSet);
    if named && host.text.contains(|letter: char| letter.is_ascii_uppercase()) {
        let message = format!("in an acl's `dst`, Tailscale may read `{}` in lower case and not find it", host.text);
        let help = format!("rename it to `{}`, or write a grant", host.text.to_ascii_lowercase());
        checker.report(Diagnostic::new(Code::LetterCase, host.text.origin, message).help(help));
    }
}

/// Reports `fd7a::1:22`, which does not say whether its last part is a port.
pub(super) fn unbracketed(checker: &mut Checker, destination: &Destination) {
    if let SelectorKind::Address(std::net::IpAddr::V6(address)) = destination.host.kind
        && !destination.text.starts_with('[')
    {
        let ports = destination.text.rsplit(':').next().unwrap_or_default();
        let noun = if ports.bytes().all(|letter| letter.is_ascii_digit()) { "port" } else { "ports" };
        let message = format!("`{}` is read as `{address}` with {noun} `{ports}`", destination.text);
        checker.report(
            Diagnostic::new(Code::AmbiguousAddress, destination.text.origin, message)
                .help(Help::write(format!("[{address}]:{ports}"))),
        );
    }
}

fn port_spec(checker: &mut Checker, spec: &PortSpec) {
    if let Some(protocol) = spec.protocol.filter(|protocol| !protocol.has_ports())
        && !spec.ports.is_all()
    {
        let start = spec.text.rfind(':').map_or(0, |colon| colon + 1);
        let origin = spec.text.part(start..spec.text.len());
        checker.report(portless(protocol, origin).help(format!("write `{protocol}:*`")));
    }
    if let (Some(protocol), Some((written, _))) = (spec.protocol, spec.text.rsplit_once(':'))
        && written.starts_with('0')
    {
        let message = format!("whether Tailscale reads `{written}` as protocol {} is not known", protocol.0);
        let help = Help::write(format!("{}:{}", protocol.0, spec.ports));
        checker.report(Diagnostic::new(Code::DoubtfulSetting, spec.text.origin, message).help(help));
    }
    // Numbers that are unlikely as ports, and that are numbers of protocols. `grant-k22`
    let number = spec.ports.first;
    if spec.protocol.is_none()
        && spec.ports.last == number
        && matches!(number, 1 | 2 | 4 | 6 | 17 | 47 | 50 | 51 | 58 | 132)
    {
        let protocol = u8::try_from(number).ok().map(Protocol).and_then(Protocol::name).unwrap_or_default();
        let message = format!("`{}` is port {number}, not the protocol `{protocol}`", spec.text);
        checker.report(Diagnostic::new(Code::PortOrProtocol, spec.text.origin, message).help(
            Help::write(format!("{protocol}:*")).or(format_args!(" for the protocol, `tcp:{number}` for the port")),
        ));
    }
}

/// Reports a port without a protocol after one with a protocol, as in `["tcp:631", "632"]`. Its
/// author may think that the protocol applies to both, but the second port is open over UDP and
/// ICMP as well.
fn bare_ports(checker: &mut Checker, specs: &[PortSpec]) {
    let mut named: Option<(&PortSpec, Protocol)> = None;
    for spec in specs {
        match spec.protocol {
            Some(protocol) => {
                named = Some((spec, protocol)).filter(|_| protocol.has_ports() && !spec.ports.is_all());
            }
            // `*:632` states explicitly that it means every protocol.
            None if spec.ports.is_all() || spec.text.contains(':') => named = None,
            None => {
                // A repeated port is redundant, and reported as such.
                let Some((first, protocol)) = named.filter(|(first, _)| first.ports != spec.ports) else { continue };
                let message = format!("`{}` is not limited to `{protocol}`: it opens TCP, UDP and ICMP", spec.text);
                let help = format!(
                    "write `{protocol}:{}`, or write `{}` before `{}` if every protocol is meant",
                    spec.ports, spec.text, first.text
                );
                checker.report(
                    Diagnostic::new(Code::PortWithoutProtocol, spec.text.origin, message)
                        .note_at(format!("`{protocol}` is named for this port only"), first.text.origin)
                        .help(help),
                );
            }
        }
    }
}

/// Reports ports of a protocol that has none. Tailscale's documentation does not support them, and
/// its control plane does not check them (tailscale#3554). The notes describe the client's filter,
/// which always allows Tailscale's own protocol.
fn portless(protocol: Protocol, origin: Origin) -> Diagnostic {
    let message = match protocol.name() {
        Some(name) => format!("`{name}` has no ports"),
        None => format!("protocol {protocol} has no ports that a rule can name"),
    };
    let finding = Diagnostic::new(Code::PortlessProtocol, origin, message);
    match protocol {
        Protocol::ICMP | Protocol::ICMPV6 => finding.note("devices ignore the ports, and let every ping pass"),
        Protocol::TSMP => finding,
        _ => finding.note("devices let this protocol pass only by a rule for all ports"),
    }
}

/// Reports `via` with destinations that no router serves. Such a grant has no effect.
fn via(checker: &mut Checker, grant: &Grant) {
    let Some(router) = grant.via.first() else { return };
    for selector in &grant.dst {
        let device = match selector.kind {
            SelectorKind::User
            | SelectorKind::Domain
            | SelectorKind::Group
            | SelectorKind::SyncedGroup
            | SelectorKind::Tag => true,
            SelectorKind::Autogroup(Some(autogroup)) => autogroup != Autogroup::Internet,
            _ => false,
        };
        if device {
            let message =
                format!("`{}` is not behind a router, so with `via` this grant does not reach it", selector.text);
            checker.report(
                Diagnostic::new(Code::ViaWithoutRoute, selector.text.origin, message)
                    .note_at("the router is named here", router.text.origin)
                    .help("write the prefix behind the router, or a separate grant without `via`"),
            );
        }
    }
}
