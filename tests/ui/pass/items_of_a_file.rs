//! What a policy's file declares is there to use, with facts from a second file, and invariants from one beside it.

mod tailnet {
    policy_macros::policy_file!("items_of_a_file.hujson", facts = "items_of_a_file.json");
}

mod without_facts {
    policy_macros::policy_file!("items_of_a_file.hujson");
}

#[test]
fn passes() {
    assert_eq!(tailnet::tag::k8s_api.as_str(), "tag:k8s-api");
    assert_eq!(tailnet::group::eng.as_str(), "group:eng");
    assert_eq!(tailnet::host::printer.as_str(), "printer");
    assert_eq!(tailnet::user::alice.as_str(), "alice@example.com");
    assert_eq!(
        tailnet::tag::ALL.iter().map(|tag| tag.as_str()).collect::<Vec<_>>(),
        tailnet::POLICY.tags().collect::<Vec<_>>()
    );
    assert_eq!(tailnet::user::ALL, [tailnet::user::alice]);
    assert_eq!(*tailnet::POLICY.tag(tailnet::tag::k8s_api).unwrap().tag, *"tag:k8s-api");
    assert_eq!(tailnet::POLICY.user(tailnet::user::alice).unwrap().name.as_str(), "alice");
    assert!(tailnet::HUJSON.starts_with("// Tailnet policy of example.com.\n{"));
    assert_eq!(tailnet::POLICY.text, tailnet::HUJSON);
    assert_eq!(tailnet::POLICY.tag_owners[0].doc.as_deref(), Some("The cluster's API"));
    assert_eq!(tailnet::POLICY.facts.users.len(), 1);
    assert_eq!(tailnet::POLICY.facts.invariants[0].doc.as_deref(), Some("The cluster does not print."));
    assert!(tailnet::POLICY.facts.invariants_file.as_ref().unwrap().name.ends_with("/items_of_a_file.invariants"));
    assert_eq!(without_facts::HUJSON, tailnet::HUJSON);
    assert!(without_facts::POLICY.facts.users.is_empty());
    assert_eq!(tailnet::POLICY.check(), []);
}
