//! Three large trees of files in the style of public repositories. Each has hundreds of texts that
//! look like names. None of them may give a finding.

use crate::{Files, POLICY, policy};

/// The number of copies of each pattern, each with other names.
const COPIES: usize = 40;

/// Words that make names: some are near to names of the policy, and some are common in such files.
const WORDS: &[&str] = &["wbe", "Name", "latest", "prodution", "stable", "environment", "k8", "databse", "v1", "cl"];

/// Infrastructure in a cloud, with a VPN host.
const CLOUD: &[(&str, &str)] = &[
    (
        "modules/vpc_NN/main.tf",
        "# tailscale subnet router: see modules/vpn\ndata \"aws_subnets\" \"private\" {\n  filter {\n    name   = \"tag:WORD\"\n    values = [\"tag:WORD\", var.environment]\n  }\n}\n",
    ),
    (
        "modules/vpn_NN/main.tf",
        "provider \"tailscale\" {\n  tailnet = var.tailnet\n}\ndata \"aws_ami\" \"x\" {\n  filter {\n    name = \"tag:WORD\"\n    values = [\"tag:WORD\"]\n  }\n}\nresource \"tailscale_tailnet_key\" \"router\" {\n  tags = [\"tag:web\", \"tag:${var.word}\"]\n}\n",
    ),
    (
        "modules/eks_NN/variables.tf",
        "variable \"filters\" {\n  # tailnet\n  default = { \"tag:WORD\" = [\"tailscale\"] }\n}\n",
    ),
    (
        "scripts/find_NN.py",
        "\"\"\"Finds hosts for tailscale, by tag:WORD.\"\"\"\nimport boto3\nec2 = boto3.resource('ec2')\nhosts = ec2.instances.filter(Filters=[{'Name': 'tag:WORD', 'Values': ['tag:WORD']}])\n",
    ),
    (
        "scripts/tag_NN.sh",
        "#!/bin/bash\n# joins the tailnet\naws ec2 describe-instances --filters \"Name=tag:WORD,Values=tailscale\"\ngit push origin refs/tags/tag:WORD\n",
    ),
    (
        "inventory/NN.aws_ec2.yml",
        "plugin: aws_ec2 # tailscale hosts\nfilters:\n  tag:WORD: yes\n  \"tag:WORD\": [\"tag:WORD\"]\n",
    ),
    (
        "stacks/NN.yaml",
        "AWSTemplateFormatVersion: 2010-09-09\nResources:\n  Host:\n    Type: AWS::EC2::Instance\n    Properties:\n      Tags: [{Key: \"tag:WORD\", Value: tailscale}]\n      UserData: !Sub |\n        tailscale up --auth-key=$KEY\n",
    ),
    (
        "packer/NN.pkr.hcl",
        "source \"amazon-ebs\" \"tailscale\" {\n  source_ami_filter {\n    filters = { \"tag:WORD\" = \"tag:WORD\" }\n  }\n}\n",
    ),
    ("docs/NN.md", "# Tailscale\n\nRun `tailscale up --advertise-tags=tag:WORD`, and filter by tag:WORD.\n"),
];

/// A cluster with the operator.
const CLUSTER: &[(&str, &str)] = &[
    (
        "apps/NN/deployment.yaml",
        "kind: Deployment\nmetadata:\n  annotations:\n    tailscale.com/expose: \"true\"\n    note: \"not tag:WORD\"\nspec:\n  template:\n    spec:\n      containers:\n        - image: registry.example.org/app:tag:WORD\n          env: [{name: IMAGE_TAG, value: latest}]\n",
    ),
    (
        "apps/NN/service.yaml",
        "kind: Service\nmetadata:\n  annotations:\n    tailscale.com/tags: \"tag:k8s,tag:web\"\n  labels: {tag: WORD}\nspec:\n  selector: {tag: WORD}\n",
    ),
    ("apps/NN/kustomization.yaml", "# tailscale\nimages:\n  - name: app\n    newTag: tag:WORD\n"),
    (
        "charts/NN/values.yaml",
        "# tailscale\nimage:\n  repository: app\n  tag: WORD\n  tags: [\"tag:WORD\"]\nextraTags: \"see https://tailscale.com/kb/tags#tag:WORD\"\n",
    ),
    (
        "charts/NN/templates/ingress.yaml",
        "{{- if .Values.tailscale }}\nkind: Ingress\nmetadata:\n  name: {{ include \"app.name\" . }}-tag:WORD\n  annotations:\n    tailscale.com/tags: {{ .Values.tags | join \",\" | quote }}\n    {{- with .Values.extra }}\n    {{- toYaml . | nindent 4 }}\n    {{- end }}\n{{- end }}\n",
    ),
    (
        "argo/NN.yaml",
        "kind: Application\nspec:\n  source:\n    targetRevision: refs/tags/tag:WORD\n    helm:\n      values: |\n        proxyConfig:\n          defaultTags: tag:k8s\n          image: {tag: \"tag:WORD\"}\n",
    ),
    (
        "crds/NN.yaml",
        "kind: CustomResourceDefinition\nspec:\n  description: |-\n    Tags of the tailscale device, for example tag:WORD or \"tag:WORD\".\n    If unset, it is tag:WORD.\n  pattern: ^tag:[a-zA-Z][a-zA-Z0-9-]*$\n",
    ),
    (
        ".github/workflows/NN.yml",
        "on: {push: {tags: ['tag:WORD']}}\njobs:\n  build:\n    steps:\n      - uses: docker/metadata-action@v5\n        with:\n          images: tailscale\n          tags: |\n            type=raw,value=tag:WORD\n            type=ref,event=tag\n      - uses: tailscale/github-action@v4\n        with:\n          tags: tag:ci\n      - name: tag:WORD\n        run: echo tag:WORD >> \"$GITHUB_OUTPUT\" # --advertise-tags=tag:WORD\n",
    ),
];

