//! Prints a Kubernetes Service, whose proxy in the tailnet gets its tags from the policy.

mod tailnet;

use policy_core::name::{Service, Tag};
use serde_json::{Value, json};

/// The tags of the proxy.
const TAGS: &[Tag] = &[tailnet::tag::k8s, tailnet::tag::wiki];
/// The service of the tailnet that the wiki pulls its image from.
const REGISTRY: Service = tailnet::service::registry;
/// The name of the registry in the tailnet. It is made when the program is compiled.
const REGISTRY_HOST: &str = REGISTRY.as_str().split_at("svc:".len()).1;

fn main() {
    println!("{:#}", service());
}

fn service() -> Value {
    let tags: Vec<&str> = TAGS.iter().map(|tag| tag.as_str()).collect();
    json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": "wiki",
            "annotations": {
                "tailscale.com/expose": "true",
                "tailscale.com/tags": tags.join(","),
            },
            "labels": {"registry": REGISTRY_HOST},
        },
        "spec": {"selector": {"app": "wiki"}, "ports": [{"name": "https", "port": 443}]},
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_annotation_has_the_tags_of_the_policy() {
        let service = service();
        assert_eq!(service["metadata"]["annotations"]["tailscale.com/tags"], "tag:k8s,tag:wiki");
        assert_eq!(service["metadata"]["labels"]["registry"], "registry");
    }
}
