//! The live policy and the new one, evaluated with the same facts.

use std::path::Path;

use policy_analysis::Analysis;
use policy_analysis::diff::Diff;
use policy_core::{Policy, ValidPolicy};

use crate::deploy::LIVE;
use crate::diff;
use crate::diff_report::DiffReport;
use crate::locations::Locations;
use crate::push_report::Difference;

/// The live policy and the new one.
#[derive(Debug)]
pub(crate) enum Comparison {
    /// Both can be evaluated.
    Access(Box<AccessComparison>),
    /// The live policy cannot be evaluated, so only the texts can be compared.
    Text {
        /// A unified diff.
        difference: String,
    },
}

/// Two policies with the same facts, and the difference between them.
#[derive(Debug)]
pub(crate) struct AccessComparison {
    pub(crate) live: ValidPolicy,
    pub(crate) new: ValidPolicy,
    pub(crate) diff: Diff,
    /// The difference between devices, if devices are known.
    devices: Option<Diff>,
}

impl Comparison {
    /// Compares the text of the live policy with a new policy.
    pub(crate) fn new(live: &str, new: ValidPolicy) -> Comparison {
        let mut policy = Policy::parse_in(live.to_owned(), Some(new.dialect));
        // Facts are not compared. The same users and devices have both policies.
        policy.facts = new.facts.clone();
        policy.facts.invariants.clear();
        let Ok(live) = policy.validate() else {
            let names = [LIVE.as_bytes(), b"<new policy>"];
            let difference = diff::between(names, live.as_bytes(), new.to_hujson().as_bytes());
            return Comparison::Text { difference: String::from_utf8_lossy(&difference).into_owned() };
        };
        let diff = live.diff(&new);
        let devices = (!new.facts.devices.is_empty()).then(|| live.device_diff(&new));
        Comparison::Access(Box::new(AccessComparison { live, new, diff, devices }))
    }

    /// Returns the difference for a report in which the new policy is called `name`.
    pub(crate) fn difference<'a>(&'a self, name: &'a Path) -> Difference<'a> {
        match self {
            Comparison::Text { difference } => Difference::Text(difference.clone()),
            Comparison::Access(both) => Difference::Access(Box::new(DiffReport {
                diff: &both.diff,
                devices: both.devices.as_ref(),
                old: Locations::new(Path::new(LIVE), &both.live),
                new: Locations::new(name, &both.new),
            })),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compare(live: &str, new: &str) -> Comparison {
        Comparison::new(live, Policy::parse(new).validate().unwrap())
    }

    #[test]
    fn a_live_policy_with_errors_is_compared_as_text() {
        let new = r#"{"grants": []}"#;
        assert!(matches!(compare(r#"{"acls": []}"#, new), Comparison::Access(_)));
        for live in ["{", "", r#"{"grants": [{"src": ["tag:web"], "dst": ["*"], "ip": ["*"]}]}"#] {
            let Comparison::Text { difference } = compare(live, new) else { panic!("{live}") };
            assert!(difference.starts_with("--- <live policy>\n+++ <new policy>\n"), "{difference}");
        }
    }
}
