//! The manifests for Kubernetes: Kustomize fills in the tags, and kubeconform validates the result
//! by the definitions of Tailscale's own operator.

use policy_test_support::process::{self, Run, successful};
use policy_test_support::require;

use crate::example::{Example, assert_fails, directory, tags_of};

/// The Go module that names the versions of Kustomize and kubeconform, and converts definitions.
const MODULE: &str = "tests/infrastructure/kubernetes";

#[test]
fn kubeconform_accepts_the_manifests_with_the_tags_of_the_policy() {
    let tools = directory("kubernetes-tools");
    let packages = [".", "github.com/yannh/kubeconform/cmd/kubeconform", "sigs.k8s.io/kustomize/kustomize/v5"];
    let Some(()) = require::go_programs(MODULE, &tools, &packages) else { return };
    // The operator has the same version as the packet filter in other tests.
    let Some(tailscale) = require::go_module("tests/filter", "tailscale.com") else { return };
    let definitions = tailscale.join("cmd/k8s-operator/deploy/crds");
    let schemas = directory("kubernetes-schemas");
    let arguments = [definitions.as_os_str(), schemas.as_os_str()];
    successful(process::run(tools.join("kubernetes-schemas"), &tools, &arguments));

    let example = Example::copy("kubernetes");
    let kustomize = || example.run(tools.join("kustomize"), &["build", "."]);
    let location = schemas.join("{{.ResourceKind}}_{{.ResourceAPIVersion}}.json");
    let kubeconform = |manifests: &str| -> Run {
        // Tailscale does not define Ingress and Service.
        let options = ["-strict", "-summary", "-skip", "Ingress,Service", "-schema-location"];
        let arguments = options.into_iter().chain([location.to_str().unwrap()]).collect::<Vec<_>>();
        process::run_with_stdin(tools.join("kubeconform"), &example.folder, &arguments, manifests)
    };

    let manifests = successful(kustomize());
    let summary = successful(kubeconform(&manifests));
    assert!(summary.contains("Valid: 2, Invalid: 0, Errors: 0, Skipped: 2"), "{summary}");
    for device in ["ingress-grafana", "ingress-postgres"] {
        let annotation = format!("tailscale.com/tags: {}\n", tags_of(device).join(","));
        assert!(manifests.contains(&annotation), "{annotation}{manifests}");
    }
    assert!(manifests.contains("  tags:\n  - tag:k8s\n  - tag:flyio-target\n"), "{manifests}");
    assert!(!manifests.contains("TAG"), "something is not filled in: {manifests}");

    // kubeconform finds an invalid tag, and a field that the operator does not have.
    let mistaken = manifests.replace("- tag:flyio-target", "- flyio-target");
    assert_fails(&kubeconform(&mistaken), "'flyio-target' does not match pattern");
    let mistaken = manifests.replace("replicas:", "replica:");
    assert_fails(&kubeconform(&mistaken), "additional properties 'replica' not allowed");

    example.rename_tags();
    assert_fails(&kustomize(), "fieldPath `data.TAG_FLYIO_TARGET` is missing for replacement source");
}
