//! `ssh`: sources, destinations, accounts and check periods.

use crate::check::login::is_shared_domain;
use crate::check::{Checker, rule};
use crate::diagnostic::{Code, Diagnostic, Help, go_quote, suggestion};
use crate::model::{Acceptance, SelectorContext};
use crate::model::{Action, Autogroup, CheckPeriod, Duration, Selector, SelectorKind, SshRule};
use crate::source::Text;

pub(super) fn check(checker: &mut Checker) {
    for rule in &checker.policy.ssh {
        check_rule(checker, rule);
    }
}

fn check_rule(checker: &mut Checker, rule: &SshRule) {
    checker.selectors(SelectorContext::SshSrc, &rule.src);
    for selector in &rule.dst {
        if checker.selector(SelectorContext::SshDst, selector) {
            combination(checker, rule, selector);
        }
    }
    checker.selectors(SelectorContext::Posture, &rule.src_posture);
    rule::rule(checker, "SSH rule", rule.origin, &rule.src, rule.dst.is_absent_or_empty(), rule.dst.origin);
    users(checker, rule);
    check_mode(checker, rule);
    for pattern in &rule.accept_env {
        environment(checker, pattern);
    }
    recorder(checker, rule);
}

/// Checks the sources of a rule to devices of users. Such devices accept only their own user. It is
/// enough if one source may be that user: owners use `autogroup:tagged` beside `autogroup:member`,
/// and Tailscale accepts that.
fn combination(checker: &mut Checker, rule: &SshRule, destination: &Selector) {
    // A selector that can never be a source is reported elsewhere.
    let accepted = |source: &&Selector| SelectorContext::SshSrc.verdict(source.kind) != Acceptance::Refused;
    let sources: Vec<&Selector> = rule.src.iter().filter(accepted).collect();
    let may_be_same_user = |source: &&Selector| match destination.kind {
        SelectorKind::User => source.text.eq_ignore_ascii_case(&destination.text),
        SelectorKind::Autogroup(Some(Autogroup::SelfDevices)) => !is_tagged(source),
        _ => true,
    };
    let Some(source) = sources.first().filter(|_| !sources.iter().any(may_be_same_user)) else { return };
    let are_tagged = sources.iter().all(|source| is_tagged(source));
    let (message, help) = if are_tagged {
        let message = format!("a tagged device such as `{}` cannot log in to users' devices", source.text);
        (message, Help::from("write a tag as the destination"))
    } else {
        let message = format!("only `{0}` can log in to the devices of `{0}`", destination.text);
        let help = Help::write("autogroup:self")
            .or(format_args!(" for everyone's own devices, or `{}` as the only source", destination.text));
        (message, help)
    };
    let note = if is_tagged(source) { "this source is tagged" } else { "this source may be another user" };
    let mut finding = Diagnostic::new(Code::SshDestination, destination.text.origin, message)
        .note_at(note, source.text.origin)
        .help(help);
    finding.tailscale = are_tagged.then(|| "users in dst are only allowed from the same user".to_owned());
    checker.report(finding);
}

fn is_tagged(selector: &Selector) -> bool {
    matches!(selector.kind, SelectorKind::Tag | SelectorKind::Autogroup(Some(Autogroup::Tagged)))
}

/// Checks the accounts on the destination. `ssh-users-null` `ssh-malformed-users-mixed-valid-empty`
/// `ssh-malformed-user-group-prefix`
fn users(checker: &mut Checker, rule: &SshRule) {
    if rule.users.is_absent_or_empty() {
        let origin = rule.users.origin.unwrap_or(rule.origin);
        checker.report(
            Diagnostic::new(Code::MissingField, origin, "an SSH rule needs users: accounts on the machine")
                .help("name them, such as `autogroup:nonroot` for any account but root")
                .tailscale("users must be specified"),
        );
    }
    for user in &rule.users {
        match SelectorKind::of(user) {
            _ if user.is_empty() || user.as_str() == "*" => {
                let what = if user.is_empty() { "an empty word" } else { "`*`" };
                checker.report(
                    Diagnostic::new(Code::InvalidAccount, user.origin, format!("{what} is not a valid SSH user"))
                        .help("write `autogroup:nonroot` for any account but root, and `root` for root")
                        .tailscale(format!("user {} is not valid", go_quote(user))),
                );
            }
            SelectorKind::Autogroup(Some(Autogroup::Nonroot)) => {}
            SelectorKind::LocalPart => {
                let domain = user.rsplit_once('@').map(|(_, domain)| domain).unwrap_or_default();
                if domain.is_empty() {
                    account(checker, user, "write the tailnet's domain after the `@`".to_owned());
                } else if is_shared_domain(domain) {
                    checker.shared_domain(user, domain);
                } else {
                    checker.tailnet_domain(user, domain, Some(""));
                }
            }
            kind => {
                if let Some(help) = selector_help(user, kind) {
                    account(checker, user, help);
                } else if user.contains(char::is_whitespace) {
                    blank(checker, user);
                }
            }
        }
    }
}

