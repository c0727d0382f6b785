//! Results as JSON for programs, with the feature `serde`.

use policy_analysis::Analysis;
use policy_analysis::query::Question;
use policy_core::Policy;
use policy_core::name::{Service, Tag};
use serde_json::{json, to_value};

const POLICY: &str = r#"{
    "tagOwners": {"tag:web": [], "tag:db": []},
    "grants": [
        {"src": ["tag:web"], "dst": ["tag:db"], "ip": ["tcp:5432"]},
        {"src": ["tag:web"], "dst": ["tag:db"], "app": {"example.com/cap/sql": [{"rows": 1.5, "limit": -2}]}},
    ],
    "tests": [{"src": "tag:web", "accept": ["tag:db:5432", "tag:db:22"]}],
}"#;

#[test]
fn what_the_methods_return_serialises() {
    let findings =
        to_value(Policy::parse(r#"{"grants": [{"src": ["tag:a"], "dst": ["*"], "ip": ["*"]}]}"#).check()).unwrap();
    assert_eq!(findings[0]["code"], "undefined-tag");
    assert_eq!(findings[0]["origin"], json!({"file": "policy", "start": 21, "end": 28}));

    let policy = Policy::parse(POLICY).validate().unwrap();
    let tested = to_value(policy.test()).unwrap();
    assert_eq!(tested[0]["outcome"]["evaluation"]["holds"], "yes");
    assert_eq!(tested[1]["finding"]["code"], "failing-test");
    assert_eq!(tested[1]["outcome"]["destination"], "tag:db");

    let explanation = to_value(policy.explain(&Question::tcp("tag:web", "tag:db", 5432)).unwrap()).unwrap();
    assert_eq!(explanation["cases"][0]["network"], "allow");
    assert_eq!(explanation["cases"][0]["reasons"][0]["by"]["ports"], "tcp:5432");
    assert_eq!(
        explanation["cases"][0]["apps"][0]["capabilities"],
        json!([["example.com/cap/sql", [{"rows": 1.5, "limit": -2}]]])
    );

    assert_eq!(to_value(policy.who("tag:db", None).unwrap()).unwrap()["rows"][0]["sources"], json!(["`tag:web`"]));

    let new = Policy::parse(POLICY.replace("5432", "5433")).validate().unwrap();
    let diff = to_value(policy.diff(&new)).unwrap();
    assert_eq!(diff["changes"][0]["direction"], "gained");
    assert_eq!(diff["changes"][0]["destinations"], json!([{"word": "tag:db", "except": []}]));

    assert_eq!(to_value(Tag::declared("tag:web")).unwrap(), "tag:web");
    assert_eq!(to_value([Service::declared("svc:wiki")]).unwrap(), json!(["svc:wiki"]));

    let coverage = to_value(policy.coverage()).unwrap();
    assert_eq!(coverage["rules"][0]["widenings"][0][0], "source");
}
