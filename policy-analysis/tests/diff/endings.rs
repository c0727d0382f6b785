//! Differences between policies with rules that end.

use crate::{TAGS, check};
use policy_analysis::Analysis;
use policy_analysis::diff::Direction;
use policy_core::Policy;
use policy_generate::small::{Random, seeds};

/// Returns a section with rules, each with its last day if it has one.
fn ending(section: &str, rules: &[(&str, &str)]) -> String {
    let comment = |day: &str| if day.is_empty() { String::new() } else { format!("// policy: until {day}") };
    let rules: Vec<String> = rules.iter().map(|(day, rule)| format!("\n{}\n{rule}", comment(day))).collect();
    format!("\"{section}\": [{}]", rules.join(","))
}

/// Grants with their last days, before and after the change, and the expected lines.
type EndCase<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a [(&'a str, &'a str)], &'a [&'a str]);

#[test]
fn access_after_a_day_is_access_too() {
    let common = format!("{TAGS}\n\"groups\": {{\"group:eng\": [\"alice@example.com\"]}},");
    let web = r#"{"src": ["group:eng"], "dst": ["tag:web"], "ip": ["22"]}"#;
    let alice = r#"{"src": ["alice@example.com"], "dst": ["tag:web"], "ip": ["22"]}"#;
    let wider = r#"{"src": ["group:eng"], "dst": ["tag:web"], "ip": ["22", "23"]}"#;
    let mac = r#"{"src": ["group:eng"], "dst": ["tag:web"], "ip": ["22"], "srcPosture": ["posture:mac"]}"#;
    let app = r#"{"src": ["group:eng"], "dst": ["tag:web"], "app": {"example.com/cap/x": [{}]}}"#;
    let cases: &[EndCase] = &[
        ("the same end", &[("2027-03-31", web)], &[("2027-03-31", web)], &[]),
        ("a rule with an end", &[], &[("2027-03-31", web)], &["+ group:eng -> tag:web 22 until 2027-03-31"]),
        ("an end more", &[("", web)], &[("2027-03-31", web)], &["- group:eng -> tag:web 22 after 2027-03-31"]),
        ("an end less", &[("2027-03-31", web)], &[("", web)], &["+ group:eng -> tag:web 22 after 2027-03-31"]),
        (
            "a later end",
            &[("2027-03-31", web)],
            &[("2027-06-30", web)],
            &["+ group:eng -> tag:web 22 after 2027-03-31 until 2027-06-30"],
        ),
        (
            "an earlier end",
            &[("2027-06-30", web)],
            &[("2027-03-31", web)],
            &["- group:eng -> tag:web 22 after 2027-03-31 until 2027-06-30"],
        ),
        (
            "a later end of the same access in other words",
            &[("2027-03-31", web)],
            &[("2027-06-30", alice)],
            &["+ alice@example.com -> tag:web 22 after 2027-03-31 until 2027-06-30"],
        ),
        (
            "a port more and a later end",
            &[("2027-03-31", web)],
            &[("2027-06-30", wider)],
            &[
                "+ group:eng -> tag:web 23 until 2027-06-30",
                "+ group:eng -> tag:web 22 after 2027-03-31 until 2027-06-30",
            ],
        ),
        ("an end of a rule beside one that stays", &[("", web), ("", wider)], &[("2027-03-31", web), ("", wider)], &[]),
        (
            "a new rule that takes over from another",
            &[],
            &[("2027-03-31", wider), ("", web)],
            &["+ group:eng -> tag:web 22-23 until 2027-03-31", "+ group:eng -> tag:web 22 after 2027-03-31"],
        ),
        (
            "under a posture",
            &[("2027-03-31", mac)],
            &[("", mac)],
            &["+ group:eng -> tag:web 22 when posture:mac after 2027-03-31"],
        ),
        (
            "a posture where the other ends",
            &[("2027-03-31", web)],
            &[("2027-03-31", web), ("", mac)],
            &["+ group:eng -> tag:web 22 when posture:mac after 2027-03-31"],
        ),
        (
            "a capability",
            &[("2027-03-31", app)],
            &[("2027-04-30", app)],
            &["+ group:eng -> tag:web example.com/cap/x {} after 2027-03-31 until 2027-04-30"],
        ),
    ];
    let cases: Vec<(&str, String, String, &[&str])> = cases
        .iter()
        .map(|(case, old, new, lines)| (*case, ending("grants", old), ending("grants", new), *lines))
        .collect();
    let cases: Vec<(&str, &str, &str, &[&str])> =
        cases.iter().map(|(case, old, new, lines)| (*case, old.as_str(), new.as_str(), *lines)).collect();
    check(&common, &cases);
}

#[test]
fn an_ssh_rule_may_decide_once_another_has_ended() {
    let check_rule = r#"{"action": "check", "src": ["tag:web"], "dst": ["tag:db"], "users": ["root"]}"#;
    let check_rule = check_rule.replace("tag:web", "autogroup:member");
    let accept = check_rule.replace("check", "accept");
    let ssh = |rules: &[(&str, &str)]| ending("ssh", rules);
    let member = "autogroup:member -> tag:db";
    check(
        TAGS,
        &[
            (
                "a later end",
                &ssh(&[("2027-03-31", &accept)]),
                &ssh(&[("2027-06-30", &accept)]),
                &[&format!("+ {member} accept as root after 2027-03-31 until 2027-06-30")],
            ),
            ("the same ends", &ssh(&[("2027-03-31", &accept)]), &ssh(&[("2027-03-31", &accept)]), &[]),
            (
                "a check that ends before the rule behind it",
                &ssh(&[("", &check_rule), ("", &accept)]),
                &ssh(&[("2027-03-31", &check_rule), ("", &accept)]),
                &[
                    &format!("+ {member} accept as root after 2027-03-31"),
                    &format!("- {member} check as root after 2027-03-31"),
                ],
            ),
            (
                "a new rule with an end",
                &ssh(&[]),
                &ssh(&[("2027-03-31", &accept)]),
                &[&format!("+ {member} accept as root until 2027-03-31")],
            ),
        ],
    );
}

