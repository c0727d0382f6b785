//! Whether one reaches the other, and why.

use annotate_snippets::normalize_untrusted_str as visible;
use policy_analysis::query::{Answer, Case, Explanation, Login, Near, Question, Reason, SshRuleMatch};
use policy_core::json::{ToJson, Value, json};
use policy_core::model::Action;
use policy_core::source::Origin;

use super::{Asked, bare_all};

/// An answer, and what was asked.
pub(crate) struct Explained<'a> {
    pub(crate) asked: Asked<'a>,
    pub(crate) question: Question<'a>,
    pub(crate) explanation: Explanation,
}

/// More names than a line of text should have; JSON has them all.
const NAMED: usize = 12;

impl Explained<'_> {
    /// For people.
    pub(crate) fn to_text(&self) -> String {
        let Explanation { source, destination, cases } = &self.explanation;
        let verdict = self.explanation.verdict();
        let mut text = format!("{}{}\n", coloured(verdict), visible(&self.sentence(verdict)));
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
                text.push_str(&format!("{}{}\n", coloured(case.verdict()), visible(&self.part(case))));
            }
            text.push_str(&self.case(case));
        }
        text
    }

    /// Which of several cases it is.
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
        part
    }

    fn connection(&self) -> String {
        let Question { protocol, port, .. } = self.question;
        if protocol.has_ports() { format!("{protocol}:{port}") } else { protocol.to_string() }
    }

    fn sentence(&self, verdict: Answer) -> String {
        let Question { source, destination, account, .. } = self.question;
        let deed = match account {
            Some(account) => format!("get into `{destination}` as `{account}`"),
            None => format!("reach `{destination}` on `{}`", self.connection()),
        };
        if self.explanation.cases.is_empty() {
            return format!(": `{source}` cannot {deed}, since one of the two stands for nobody");
        }
        match verdict {
            Answer::Allowed => format!(": `{source}` can {deed}"),
            Answer::Denied => format!(": `{source}` cannot {deed}"),
            Answer::Depends => format!(" whether `{source}` can {deed}"),
        }
    }

    fn case(&self, case: &Case) -> String {
        let mut text = String::new();
        let heading =
            |heading: &str| if self.question.account.is_some() { format!("{heading}:\n") } else { String::new() };
        if !case.rules.is_empty() {
            text.push_str(&heading(&format!("port {} is open", self.question.port)));
            text.push_str(&self.reasons(&case.rules));
        } else if !case.perhaps.is_empty() {
            text.push_str("no rule allows it for certain, but this may:\n");
            text.push_str(&self.reasons(&case.perhaps));
        } else {
            let port = heading(&format!("port {} is not open; nearest", self.question.port));
            text.push_str(&if port.is_empty() { no_rule("rule", &case.nearest) } else { port });
            text.push_str(&self.nearest(&case.nearest));
        }
        if let Some(login) = &case.login {
            text.push_str(&self.login(login));
        }
        for app in &case.apps {
            let names: Vec<String> = app.capabilities.iter().map(|(name, _)| format!("`{name}`")).collect();
            let said = self.asked.posture(&app.postures);
            text.push_str(&format!("may do there: {}\n", visible(&names.join(", "))));
            text.push_str(&self.asked.rules(&[(app.rule, said.into_iter().collect())]));
        }
        text
    }

    fn reasons(&self, reasons: &[Reason]) -> String {
        let said = |reason: &Reason| {
            let mut said = reason.path.clone();
            said.extend(self.asked.posture(&reason.way.postures));
            let via: Vec<String> = reason.way.via.iter().map(|tag| format!("`{tag}`")).collect();
            said.extend((!via.is_empty()).then(|| format!("only through a router tagged {}", via.join(" or "))));
            (reason.way.rule, said)
        };
        self.asked.rules(&reasons.iter().map(said).collect::<Vec<_>>())
    }

    fn nearest(&self, nearest: &[Near]) -> String {
        let said: Vec<(Origin, Vec<String>)> =
            nearest.iter().map(|near| (near.rule, vec![near.lack.clone()])).collect();
        self.asked.rules(&said)
    }

    fn login(&self, login: &Login) -> String {
        let said = |way: &SshRuleMatch, path: &[String]| {
            let mut said = path.to_vec();
            said.extend(self.asked.posture(&way.postures));
            let recorders: Vec<String> = way.recorder.iter().map(|tag| format!("`{tag}`")).collect();
            said.extend(
                (!recorders.is_empty()).then(|| format!("the session is recorded by {}", recorders.join(", "))),
            );
            (way.rule, said)
        };
        let mut text = String::new();
        if let Some(way) = &login.rule {
            text.push_str(&format!("SSH lets them in{}:\n", action(way)));
            text.push_str(&self.asked.rules(&[said(way, &login.path)]));
        }
        if !login.perhaps.is_empty() {
            text.push_str(if login.rule.is_some() { "SSH may ask for a check:\n" } else { "SSH may let them in:\n" });
            text.push_str(
                &self.asked.rules(&login.perhaps.iter().map(|(way, path)| said(way, path)).collect::<Vec<_>>()),
            );
        }
        if login.rule.is_none() && login.perhaps.is_empty() {
            text.push_str(&no_rule("SSH rule", &login.nearest));
            text.push_str(&self.nearest(&login.nearest));
        }
        text
    }

    /// For programs.
    pub(crate) fn to_json(&self) -> Value {
        let reason = |reason: &Reason| {
            json!({
                "line": self.asked.line(reason.way.rule),
                "rule": self.asked.texts.text(reason.way.rule),
                "srcPosture": reason.way.postures,
                "via": reason.way.via,
                "path": reason.path,
            })
        };
        let near = |near: &Near| json!({"line": self.asked.line(near.rule), "rule": self.asked.texts.text(near.rule), "lack": near.lack});
        let login = |login: &Login| {
            let with_path = |way: &SshRuleMatch, path: &[String]| {
                let mut value = self.asked.ssh_json(way);
                value.as_object_mut().map(|object| object.insert("path".to_owned(), path.to_json()));
                value
            };
            json!({
                "rule": login.rule.as_ref().map(|way| with_path(way, &login.path)),
                "perhaps": login.perhaps.iter().map(|(way, path)| with_path(way, path)).collect::<Vec<_>>(),
                "nearest": login.nearest.iter().map(near).collect::<Vec<_>>(),
            })
        };
        let case = |case: &Case| {
            json!({
                "sources": bare_all(&case.sources),
                "destinations": bare_all(&case.destinations),
                "ownDevices": case.is_own,
                "allTags": case.has_all_tags,
                "answer": word(case.verdict()),
                "rules": case.rules.iter().map(reason).collect::<Vec<_>>(),
                "perhaps": case.perhaps.iter().map(reason).collect::<Vec<_>>(),
                "nearest": case.nearest.iter().map(near).collect::<Vec<_>>(),
                "app": case.apps.iter().map(|app| self.asked.app_json(app)).collect::<Vec<_>>(),
                "ssh": case.login.as_ref().map(login),
            })
        };
        json!({
            "file": self.asked.file(),
            "source": self.question.source,
            "destination": self.question.destination,
            "protocol": self.question.protocol.to_string(),
            "port": self.question.protocol.has_ports().then_some(self.question.port),
            "account": self.question.account,
            "answer": word(self.explanation.verdict()),
            "cases": self.explanation.cases.iter().map(case).collect::<Vec<_>>(),
        })
    }
}

/// What to say before the rules that come nearest, or instead of them.
fn no_rule(kind: &str, nearest: &[Near]) -> String {
    match nearest {
        [] => format!("no {kind} comes near to it\n"),
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

fn word(verdict: Answer) -> &'static str {
    match verdict {
        Answer::Allowed => "allowed",
        Answer::Depends => "depends",
        Answer::Denied => "denied",
    }
}

fn coloured(verdict: Answer) -> String {
    let (colour, word) = match verdict {
        Answer::Allowed => (32, "allowed"),
        Answer::Depends => (33, "it depends"),
        Answer::Denied => (31, "denied"),
    };
    format!("\u{1b}[1;{colour}m{word}\u{1b}[0m")
}
