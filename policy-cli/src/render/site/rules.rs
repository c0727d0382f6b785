//! The rules of a policy with their places, and links to them.

use std::collections::HashMap;
use std::fmt::Write;
use std::path::Path;

use policy_core::Policy;
use policy_core::json::{Value, json};
use policy_core::model::Selector;
use policy_core::source::Origin;

use super::MOST_ENTRIES;
use crate::answer::RulePrinter;
use crate::render::html::{self, escape};
use crate::render::prose::Prose;
use crate::text::join_quoted;

/// The rules in the order of the policy: grants, ACLs, then SSH rules.
pub(super) struct Rules<'p> {
    printer: RulePrinter<'p>,
    list: Vec<Rule<'p>>,
    numbers: HashMap<Origin, usize>,
}

struct Rule<'p> {
    origin: Origin,
    conditions: Vec<String>,
    doc: Option<&'p str>,
}

impl<'p> Rules<'p> {
    pub(super) fn new(path: &'p Path, policy: &'p Policy) -> Self {
        let printer = RulePrinter::new(path, policy);
        let mut list = Vec::new();
        let postures = |own: &'p [Selector]| {
            let required = policy_core::access::posture::required(policy, own);
            printer.posture(&required.iter().map(Selector::to_string).collect::<Vec<_>>())
        };
        if policy.grants.is_none() && policy.acls.is_none() {
            list.push(Rule { origin: policy.origin, conditions: Vec::new(), doc: None });
        }
        for grant in policy.grants.iter().flatten() {
            let via: Vec<String> = grant.via.iter().map(Selector::to_string).collect();
            let via = (!via.is_empty()).then(|| format!("only through a router tagged {}", join_quoted(&via, " or ")));
            let conditions = postures(&grant.src_posture).into_iter().chain(via).collect();
            list.push(Rule { origin: grant.origin, conditions, doc: grant.doc.as_deref() });
        }
        for acl in policy.acls.iter().flatten() {
            let conditions = postures(&acl.src_posture).into_iter().collect();
            list.push(Rule { origin: acl.origin, conditions, doc: acl.doc.as_deref() });
        }
        for rule in &policy.ssh {
            let recorder: Vec<String> = rule.recorder.iter().map(Selector::to_string).collect();
            let recorder =
                (!recorder.is_empty()).then(|| format!("the session is recorded by {}", join_quoted(&recorder, ", ")));
            let conditions = postures(&rule.src_posture).into_iter().chain(recorder).collect();
            list.push(Rule { origin: rule.origin, conditions, doc: rule.doc.as_deref() });
        }
        let numbers = list.iter().enumerate().map(|(number, rule)| (rule.origin, number)).collect();
        Rules { printer, list, numbers }
    }

    /// Returns a rule as the script shows it.
    pub(super) fn to_json(&self, rule: Origin) -> Value {
        let conditions = self.numbers.get(&rule).and_then(|&number| self.list.get(number));
        let conditions = conditions.map_or(&[][..], |rule| &rule.conditions);
        json!({"place": self.place(rule), "text": self.printer.text(rule), "conditions": conditions})
    }

    fn place(&self, rule: Origin) -> String {
        match self.printer.location(rule).line {
            Some(line) => format!("line {line}"),
            None => "no rules".to_owned(),
        }
    }

    /// Returns the link target of a rule, if the page shows the rule.
    pub(super) fn link(&self, rule: Origin) -> Option<String> {
        let &number = self.numbers.get(&rule)?;
        (number < MOST_ENTRIES).then(|| format!("#rule-{number}"))
    }

    /// Returns links to rules, each once, by their lines.
    pub(super) fn links(&self, rules: &[Origin]) -> String {
        let links = rules.iter().filter_map(|&rule| Some((self.link(rule)?, self.place(rule))));
        links.map(|(link, place)| format!(" <a class=\"rule\" href=\"{link}\">{}</a>", escape(&place))).collect()
    }

    /// Returns the places of rules as text for a tooltip.
    pub(super) fn places(&self, rules: &[Origin]) -> String {
        let places: Vec<String> = rules.iter().map(|&rule| self.place(rule)).collect();
        places.join(", ")
    }

    /// Lists the rules.
    pub(super) fn section(&self) -> String {
        let mut out = String::from("<ol class=\"rules\">\n");
        for (number, rule) in self.list.iter().enumerate().take(MOST_ENTRIES) {
            let (place, text) = (self.place(rule.origin), self.printer.text(rule.origin));
            let _ = write!(
                out,
                "<li id=\"rule-{number}\"><span class=\"place\">{}</span> <code>{}</code>",
                escape(&place),
                escape(&text)
            );
            for condition in &rule.conditions {
                let _ = write!(out, "<div class=\"note\">{}</div>", html::prose(&Prose::comment(condition)));
            }
            if let Some(doc) = rule.doc {
                out.push_str(&html::comment(doc));
            }
            out.push_str("</li>\n");
        }
        out.push_str("</ol>\n");
        let hidden = self.list.len().saturating_sub(MOST_ENTRIES);
        if hidden > 0 {
            let _ = writeln!(
                out,
                "<p class=\"more\">{hidden} more rules are not shown here; the policy file has them all.</p>"
            );
        }
        out
    }
}
