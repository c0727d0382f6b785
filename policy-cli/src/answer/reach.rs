//! Lists of the sources that reach a destination, and of the destinations that a source reaches.

use policy_analysis::query::{Possible, PossibleAccess, Reachability, ReachabilityRow, RuleMatch, SshRuleMatch};
use policy_core::json::{ToJson, Value, json};
use policy_core::model::Action;
use policy_core::source::Origin;

use super::{RulePrinter, bare_all, describe_ports};
use crate::json::{VERSION, array};
use crate::program::command_line;
use crate::style::{HEADING, PLACE, paint};
use crate::text::{padded, visible};

/// The side that an answer lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Listing {
    /// The sources that reach a destination.
    Sources,
    /// The destinations that a source reaches.
    Destinations,
}

/// The answer to `who` and `what`, and the question.
pub(crate) struct ReachAnswer<'a> {
    pub(crate) rules: RulePrinter<'a>,
    /// The source or the destination, as written in the question.
    pub(crate) word: &'a str,
    /// The port, as written in the question.
    pub(crate) port: Option<&'a str>,
    pub(crate) listing: Listing,
    pub(crate) reach: Reachability,
}

impl ReachAnswer<'_> {
    /// Returns the answer as text for people.
    pub(crate) fn to_text(&self) -> String {
        let Reachability { subject, rows: reached, multi_tag_devices: carriers, is_unrouted } = &self.reach;
        let word = format!("`{}`{}", self.word, self.port.map(|port| format!(" on {port}")).unwrap_or_default());
        let certain = reached.iter().filter(|row| row.is_certain()).count();
        let heading = match (self.listing, certain, reached.is_empty()) {
            (Listing::Sources, 0, true) => format!("{word} is reached by nobody"),
            (Listing::Sources, 0, false) => format!("unknown facts decide who reaches {word}"),
            (Listing::Sources, ..) => format!("{word} is reached by"),
            (Listing::Destinations, 0, true) => format!("{word} reaches nothing"),
            (Listing::Destinations, 0, false) => format!("unknown facts decide what {word} reaches"),
            (Listing::Destinations, ..) => format!("{word} reaches"),
        };
        let mut text = format!("{}\n", paint(HEADING, &visible(&heading)));
        if let Some(subject) = subject {
            text.push_str(&format!("  {}\n", visible(&format!("(`{}` is {subject})", self.word))));
        }
        if *is_unrouted {
            text.push_str("no router of the tailnet carries packets there\n");
        }
        // If all rows have the same names at this side, the heading already has them.
        let has_parts = !reached.windows(2).all(|pair| matches!(pair, [a, b] if self.own(a) == self.own(b)));
        for (place, reached) in reached.iter().enumerate() {
            text.push('\n');
            if place == certain && certain > 0 {
                text.push_str("depending on unknown facts:\n\n");
            }
            text.push_str(&self.entry(reached, has_parts));
        }
        if !carriers.is_empty() {
            let (by, command) = match self.listing {
                Listing::Sources => ("more can reach it", "who"),
                Listing::Destinations => ("can reach more", "what"),
            };
            text.push('\n');
            for device in carriers {
                let see = command_line(self.rules.locations.path, command, &super::bare(device));
                let note = format!("note: {device} has other tags, too, and {by}: see `{see}`");
                text.push_str(&format!("{}\n", visible(&note)));
            }
        }
        text
    }

    /// Returns the names at the side of the question.
    fn own<'r>(&self, reached: &'r ReachabilityRow) -> &'r [String] {
        if self.listing == Listing::Sources { &reached.destinations } else { &reached.sources }
    }

    fn others<'r>(&self, reached: &'r ReachabilityRow) -> &'r [String] {
        if self.listing == Listing::Sources { &reached.sources } else { &reached.destinations }
    }

    fn entry(&self, reached: &ReachabilityRow, has_parts: bool) -> String {
        let is_only = self.reach.rows.len() == 1;
        let names = match (reached.is_rest, self.listing) {
            (false, _) => self.others(reached).join(", "),
            (true, Listing::Sources) if is_only => "everybody".to_owned(),
            (true, Listing::Sources) => "everybody else".to_owned(),
            (true, Listing::Destinations) if is_only => "everything".to_owned(),
            (true, Listing::Destinations) => "everything else".to_owned(),
        };
        let part = match (has_parts, self.listing) {
            (false, _) => String::new(),
            (true, Listing::Sources) => format!(", to {}", self.own(reached).join(", ")),
            (true, Listing::Destinations) => format!(", from {}", self.own(reached).join(", ")),
        };
        let own = match reached.is_own {
            Some(true) => ", on their own devices",
            Some(false) => ", on devices of other users",
            None => "",
        };
        let mut text = format!("  {}\n", visible(&format!("{names}{part}{own}")));
        let lines = self.lines(reached);
        let width = |of: fn(&Line) -> &str| lines.iter().map(|line| of(line).chars().count()).max().unwrap_or(0);
        let (said, placed) = (width(|line| &line.said), width(|line| &line.place));
        for line in &lines {
            let place = paint(PLACE, &padded(&line.place, placed));
            let start = format!("    {}  {place}", padded(&line.said, said));
            text.push_str(&format!("{start}  {}\n", line.rule));
            for condition in &line.conditions {
                let blank = format!("    {}  {}", padded("", said), padded("", placed));
                text.push_str(&format!("{blank}    {}\n", visible(condition)));
            }
        }
        text
    }

    fn lines(&self, reached: &ReachabilityRow) -> Vec<Line> {
        let line = |said: String, rule: Origin, postures: &[String]| Line {
            said,
            place: self.rules.place(rule),
            rule: self.rules.text(rule),
            conditions: self.rules.posture(postures).into_iter().collect(),
        };
        let way = |way: &RuleMatch| {
            let mut line = line(describe_ports(&way.ports), way.rule, &way.postures);
            line.conditions.extend(way.families.map(|families| format!("over {families} only")));
            line
        };
        let ways = reached.rules.iter().map(way);
        let closed = if reached.is_ssh_open() { "" } else { ", but port 22 is closed" };
        let logins = reached.logins.iter();
        let logins = logins.map(|login| line(describe_login(login) + closed, login.rule, &login.postures));
        let apps = reached.apps.iter().map(|app| line("app".to_owned(), app.rule, &app.postures));
        let perhaps = reached.perhaps.iter().map(|access| {
            let mut line = match &access.what {
                Possible::Ports(possible) => way(possible),
                Possible::Login(login) => line(describe_login(login), login.rule, &login.postures),
                Possible::App(app) => line("app".to_owned(), app.rule, &app.postures),
            };
            line.said.insert_str(0, "perhaps ");
            line.conditions.extend(access.conditions.iter().cloned());
            line
        });
        ways.chain(logins).chain(apps).chain(perhaps).collect()
    }

    /// Returns the answer as JSON for programs.
    pub(crate) fn to_json(&self) -> Value {
        let reached = |reached: &ReachabilityRow| {
            let way = |way: &RuleMatch| {
                let families = way.families.map(|families| families.to_string());
                let said = json!({
                    "ports": way.ports.to_string(), "srcPosture": way.postures, "via": way.via, "family": families
                });
                self.rules.rule_json(way.rule, said)
            };
            let ways = array(&reached.rules, &way);
            let perhaps = |access: &PossibleAccess| {
                let (kind, mut value) = match &access.what {
                    Possible::Ports(possible) => ("ports", way(possible)),
                    Possible::Login(login) => ("ssh", self.rules.ssh_json(login)),
                    Possible::App(app) => ("app", self.rules.app_json(app)),
                };
                if let Some(object) = value.as_object_mut() {
                    object.insert("kind".to_owned(), kind.into());
                    object.insert("conditions".to_owned(), access.conditions.to_json());
                }
                value
            };
            json!({
                "sources": bare_all(&reached.sources),
                "destinations": bare_all(&reached.destinations),
                "ownDevices": reached.is_own,
                "ports": reached.ports().to_string(),
                "rules": ways,
                "sshPortOpen": (!reached.logins.is_empty()).then(|| reached.is_ssh_open()),
                "ssh": array(&reached.logins, &|login| self.rules.ssh_json(login)),
                "app": array(&reached.apps, &|app| self.rules.app_json(app)),
                "perhaps": array(&reached.perhaps, &perhaps),
            })
        };
        let key = if self.listing == Listing::Sources { "destination" } else { "source" };
        json!({
            "version": VERSION,
            "file": self.rules.file(),
            key: self.word,
            "port": self.port,
            "reached": array(&self.reach.rows, &reached),
            "routed": !self.reach.is_unrouted,
            "devicesWithMore": bare_all(&self.reach.multi_tag_devices),
        })
    }
}

/// One rule in an entry.
struct Line {
    said: String,
    place: String,
    rule: String,
    conditions: Vec<String>,
}

/// Describes the access that an SSH rule gives, in a word or two.
pub(crate) fn describe_login(login: &SshRuleMatch) -> String {
    match (login.action, login.check_period.as_deref()) {
        (Action::Accept, _) => "SSH".to_owned(),
        (Action::Check, Some("always") | None) => "SSH, always checked".to_owned(),
        (Action::Check, Some(period)) => format!("SSH, checked every {period}"),
    }
}
