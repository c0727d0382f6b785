//! The policies to try: those in `policies/`, and random ones.

use std::fs;

use policy_core::{Policy, ValidPolicy};
use policy_generate::cases::{Shape, case};
use policy_generate::small::seeds;
use policy_network::tailnet::Tailnet;
use policy_oracle::world;
use policy_test_support::root;
use serde_json::Value;

/// A policy with the facts about its tailnet.
#[derive(Debug)]
pub(crate) struct Case {
    /// The name of the file, or the shape and the seed.
    pub(crate) name: String,
    /// The policy, as JSON.
    pub(crate) policy: Value,
    /// The policy after a change.
    pub(crate) new: Option<Value>,
    /// Everything that the policy does not state. `policy_generate::cases` describes it.
    pub(crate) world: Value,
}

impl Case {
    /// Returns the policy that answers questions, and the compiled tailnet, for a policy in this
    /// world. `None` if the policy is not valid, or the laboratory is too small.
    pub(crate) fn read(&self, policy: &Value) -> Option<(ValidPolicy, Tailnet)> {
        let read = |policy: &Value, facts: &Value| {
            Policy::with_facts(policy.to_string().as_str(), facts.to_string().as_str()).validate().ok()
        };
        let asked = read(policy, &world::facts(&self.world))?;
        let full = read(&world::spell_out(policy, &self.world), &world::all_facts(&self.world))?;
        Some((asked, Tailnet::new(&full)?))
    }
}

/// Returns all policies.
pub(crate) fn all() -> impl Iterator<Item = Case> {
    fixed().into_iter().chain(random())
}

fn fixed() -> Vec<Case> {
    let folder = root().join("tests/network/policies");
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let world: Value = serde_json::from_str(&read("tailnet.json")).unwrap();
    let mut names: Vec<String> =
        fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| name.ends_with(".hujson"));
    names.sort();
    let case = |name: String| {
        let text = read(&name);
        let policy = policy_core::hujson::Document::parse(text.as_str()).unwrap();
        let policy = policy.value(policy.root()).to_string();
        let case = Case { name, policy: serde_json::from_str(&policy).unwrap(), new: None, world: world.clone() };
        let checked = Policy::with_facts(text.as_str(), world.to_string().as_str()).validate();
        assert!(checked.is_ok(), "{}: {:?}", case.name, checked.err());
        case
    };
    names.into_iter().map(case).collect()
}

fn random() -> impl Iterator<Item = Case> {
    let of_shape = |shape: &'static Shape| {
        seeds(1).map(move |seed| {
            let mut case = case(seed, *shape);
            let world = case["worlds"][0].take();
            let new = Some(case["new"].take());
            Case { name: format!("{shape:?}-{seed}"), policy: case["policy"].take(), new, world }
        })
    };
    Shape::ALL.iter().flat_map(of_shape)
}
