//! New files in the style of the BlumeOps repository: a Pulumi program, manifests
//! for Argo CD, the proxy on Fly.io, Ansible, a NixOS host, workflows and pages. The findings are
//! those of a person who compares every file with the policy.

use policy_tool::scan::{MentionContext, MentionKind};

use crate::{Files, policy};

const POLICY: &str = r#"{
    "tagOwners": {
        "tag:blumeops": ["autogroup:admin", "tag:blumeops"],
        "tag:homelab": ["autogroup:admin", "tag:blumeops"],
        "tag:workstation": ["autogroup:admin", "tag:blumeops"],
        "tag:nas": ["autogroup:admin", "tag:blumeops"],
        "tag:grafana": ["autogroup:admin", "tag:blumeops"],
        "tag:kiwix": ["autogroup:admin", "tag:blumeops"],
        "tag:forge": ["autogroup:admin", "tag:blumeops"],
        "tag:registry": ["autogroup:admin", "tag:blumeops"],
        "tag:k8s-operator": ["autogroup:admin", "tag:blumeops", "tag:k8s-operator"],
        "tag:k8s": ["autogroup:admin", "tag:blumeops", "tag:k8s-operator"],
        "tag:ci-gateway": ["autogroup:admin", "tag:blumeops"],
        "tag:flyio-proxy": ["autogroup:admin", "tag:blumeops"],
        "tag:flyio-target": ["autogroup:admin", "tag:blumeops", "tag:k8s-operator"],
    },
    "grants": [
        {"src": ["autogroup:member"], "dst": ["tag:kiwix", "tag:forge"], "ip": ["tcp:443"]},
        {"src": ["autogroup:admin"], "dst": ["*"], "ip": ["*"]},
        {"src": ["tag:homelab"], "dst": ["tag:nas", "tag:k8s", "tag:grafana"], "ip": ["*"]},
        {"src": ["tag:ci-gateway", "tag:k8s"], "dst": ["tag:registry"], "ip": ["tcp:443"]},
        {"src": ["tag:flyio-proxy"], "dst": ["tag:flyio-target"], "ip": ["tcp:443"]},
    ],
}"#;

const PROGRAM: &str = r#"
"""The tailnet: its policy and the tags of its devices.

- tag:homelab is for servers
- tag:workstation is for nobody yet
"""

from pathlib import Path

import pulumi
import pulumi_tailscale as tailscale

acl = tailscale.Acl("policy", acl=(Path(__file__).parent / "policy.hujson").read_text())

# The primary server.
indri = tailscale.get_device(name="indri.example.ts.net")
tailscale.DeviceTags(
    "indri",
    device_id=indri.node_id,
    tags=[
        "tag:homelab",  # reaches the NAS
        "tag:blumeops",
        "tag:forge",
        "tag:registry",
        "tag:flyio-target",
    ],
)

nas = tailscale.get_device(name="sifaka.example.ts.net")
tailscale.DeviceTags("sifaka", device_id=nas.node_id, tags=["tag:nas", "tag:blumeops"])

key = tailscale.TailnetKey(
    "proxy", reusable=True, ephemeral=True, tags=["tag:flyio-proxy"], expiry=7776000,
)
pulumi.export("key", key.key)
"#;