/// A program that works with tailnets, and its site.
const PRODUCT: &[(&str, &str)] = &[
    (
        "cmd/NN/main.go",
        "// Command NN joins the tailnet as tag:WORD.\npackage main\n\nimport (\n\t\"flag\"\n\t\"fmt\"\n\n\t\"tailscale.com/tsnet\"\n)\n\nvar tags = flag.String(\"advertise-tags\", \"\", \"tags to request (e.g. \\\"tag:WORD,tag:WORD\\\")\")\n\nfunc f(tag string) error {\n\treturn fmt.Errorf(\"tag:%s is not like tag:WORD\", tag)\n}\n",
    ),
    (
        "pkg/NN/tags_test.go",
        "package a\n\nimport \"tailscale.com/client/tailscale\"\n\nvar cases = []string{\"tag:WORD\", \"tag:WORD\"}\n",
    ),
    (
        "pkg/NN/tags.go",
        "package a // tailscale\n\n/* \"tag:WORD\" */\nconst prefix = \"tag:\"\n\nfunc name(s string) string { return prefix + s + `like \"tag:WORD\"` }\n",
    ),
    (
        "web/src/NN.tsx",
        "// tailnet\nexport const Search = () => <a href=\"/search?q=tag:WORD\">tag:WORD</a>;\nconst label = { label: 'tag:WORD', image: \"tag:WORD\", key: `tag:WORD` };\nconsole.log('tag:WORD');\n",
    ),
    ("web/src/NN.test.ts", "import '@pulumi/tailscale';\nexpect(parse(['tag:WORD'])).toEqual(['tag:WORD']);\n"),
    (
        "tools/NN.py",
        "\"\"\"For tailnets.\n\n    tailscale up --advertise-tags=tag:WORD\n\"\"\"\nimport argparse\nparser = argparse.ArgumentParser(description='tag:WORD')\nparser.add_argument('--tag', help='tag:WORD')\nraise SystemExit('use --advertise-tags=tag:WORD')\n",
    ),
    (
        "src/NN.rs",
        "//! Tailscale: `tag:WORD`.\n\n/// Returns \"tag:WORD\".\nfn f<'a>(x: &'a str) -> String { format!(\"tag:{x}\") }\n",
    ),
    (
        "feeds/NN.json",
        "{\"generator\": \"tailscale\", \"id\": \"tag:example.com,2024:WORD\", \"image\": \"tag:WORD\", \"title\": \"tag:WORD\"}\n",
    ),
    (
        "data/NN.yaml",
        "# tailscale\n- !<tag:example.org,2002:WORD> {a: b}\n- tag: WORD\n- url: https://example.org/tag:WORD\n- query: \"tag:WORD is:open\"\n",
    ),
    (
        "install-NN.sh",
        "#!/bin/sh\n# tailscale up --advertise-tags=tag:WORD\necho \"Run: tailscale up --advertise-tags=tag:WORD\"\nprintf '%s\\n' \"tailscale up --advertise-tags=tag:WORD\"\n",
    ),
    ("policies/NN.json", "{\"tagOwners\": {\"tag:WORD\": []}, \"acls\": []}\n"),
];

fn tree(patterns: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut words = WORDS.iter().cycle();
    let mut files = Vec::new();
    for copy in 0..COPIES {
        for (path, text) in patterns {
            let mut pieces = text.split("WORD");
            let mut filled = pieces.next().unwrap().replace("NN", &copy.to_string());
            for piece in pieces {
                filled.push_str(words.next().unwrap());
                filled.push_str(&piece.replace("NN", &copy.to_string()));
            }
            files.push((path.replace("NN", &copy.to_string()), filled));
        }
    }
    files
}

#[test]
fn large_trees_give_no_false_finding() {
    let policy = policy(POLICY);
    for (name, patterns, mentions) in
        [("cloud", CLOUD, COPIES), ("cluster", CLUSTER, 4 * COPIES), ("product", PRODUCT, 0)]
    {
        let files = tree(patterns);
        assert!(files.len() >= 300, "{name} has only {} files", files.len());
        let lures: usize = files.iter().map(|(_, text)| text.matches("tag:").count()).sum();
        assert!(lures > 700, "{name} has only {lures} texts that look like tags");
        let files = Files::new(files);
        let found: Vec<_> =
            files.all_shown(&policy, &[]).into_iter().filter(|finding| !finding.starts_with("un")).collect();
        assert!(
            found.is_empty(),
            "{name}: {} false findings, such as {:#?}",
            found.len(),
            &found[..found.len().min(8)]
        );
        let right: usize = files.0.iter().map(|(_, _, mentions)| mentions.len()).sum();
        assert!(right >= mentions, "{name}: {right} mentions");
    }
}
