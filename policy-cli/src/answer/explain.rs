//! Answers whether a source can reach a destination, and why.

use policy_analysis::query::{Case, Explanation, Login, NearRule, Obstacle, Question, Reason, RuleMatch, SshRuleMatch};
use policy_core::access::{Families, PortSet};
use policy_core::json::{ToJson, Value, json};
use policy_core::model::{Action, Protocol};
use policy_core::source::Origin;
use policy_core::testing::Decision;

use super::{RulePrinter, bare_all};
use crate::json::{VERSION, array};
use crate::style::{BAD, GOOD, UNKNOWN, paint};
use crate::text::{join, join_quoted, visible};

/// The answer to `explain`, and the question.
pub(crate) struct ExplainAnswer<'a> {
    pub(crate) rules: RulePrinter<'a>,
    pub(crate) question: Question<'a>,
    pub(crate) explanation: Explanation,
}

/// The maximum number of names on a line of text. JSON has all of them.
const NAMED: usize = 12;

impl ExplainAnswer<'_> {
    /// Returns the answer as text for people.
    pub(crate) fn to_text(&self) -> String {
        let Explanation { source, destination, cases, is_about_nobody: _ } = &self.explanation;
        let decision = self.explanation.decision();
        let mut text = format!("{}{}\n", coloured(decision), visible(&self.sentence(decision)));
        let mut words = vec![(self.question.source, source), (self.question.destination, destination)];
        words.dedup();
        for (word, meaning) in words {
            if let Some(meaning) = meaning {
                text.push_str(&format!("  {}\n", visible(&format!("`{word}` is {meaning}"))));
            }
        }
        for case in cases {
            text.push('\n');
            if cases.len() > 1 {
                text.push_str(&format!("{}{}\n", coloured(case.decision()), visible(&self.part(case))));
            }
            text.push_str(&self.case(case));
        }
        text
    }

    /// Describes which of several cases this is.
    fn part(&self, case: &Case) -> String {
        let cases = &self.explanation.cases;
        let differ = |of: fn(&Case) -> &Vec<String>| cases.iter().any(|other| of(other) != of(case));
        let mut part = String::new();
        if differ(|case| &case.sources) {
            part.push_str(&format!(" for {}", names(&case.sources)));
        }
        if differ(|case| &case.destinations) {
            part.push_str(&format!(" to {}", names(&case.destinations)));
        }
        part.push_str(match case.is_own {
            Some(true) => ", on devices of one user",
            Some(false) => ", on devices of different users",
            None => "",
        });
        part.push_str(if case.has_all_tags { ", with all its tags" } else { "" });
        part.push_str(&over(case.families));
        part
    }

    /// Returns the families over which all cases are allowed, if these are not all families.
    fn families(&self) -> Option<Families> {
        let mut families = self.explanation.cases.iter().map(|case| case.families);
        let first = families.next().flatten();
        first.filter(|_| families.all(|other| other == first))
    }

    fn connection(&self) -> String {
        let Question { protocol, port, .. } = self.question;
        if protocol.has_ports() { format!("{protocol}:{port}") } else { protocol.to_string() }
    }

    fn sentence(&self, decision: Decision) -> String {
        let Question { source, destination, account, .. } = self.question;
        let deed = match account {
            Some(account) => format!("get into `{destination}` as `{account}`"),
            None => format!("reach `{destination}` on `{}`", self.connection()),
        };
        if self.explanation.cases.is_empty() {
            let why = match self.explanation.is_about_nobody {
                true => "one of them stands for nobody",
                false => "packets cannot pass between IPv4 and IPv6",
            };
            return format!(": `{source}` cannot {deed}, since {why}");
        }
        match decision {
            Decision::Allow => format!(": `{source}` can {deed}{}", over(self.families())),
            Decision::Deny => format!(": `{source}` cannot {deed}"),
            Decision::Unknown => format!(" whether `{source}` can {deed}"),
        }
    }

    fn case(&self, case: &Case) -> String {
        let mut text = String::new();
        let heading =
            |heading: &str| if self.question.account.is_some() { format!("{heading}:\n") } else { String::new() };
        match case.network {
            Decision::Allow => text.push_str(&heading(&format!("port {} is open", self.question.port))),
            Decision::Unknown => text.push_str("no rule allows it for certain, but this may:\n"),
            Decision::Deny if case.has_no_common_family => {
                text.push_str(match self.question.protocol {
                    Protocol::ICMP => {
                        "they do not both have an IPv4 address; ask about pings over IPv6 with `--proto ipv6-icmp`\n"
                    }
                    Protocol::ICMPV6 => {
                        "they do not both have an IPv6 address; ask about pings over IPv4 with `--proto icmp`\n"
                    }
                    _ => "they have no addresses of the same family, and packets cannot pass between IPv4 and IPv6\n",
                });
            }
            Decision::Deny if !case.not_carried.is_empty() => text.push_str(&self.not_carried(case)),
            Decision::Deny => {
                let port = heading(&format!("port {} is not open; nearest", self.question.port));
                text.push_str(&if port.is_empty() { no_rule("rule", &case.nearest) } else { port });
                text.push_str(&self.nearest(&case.nearest));
            }
        }
        text.push_str(&self.reasons(&case.reasons));
        if case.network == Decision::Allow && self.question.is_ping() && !opens_pings(case) {
            text.push_str(
                "ping is open because a device answers pings from every source that can reach one of its ports\n",
            );
        }
        if case.is_ping_implied && self.is_first_with_ping(case) {
            text.push_str(
                "ping is open, too, because a device answers pings from every source that can reach one of its ports\n",
            );
        }
        if let Some(login) = &case.login {
            text.push_str(&self.login(login));
        }
        for app in &case.apps {
            let names = join(&app.capabilities, ", ", &|(name, _)| format!("`{name}`"));
            let said = self.rules.posture(&app.postures);
            text.push_str(&format!("capabilities there: {}\n", visible(&names)));
            text.push_str(&self.rules.rules(&[(app.rule, said.into_iter().collect())]));
        }
        text
    }

    fn reasons(&self, reasons: &[Reason<RuleMatch>]) -> String {
        let said = |reason: &Reason<RuleMatch>| {
            let mut said = reason.path.clone();
            said.extend(self.rules.posture(&reason.by.postures));
            let via = &reason.by.via;
            if !via.is_empty() {
                said.push(format!("only through a router tagged {}", join_quoted(via, " or ")));
            }
            said.extend(reason.by.families.map(|families| format!("over {families} only")));
            (reason.by.rule, said)
        };
        self.rules.rules(&reasons.iter().map(said).collect::<Vec<_>>())
    }

    /// Returns whether this is the first case with open pings. Only that one mentions them.
    fn is_first_with_ping(&self, case: &Case) -> bool {
        let first = self.explanation.cases.iter().find(|case| case.is_ping_implied);
        first.is_some_and(|first| std::ptr::eq(first, case))
    }

    fn not_carried(&self, case: &Case) -> String {
        let obstacle = describe_obstacle(case.obstacle);
        let heading = format!("the policy allows it, but {obstacle}");
        format!("{heading}:\n{}", self.reasons(&case.not_carried))
    }

    fn nearest(&self, nearest: &[NearRule]) -> String {
        let said: Vec<(Origin, Vec<String>)> =
            nearest.iter().map(|near| (near.rule, vec![near.mismatch.clone()])).collect();
        self.rules.rules(&said)
    }

    fn login(&self, login: &Login) -> String {
        let said = |Reason { by, path }: &Reason<SshRuleMatch>| {
            let mut said = path.clone();
            said.extend(self.rules.posture(&by.postures));
            if !by.recorder.is_empty() {
                said.push(format!("the session is recorded by {}", join_quoted(&by.recorder, ", ")));
            }
            (by.rule, said)
        };
        let mut text = String::new();
        if let Some(reason) = &login.rule {
            text.push_str(&format!("SSH allows the login{}:\n", action(&reason.by)));
            text.push_str(&self.rules.rules(&[said(reason)]));
        }
        if !login.possible.is_empty() {
            text.push_str(if login.rule.is_some() {
                "SSH may require a check:\n"
            } else {
                "SSH may allow the login:\n"
            });
            text.push_str(&self.rules.rules(&login.possible.iter().map(said).collect::<Vec<_>>()));
        }
        if login.decision() == Decision::Deny {
            text.push_str(&no_rule("SSH rule", &login.nearest));
            text.push_str(&self.nearest(&login.nearest));
        }
        text
    }

    /// Returns the answer as JSON for programs.
    pub(crate) fn to_json(&self) -> Value {
        let reason = |reason: &Reason<RuleMatch>| {
            let rule = &reason.by;
            let families = rule.families.map(|families| families.to_string());
            let said = json!({"srcPosture": rule.postures, "via": rule.via, "family": families, "path": reason.path});
            self.rules.rule_json(rule.rule, said)
        };
        let near = |near: &NearRule| self.rules.rule_json(near.rule, json!({"lack": near.mismatch}));
        let login = |login: &Login| {
            let with_path = |reason: &Reason<SshRuleMatch>| {
                let mut value = self.rules.ssh_json(&reason.by);
                value.as_object_mut().map(|object| object.insert("path".to_owned(), reason.path.to_json()));
                value
            };
            json!({
                "rule": login.rule.as_ref().map(with_path),
                "perhaps": array(&login.possible, &with_path),
                "nearest": array(&login.nearest, &near),
            })
        };
        let reasons = |case: &Case, decision: Decision| -> Vec<Value> {
            let reasons = case.reasons.iter().filter(|_| case.network == decision);
            reasons.map(reason).collect()
        };
        let case = |case: &Case| {
            json!({
                "sources": bare_all(&case.sources),
                "destinations": bare_all(&case.destinations),
                "ownDevices": case.is_own,
                "allTags": case.has_all_tags,
                "answer": word(case.decision()),
                "rules": reasons(case, Decision::Allow),
                "perhaps": reasons(case, Decision::Unknown),
                "notCarried": array(&case.not_carried, &reason),
                "obstacle": case.obstacle.map(obstacle_word),
                "family": case.families.map(|families| families.to_string()),
                "commonFamily": !case.has_no_common_family,
                "pingIsOpen": case.network == Decision::Allow && (case.is_ping_implied || self.question.is_ping()),
                "nearest": array(&case.nearest, &near),
                "app": array(&case.apps, &|app| self.rules.app_json(app)),
                "ssh": case.login.as_ref().map(login),
            })
        };
        json!({
            "version": VERSION,
            "file": self.rules.file(),
            "source": self.question.source,
            "destination": self.question.destination,
            "protocol": self.question.protocol.to_string(),
            "port": self.question.protocol.has_ports().then_some(self.question.port),
            "account": self.question.account,
            "answer": word(self.explanation.decision()),
            "cases": array(&self.explanation.cases, &case),
        })
    }
}

