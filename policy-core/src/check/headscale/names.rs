//! Undeclared names.

use std::collections::HashSet;

use crate::check::headscale::HeadscaleChecker;
use crate::diagnostic::{Code, Help, go_quote, suggestion};
use crate::source::Text;

impl HeadscaleChecker<'_> {
    /// Checks that a tag is declared. `answer` is headscale's answer if it is not.
    pub(super) fn tag(&mut self, tag: &Text, answer: String) {
        if !self.tags.contains(tag.as_str()) {
            let help = declare(tag, &self.tags, "tagOwners");
            self.refuse(Code::UndefinedTag, tag, format!("undefined tag `{tag}`"), help, answer);
        }
    }

    /// Checks that a tag is declared. For places where headscale's answer says only that it is not.
    pub(super) fn plain_tag(&mut self, tag: &Text) {
        self.tag(tag, format!("tag not found: {}", go_quote(tag)));
    }

    /// Checks that a group is declared.
    pub(super) fn group(&mut self, group: &Text) {
        if !self.groups.contains(group.as_str()) {
            let help = declare(group, &self.groups, "groups");
            let answer = format!("group not defined in policy: {}", go_quote(group));
            self.refuse(Code::UndefinedGroup, group, format!("undefined group `{group}`"), help, answer);
        }
    }

    /// Checks that a host is declared.
    pub(super) fn host(&mut self, host: &Text) {
        if !self.hosts.contains(host.as_str()) {
            let near = suggestion::nearest(host, self.hosts.iter().copied());
            let help = match near {
                Some(near) => Help::did_you_mean(near),
                None if host.is_empty() => Help::from("leave it out"),
                None => Help::from(format!("declare it under `hosts`, or write `{host}@` for a user")),
            };
            let answer = format!("host not defined in policy: {}", go_quote(host));
            self.refuse(Code::UndefinedHost, host, format!("undefined host `{host}`"), help, answer);
        }
    }
}

fn declare(name: &str, declared: &HashSet<&str>, section: &str) -> Help {
    match suggestion::nearest(name, declared.iter().copied()) {
        Some(near) => Help::did_you_mean(near),
        None => Help::from(format!("declare it under `{section}`")),
    }
}