const FILES: &[(&str, &str)] = &[
    ("pulumi/tailscale/__main__.py", PROGRAM),
    ("pulumi/tailscale/Pulumi.yaml", "name: tailnet\nruntime:\n  name: python\ndescription: tag:homelab and others\n"),
    ("pulumi/tailscale/policy.hujson", POLICY),
    (
        "argocd/manifests/tailscale-operator/operator.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: operator\nspec:\n  template:\n    spec:\n      containers:\n        - name: operator\n          image: tailscale/k8s-operator:v1.90.0\n          env:\n            - name: OPERATOR_INITIAL_TAGS\n              value: tag:k8s-operator\n            - name: PROXY_IMAGE\n              value: tailscale/tailscale:v1.90.0\n            - name: PROXY_TAGS\n              value: tag:k8s\n",
    ),
    (
        "argocd/manifests/tailscale-operator/proxygroup-ingress.yaml",
        "apiVersion: tailscale.com/v1alpha1\nkind: ProxyGroup\nmetadata:\n  name: ingress\nspec:\n  type: ingress\n  replicas: 1\n  tags: [\"tag:k8s\"]\n",
    ),
    (
        "argocd/manifests/tailscale-operator/proxyclass.yaml",
        "apiVersion: tailscale.com/v1alpha1\nkind: ProxyClass\nmetadata:\n  name: default\nspec:\n  statefulSet:\n    labels: {tag: k8s}\n",
    ),
    (
        "argocd/manifests/grafana/ingress-tailscale.yaml",
        "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: grafana\n  annotations:\n    tailscale.com/proxy-group: \"ingress\"\n    tailscale.com/tags: \"tag:k8s,tag:grafana\"\n    gethomepage.dev/href: \"https://grafana.example.org\"\nspec:\n  ingressClassName: tailscale\n",
    ),
    (
        "argocd/manifests/kiwix/ingress-tailscale.yaml",
        "kind: Ingress\nmetadata:\n  annotations:\n    tailscale.com/tags: \"tag:k8s,tag:kiwix\"\n",
    ),
    (
        "argocd/manifests/loki/ingress-tailscale.yaml",
        "kind: Ingress\nmetadata:\n  annotations:\n    tailscale.com/tags: \"tag:k8s,tag:flyio-target\"\n",
    ),
    ("argocd/manifests/kiwix/kustomization.yaml", "images:\n  - name: kiwix\n    newTag: \"tag:latest\"\n"),
    (
        "fly/fly.toml",
        "app = \"proxy\"\n\n[build]\n  dockerfile = \"Dockerfile\"\n\n[env]\n  TS_HOSTNAME = \"flyio-proxy\"\n",
    ),
    (
        "fly/start.sh",
        "#!/bin/sh\nset -e\n# The key has tag:flyio-proxy already.\ntailscaled --port=41641 &\ntailscale up --authkey=\"${TS_AUTHKEY}\" --hostname=flyio-proxy\necho \"tag:flyio-proxy is up\"\n",
    ),
    ("fly/Dockerfile", "FROM tailscale/tailscale:stable AS ts\n# tag:flyio-proxy\nCOPY start.sh /\n"),
    (
        "ansible/roles/caddy/tasks/main.yml",
        "- name: Install Caddy (tag:homelab)\n  tags: [caddy, tag:caddy]\n  ansible.builtin.copy:\n    dest: /etc/caddy\n",
    ),
    (
        "nixos/ringtail/configuration.nix",
        "{ ... }: {\n  services.tailscale = {\n    enable = true;\n    extraUpFlags = [ \"--ssh\" \"--advertise-tags=tag:homelab,tag:blumeops\" ];\n  };\n}\n",
    ),
    (
        ".forgejo/workflows/build.yaml",
        "on: push\njobs:\n  build:\n    runs-on: k8s\n    steps:\n      - uses: actions/checkout@v4\n        with: {ref: \"refs/tags/v1\"}\n      - run: docker build -t registry.example.org/app:tag:1 .\n",
    ),
    (
        "docs/reference/tailscale.md",
        "---\ntags: [networking]\n---\n\n| `tag:homelb` | servers |\n\n`tailscale up --advertise-tags=tag:nothing`\n",
    ),
    ("README.md", "tag:devpi was removed\n"),
];

#[test]
fn the_findings_are_those_of_a_person() {
    let policy = policy(POLICY);
    let files = Files::new(FILES.iter().copied());
    assert_eq!(
        files.all_shown(&policy, &[]),
        [
            // Only a page of documentation says which devices would have these.
            "unused-tag \"tag:workstation\"",
            "unassigned-tag \"tag:ci-gateway\"",
            // The operator owns `tag:k8s` and `tag:flyio-target`, and not the tags of its services.
            "argocd/manifests/grafana/ingress-tailscale.yaml:8:34 unowned-tag tag:grafana",
            "argocd/manifests/kiwix/ingress-tailscale.yaml:4:34 unowned-tag tag:kiwix",
        ]
    );
    let mentions: Vec<_> = files.0.iter().flat_map(|(_, _, mentions)| mentions).collect();
    assert!(mentions.iter().all(|mention| mention.kind == MentionKind::Tag));
    assert!(mentions.iter().all(|mention| mention.context < MentionContext::Reference), "{mentions:#?}");
    assert_eq!(mentions.len(), 19);
    // Pulumi's client owns everything that it assigns.
    assert_eq!(files.all_shown(&policy, &["tag:blumeops"]).len(), 4);
}

/// Misspells each mention of a tag in turn, by leaving out a letter.
#[test]
fn a_slip_in_any_mention_is_found() {
    let policy = policy(POLICY);
    let files = Files::new(FILES.iter().copied());
    let (mut found, mut missed) = (0, Vec::new());
    for (path, text, mentions) in &files.0 {
        for mention in mentions {
            let name = &mention.name;
            let slip = format!("{}{}", &name[..name.len() - 2], &name[name.len() - 1..]);
            let mut changed = text.clone();
            changed.replace_range(mention.range.clone(), &slip);
            let shown = Files::new([(path.clone(), changed)]).all_shown(&policy, &[]);
            let expected = format!("undeclared-mention {slip}");
            match shown.iter().filter(|finding| finding.ends_with(&expected)).count() {
                1 => found += 1,
                _ => missed.push(format!("{path}: {slip} {shown:?}")),
            }
        }
    }
    // `tag:k8s` without its second last letter is `tag:ks`, which is also found.
    assert_eq!((found, missed), (19, Vec::<String>::new()));
}
