//! What is said about names: owners, unassigned tags, and what a comment allows.

use crate::{Files, POLICY, policy};

#[test]
fn a_tag_is_assigned_by_an_identity_that_owns_it() {
    let policy = policy(POLICY);
    let values = "operatorConfig:\n  defaultTags: [tag:k8s-operator]\nproxyConfig:\n  defaultTags: tag:k8s\n";
    let ingress = "metadata:\n  annotations:\n    tailscale.com/tags: tag:k8s,tag:database,tag:web\n";
    let files = Files::new([
        ("values.yaml", values),
        ("ingress.yaml", ingress),
        ("up.sh", "tailscale up --advertise-tags=tag:web,tag:database\n"),
    ]);
    let unowned = |identities: &[&str]| {
        let found = files.all_shown(&policy, identities);
        found.into_iter().filter(|finding| finding.contains("unowned")).collect::<Vec<_>>()
    };
    // The operator's tags are in the values, and those of the script's credential are not known.
    assert_eq!(unowned(&[]), ["ingress.yaml:3:33 unowned-tag tag:database"]);
    let of_script = "up.sh:1:39 unowned-tag tag:database";
    assert_eq!(unowned(&["tag:ci"]), ["ingress.yaml:3:33 unowned-tag tag:database", of_script]);
    assert_eq!(unowned(&["tag:database", "tag:web"]), ["ingress.yaml:3:33 unowned-tag tag:database"]);
    let finding =
        files.findings(&policy, &[]).into_iter().find(|finding| finding.code.name() == "unowned-tag").unwrap();
    assert_eq!(finding.message, "`tag:k8s-operator` does not own `tag:database`, and cannot assign it");
    assert_eq!(finding.help.as_deref(), Some("add `tag:k8s-operator` to the owners of `tag:database`"));
    let notes: Vec<_> = finding.notes.iter().map(|note| note.message.as_str()).collect();
    assert_eq!(
        notes,
        ["the operator has `tag:k8s-operator` from here", "the owners of `tag:database` are declared here"]
    );
}

/// A client that a file makes may be the operator's, and it may have more tags than the operator.
#[test]
fn a_client_in_the_files_may_be_that_of_the_operator() {
    let policy = policy(POLICY);
    let values = "operatorConfig: {defaultTags: [tag:k8s-operator]}\nproxyConfig: {defaultTags: tag:database}\n";
    let client = "resource \"tailscale_oauth_client\" \"op\" {\n  tags = [\"tag:k8s-operator\", \"tag:database\"]\n}\n";
    let unowned = |files: &[(&str, &str)]| {
        let found = Files::new(files.iter().copied()).all_shown(&policy, &[]);
        found.iter().filter(|finding| finding.contains("unowned")).count()
    };
    assert_eq!(unowned(&[("values.yaml", values)]), 1);
    assert_eq!(unowned(&[("values.yaml", values), ("client.tf", client)]), 0);
}

/// The help of an unowned tag works.
#[test]
fn an_added_owner_is_enough() {
    let fixed =
        POLICY.replace(r#""tag:database": ["autogroup:admin"]"#, r#""tag:database": ["autogroup:admin", "tag:ci"]"#);
    let files = Files::new([("up.sh", "tailscale up --advertise-tags=tag:database\n")]);
    let unowned =
        |text: &str| files.all_shown(&policy(text), &["tag:ci"]).iter().filter(|f| f.contains("unowned")).count();
    assert_eq!((unowned(POLICY), unowned(&fixed)), (1, 0));
}

#[test]
fn a_tag_that_no_file_assigns_is_reported_at_its_declaration() {
    let policy_text = r#"{
        "tagOwners": {
            "tag:web": ["tag:ci"], "tag:idle": [], "tag:unused": [], "tag:ci": ["tag:owner"], "tag:owner": [],
            // policy: allow(unassigned-tag) in the console
            "tag:manual": [],
            // policy: allow(unused-tag) for later
            "tag:later": [],
        },
        "grants": [{"src": ["tag:web", "tag:ci"], "dst": ["tag:idle", "tag:manual"], "ip": ["tcp:443"]}],
    }"#;
    let policy = policy(policy_text);
    let files = Files::new([("up.sh", "tailscale up --advertise-tags=tag:web\n")]);
    assert_eq!(files.all_shown(&policy, &["tag:ci"]), ["unassigned-tag \"tag:idle\"", "unused-tag \"tag:unused\""]);
    // Files that assign nothing say nothing about what assigns tags.
    assert_eq!(Files::new([("a.sh", "echo\n")]).all_shown(&policy, &[]), [""; 0]);
}

#[test]
fn a_comment_allows_an_exception() {
    let policy = policy(POLICY);
    let found = |path: &str, text: &str| {
        let files = Files::new([(path, text)]);
        let found = files.all_shown(&policy, &[]);
        found.into_iter().filter(|finding| finding.starts_with(path)).collect::<Vec<_>>()
    };
    let allow = "policy: allow(undeclared-mention) it is in another tailnet";
    let yaml = |top: &str, above: &str, behind: &str| {
        format!(
            "{top}kind: Service\nmetadata:\n  annotations:\n    {above}\n    tailscale.com/tags: tag:other{behind}\n"
        )
    };
    assert_eq!(found("a.yaml", &yaml("", "", "")), ["a.yaml:5:25 undeclared-mention tag:other"]);
    let comment = format!("# {allow}");
    for text in [yaml(&format!("{comment}\n"), "", ""), yaml("", &comment, ""), yaml("", "", &format!(" {comment}"))] {
        assert_eq!(found("a.yaml", &text), [""; 0], "{text}");
    }
    assert_eq!(
        found("a.yaml", &yaml("", "# policy: allow(undeclared-mention)", "")),
        ["a.yaml:4:7 invalid-allow policy: allow(undeclared-mention)", "a.yaml:5:25 undeclared-mention tag:other"]
    );
    let code = format!("resource \"tailscale_tailnet_key\" \"a\" {{\n  tags = [\"tag:other\"] // {allow}\n}}\n");
    assert_eq!(found("a.tf", &code), [""; 0]);
}

#[test]
fn the_levels_of_the_policy_apply_to_files() {
    let denied = policy(&format!("// policy: deny(undeclared-mention)\n{POLICY}"));
    let files = Files::new([("up.sh", "tailscale up --advertise-tags=tag:other\n")]);
    let findings = files.findings(&denied, &[]);
    assert!(findings.iter().any(|finding| finding.code.name() == "undeclared-mention" && finding.is_error()));
}
