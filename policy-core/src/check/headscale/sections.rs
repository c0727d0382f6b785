//! Owners, approvers, node attributes and tests.

use crate::check::headscale::HeadscaleChecker;
use crate::check::headscale::placement::AutogroupPlace;
use crate::diagnostic::{Code, Diagnostic, HeadscaleStage, go_quote};
use crate::model::{Autogroup, HostAddress, Policy, Protocol, Selector, SelectorKind, SshTest, Test, headscale_word};
use crate::source::Text;

/// More addresses than headscale should enumerate one by one.
const MANY: u32 = 16;

impl HeadscaleChecker<'_> {
    pub(super) fn owners(&mut self) {
        let policy = self.policy;
        for owner in policy.tag_owners.iter().flat_map(|declared| &declared.owners) {
            self.principal(owner);
        }
    }

    pub(super) fn approvers(&mut self) {
        let approvers = &self.policy.auto_approvers;
        for approver in approvers.routes.iter().flat_map(|route| &route.approvers).chain(&approvers.exit_node) {
            self.principal(approver);
        }
    }

    fn principal(&mut self, selector: &Selector) {
        match selector.kind {
            SelectorKind::Group => self.group(&selector.text),
            SelectorKind::Tag => self.plain_tag(&selector.text),
            _ => {}
        }
    }

    pub(super) fn node_attributes(&mut self) {
        let policy = self.policy;
        for entry in &policy.node_attrs {
            for target in &entry.target {
                match target.kind {
                    SelectorKind::Host => self.host(&target.text),
                    SelectorKind::Group => self.group(&target.text),
                    SelectorKind::Tag => self.plain_tag(&target.text),
                    _ => drop(self.autogroup(AutogroupPlace::Target, target)),
                }
            }
            for attribute in entry.attr.iter().filter(|attribute| attribute.as_str() == "funnel") {
                let answer = "nodeAttrs uses a feature headscale does not yet support: \"funnel\" tracked in \
                              https://github.com/juanfont/headscale/issues/2527";
                let message = "headscale has no Funnel".to_owned();
                self.refuse(Code::NotInHeadscale, attribute, message, "leave it out", answer);
            }
            if let (false, Some(origin)) = (entry.ip_pool.is_absent_or_empty(), entry.ip_pool.origin) {
                let answer =
                    "nodeAttrs ipPool requires the IP allocator (https://github.com/juanfont/headscale/issues/2912)";
                let finding = Diagnostic::new(Code::NotInHeadscale, origin, "headscale has no pools of addresses")
                    .help("leave it out: the prefixes of all addresses are in headscale's configuration");
                self.report(finding, answer);
            }
        }
    }

    pub(super) fn tests(&mut self) {
        let policy = self.policy;
        for (index, test) in policy.tests.iter().enumerate() {
            self.test(index, test);
        }
    }

    fn test(&mut self, index: usize, test: &Test) {
        if test.accept.is_absent_or_empty() && test.deny.is_absent_or_empty() {
            let finding = Diagnostic::new(Code::MissingField, test.origin, "a test needs something to test")
                .help("add what to `accept` or `deny`, such as `tag:web:443`");
            self.report(finding, format!("test {index}: test entry must have at least one of \"accept\" or \"deny\""));
        }
        if test.src.is_none() {
            let finding = Diagnostic::new(Code::MissingField, test.origin, "a test needs a source")
                .help("add `src`: a user, a group, a tag, a host or an address");
            let answer = ": failed to resolve source \"\": resolving: error resolving host: \"\"";
            self.findings.push(finding.headscale(HeadscaleStage::Testing, answer));
        }
        if let Some(protocol) = test.proto.filter(|protocol| !protocol.has_ports()) {
            let name = headscale_word::protocol_name(protocol);
            let finding = Diagnostic::new(Code::InvalidTest, test.origin, format!("a test cannot be about `{name}`"))
                .help(format!(
                    "write `{}`, `{}` or `{}`, or leave `proto` out",
                    Protocol::TCP,
                    Protocol::UDP,
                    Protocol::SCTP
                ));
            self.report(
                finding,
                format!(
                    "test {index}: test protocol must be tcp, udp, sctp, or empty{}",
                    headscale_word::quoted_protocol(protocol)
                ),
            );
        }
        for (list, key) in [(&test.accept, "accept"), (&test.deny, "deny")] {
            for target in list {
                let place = format!("test {index}, {key} {}", go_quote(&target.text));
                let answer = format!("{place}: test destination must be a single host, not a CIDR range");
                self.one_machine(&target.host, &answer);
            }
        }
    }

    /// Checks that the host that a test probes is one address and not a whole prefix.
    fn one_machine(&mut self, host: &Selector, answer: &str) {
        let prefix = match host.kind {
            SelectorKind::Host => self.policy.hosts.iter().find(|declared| *declared.name == *host.text),
            _ => None,
        };
        if let Some(HostAddress::Prefix(prefix)) = prefix.and_then(|declared| declared.address)
            && prefix.range().first != prefix.range().last
        {
            let message = format!("a test probes one machine, and the host `{}` is `{prefix}`", host.text);
            self.refuse(Code::InvalidTest, &host.text, message, "write one address in it", answer);
        }
    }

    pub(super) fn ssh_tests(&mut self) {
        let policy = self.policy;
        for (index, test) in policy.ssh_tests.iter().enumerate() {
            self.ssh_test(index, test);
        }
    }

    fn ssh_test(&mut self, index: usize, test: &SshTest) {
        if test.src.as_ref().is_none_or(|src| src.text.is_empty()) {
            let finding = Diagnostic::new(Code::MissingField, test.origin, "an SSH test needs a source")
                .help("add `src`: a user, a group, a tag, a host or an address");
            self.report(finding, format!("sshTest {index}: SSH tests entry must have a non-empty src"));
        }
        if test.dst.is_absent_or_empty() {
            let origin = test.dst.origin.unwrap_or(test.origin);
            let finding = Diagnostic::new(Code::MissingField, origin, "an SSH test needs a destination")
                .help("name the machines, such as `tag:server`");
            self.report(finding, format!("sshTest {index}: SSH tests entry must have at least one dst"));
        }
        let accounts = [&test.accept, &test.check, &test.deny];
        if let (true, Some(source)) = (accounts.iter().all(|list| list.is_absent_or_empty()), &test.src) {
            let finding = Diagnostic::new(Code::MissingField, test.origin, "an SSH test needs accounts to test")
                .help("add accounts to `accept`, `check` or `deny`, such as `root`");
            let answer = format!("{}: no accept, deny, or check assertions specified", source.text);
            self.findings.push(finding.headscale(HeadscaleStage::Testing, answer));
        }
        for destination in &test.dst {
            let text = &destination.text;
            let answer = format!("sshTest {index}: SSH tests dst contains disallowed element {}", go_quote(text));
            match destination.kind {
                SelectorKind::Autogroup(Some(Autogroup::Internet)) => {
                    let message = "`autogroup:internet` cannot be a destination of an SSH test".to_owned();
                    let help = "write users, tags, hosts or addresses";
                    self.refuse(Code::MisplacedSelector, text, message, help, answer);
                }
                SelectorKind::Prefix(prefix) if prefix.range().first != prefix.range().last => {
                    let message = format!("a test probes one machine, and `{text}` is a prefix");
                    self.refuse(Code::InvalidTest, text, message, "write one address in it", answer);
                }
                SelectorKind::Tag => {
                    self.tag(text, format!("sshTest {index}: SSH tests dst contains unknown tag {}", go_quote(text)));
                }
                SelectorKind::Host => self.one_machine(destination, &answer),
                _ => {}
            }
        }
    }
}

