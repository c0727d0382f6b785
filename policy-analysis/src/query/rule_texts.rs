//! The rules of a policy, each on one line.

use std::collections::HashMap;

use policy_core::model::{Acl, Action, Date, Grant, Policy, PortRange, Selector, SshRule, Until};
use policy_core::source::Origin;
use policy_core::testing::Words;

/// The rules of a policy as `policy!` writes them, by their origin.
pub struct RuleTexts<'p> {
    words: Words<'p>,
    rules: HashMap<Origin, QueryRule<'p>>,
}

#[derive(Clone, Copy)]
enum QueryRule<'p> {
    Grant(&'p Grant),
    Acl(&'p Acl),
    Ssh(&'p SshRule),
}

/// The maximum number of items of a list on one line.
const LISTED: usize = 6;

impl<'p> RuleTexts<'p> {
    /// Indexes the rules of a policy.
    ///
    /// ```
    /// use policy_core::Policy;
    /// use policy_analysis::query::RuleTexts;
    /// let policy = Policy::parse(r#"{"grants": [{"src": ["group:eng"], "dst": ["tag:db"], "ip": ["tcp:5432"]}]}"#);
    /// let rule = policy.grants.as_ref().unwrap()[0].origin;
    /// assert_eq!(RuleTexts::new(&policy).text(rule), "group:eng -> tag:db on tcp:5432");
    /// ```
    pub fn new(policy: &'p Policy) -> Self {
        let grants = policy.grants.iter().flatten().map(|grant| (grant.origin, QueryRule::Grant(grant)));
        let acls = policy.acls.iter().flatten().map(|acl| (acl.origin, QueryRule::Acl(acl)));
        let ssh = policy.ssh.iter().map(|rule| (rule.origin, QueryRule::Ssh(rule)));
        RuleTexts { words: Words::new(policy), rules: grants.chain(acls).chain(ssh).collect() }
    }

    /// Returns the last day of a rule, if it has one.
    pub fn until(&self, rule: Origin) -> Option<Date> {
        let until = match self.rules.get(&rule)? {
            QueryRule::Grant(grant) => grant.until,
            QueryRule::Acl(acl) => acl.until,
            QueryRule::Ssh(rule) => rule.until,
        };
        until.map(|until| until.date)
    }

    /// Returns a rule as text, shortened if its lists are long. Names are not quoted, so the text
    /// is for people to read.
    pub fn text(&self, rule: Origin) -> String {
        let text = self.text_without_end(rule);
        match self.until(rule) {
            Some(date) => format!("{text} {} {date}", Until::WORD),
            None => text,
        }
    }

    /// Like [`RuleTexts::text`], without the last day of the rule.
    pub fn text_without_end(&self, rule: Origin) -> String {
        match self.rules.get(&rule) {
            Some(QueryRule::Grant(grant)) => self.grant(grant),
            Some(QueryRule::Acl(acl)) => self.acl(acl),
            Some(QueryRule::Ssh(rule)) => self.ssh(rule),
            None if rule == self.words.policy.origin => "a policy without rules allows everything".to_owned(),
            None => String::new(),
        }
    }

    fn grant(&self, grant: &Grant) -> String {
        let mut text = format!("{} -> {}", self.all(&grant.src), self.all(&grant.dst));
        if !grant.ip.is_empty() {
            text = format!("{text} on {}", row(grant.ip.iter().map(ToString::to_string)));
        }
        if let Some(app) = grant.app.as_ref().filter(|app| !app.is_absent_or_empty()) {
            text = format!("{text} app {}", row(app.capabilities.iter().map(|capability| capability.name.to_string())));
        }
        text + &self.clause("via", &grant.via) + &self.clause("srcPosture", &grant.src_posture)
    }

    fn acl(&self, acl: &Acl) -> String {
        let ports = |ports: &PortRange| match acl.proto {
            Some(protocol) => format!("{protocol}:{ports}"),
            None => ports.to_string(),
        };
        // Destinations with the same ports are grouped.
        let parts = acl.dst.chunk_by(|a, b| a.ports == b.ports).map(|part| {
            let hosts = row(part.iter().map(|destination| self.words.selector(&destination.host).to_owned()));
            let on = part.first().map_or(String::new(), |destination| row(destination.ports.iter().map(ports)));
            format!("{hosts} on {on}")
        });
        // Of a long list, only the part that is shown is formatted.
        let mut parts: Vec<String> = parts.take(LISTED + 2).collect();
        if parts.len() > LISTED + 1 {
            parts.truncate(LISTED);
            let shown: usize = acl.dst.chunk_by(|a, b| a.ports == b.ports).take(LISTED).map(<[_]>::len).sum();
            parts.push(format!("{} more", acl.dst.len().saturating_sub(shown)));
        }
        format!("{} -> {}", self.all(&acl.src), parts.join(" and ")) + &self.clause("srcPosture", &acl.src_posture)
    }

    fn ssh(&self, rule: &SshRule) -> String {
        let action = rule.action.unwrap_or(Action::Accept);
        let users = row(rule.users.iter().map(ToString::to_string));
        let mut text = format!("{action} {} -> {} as {users}", self.all(&rule.src), self.all(&rule.dst));
        if let Some(period) = &rule.check_period {
            text = format!("{text} checkPeriod {}", period.text);
        }
        text + &self.clause("srcPosture", &rule.src_posture) + &self.clause("recorder", &rule.recorder)
    }

    fn clause(&self, name: &str, list: &[Selector]) -> String {
        if list.is_empty() { String::new() } else { format!(" {name} {}", self.all(list)) }
    }

    fn all(&self, list: &[Selector]) -> String {
        row(list.iter().map(|selector| self.words.selector(selector).to_owned()))
    }
}

fn row(words: impl ExactSizeIterator<Item = String>) -> String {
    let count = words.len();
    let listed = if count > LISTED + 1 { LISTED } else { count };
    let mut words: Vec<String> = words.take(listed).collect();
    if listed < count {
        words.push(format!("{} more", count - listed));
    }
    words.join(", ")
}
