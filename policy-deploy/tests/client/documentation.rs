//! docs/credentials.md.

use std::cell::RefCell;
use std::collections::BTreeSet;

use policy_deploy::api::PreviewOf;
use policy_deploy::{Connection, ETag, Environment, HttpTransport, Revision};

use crate::scripted::{answer, client};

const PAGE: &str = include_str!("../../../docs/credentials.md");

/// Names that ureq and not this crate reads.
const PROXIES: [&str; 4] = ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"];

#[test]
fn the_page_lists_exactly_the_variables_that_are_read() {
    let read = RefCell::new(BTreeSet::new());
    for set in [
        &["TAILSCALE_OAUTH_CLIENT_ID", "TAILSCALE_OAUTH_CLIENT_SECRET"][..],
        &["TAILSCALE_OAUTH_CLIENT_ID", "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"],
    ] {
        let lookup = |name: &str| {
            read.borrow_mut().insert(name.to_owned());
            set.contains(&name).then(|| "x".to_owned())
        };
        let environment = Environment::new(&lookup);
        Connection::from_environment(&environment, None, None).unwrap();
        HttpTransport::new(&environment, None).unwrap();
    }
    let is_variable =
        |word: &&str| word.contains('_') && word.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_');
    let listed: BTreeSet<String> =
        PAGE.split('`').filter(is_variable).filter(|name| !PROXIES.contains(name)).map(str::to_owned).collect();
    assert_eq!(listed, read.into_inner());
}

#[test]
fn the_page_lists_the_scopes_that_an_error_names() {
    let tailnet = "api/v2/tailnet/-";
    let scopes = |line: &str, call: &dyn Fn(&policy_deploy::Client) -> Option<String>| {
        let (client, _) = client(vec![(line, answer(403, &[], "{}"))]);
        let help = call(&client).unwrap();
        let scopes = help.strip_prefix("create a credential with these scopes: ").unwrap();
        scopes.split_once(". ").unwrap().0.to_owned()
    };
    let etag = Revision::ETag(ETag::of_policy("{}"));
    for (row, scopes) in [
        ("read the policy, ", scopes(&format!("GET {tailnet}/acl"), &|client| client.read_policy().unwrap_err().help)),
        (
            "read the policy, ",
            scopes(&format!("POST {tailnet}/acl/validate"), &|client| client.validate("{}").unwrap_err().help),
        ),
        (
            "read the policy, ",
            scopes(&format!("POST {tailnet}/acl/preview?type=user&previewFor=a"), &|client| {
                client.preview("{}", PreviewOf::User("a")).unwrap_err().help
            }),
        ),
        (
            "write the policy ",
            scopes(&format!("POST {tailnet}/acl"), &|client| match client.write_policy("{}", &etag).unwrap_err() {
                policy_deploy::WriteError::Refused(error) => error.help,
                other => panic!("{other:?}"),
            }),
        ),
        (
            "see whether the policy is managed elsewhere ",
            scopes(&format!("GET {tailnet}/settings"), &|client| client.external_management().unwrap_err().help),
        ),
        (
            "list devices ",
            scopes(&format!("GET {tailnet}/devices?fields=all"), &|client| client.devices().unwrap_err().help),
        ),
        ("list users ", scopes(&format!("GET {tailnet}/users"), &|client| client.users().unwrap_err().help)),
        ("list services ", scopes(&format!("GET {tailnet}/services"), &|client| client.services().unwrap_err().help)),
        (
            "list the posture attributes of devices ",
            scopes("GET api/v2/device/1/attributes", &|client| client.attributes("1").unwrap_err().help),
        ),
        (
            "see who changed the policy ",
            scopes(&format!("GET {tailnet}/logging/configuration?start=a&end=b&event=TAILNET.UPDATE.ACL"), &|client| {
                client.policy_changes("a", "b").unwrap_err().help
            }),
        ),
    ] {
        let line = PAGE.lines().find(|line| line.starts_with(&format!("| {row}"))).unwrap();
        assert!(line.ends_with(&format!("| `{scopes}` |")), "{line}: {scopes}");
    }
}
