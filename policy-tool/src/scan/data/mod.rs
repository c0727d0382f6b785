//! Mentions in YAML and JSON: Kubernetes, Helm, compose, workflows, cloud-init, Ansible, Pulumi.

mod json;
mod node;
mod yaml;

use std::ops::Range;

use crate::scan::keyed_list::context_of;
use crate::scan::mention::{Assigner, Mention, MentionContext};
use crate::scan::name_list::{tags_at, whole_names};
use crate::scan::script;
use crate::scan::subject::Subject;
use crate::scan::template::without_actions;

use node::DataNode;

/// The maximum depth of nested texts, such as Helm values in an Argo CD application.
const NESTING: usize = 3;

/// Kinds of the Kubernetes operator whose `spec.tags` are the tags of their proxies.
const TAGGED_KINDS: &[&str] = &["Connector", "ProxyGroup", "Recorder", "PeerRelay"];

/// Keys whose value is a label or a text for people, and never a name of a policy.
const LABELS: &[&str] = &["name", "Name", "key", "Key", "title", "description", "summary", "image"];

/// Keys whose value is not about a tailnet, such as filters of a cloud, or images.
const OTHERS: &[&str] = &["filter", "aws", "ec2", "azure", "docker", "image"];

/// Returns the mentions in a part of a text that is YAML.
pub(super) fn yaml_mentions(text: &str, range: Range<usize>, subject: &Subject) -> Vec<Mention> {
    yaml_at(text, range, subject, 0)
}

fn yaml_at(text: &str, range: Range<usize>, subject: &Subject, nesting: usize) -> Vec<Mention> {
    let documents = yaml::documents(text, range.clone()).or_else(|| {
        let plain = without_actions(text.get(..range.end)?);
        yaml::documents(&plain, range.start..plain.len())
    });
    match documents {
        Some(documents) => {
            let mut reader = DataReader { text, subject, nesting, found: Vec::new() };
            documents.iter().for_each(|document| reader.document(document));
            reader.found
        }
        None => script::mentions(text, range),
    }
}

/// Returns the mentions in a text that is JSON. A policy has none, because `check` checks it.
pub(super) fn json_mentions(text: &str, subject: &Subject) -> Vec<Mention> {
    let Some(document) = json::document(text) else { return script::mentions(text, 0..text.len()) };
    let mut reader = DataReader { text, subject, nesting: 0, found: Vec::new() };
    reader.document(&document);
    reader.found
}

struct DataReader<'t> {
    text: &'t str,
    subject: &'t Subject,
    nesting: usize,
    found: Vec<Mention>,
}

/// The path to a value, starting with the outermost one.
#[derive(Default)]
struct Trail<'n> {
    is_workflow: bool,
    keys: Vec<&'n str>,
    maps: Vec<&'n DataNode>,
}