/// Reports a selector in the place of an account. Tailscale looks for an account of that name.
fn account(checker: &mut Checker, user: &Text, help: impl Into<Help>) {
    let message = format!("`{user}` is treated as the name of an account on the machine");
    checker.report(Diagnostic::new(Code::SelectorAsAccount, user.origin, message).help(help));
}

/// Reports an account with a space. Tailscale accepts it, but no system with Tailscale SSH can
/// create such an account.
fn blank(checker: &mut Checker, user: &Text) {
    let words: Vec<String> = user.split_whitespace().map(|word| format!("`{}`", word.trim_matches(','))).collect();
    let help = match words.as_slice() {
        [] => "write the name of an account, such as `root`".to_owned(),
        [word] => format!("write {word}, without the blanks"),
        _ => format!("write each account as a separate item: {}", words.join(", ")),
    };
    let message = format!("`{user}` contains a space, and accounts on Linux and macOS do not");
    checker.report(Diagnostic::new(Code::OddAccount, user.origin, message).help(help));
}

fn selector_help(user: &str, kind: SelectorKind) -> Option<Help> {
    let near = |name: &str| suggestion::nearest(user, [name]).map(Help::did_you_mean);
    match kind {
        SelectorKind::Autogroup(_) => {
            near("autogroup:nonroot").or_else(|| Some(Help::from("write `autogroup:nonroot` for any account but root")))
        }
        SelectorKind::Group | SelectorKind::SyncedGroup | SelectorKind::Tag | SelectorKind::External => {
            Some(Help::from("write the account's name; who may use it belongs in `src`"))
        }
        SelectorKind::User | SelectorKind::Domain | SelectorKind::Unknown if user.starts_with("localpart:") => {
            Some(Help::from("write `localpart:*@` and the tailnet's domain"))
        }
        SelectorKind::Domain => Some(Help::write(format!("localpart:{}", user.trim_start_matches("user:")))),
        SelectorKind::User => {
            let (local, domain) = user.rsplit_once('@')?;
            Some(Help::write(local).or(format_args!(", or `localpart:*@{domain}` for each user's own account")))
        }
        _ => None,
    }
}

fn check_mode(checker: &mut Checker, rule: &SshRule) {
    if rule.action == Some(Action::Check)
        && let Some(source) = rule.src.iter().find(|source| is_tagged(source))
    {
        let message = format!("`check` needs a user who can re-authenticate, and `{}` has none", source.text);
        checker.report(
            Diagnostic::new(Code::CheckFromTag, source.text.origin, message).help("write `accept` for tagged sources"),
        );
    }
    let Some(period) = &rule.check_period else { return };
    if rule.action == Some(Action::Accept) {
        checker.report(
            Diagnostic::new(
                Code::UnusedCheckPeriod,
                period.text.origin,
                "`accept` checks nothing, so it has no check period",
            )
            .help(Help::remove_entry("leave it out").or(", or write `check` as the action")),
        );
    } else if let Some(duration) = period.duration.filter(|duration| *duration < Duration::MINUTE) {
        let help = format!(
            "write `always` to check at every connection, or a period from `1m` to `{}h`",
            CheckPeriod::MAX.0 / Duration::hours(1).0
        );
        let message = format!("a check period of {duration} is shorter than the minute that Tailscale documents");
        checker.report(Diagnostic::new(Code::ShortCheckPeriod, period.text.origin, message).help(help));
    }
}

/// Checks a pattern of environment variables. Clients withhold some variables, whatever the pattern
/// says.
fn environment(checker: &mut Checker, pattern: &Text) {
    if pattern.is_empty() {
        checker.report(
            Diagnostic::new(Code::InvalidValue, pattern.origin, "a pattern of `acceptEnv` is empty")
                .help("write a name, or a pattern such as `GIT_*`")
                .tailscale("acceptEnv values cannot be empty"),
        );
        return;
    }
    let upper = pattern.to_ascii_uppercase();
    let held_back = upper.starts_with("LD_") || upper.starts_with("DYLD_") || pattern.as_str() == "GOTRACEBACK";
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '*' | '?');
    let message = if held_back {
        format!("clients never pass on `{pattern}`")
    } else if let Some(letter) = pattern.chars().find(|&letter| !allowed(letter)) {
        format!("clients never pass on a variable with `{letter}` in its name")
    } else {
        return;
    };
    // The pattern is a part of what the rule allows, although clients do not use it.
    let help = Help::remove_entry("leave it out").or("");
    checker.report(Diagnostic::new(Code::IneffectivePattern, pattern.origin, message).help(help));
}

fn recorder(checker: &mut Checker, rule: &SshRule) {
    checker.selectors(SelectorContext::Recorder, &rule.recorder);
    if let [_, second, ..] = rule.recorder.items.as_slice() {
        checker.report(
            Diagnostic::new(Code::Recorder, second.text.origin, "a rule has one recorder tag")
                .help("give all recorder nodes the same tag"),
        );
    }
    if rule.enforce_recorder && rule.recorder.is_absent_or_empty() {
        checker.report(
            Diagnostic::new(Code::Recorder, rule.origin, "`enforceRecorder` enforces nothing without a `recorder`")
                .help("add `recorder`, with the tag of the recorder nodes"),
        );
    }
}