/// Returns the reason why no router carries packets. The text follows "but".
pub(crate) fn describe_obstacle(obstacle: Option<Obstacle>) -> &'static str {
    match obstacle {
        Some(Obstacle::OnlySource) => {
            "no other router of the tailnet carries it: a device reaches the addresses that it routes without any rule"
        }
        Some(Obstacle::OnlyExitNodes) => {
            "no subnet router of the tailnet carries it, and exit nodes only serve `autogroup:internet` and `*`"
        }
        Some(Obstacle::Via) => "`via` only applies to addresses behind routers, and this is an address of the tailnet",
        _ => "no router of the tailnet carries it",
    }
}

fn obstacle_word(obstacle: Obstacle) -> &'static str {
    match obstacle {
        Obstacle::OnlySource => "only-source",
        Obstacle::OnlyExitNodes => "only-exit-nodes",
        Obstacle::Via => "via",
        _ => "no-router",
    }
}

/// Returns the families in words, if these are not all families.
fn over(families: Option<Families>) -> String {
    families.map(|families| format!(", over {families} only")).unwrap_or_default()
}

/// Returns whether one of the rules opens pings explicitly.
fn opens_pings(case: &Case) -> bool {
    let is_about_pings =
        |ping: Protocol| move |reason: &Reason<RuleMatch>| reason.by.ports.contains(&PortSet::single(ping, 0));
    [Protocol::ICMP, Protocol::ICMPV6].into_iter().any(|ping| case.reasons.iter().any(is_about_pings(ping)))
}

