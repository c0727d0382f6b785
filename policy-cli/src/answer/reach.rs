//! Who reaches something, and what somebody reaches, as a list.

use annotate_snippets::normalize_untrusted_str as visible;
use policy_analysis::query::{Reachability, ReachabilityRow, SshRuleMatch};
use policy_core::json::{Value, json};
use policy_core::model::Action;
use policy_core::source::Origin;

use super::{Asked, bare_all, in_words};

/// What is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// Who reaches a destination
    Who,
    /// What a source reaches
    What,
}

/// An answer, and what was asked.
pub(crate) struct Listed<'a> {
    pub(crate) asked: Asked<'a>,
    /// As it was asked: the source or the destination.
    pub(crate) word: &'a str,
    /// The port that was asked about, as it was asked.
    pub(crate) port: Option<&'a str>,
    pub(crate) direction: Direction,
    pub(crate) reach: Reachability,
}

impl Listed<'_> {
    /// For people.
    pub(crate) fn to_text(&self) -> String {
        let Reachability { subject, reached, carriers } = &self.reach;
        let word = format!("`{}`{}", self.word, self.port.map(|port| format!(" on {port}")).unwrap_or_default());
        let heading = match (self.direction, reached.is_empty()) {
            (Direction::Who, false) => format!("{word} is reached by"),
            (Direction::Who, true) => format!("{word} is reached by nobody"),
            (Direction::What, false) => format!("{word} reaches"),
            (Direction::What, true) => format!("{word} reaches nothing"),
        };
        let mut text = format!("{}\n", visible(&heading));
        if let Some(subject) = subject {
            text.push_str(&format!("  {}\n", visible(&format!("(`{}` is {subject})", self.word))));
        }
        // What is the same for all of them goes without saying.
        let has_parts = !reached.windows(2).all(|pair| matches!(pair, [a, b] if self.own(a) == self.own(b)));
        for reached in reached {
            text.push('\n');
            text.push_str(&self.entry(reached, has_parts));
        }
        if !carriers.is_empty() {
            let (by, command) = match self.direction {
                Direction::Who => ("is reached by more than that", "who"),
                Direction::What => ("reaches more than that", "what"),
            };
            text.push('\n');
            for device in carriers {
                let note =
                    format!("note: {device} has other tags, too, and {by}: see `{command} {}`", super::bare(device));
                text.push_str(&format!("{}\n", visible(&note)));
            }
        }
        text
    }

    /// The side that was asked about.
    fn own<'r>(&self, reached: &'r ReachabilityRow) -> &'r [String] {
        if self.direction == Direction::Who { &reached.destinations } else { &reached.sources }
    }

    fn others<'r>(&self, reached: &'r ReachabilityRow) -> &'r [String] {
        if self.direction == Direction::Who { &reached.sources } else { &reached.destinations }
    }

    fn entry(&self, reached: &ReachabilityRow, has_parts: bool) -> String {
        let is_only = self.reach.reached.len() == 1;
        let names = match (reached.is_rest, self.direction) {
            (false, _) => self.others(reached).join(", "),
            (true, Direction::Who) if is_only => "everybody".to_owned(),
            (true, Direction::Who) => "everybody else".to_owned(),
            (true, Direction::What) if is_only => "everything".to_owned(),
            (true, Direction::What) => "everything else".to_owned(),
        };
        let part = match (has_parts, self.direction) {
            (false, _) => String::new(),
            (true, Direction::Who) => format!(", to {}", self.own(reached).join(", ")),
            (true, Direction::What) => format!(", from {}", self.own(reached).join(", ")),
        };
        let own = match reached.is_own {
            Some(true) => ", on devices of one's own",
            Some(false) => ", on devices of others",
            None => "",
        };
        let mut text = format!("  {}\n", visible(&format!("{names}{part}{own}")));
        let lines = self.lines(reached);
        let width = |of: fn(&Line) -> &str| lines.iter().map(|line| of(line).chars().count()).max().unwrap_or(0);
        let (said, placed) = (width(|line| &line.said), width(|line| &line.place));
        for line in &lines {
            text.push_str(&format!("    {:said$}  {:placed$}  {}\n", line.said, line.place, line.rule));
            if let Some(condition) = &line.condition {
                text.push_str(&format!("    {:said$}  {:placed$}    {}\n", "", "", visible(condition)));
            }
        }
        text
    }

    fn lines(&self, reached: &ReachabilityRow) -> Vec<Line> {
        let line = |said: String, rule: Origin, postures: &[String]| Line {
            said,
            place: self.asked.place(rule),
            rule: self.asked.text(rule),
            condition: self.asked.posture(postures),
        };
        let ways = reached.ways.iter().map(|way| line(in_words(&way.ports), way.rule, &way.postures));
        let closed = if reached.is_ssh_open() { "" } else { ", but port 22 is closed" };
        let logins = reached.logins.iter();
        let logins = logins.map(|login| line(in_short(login) + closed, login.rule, &login.postures));
        let apps = reached.apps.iter().map(|app| line("app".to_owned(), app.rule, &app.postures));
        ways.chain(logins).chain(apps).collect()
    }

    /// For programs.
    pub(crate) fn to_json(&self) -> Value {
        let reached = |reached: &ReachabilityRow| {
            let ways = reached.ways.iter().map(|way| {
                json!({
                    "ports": way.ports.to_string(),
                    "line": self.asked.line(way.rule),
                    "rule": self.asked.texts.text(way.rule),
                    "srcPosture": way.postures,
                    "via": way.via,
                })
            });
            json!({
                "sources": bare_all(&reached.sources),
                "destinations": bare_all(&reached.destinations),
                "ownDevices": reached.is_own,
                "ports": reached.ports().to_string(),
                "rules": ways.collect::<Vec<_>>(),
                "sshPortOpen": (!reached.logins.is_empty()).then(|| reached.is_ssh_open()),
                "ssh": reached.logins.iter().map(|login| self.asked.ssh_json(login)).collect::<Vec<_>>(),
                "app": reached.apps.iter().map(|app| self.asked.app_json(app)).collect::<Vec<_>>(),
            })
        };
        let key = if self.direction == Direction::Who { "destination" } else { "source" };
        json!({
            "file": self.asked.file(),
            key: self.word,
            "port": self.port,
            "reached": self.reach.reached.iter().map(reached).collect::<Vec<_>>(),
            "devicesWithMore": bare_all(&self.reach.carriers),
        })
    }
}

/// A rule of an entry.
struct Line {
    said: String,
    place: String,
    rule: String,
    condition: Option<String>,
}

/// What an SSH rule lets do, in a word or two.
pub(crate) fn in_short(login: &SshRuleMatch) -> String {
    match (login.action, login.check_period.as_deref()) {
        (Action::Accept, _) => "SSH".to_owned(),
        (Action::Check, Some("always") | None) => "SSH, always checked".to_owned(),
        (Action::Check, Some(period)) => format!("SSH, checked every {period}"),
    }
}
