//! Each kind of file, with one misspelt name. The finding is at the name, and there is none once
//! the name is corrected.

use std::time::{Duration, Instant};

use policy_core::Code;
use policy_tool::scan::mentions;
use proptest::prelude::*;

use crate::{Files, POLICY, policy};

/// A file, the wrong name in it, the right name, and how many names it mentions.
type Case = (&'static str, &'static str, &'static str, &'static str, usize);

const CASES: &[Case] = &[
    // Kubernetes
    (
        "k8s/service.yaml",
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  annotations:\n    tailscale.com/expose: \"true\"\n    tailscale.com/tags: \"tag:k8s,tag:wbe\"\n",
        "tag:wbe",
        "tag:web",
        2,
    ),
    (
        "k8s/ingress.yml",
        "kind: Ingress\nmetadata:\n  annotations:\n    tailscale.com/tags: tag:wbe\nspec:\n  ingressClassName: tailscale\n",
        "tag:wbe",
        "tag:web",
        1,
    ),
    (
        "k8s/é.yaml",
        "# é 𝄞\nkind: Ingress\nmetadata: {annotations: {note: \"𝄞\", 'tailscale.com/tags': 'tag:wbe'}}\n",
        "tag:wbe",
        "tag:web",
        1,
    ),
    (
        "k8s/group.yaml",
        "---\nkind: ConfigMap\n---\napiVersion: tailscale.com/v1alpha1\nkind: ProxyGroup\nmetadata:\n  name: egress\nspec:\n  type: egress\n  tags:\n    - tag:k8s\n    - \"tag:wbe\"\n",
        "tag:wbe",
        "tag:web",
        2,
    ),
    (
        "k8s/connector.yaml",
        "apiVersion: tailscale.com/v1alpha1\nkind: Connector\nspec:\n  tags: [\"tag:wbe\"]\n  exitNode: true\n",
        "tag:wbe",
        "tag:web",
        1,
    ),
    (
        "k8s/recorder.yaml",
        "apiVersion: tailscale.com/v1alpha1\nkind: Recorder\nspec:\n  tags: [tag:wbe]\n",
        "tag:wbe",
        "tag:web",
        1,
    ),
    (
        "k8s/relay.json",
        "{\"apiVersion\": \"tailscale.com/v1alpha1\", \"kind\": \"PeerRelay\", \"spec\": {\"tags\": [\"tag:wbe\"]}}\n",
        "tag:wbe",
        "tag:web",
        1,
    ),
    (
        "k8s/operator.yaml",
        "kind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - name: operator\n          env:\n            - name: OPERATOR_INITIAL_TAGS\n              value: tag:k8s-operator\n            - name: PROXY_TAGS\n              value: tag:k8,tag:web\n",
        "tag:k8,",
        "tag:k8s,",
        3,
    ),
    (
        "k8s/sidecar.yaml",
        "kind: Pod\nspec:\n  containers:\n    - name: ts\n      image: tailscale/tailscale:latest\n      env:\n        - {name: TS_EXTRA_ARGS, value: \"--advertise-tags=tag:wbe --ssh\"}\n",
        "tag:wbe",
        "tag:web",
        1,
    ),
    // Helm, Argo CD and Kustomize
    (
        "helm/values.yaml",
        "operatorConfig:\n  defaultTags:\n    - \"tag:k8s-operator\"\nproxyConfig:\n  defaultTags: \"tag:k8s,tag:wbe\"\n",
        "tag:wbe",
        "tag:web",
        3,
    ),
    (
        "helm/subchart.yaml",
        "tailscale-operator:\n  operatorConfig: {defaultTags: [tag:k8s-oprator]}\n",
        "tag:k8s-oprator",
        "tag:k8s-operator",
        1,
    ),
    (
        "argo/app.yaml",
        "kind: Application\nspec:\n  source:\n    helm:\n      values: |\n        # The operator.\n        operatorConfig:\n          defaultTags: [tag:k8s-operator]\n        proxyConfig:\n          defaultTags: tag:wbe\n",
        "tag:wbe",
        "tag:web",
        2,
    ),
    (
        "argo/object.yaml",
        "spec:\n  source:\n    helm:\n      valuesObject:\n        proxyConfig:\n          defaultTags: tag:wbe\n",
        "tag:wbe",
        "tag:web",
        1,
    ),
    (
        "chart/templates/svc.yaml",
        "{{- if .Values.on }}\nkind: Service\nmetadata:\n  name: {{ .Values.name | quote }}\n  annotations:\n    tailscale.com/tags: \"tag:k8s,tag:wbe,tag:{{ .Values.tag }}\"\n{{- end }}\n",
        "tag:wbe",
        "tag:web",
        2,
    ),
    (
        "chart/templates/pg.yaml",
        "{{- range .Values.groups }}\n---\napiVersion: tailscale.com/v1alpha1\nkind: ProxyGroup\nspec:\n  tags: [tag:wbe]\n{{- end }}\n",
        "tag:wbe",
        "tag:web",
        1,
    ),
    // Terraform
    (
        "tf/main.tf",
        "resource \"tailscale_tailnet_key\" \"web\" {\n  reusable = true # tag:no\n  tags     = [\"tag:web\", \"tag:databse\"]\n}\n",
        "tag:databse",
        "tag:database",
        2,
    ),
    (
        "tf/devices.tf",
        "resource \"tailscale_device_tags\" \"web\" {\n  device_id = data.tailscale_device.web.id\n  tags = toset([\n    \"tag:wbe\",\n  ])\n}\n",
        "tag:wbe",
        "tag:web",
        1,
    ),
    (
        "tf/locals.tf",
        "provider \"tailscale\" {}\nterraform { required_providers { tailscale = { source = \"tailscale/tailscale\" } } }\nlocals {\n  server_tags = [\"tag:wbe\"]\n}\n",
        "tag:wbe",
        "tag:web",
        1,
    ),
    (
        "tf/cloud.tf",
        "resource \"aws_instance\" \"web\" {\n  user_data = <<-EOF\n    #!/bin/sh\n    # --advertise-tags=tag:no\n    tailscale up --auth-key=${var.key} --advertise-tags=tag:wbe\n  EOF\n}\n",
        "tag:wbe",
        "tag:web",
        1,
    ),
    (
        "tf/helm.tf",
        "resource \"helm_release\" \"tailscale\" {\n  values = [yamlencode({ proxyConfig = { defaultTags = \"tag:wbe\" } })]\n}\n",
        "tag:wbe",
        "tag:web",
        1,
    ),
    (
        "tf/k8s.tf",
        "resource \"kubernetes_service\" \"x\" {\n  metadata {\n    annotations = { \"tailscale.com/tags\" = \"tag:wbe\" }\n  }\n}\n",
        "tag:wbe",
        "tag:web",
        1,
    ),
    (
        "tf/json.tf.json",
        "{\"resource\": {\"tailscale_tailnet_key\": {\"ci\": {\"tags\": [\"tag:cl\"]}}}}\n",
        "tag:cl",
        "tag:ci",
        1,
    ),
    // Pulumi
    (
        "pulumi/__main__.py",
        "import pulumi_tailscale as tailscale\n\ntailscale.DeviceTags(\"indri\", device_id=\"x\", tags=[\n    \"tag:web\",\n    'tag:databse',  # not tag:no\n])\n",
        "tag:databse",
        "tag:database",
        2,
    ),
    (
        "pulumi/key.py",
        "from pulumi_tailscale import TailnetKey\nkey = TailnetKey('k', tags=['tag:wbe'], reusable=True)\n",
        "tag:wbe",
        "tag:web",
        1,
    ),
    (
        "pulumi/devices.py",
        "import pulumi_tailscale\nDEVICES = {\n    \"a\": [\"tag:web\", \"tag:prodution\"],\n}\n",
        "tag:prodution",
        "tag:production",
        2,
    ),
    ("pulumi/tailscale/names.py", "WEB = \"tag:wbe\"\n", "tag:wbe", "tag:web", 1),
    (
        "pulumi/index.ts",
        "import * as tailscale from \"@pulumi/tailscale\";\nnew tailscale.DeviceTags(\"a\", {\n  deviceId: id,\n  tags: ['tag:web', \"tag:wbe\"],\n});\n",
        "tag:wbe",
        "tag:web",
        2,
    ),
    (
        "pulumi/k8s.ts",
        "// tailscale\nnew k8s.core.v1.Service('a', { metadata: { annotations: { 'tailscale.com/tags': 'tag:wbe' } } });\n",
        "tag:wbe",
        "tag:web",
        1,
    ),
    (
        "pulumi/main.go",
        "package main\nimport \"github.com/pulumi/pulumi-tailscale/sdk/go/tailscale\"\nvar k = tailscale.NewTailnetKey(ctx, \"k\", &tailscale.TailnetKeyArgs{\n\tTags: pulumi.StringArray{pulumi.String(\"tag:wbe\")},\n})\n",
        "tag:wbe",
        "tag:web",
        1,
    ),
    (
        "pulumi/Pulumi.yaml",
        "resources:\n  key:\n    type: tailscale:TailnetKey\n    properties:\n      tags: [tag:wbe]\n",
        "tag:wbe",
        "tag:web",
        1,
    ),
    // Containers
    (
        "compose.yaml",
        "services:\n  ts:\n    image: tailscale/tailscale\n    environment:\n      - TS_AUTHKEY=${KEY}\n      - TS_EXTRA_ARGS=--advertise-tags=tag:wbe --accept-dns\n",
        "tag:wbe",
        "tag:web",
        1,
    ),
    (
        "docker-compose.yml",
        "services:\n  ts:\n    environment:\n      TS_EXTRA_ARGS: '--advertise-tags=tag:web,tag:databse'\n",
        "tag:databse",
        "tag:database",
        2,
    ),
    (
        "docker-compose.prod.yml",
        "services:\n  ts:\n    command: [tailscale, up, --advertise-tags, \"tag:wbe\"]\n",
        "tag:wbe",
        "tag:web",
        1,
    ),
    ("Dockerfile", "FROM alpine\nENV TS_EXTRA_ARGS=\"--advertise-tags=tag:wbe\"\n", "tag:wbe", "tag:web", 1),
    ("fly.toml", "app = \"proxy\"\n[env]\n  TS_EXTRA_ARGS = \"--advertise-tags=tag:wbe\"\n", "tag:wbe", "tag:web", 1),
    // Machines
    (
        "user-data",
        "#cloud-config\nruncmd:\n  - [sh, -c, \"curl -fsSL https://tailscale.com/install.sh | sh\"]\n  - tailscale up --advertise-tags=tag:wbe\n",
        "tag:wbe",
        "tag:web",
        1,
    ),
    (
        "cloud-init.yaml",
        "#cloud-config\nruncmd:\n  - [\"tailscale\", \"up\", \"--advertise-tags=tag:wbe\"]\n",
        "tag:wbe",
        "tag:web",
        1,
    ),
    (
        "init.cfg",
        "#cloud-config\nwrite_files:\n  - path: /up.sh\n    content: |\n      #!/bin/sh\n      # --advertise-tags=tag:no\n      tailscale up \\\n        --advertise-tags=tag:wbe\n",
        "tag:wbe",
        "tag:web",
        1,
    ),
    (
        "nix/host.nix",
        "{ config, ... }: {\n  services.tailscale = {\n    enable = true;\n    extraUpFlags = [ \"--ssh\" \"--advertise-tags=tag:wbe\" ]; # tag:no\n  };\n}\n",
        "tag:wbe",
        "tag:web",
        1,
    ),
    (
        "nix/unit.nix",
        "{\n  script = ''\n    ${pkgs.tailscale}/bin/tailscale up --advertise-tags=tag:wbe\n  '';\n}\n",
        "tag:wbe",
        "tag:web",
        1,
    ),
    (
        "nix/pair.nix",
        "{ services.tailscale.extraUpFlags = [\n  \"--advertise-tags\" \"tag:wbe\"\n]; }\n",
        "tag:wbe",
        "tag:web",
        1,
    ),
    (
        "up.service",
        "[Unit]\nDescription=tag:no\n; --advertise-tags=tag:no\n[Service]\nExecStart=/usr/bin/tailscale up --advertise-tags=tag:wbe\n",
        "tag:wbe",
        "tag:web",
        1,
    ),
    ("etc/default/tailscaled", "PORT=41641\nFLAGS=\"--advertise-tags=tag:wbe\"\n", "tag:wbe", "tag:web", 1),
    (".env", "TS_EXTRA_ARGS=--advertise-tags=tag:wbe\n", "tag:wbe", "tag:web", 1),
    (
        "start.sh",
        "#!/bin/sh\nset -e # tag:no\ntailscale up --auth-key=\"$KEY?ephemeral=true\" --advertise-tags=tag:wbe,$MORE --ssh\n",
        "tag:wbe",
        "tag:web",
        1,
    ),
    ("bin/start", "#!/usr/bin/env bash\ntailscale up --advertise-tags \"tag:wbe\"\n", "tag:wbe", "tag:web", 1),
    ("Makefile", "up:\n\ttailscale up --advertise-tags=tag:wbe\n", "tag:wbe", "tag:web", 1),
    ("justfile", "annotate:\n  kubectl annotate svc web tailscale.com/tags=tag:wbe\n", "tag:wbe", "tag:web", 1),
    (
        "install.sh",
        "helm upgrade op tailscale/tailscale-operator --set-string proxyConfig.defaultTags='tag:wbe'\n",
        "tag:wbe",
        "tag:web",
        1,
    ),
    // Ansible
    (
        "ansible/site.yml",
        "- hosts: all\n  roles:\n    - role: artis3n.tailscale\n      vars:\n        tailscale_args: \"--ssh --advertise-tags=tag:wbe\"\n        tailscale_authkey: \"{{ key }}\"\n",
        "tag:wbe",
        "tag:web",
        1,
    ),
    ("ansible/vars.yml", "tailscale_tags:\n  - \"tag:wbe\"\n", "tag:wbe", "tag:web", 1),
    (
        "ansible/tasks.yml",
        "- name: up (not --advertise-tags=tag:no)\n  ansible.builtin.command: tailscale up --advertise-tags=tag:wbe\n  tags: [tailscale]\n",
        "tag:wbe",
        "tag:web",
        1,
    ),
    (
        "ansible/templates/up.sh.j2",
        "tailscale up --advertise-tags={{ extra }},tag:wbe --hostname={{ name }}\n",
        "tag:wbe",
        "tag:web",
        1,
    ),
    // Workflows
    (
        ".github/workflows/deploy.yml",
        "on: push\njobs:\n  deploy:\n    steps:\n      - uses: actions/checkout@v4\n      - uses: tailscale/github-action@v3\n        with:\n          oauth-client-id: ${{ secrets.ID }}\n          tags: tag:ci,tag:wbe\n",
        "tag:wbe",
        "tag:web",
        2,
    ),
    (
        ".github/workflows/run.yml",
        "jobs:\n  a:\n    steps:\n      - name: Join\n        run: |\n          # --advertise-tags=tag:no\n          sudo tailscale up --advertise-tags=tag:cl\n",
        "tag:cl",
        "tag:ci",
        1,
    ),
    (
        ".forgejo/workflows/a.yaml",
        "jobs:\n  a:\n    container:\n      env:\n        TS_EXTRA_ARGS: --advertise-tags=tag:cl\n",
        "tag:cl",
        "tag:ci",
        1,
    ),
    // Forms that public repositories have
    ("flux.nix", "{ helm.annotations.\"tailscale.com/tags\" = \"tag:wbe\"; }\n", "tag:wbe", "tag:web", 1),
    (
        "tags.nix",
        "{ tailscale.advertiseTags = [\n  \"tag:web\"\n  \"tag:databse\"\n]; }\n",
        "tag:databse",
        "tag:database",
        2,
    ),
    ("serve.go", "package a\nvar s = tsnet.Server{AdvertiseTags: []string{\"tag:wbe\"}}\n", "tag:wbe", "tag:web", 1),
    (
        "module.tf",
        "module \"k3s\" {\n  tailscale_operator_default_tags = [\n    \"tag:wbe\"\n  ]\n}\n",
        "tag:wbe",
        "tag:web",
        1,
    ),
    (
        "dozzle.tf",
        "locals {\n  annotations = {\n    \"tailscale.com/tags\"     = \"tag:k8s-${var.suffix},tag:wbe\"\n    \"tailscale.com/hostname\" = \"dozzle\"\n  }\n}\n",
        "tag:wbe",
        "tag:web",
        1,
    ),
    ("annotate.ts", "serviceAnnotations[\"tailscale.com/tags\"] = 'tag:wbe';\n", "tag:wbe", "tag:web", 1),
    (
        "client.tf",
        "resource \"tailscale_oauth_client\" \"op\" {\n  scopes = [\"auth_keys\"]\n  tags   = [\"tag:k8s-oprator\"]\n}\n",
        "tag:k8s-oprator",
        "tag:k8s-operator",
        1,
    ),
    (
        "vm.ts",
        "files.push({ content: script({ TAILSCALE_UP_FLAGS: `--ssh --advertise-tags=tag:wbe` }) });\n",
        "tag:wbe",
        "tag:web",
        1,
    ),
    ("vars.env", "TAILSCALE_TAGS=tag:wbe\n", "tag:wbe", "tag:web", 1),
    // Names of other kinds
    ("tailscale/groups.py", "OWNERS = 'group:enginers'\n", "group:enginers", "group:engineers", 1),
    ("tailscale/serve.json", "{\"services\": {\"svc:websit\": {}}}\n", "svc:websit", "svc:website", 1),
    (
        "cmd/main.go",
        "import \"tailscale.com/tsnet\"\nconst capability = \"example.com/cap/report\"\n",
        "example.com/cap/report",
        "example.com/cap/reports",
        1,
    ),
    (
        "src/auth.rs",
        "// tailscale\nconst CAP: &str = \"example.com/cap/repors\";\n",
        "example.com/cap/repors",
        "example.com/cap/reports",
        1,
    ),
    (
        "auth.toml",
        "# tailnet\n[cap]\nread = \"example.com/cap/reprts\"\n",
        "example.com/cap/reprts",
        "example.com/cap/reports",
        1,
    ),
];