#[test]
fn an_end_of_what_is_allowed_is_none_of_its_rule() {
    let grant = r#"{"src": ["tag:web"], "dst": ["tag:db"], "ip": ["22"]}"#;
    let old = format!("\"grants\": [\n{grant}]");
    let new = format!("\"grants\": [\n// policy: allow(idle-rule, until 2027-03-31) why\n{grant}]");
    check(TAGS, &[("an `allow`", &old, &new, &[])]);
}

#[test]
fn access_that_lasts_longer_is_new_access() {
    let grant = r#"{"src": ["tag:web"], "dst": ["tag:db"], "ip": ["22"]}"#;
    let policy = |day| {
        let text = format!("{{{TAGS}\n{}}}", ending("grants", &[(day, grant)]));
        Policy::parse(text).validate().unwrap()
    };
    let (early, late) = (policy("2027-03-31"), policy("2027-04-30"));
    let is_new = |old: &policy_core::ValidPolicy, new| -> Vec<bool> {
        old.diff(new).changes.iter().map(|change| change.is_new_access).collect()
    };
    assert_eq!((is_new(&early, &late), is_new(&late, &early)), (vec![true], vec![false]));
}

/// Rules of a section, each with its last day, or none.
struct EndingRules {
    section: &'static str,
    rules: Vec<(&'static str, String)>,
}

const DAYS: [&str; 3] = ["2027-01-31", "2027-02-28", "2027-03-31"];

impl EndingRules {
    fn random(random: &mut Random, section: &'static str) -> Self {
        let ends = ["", DAYS[0], DAYS[1], DAYS[2]];
        let rule = |random: &mut Random| {
            let src = random.one(&["tag:web", "autogroup:member", "alice@example.com"]).to_owned();
            let dst = random.one(&["tag:db", "tag:web"]).to_owned();
            let posture = random.one(&["", "", "", r#", "srcPosture": ["posture:mac"]"#]).to_owned();
            let what = if section == "ssh" {
                let action = random.one(&["check", "accept"]).to_owned();
                format!(r#""action": "{action}", "users": ["{}"]"#, random.one(&["root", "autogroup:nonroot", "alice"]))
            } else {
                format!(r#""ip": ["tcp:{}"]"#, random.one(&["22", "22-24", "24"]))
            };
            (ends[random.below(ends.len())], format!(r#"{{"src": ["{src}"], "dst": ["{dst}"], {what}{posture}}}"#))
        };
        EndingRules { section, rules: (0..random.below(4)).map(|_| rule(random)).collect() }
    }

    /// Returns the policy with the rules that remain after a day, with or without their last days.
    fn policy(&self, after: &str, has_ends: bool) -> policy_core::ValidPolicy {
        let left = self.rules.iter().filter(|(day, _)| day.is_empty() || *day > after);
        let rules: Vec<(&str, &str)> =
            left.map(|(day, rule)| (if has_ends { *day } else { "" }, rule.as_str())).collect();
        let grants = if self.section == "grants" { "" } else { "\"grants\": [],\n" };
        Policy::parse(format!("{{{TAGS}\n{grants}{}}}", ending(self.section, &rules))).validate().unwrap()
    }
}

/// After each day, the remaining rules differ if and only if a change says so.
#[test]
fn changes_are_those_of_what_is_left_after_each_day() {
    for section in ["grants", "ssh"] {
        let (mut some, mut later, mut all_seeds) = (0, 0, 0);
        for seed in seeds(250) {
            let random = &mut Random::new(seed);
            let (old, new) = (EndingRules::random(random, section), EndingRules::random(random, section));
            let [old_text, new_text] = [old.policy("", true), new.policy("", true)];
            let all = old_text.diff(&new_text);
            for day in ["", DAYS[0], DAYS[1], DAYS[2]] {
                let left = old.policy(day, false).diff(&new.policy(day, false));
                for direction in [Direction::Gained, Direction::Lost] {
                    let expected = left.changes.iter().any(|change| change.direction == direction);
                    let is_active = |change: &&policy_analysis::diff::Change| {
                        let has_begun = change.after.is_none_or(|after| after.to_string().as_str() <= day);
                        let is_over = change.until.is_some_and(|until| until.to_string().as_str() <= day);
                        change.direction == direction && has_begun && !is_over
                    };
                    let found = all.changes.iter().find(is_active);
                    let texts = [&old_text.text, &new_text.text];
                    assert_eq!(found.is_some(), expected, "{seed} after {day:?}, {direction:?}: {found:?}\n{texts:#?}");
                    some += u64::from(expected);
                    later += u64::from(found.is_some_and(|change| change.after.is_some()));
                }
            }
            all_seeds += 1;
        }
        assert!(some > all_seeds && later > all_seeds / 10, "{section}: {some} {later} of {all_seeds}");
    }
}
