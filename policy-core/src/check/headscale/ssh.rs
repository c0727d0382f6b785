//! `ssh`.

use crate::check::headscale::HeadscaleChecker;
use crate::check::headscale::placement::AutogroupPlace;
use crate::diagnostic::{Code, Diagnostic, Help, go_quote};
use crate::model::{Action, Autogroup, CheckPeriod, Duration, Selector, SelectorKind, SshRule};

impl HeadscaleChecker<'_> {
    pub(super) fn ssh(&mut self) {
        let policy = self.policy;
        for rule in &policy.ssh {
            self.ssh_rule(rule);
        }
    }

    fn ssh_rule(&mut self, rule: &SshRule) {
        if rule.action.is_none() {
            let finding = Diagnostic::new(Code::MissingField, rule.origin, "an SSH rule needs an action")
                .help("write `accept` or `check`");
            self.report(finding, "action must be specified");
        }
        if rule.users.is_absent_or_empty() {
            let origin = rule.users.origin.unwrap_or(rule.origin);
            let finding =
                Diagnostic::new(Code::MissingField, origin, "an SSH rule needs users: accounts on the machine")
                    .help("name them, such as `autogroup:nonroot` for any account but root");
            self.report(finding, "users must be specified");
        }
        for user in rule.users.iter().filter(|user| matches!(user.as_str(), "" | "*")) {
            let what = if user.is_empty() { "an empty word" } else { "`*`" };
            let help = "write `autogroup:nonroot` for any account but root, and `root` for root";
            let answer = format!("user {} is not valid", go_quote(user));
            self.refuse(Code::InvalidAccount, user, format!("{what} is not a valid SSH user"), help, answer);
        }
        for pattern in rule.accept_env.iter().filter(|pattern| pattern.is_empty()) {
            let message = "a pattern of `acceptEnv` is empty".to_owned();
            let help = "write a name, or a pattern such as `GIT_*`";
            self.refuse(Code::InvalidValue, pattern, message, help, "acceptEnv values cannot be empty");
        }
        for selector in &rule.src {
            match selector.kind {
                SelectorKind::Group => self.group(&selector.text),
                SelectorKind::Tag => self.plain_tag(&selector.text),
                _ => drop(self.autogroup(AutogroupPlace::SshSource, selector)),
            }
        }
        for selector in &rule.dst {
            match selector.kind {
                SelectorKind::Tag => self.plain_tag(&selector.text),
                SelectorKind::Host => {
                    let message = format!("`{}` cannot be a destination of an SSH rule", selector.text);
                    let help = "write the tag of the machine: SSH rules name no hosts";
                    let answer = format!("invalid dst {}", go_quote(&selector.text));
                    self.refuse(Code::MisplacedSelector, &selector.text, message, help, answer);
                }
                _ => drop(self.autogroup(AutogroupPlace::SshDestination, selector)),
            }
        }
        self.combination(rule);
        self.check_period(rule);
    }

    /// Checks the sources of a rule to devices of users. Tagged devices are not allowed, and the
    /// devices of one user accept only that user.
    fn combination(&mut self, rule: &SshRule) {
        let is_tagged = |source: &&Selector| {
            matches!(source.kind, SelectorKind::Tag | SelectorKind::Autogroup(Some(Autogroup::Tagged)))
        };
        let tagged = rule.src.iter().find(is_tagged);
        for destination in &rule.dst {
            let text = &destination.text;
            let is_user = destination.kind == SelectorKind::User;
            let answer = match (destination.kind, tagged) {
                (SelectorKind::User, Some(_)) => format!(
                    "tags in SSH source cannot access user-owned devices ({text}); use autogroup:tagged or specific tags \
                     as destinations instead"
                ),
                (SelectorKind::Autogroup(Some(Autogroup::SelfDevices)), Some(_)) => {
                    "autogroup:self destination requires source to contain only users or groups, not tags or \
                     autogroup:tagged"
                        .to_owned()
                }
                (SelectorKind::Autogroup(Some(Autogroup::Member)), Some(_)) => {
                    "tags in SSH source cannot access autogroup:member (user-owned devices)".to_owned()
                }
                _ => String::new(),
            };
            if let (false, Some(tagged)) = (answer.is_empty(), tagged) {
                let message = format!("a tagged device such as `{}` cannot log in to users' devices", tagged.text);
                let finding = Diagnostic::new(Code::SshDestination, text.origin, message)
                    .note_at("this source is tagged", tagged.text.origin)
                    .help("write a tag as the destination");
                return self.report(finding, answer);
            }
            // A single source must be the same user. With several sources, headscale refuses even
            // if one of them is that user.
            let is_same = |source: &Selector| source.kind == SelectorKind::User && *source.text == **text;
            let other = rule.src.iter().find(|source| !is_same(source) && is_person(source));
            if is_user && (other.is_some() || !rule.src.iter().any(is_same)) {
                let message = format!("only `{text}` can log in to the devices of `{text}`");
                let finding = Diagnostic::new(Code::SshDestination, text.origin, message);
                let finding = match other {
                    Some(other) => finding.note_at("this source may be another user", other.text.origin),
                    None => finding,
                };
                let answer = format!(
                    "user destination requires source to contain only that same user {}; use autogroup:self instead for \
                     same-user SSH access",
                    go_quote(text)
                );
                let help = Help::write("autogroup:self")
                    .or(format_args!(" for everyone's own devices, or `{text}` as the only source"));
                return self.report(finding.help(help), answer);
            }
        }
    }

    fn check_period(&mut self, rule: &SshRule) {
        let Some(period) = &rule.check_period else { return };
        if rule.action != Some(Action::Check) {
            let message = "only `check` has a check period".to_owned();
            let help = "leave it out, or write `check` as the action";
            let answer = "checkPeriod is only valid with action \"check\"";
            return self.refuse(Code::InvalidDuration, &period.text, message, help, answer);
        }
        let Some(duration) = period.duration else { return };
        if duration < Duration::ZERO {
            let message = "a check period cannot be negative".to_owned();
            let help = "write `always` to check at every connection";
            let answer = format!("checkPeriod {duration} must be a positive duration");
            self.refuse(Code::InvalidDuration, &period.text, message, help, answer);
        } else if duration > CheckPeriod::MAX {
            let message = "a check period is at most 168 hours, which is a week".to_owned();
            let answer = format!("checkPeriod {duration} is above the max (168h)");
            self.refuse(Code::InvalidDuration, &period.text, message, "write `168h`", answer);
        }
    }
}

/// Returns whether a source stands for users.
fn is_person(source: &Selector) -> bool {
    matches!(source.kind, SelectorKind::User | SelectorKind::Group | SelectorKind::Autogroup(Some(Autogroup::Member)))
}