#[test]
fn a_wrong_name_is_found_at_its_place_in_every_kind_of_file() {
    let policy = policy(POLICY);
    let mut wrong = Vec::new();
    for (path, text, misspelt, correct, mentions) in CASES {
        let name = misspelt.trim_end_matches(',');
        let start = text.find(misspelt).unwrap();
        let files = Files::new([(*path, *text)]);
        let found = files.findings(&policy, &[]);
        let found: Vec<_> = found.iter().filter(|finding| finding.code == Code::UndeclaredMention).collect();
        let [finding] = found.as_slice() else {
            wrong.push(format!("{path}: {name} at {start}, found {found:?}"));
            continue;
        };
        if finding.origin.range() != (start..start + name.len()) {
            wrong.push(format!("{path}: {name} at {start}, found {found:?}"));
            continue;
        }
        let help = format!("did you mean `{}`?", correct.trim_end_matches(','));
        if finding.help.as_deref() != Some(help.as_str()) {
            wrong.push(format!("{path}: {:?}", finding.help));
        }
        if files.0[0].2.len() != *mentions {
            wrong.push(format!("{path}: {mentions} mentions, found {:?}", files.0[0].2));
        }
        let corrected = Files::new([(*path, text.replacen(misspelt, correct, 1))]);
        let left = corrected.all_shown(&policy, &[]);
        if left.iter().any(|finding| finding.contains(path)) {
            wrong.push(format!("{path}: corrected, {left:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), CASES.len(), wrong.join("\n"));
}

/// Files are often incomplete, and their extension may be wrong.
#[test]
fn every_beginning_of_every_file_can_be_read_as_any_kind() {
    let paths = ["a.yaml", "a.json", "a.sh", "a.py", "a.ts", "a.go", "a.rs", "a.tf", "a.nix", "a.toml", "a.cs"];
    for (_, text, ..) in CASES {
        for (end, _) in text.char_indices() {
            let (part, path) = (&text[..end], paths[end % paths.len()]);
            for mention in mentions(path, part) {
                assert_eq!(part[mention.range.clone()], mention.name, "{path}: {part}");
            }
        }
    }
}

/// One long line, deep nesting and many comments take no longer than the same text in a simple form.
#[test]
fn large_files_are_read_in_linear_time() {
    let many = 100_000;
    for (path, text) in [
        ("deep.yaml", "[".repeat(many) + "tag:web"),
        ("deep.json", "[".repeat(many) + "\"tag:web\""),
        ("deep.ts", "f([{".repeat(many) + "'tag:web', "),
        ("long.ts", "import '@pulumi/tailscale'; x + 'tag:web' + ".repeat(many / 10)),
        ("lines.py", "\n".repeat(many) + "'tag:web'"),
        ("long.sh", "--advertise-tags=tag:web ".repeat(many / 10)),
        ("scalars.yaml", "- a: tailscale tag:web\n".repeat(many / 10)),
        ("allowed.yaml", "# policy: allow(undeclared-mention) x\n".repeat(many / 10) + "a: tag:web"),
    ] {
        let start = Instant::now();
        Files::new([(path, text)]).findings(&policy(POLICY), &[]);
        assert!(start.elapsed() < Duration::from_secs(20), "{path}: {:?}", start.elapsed());
    }
}

proptest! {
    #[test]
    fn any_text_can_be_scanned(
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                "tag:web", "tag:", "é", "𝄞", ",", "\n", "  ", "- ", ": ", "|\n", "{{", "}}", "{%", "${", "}", "{", "[", "]",
                "(", ")", "\"", "'", "''", "`", "\"\"\"", "\\", "#", "//", "/*", "*/", "<<-E\n", "E\n", "=", "--",
                "advertise-tags", "tailscale.com/tags", "tailscale", "spec", "tags", "!tag:a", "&a", "*a", "\r\n", "\t",
                "# policy: allow(undeclared-mention) x", "policy: allow(", "tailscale_tailnet_key", "pulumi_tailscale",
            ]),
            0..40,
        ),
    ) {
        let text = pieces.concat();
        for path in ["a.yaml", "a.json", "a.sh", "a.py", "a.ts", "a.go", "a.rs", "tailscale/a.tf", "a.nix", "a.toml"] {
            let files = Files::new([(path, text.as_str())]);
            for mention in &files.0[0].2 {
                prop_assert_eq!(text.get(mention.range.clone()), Some(mention.name.as_str()));
            }
            files.all_shown(&policy(POLICY), &["tag:ci"]);
        }
    }
}