/// Returns the sources of SSH tests whose addresses headscale enumerates one by one, until it runs
/// out of memory.
pub(in crate::check) fn allocating_sources(policy: &Policy) -> Vec<Diagnostic> {
    let hosts = &policy.hosts;
    let is_large = |source: &Selector| match source.kind {
        SelectorKind::Wildcard | SelectorKind::Autogroup(Some(Autogroup::DangerAll | Autogroup::Internet)) => true,
        SelectorKind::Prefix(prefix) => is_large(prefix),
        SelectorKind::Host => {
            let address = hosts.iter().find(|host| *host.name == *source.text).and_then(|host| host.address);
            matches!(address, Some(HostAddress::Prefix(prefix)) if is_large(prefix))
        }
        _ => false,
    };
    let sources = policy.ssh_tests.iter().filter_map(|test| test.src.as_ref()).filter(|source| is_large(source));
    sources.map(|source| allocating_source(&source.text)).collect()
}

fn is_large(prefix: crate::model::Prefix) -> bool {
    let bits = if prefix.address.is_ipv4() { 32 } else { 128 };
    bits - u32::from(prefix.length) > MANY
}

fn allocating_source(text: &Text) -> Diagnostic {
    let message = format!("headscale takes the addresses of `{text}` one by one, until it is out of memory");
    Diagnostic::new(Code::AllocatingTest, text.origin, message)
        .help("write a user, a group, a tag or an address as the source of the SSH test")
}
