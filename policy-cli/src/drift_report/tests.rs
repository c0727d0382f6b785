use policy_analysis::Analysis;
use policy_core::{Policy, ValidPolicy};

use super::*;
use crate::locations::Locations;

const OURS: &str = "{\n\t\"tagOwners\": {\"tag:a\": []},\n\t\"grants\": [\n\t\t{\"src\": [\"tag:a\"], \"dst\": [\"tag:a\"], \"ip\": [\"tcp:443\"]},\n\t],\n}\n";

fn commit() -> Commit {
    Commit { id: "0123456789abcdef".to_owned(), date: "2027-03-31".to_owned(), subject: "Open `tag:a`".to_owned() }
}

fn change() -> LastChange {
    LastChange {
        actor: "amelie@example.com".to_owned(),
        time: "2027-04-01T12:00:00Z".to_owned(),
        origin: "ADMIN_CONSOLE".to_owned(),
        is_live_version: true,
    }
}

/// Returns a drift in a format.
fn rendered(live: &str, standing: &Standing, format: DriftFormat) -> String {
    let valid = |text: &str| {
        let policy = Policy::parse(text);
        let findings = policy_core::check::check(&policy);
        ValidPolicy::from_findings(policy, &findings).unwrap()
    };
    let (ours, theirs) = (valid(OURS), valid(live));
    let diff = ours.diff(&theirs);
    let path = Path::new("policy.hujson");
    let difference = match (diff.is_empty(), live == OURS) {
        (true, true) => Difference::None,
        (true, false) => Difference::Comments,
        (false, _) => Difference::Access(Box::new(DiffReport {
            diff: &diff,
            devices: None,
            old: Locations::new(path, &ours),
            new: Locations::new(Path::new(crate::deploy::LIVE), &theirs),
        })),
    };
    let change = change();
    let report = DriftReport {
        path,
        server: "Tailscale",
        etag: "0123",
        texts: [OURS, live],
        difference,
        standing,
        change: Some(&change).filter(|_| live != OURS),
        findings: None,
    };
    anstream::adapter::strip_str(&report.render(format)).to_string()
}

#[test]
fn other_access_is_listed() {
    let live = OURS.replace("443", "80");
    let standing = Standing::Unknown { is_shallow: false, compared: 3 };
    assert_eq!(
        rendered(&live, &standing, DriftFormat::Text),
        "\
The tailnet's policy gives other access than policy.hujson.
It is none of the 3 versions in git, so it was edited elsewhere, or pushed without a commit.
`amelie@example.com` stored it on 2027-04-01T12:00:00Z, in the admin console.
`+` is in the tailnet's policy and not in policy.hujson, `-` is the reverse.

Network access
  + tag:a -> tag:a tcp:80   (<live policy>:4)
  - tag:a -> tag:a tcp:443  (policy.hujson:4)

1 gained (all of it new access), 1 lost
"
    );
    assert_eq!(
        rendered(&live, &standing, DriftFormat::Github),
        "::error title=policy drift::The tailnet's policy gives other access than policy.hujson.%0AIt is none of the 3 \
         versions in git, so it was edited elsewhere, or pushed without a commit.%0A`amelie@example.com` stored it on \
         2027-04-01T12:00:00Z, in the admin console.%0A+ tag:a -> tag:a tcp:80  (<live policy>:4)%0A- tag:a -> tag:a \
         tcp:443  (policy.hujson:4)\n"
    );
    let markdown = rendered(&live, &standing, DriftFormat::Markdown);
    assert!(markdown.starts_with("### Drift of the tailnet's policy\n\nThe tailnet's policy gives"), "{markdown}");
    assert!(markdown.contains("**New access: 1**\n\n| | from | to |"), "{markdown}");
    let json = rendered(&live, &standing, DriftFormat::Json);
    assert!(json.contains("\"difference\": \"access\"") && json.contains("\"isShallow\": false"), "{json}");
}

#[test]
fn other_text_is_shown_as_lines() {
    let live = OURS.replace("{\n\t\"tag", "{\n\t// `x` ```\n\t\"tag");
    let standing = Standing::Ancestor { commit: commit(), behind: 2 };
    assert_eq!(
        rendered(&live, &standing, DriftFormat::Text),
        "\
The tailnet's policy differs from policy.hujson only in comments and layout.
It is the version of commit 0123456789 (2027-03-31, Open `tag:a`), 2 versions behind the current commit.
`amelie@example.com` stored it on 2027-04-01T12:00:00Z, in the admin console.

--- policy.hujson
+++ <live policy>
@@ -1,4 +1,5 @@
 {
+\t// `x` ```
 \t\"tagOwners\": {\"tag:a\": []},
 \t\"grants\": [
 \t\t{\"src\": [\"tag:a\"], \"dst\": [\"tag:a\"], \"ip\": [\"tcp:443\"]},
"
    );
    let markdown = rendered(&live, &standing, DriftFormat::Markdown);
    assert!(markdown.contains("\n````diff\n") && markdown.ends_with("\n````\n\n</details>\n"), "{markdown}");
    let github = rendered(&live, &standing, DriftFormat::Github);
    assert!(github.starts_with("::warning title=policy drift::"), "{github}");
}

#[test]
fn no_drift_is_one_line() {
    for (format, expected) in [
        (DriftFormat::Text, "The tailnet has the policy of policy.hujson.\n"),
        (DriftFormat::Markdown, "### Drift of the tailnet's policy\n\nThe tailnet has the policy of policy.hujson.\n"),
        (DriftFormat::Github, ""),
    ] {
        assert_eq!(rendered(OURS, &Standing::Live, format), expected);
    }
}

#[test]
fn each_standing_is_a_sentence() {
    let cases = [
        (
            Standing::Ancestor { commit: commit(), behind: 0 },
            "It is the version of commit 0123456789 (2027-03-31, Open `tag:a`), the newest one in git.",
        ),
        (
            Standing::Ancestor { commit: commit(), behind: 1 },
            "It is the version of commit 0123456789 (2027-03-31, Open `tag:a`), 1 version behind the current commit.",
        ),
        (
            Standing::Other { commit: commit(), branch: Some("side".to_owned()) },
            "It is the version of commit 0123456789 (2027-03-31, Open `tag:a`) of `side`, which the current commit \
             does not contain.",
        ),
        (Standing::Default, "It is the policy that a new tailnet gets."),
        (
            Standing::Unknown { is_shallow: true, compared: 1 },
            "It is not a version in git, but this is a shallow clone: get all commits with `git fetch --unshallow`.",
        ),
        (
            Standing::Unknown { is_shallow: false, compared: 1 },
            "It is not the version in git, so it was edited elsewhere, or pushed without a commit.",
        ),
        (
            Standing::NoHistory { reason: "there is no git repository".to_owned() },
            "It is not known whether it was ever a version of ours, because there is no git repository.",
        ),
    ];
    for (standing, expected) in cases {
        assert_eq!(describe(&standing).as_deref(), Some(expected));
    }
    assert_eq!(describe(&Standing::Live), None);
}
