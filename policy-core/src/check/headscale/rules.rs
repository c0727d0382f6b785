//! `acls` and `grants`.

use crate::check::headscale::HeadscaleChecker;
use crate::check::headscale::placement::AutogroupPlace;
use crate::diagnostic::{Code, Diagnostic, Help, go_quote};
use crate::model::headscale_word::{protocol_name, quoted_protocol};
use crate::model::{Acl, App, Autogroup, Grant, Selector, SelectorKind};
use crate::source::Text;

/// The capabilities of Tailscale's domain that a grant may give.
const GRANTABLE: &[&str] = &[
    "tailscale.com/cap/drive",
    "tailscale.com/cap/kubernetes",
    "tailscale.com/cap/relay",
    "tailscale.com/cap/tsidp",
    "tailscale.com/cap/webui",
];

impl HeadscaleChecker<'_> {
    pub(super) fn rules(&mut self) {
        let policy = self.policy;
        for acl in policy.acls.iter().flatten() {
            self.acl(acl);
        }
        for grant in policy.grants.iter().flatten() {
            self.grant(grant);
        }
    }

    fn acl(&mut self, acl: &Acl) {
        self.sources(&acl.src);
        for destination in &acl.dst {
            self.destination(&destination.host, |tag| {
                let tag = go_quote(tag);
                format!("dst={tag}: tag not found: {tag}")
            });
        }
        let portless = acl.proto.filter(|protocol| !protocol.has_ports());
        let with_ports = acl.dst.iter().find(|destination| destination.ports.iter().any(|ports| !ports.is_all()));
        if let (Some(protocol), Some(destination)) = (portless, with_ports) {
            let name = protocol_name(protocol);
            let answer = format!("protocol does not support specific ports{}", quoted_protocol(protocol));
            let finding = Diagnostic::new(
                Code::InvalidPorts,
                destination.ports_origin,
                format!("`{name}` has no ports that a rule can name"),
            );
            self.report(finding.help(format!("write `{}:*`", destination.host)), answer);
        }
        self.self_sources(&acl.src, acl.dst.iter().map(|destination| &destination.host), true);
    }

    fn grant(&mut self, grant: &Grant) {
        let app = grant.app.as_ref().filter(|app| !app.is_absent_or_empty());
        if grant.ip.is_absent_or_empty() && app.is_none() {
            let finding = Diagnostic::new(Code::EmptyGrant, grant.origin, "a grant needs `ip` or `app`")
                .help("grant ports, such as `tcp:443`, or `*` for all of them");
            self.report(finding, "ip and app can not both be empty");
        }
        if let Some(app) = app {
            self.app(grant, app);
        }
        let is_all = |selector: &&Selector| matches!(selector.kind, SelectorKind::Prefix(prefix) if prefix.length == 0);
        if let Some(all) = grant.dst.iter().find(is_all) {
            let answer =
                format!("dst {}: to allow all IP addresses, use \"*\" or \"autogroup:internet\"", go_quote(&all.text));
            let help = "write `*` for all devices and routes, or `autogroup:internet` for what exit nodes lead to";
            self.refuse(Code::DefaultRoute, &all.text, format!("`{}` cannot be a destination", all.text), help, answer);
        }
        self.sources(&grant.src);
        for selector in &grant.dst {
            self.destination(selector, |tag| format!("tag not found: {}", go_quote(tag)));
        }
        for router in &grant.via {
            self.tag(&router.text, format!("tag {} not found", go_quote(&router.text)));
        }
        self.self_sources(&grant.src, grant.dst.iter(), false);
    }

    fn app(&mut self, grant: &Grant, app: &App) {
        for capability in &app.capabilities {
            let name = &capability.name;
            if let Some((_, bare)) = name.split_once("://") {
                let message = format!("`{name}` is not a valid capability name");
                let answer = "capability name must have the form {domain}/{path}";
                self.refuse(Code::InvalidCapability, name, message, Help::write(bare), answer);
            } else if name.starts_with("tailscale.com/") && !GRANTABLE.contains(&name.as_str()) {
                let message = format!("a grant cannot give `{name}`");
                let help = "leave it out: headscale grants few capabilities of Tailscale's domain";
                let answer = "capability name must not be in the tailscale.com domain";
                self.refuse(Code::ReservedCapability, name, message, help, answer);
            }
        }
        let internet = SelectorKind::Autogroup(Some(Autogroup::Internet));
        if let Some(internet) = grant.dst.iter().find(|selector| selector.kind == internet) {
            let message = "`app` cannot be granted towards `autogroup:internet`";
            let finding = Diagnostic::new(Code::AppToInternet, internet.text.origin, message)
                .help("write a separate grant for `autogroup:internet`, with `ip` only");
            self.report(finding, "cannot use app grants with autogroup:internet");
        }
    }

    fn sources(&mut self, list: &[Selector]) {
        for selector in list {
            match selector.kind {
                SelectorKind::Host => self.host(&selector.text),
                SelectorKind::Group => self.group(&selector.text),
                SelectorKind::Tag => {
                    self.tag(&selector.text, format!("src=tag not found: {}", go_quote(&selector.text)))
                }
                _ => drop(self.autogroup(AutogroupPlace::Source, selector)),
            }
        }
    }

    fn destination(&mut self, selector: &Selector, no_tag: impl Fn(&Text) -> String) {
        match selector.kind {
            SelectorKind::Host => self.host(&selector.text),
            SelectorKind::Group => self.group(&selector.text),
            SelectorKind::Tag => self.tag(&selector.text, no_tag(&selector.text)),
            _ => drop(self.autogroup(AutogroupPlace::Destination, selector)),
        }
    }

    /// Checks the sources of a rule to `autogroup:self`. They must be users, or in ACLs also `*`.
    fn self_sources<'s>(
        &mut self,
        src: &[Selector],
        mut dst: impl Iterator<Item = &'s Selector>,
        allows_wildcard: bool,
    ) {
        let own = SelectorKind::Autogroup(Some(Autogroup::SelfDevices));
        let Some(own) = dst.find(|selector| selector.kind == own) else { return };
        let wrong = src.iter().find(|selector| match selector.kind {
            SelectorKind::User | SelectorKind::Group | SelectorKind::Autogroup(Some(Autogroup::Member)) => false,
            SelectorKind::Wildcard => !allows_wildcard,
            _ => true,
        });
        if let Some(wrong) = wrong {
            let message = format!("`autogroup:self` requires users as sources, and `{}` is not a user", wrong.text);
            let finding = Diagnostic::new(Code::SelfSource, wrong.text.origin, message)
                .note_at("`autogroup:self` is the destination here", own.text.origin)
                .help("write users, groups or `autogroup:member` as sources");
            self.report(finding, "autogroup:self can only be used with users, groups, or supported autogroups");
        }
    }
}