impl DataReader<'_> {
    fn document(&mut self, document: &DataNode) {
        let is_policy = ["tagOwners", "grants", "acls"].iter().any(|section| document.get(section).is_some());
        // The tags of a workflow are those of git and of images, except in known places.
        let is_workflow = document.get("jobs").is_some();
        if !is_policy {
            self.value(document, &mut Trail { is_workflow, ..Trail::default() });
        }
    }

    fn value<'n>(&mut self, node: &'n DataNode, trail: &mut Trail<'n>) {
        match node {
            DataNode::Text(value, range) => self.text(value, range.clone(), trail),
            DataNode::List(items) => {
                let mut previous = "";
                for item in items {
                    match (context_of(previous).filter(|_| previous.starts_with('-')), item) {
                        (Some(context), DataNode::Text(_, range)) => self.tags(range.clone(), context),
                        _ => self.value(item, trail),
                    }
                    previous = item.text();
                }
            }
            DataNode::Map(pairs) => {
                trail.maps.push(node);
                self.pairs(node, pairs, trail);
                trail.maps.pop();
            }
        }
    }

    fn pairs<'n>(&mut self, node: &'n DataNode, pairs: &'n [(DataNode, DataNode)], trail: &mut Trail<'n>) {
        // A variable of a container: `{name: PROXY_TAGS, value: "tag:k8s"}`.
        let variable = node.get("name").map_or("", DataNode::text);
        for (key, value) in pairs {
            let name = if key.text() == "value" && !variable.is_empty() { variable } else { key.text() };
            trail.keys.push(key.text());
            match context_of(name).filter(|_| !name.starts_with('-')).or_else(|| trail.context()) {
                Some(context) => self.tag_values(value, context),
                None => {
                    if let DataNode::Text(_, range) = key {
                        self.resemblances(range.clone(), trail);
                    }
                    self.value(value, trail);
                }
            }
            trail.keys.pop();
        }
    }

    /// Reads a value that is a list of tags, in one text or in several.
    fn tag_values(&mut self, node: &DataNode, context: MentionContext) {
        match node {
            DataNode::Text(_, range) => self.tags(range.clone(), context),
            DataNode::List(items) => items.iter().for_each(|item| self.tag_values(item, context)),
            DataNode::Map(_) => {}
        }
    }

    /// Reads a list of tags, separated by commas or line ends.
    fn tags(&mut self, range: Range<usize>, context: MentionContext) {
        let (text, mut at) = (self.text, range.start);
        for item in text.get(range).unwrap_or_default().split_inclusive([',', '\n']) {
            let start = at + (item.len() - item.trim_start().len());
            at += item.len();
            let tag = item.trim_start().trim_end_matches([',', '\n']);
            self.found.extend(tags_at(text.get(..start + tag.len()).unwrap_or_default(), start, context));
        }
    }

    fn text(&mut self, value: &str, range: Range<usize>, trail: &Trail<'_>) {
        let is_manifest = ["operatorConfig", "proxyConfig", "tailscale.com/"].iter().any(|word| value.contains(word));
        if value.contains('\n') && is_manifest && self.nesting < NESTING {
            // The lines keep their indentation, which is the same for all of them.
            self.found.extend(yaml_at(self.text, range.clone(), self.subject, self.nesting + 1));
        }
        let in_script = script::mentions(self.text, range.clone());
        if in_script.is_empty() {
            self.resemblances(range, trail);
        } else if !trail.is_label() {
            self.found.extend(in_script);
        }
    }

    /// Adds a text if it looks like names.
    fn resemblances(&mut self, range: Range<usize>, trail: &Trail<'_>) {
        if self.subject.is_tailnet && !trail.is_label() && !trail.is_about_something_else() {
            self.found.extend(whole_names(self.text, range, MentionContext::Resemblance));
        }
    }
}

impl Trail<'_> {
    /// Returns the context of the value of the last key.
    fn context(&self) -> Option<MentionContext> {
        let by = MentionContext::Assignment;
        match self.keys.as_slice() {
            [.., "operatorConfig", "defaultTags"] => Some(MentionContext::OperatorTag),
            [.., "proxyConfig", "defaultTags"] => Some(by(Assigner::Operator)),
            [.., "tailscale_oauth_client", _, "tags"] => Some(MentionContext::ClientTag),
            [.., resource, _, "tags"] if resource.starts_with("tailscale_") => Some(by(Assigner::Credential)),
            [.., part, "tags"] => self.assigner_of_part(part).map(by),
            _ => None,
        }
    }

    /// Returns the identity that assigns the `tags` of a part of an object, such as its `spec`.
    fn assigner_of_part(&self, part: &str) -> Option<Assigner> {
        let [.., object, _] = self.maps.as_slice() else { return None };
        let field = |name| object.get(name).map_or("", DataNode::text);
        match part {
            "spec" if field("apiVersion").starts_with("tailscale.com/") && TAGGED_KINDS.contains(&field("kind")) => {
                Some(Assigner::Operator)
            }
            "with" if field("uses").starts_with("tailscale/github-action") => Some(Assigner::Credential),
            "properties" if field("type").starts_with("tailscale:") => Some(Assigner::Credential),
            _ => None,
        }
    }

    /// Returns whether the value is a name or a text for people.
    fn is_label(&self) -> bool {
        self.keys.last().is_some_and(|key| LABELS.contains(key))
    }

    /// Returns whether a key shows that the value is not about a tailnet.
    fn is_about_something_else(&self) -> bool {
        self.is_workflow
            || self.keys.iter().any(|key| OTHERS.iter().any(|other| key.to_ascii_lowercase().starts_with(other)))
    }
}
