//! The policy's own `tests` as headscale runs them: against the filters that it compiles for its
//! actual devices.
//!
//! Every address of the source must reach an address of the destination. Rules with `via` and rules
//! to `autogroup:self` are ignored, because headscale compiles them for each device.

use crate::access::{Resolution, TAILNET, Tailnet, overlap};
use crate::diagnostic::go_quote;
use crate::model::{AddressRange, Policy, PortRange, Prefix, Protocol, Selector, Target, Test};
use crate::testing::headscale::addresses::{addresses, resolved};
use crate::testing::headscale::failure::{FailureScope, HeadscaleFailure};
use crate::testing::outcome::Expectation;

/// The rules of a policy that apply to tests.
pub(super) struct HeadscaleFilter<'p> {
    policy: &'p Policy,
    tailnet: &'p Tailnet<'p>,
    /// The rules. `None` for a policy without rules, which allows everything.
    rules: Option<Vec<TestRule>>,
}

struct TestRule {
    sources: Vec<AddressRange>,
    protocol: Option<Protocol>,
    destinations: Vec<(Vec<AddressRange>, Vec<PortRange>)>,
}

impl<'p> HeadscaleFilter<'p> {
    pub(super) fn new(policy: &'p Policy, tailnet: &'p Tailnet<'p>) -> Self {
        let mut filter = HeadscaleFilter { policy, tailnet, rules: None };
        if policy.grants.is_none() && policy.acls.is_none() {
            return filter;
        }
        let mut rules = Vec::new();
        for grant in policy.grants.iter().flatten().filter(|grant| grant.via.is_absent_or_empty()) {
            let sources = filter.sources(&grant.src);
            let to: Vec<Vec<AddressRange>> = grant.dst.iter().map(|selector| filter.destination(selector)).collect();
            rules.extend(grant.ip.iter().map(|spec| TestRule {
                sources: sources.clone(),
                protocol: spec.protocol,
                destinations: to.iter().map(|to| (to.clone(), vec![spec.ports])).collect(),
            }));
        }
        for acl in policy.acls.iter().flatten() {
            let to = acl.dst.iter().map(|to| (filter.destination(&to.host), to.ports.clone()));
            let destinations = to.collect();
            rules.push(TestRule { sources: filter.sources(&acl.src), protocol: acl.proto, destinations });
        }
        filter.rules = Some(rules);
        filter
    }

    /// Returns the addresses of sources. `*` includes the approved routes.
    fn sources(&self, list: &[Selector]) -> Vec<AddressRange> {
        let mut sources = Vec::new();
        for selector in list {
            match self.tailnet.resolve(selector) {
                Resolution::Everything => {
                    sources.extend(TAILNET);
                    sources.extend(self.tailnet.routes.iter().map(|route| route.range()));
                }
                resolution => sources.extend(resolved(self.tailnet, &resolution)),
            }
        }
        sources
    }

    fn destination(&self, selector: &Selector) -> Vec<AddressRange> {
        match self.tailnet.resolve(selector) {
            Resolution::Everything => vec![Prefix::ALL_IPV4.range(), Prefix::ALL_IPV6.range()],
            resolution => resolved(self.tailnet, &resolution),
        }
    }

    /// Returns the failure of a whole test, before any target is tried.
    pub(super) fn source_failure(&self, test: &Test) -> Option<HeadscaleFailure> {
        let source = test.src.as_ref()?;
        let text = &source.text;
        let place = format!("{text}{}", in_protocol(test));
        match addresses(self.policy, self.tailnet, source) {
            Err(unresolved) => Some(HeadscaleFailure::of_source(source, &place, unresolved)),
            Ok(ranges) if ranges.is_empty() => Some(HeadscaleFailure::of_empty_source(source, &place)),
            Ok(_) => None,
        }
    }

    /// Returns headscale's failure of a target that does not match the expectation.
    pub(super) fn failure(&self, test: &Test, expectation: Expectation, target: &Target) -> Option<HeadscaleFailure> {
        let source = test.src.as_ref()?;
        let (from, to, protocol) = (&source.text, &target.text, in_protocol(test));
        let destination = match addresses(self.policy, self.tailnet, &target.host) {
            Err(unresolved) => {
                let place = format!("{from}{protocol}: error testing {}", go_quote(to));
                return Some(HeadscaleFailure::of_destination(
                    &target.host,
                    &place,
                    "resolving destination: ",
                    unresolved,
                ));
            }
            Ok(ranges) if ranges.is_empty() => {
                let answer = format!(
                    "{from}{protocol}: error testing {}: destination resolved to no IP addresses: {}",
                    go_quote(to),
                    go_quote(to)
                );
                return Some(HeadscaleFailure::of_no_device(&target.host, answer));
            }
            Ok(ranges) => ranges,
        };
        let sources = addresses(self.policy, self.tailnet, source).ok()?;
        let sources = sources.into_iter().flat_map(AddressRange::prefixes).map(Prefix::range);
        let is_allowed = sources.into_iter().all(|source| self.allows(source, &destination, target.port, test.proto));
        match (expectation, is_allowed) {
            (Expectation::Accept | Expectation::Check, false) => Some(HeadscaleFailure {
                message: format!("`{from}` should reach `{to}`, but headscale finds no rule for all of its addresses"),
                help: "write such a rule: `autogroup:self` and `via` do not count in headscale's tests".to_owned(),
                answer: format!("{from} -> {to}{protocol}: expected ALLOWED, got DENIED"),
                is_certain: false,
                scope: FailureScope::Target,
            }),
            (Expectation::Deny, true) => Some(HeadscaleFailure {
                message: format!(
                    "`{from}` should not reach `{to}`, but headscale finds rules for all of its addresses"
                ),
                help: "narrow the rules, or put the target under `accept`".to_owned(),
                answer: format!("{from} -> {to}{protocol}: expected DENIED, got ALLOWED"),
                is_certain: false,
                scope: FailureScope::Target,
            }),
            _ => None,
        }
    }

    fn allows(
        &self,
        source: AddressRange,
        destination: &[AddressRange],
        port: u16,
        protocol: Option<Protocol>,
    ) -> bool {
        let Some(rules) = &self.rules else { return true };
        rules.iter().any(|rule| {
            let protocols = rule.protocol.is_none_or(|own| match protocol {
                Some(wanted) => own == wanted,
                None => Protocol::DEFAULTS.contains(&own),
            });
            let meets = |ranges: &[AddressRange]| {
                ranges.iter().any(|range| destination.iter().any(|wanted| overlap(*range, *wanted)))
            };
            protocols
                && rule.sources.iter().any(|range| overlap(*range, source))
                && rule
                    .destinations
                    .iter()
                    .any(|(to, ports)| ports.iter().any(|ports| ports.contains(port)) && meets(to))
        })
    }
}

/// Returns the suffix of headscale's message about a test with a protocol.
fn in_protocol(test: &Test) -> String {
    test.proto.map_or_else(String::new, |protocol| format!(" ({protocol})"))
}