/// Returns the heading of the nearest rules, or the text to show if there are none.
fn no_rule(kind: &str, nearest: &[NearRule]) -> String {
    match nearest {
        [] => format!("no {kind} comes near\n"),
        _ => format!("no {kind} allows it; nearest:\n"),
    }
}

fn action(way: &SshRuleMatch) -> String {
    match (way.action, way.check_period.as_deref()) {
        (Action::Accept, _) => String::new(),
        (Action::Check, Some("always") | None) => " after a check".to_owned(),
        (Action::Check, Some(period)) => format!(" after a check, every {period}"),
    }
}

fn names(names: &[String]) -> String {
    let shown: Vec<&str> = names.iter().take(NAMED).map(String::as_str).collect();
    match names.len().saturating_sub(NAMED) {
        0 => shown.join(", "),
        more => format!("{}, {more} more", shown.join(", ")),
    }
}

fn word(decision: Decision) -> &'static str {
    match decision {
        Decision::Allow => "allowed",
        Decision::Unknown => "depends",
        Decision::Deny => "denied",
    }
}

fn coloured(decision: Decision) -> String {
    match decision {
        Decision::Allow => paint(GOOD, "allowed"),
        Decision::Unknown => paint(UNKNOWN, "it depends"),
        Decision::Deny => paint(BAD, "denied"),
    }
}
