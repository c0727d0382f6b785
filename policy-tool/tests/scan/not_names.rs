//! Texts that look like names and are not: none of them may give a finding.

use crate::{Files, POLICY, policy};

/// Files without any name of a policy. Most of them also mention Tailscale, because texts that look
/// like a name are otherwise not even read.
pub(crate) const CASES: &[(&str, &str)] = &[
    // Prose and policies
    ("README.md", "tailscale up --advertise-tags=tag:example\n\ntailscale.com/tags: tag:other\n"),
    ("docs/page.html", "<code>--advertise-tags=tag:example</code>\n"),
    ("notes.txt", "tailscale up --advertise-tags=tag:example\n"),
    ("policy.json", "{\"tagOwners\": {\"tag:other\": []}, \"grants\": []}\n"),
    ("other.hujson", "{\"tagOwners\": {\"tag:other\": []}}\n"),
    ("data.csv", "tag:wbe,tag:prodution\n"),
    // Tags of images
    ("compose.yml", "services:\n  ts:\n    image: tailscale/tailscale:latest\n    labels: [\"tag:latest\"]\n"),
    ("values.yaml", "# tailscale\nimage:\n  repository: tailscale\n  tag: latest\n  tags: [\"tag:latest\", tag:wbe]\n"),
    ("build.py", "# tailscale\nclient.images.build(tag=\"tag:latest\")\nrun(\"docker build -t app:tag:wbe .\")\n"),
    (
        "ci.yml",
        "jobs:\n  a:\n    steps:\n      - uses: docker/build-push-action@v6\n        with:\n          tags: tag:latest,tag:stable\n      - run: tailscale status\n",
    ),
    // Tags of clouds
    (
        "main.tf",
        "provider \"tailscale\" {}\n# source = \"tailscale/tailscale\"\ndata \"aws_instances\" \"x\" {\n  filter {\n    name   = \"tag:Name\"\n    values = [\"tag:wbe\"]\n  }\n}\nresource \"aws_vpc\" \"a\" {\n  tags = [\"tag:environment\"]\n}\n",
    ),
    (
        "find.py",
        "import boto3, pulumi_tailscale\nec2 = boto3.client('ec2')\nec2.describe_instances(Filters=[{'Name': 'tag:wbe', 'Values': ['tag:ec2']}])\n",
    ),
    ("aws_ec2.yml", "plugin: aws_ec2\nfilters:\n  tag:wbe: tailscale\nkeyed_groups:\n  - key: tags.Name\n"),
    (
        "find.ts",
        "import '@pulumi/tailscale';\nconst x = aws.ec2.getInstances({ filters: [{ name: 'tag:Web', values: ['a'] }] });\n",
    ),
    ("find.go", "// tailscale.com/tsnet\nx := ec2.Filter{Name: aws.String(\"tag:wbe\")}\n"),
    // References of git, URLs, YAML
    (
        "release.yml",
        "on:\n  push:\n    tags: ['v*']\n# tailscale\nenv:\n  REF: refs/tags/tag:v1\n  URL: https://example.com/tag:wbe\n",
    ),
    (
        "types.yaml",
        "%TAG ! tag:example.com,2000:\n---\n# tailscale\na: !<tag:yaml.org,2002:str> b\nc: tag:yaml.org,2002:map\n",
    ),
    (
        "search.js",
        "// tailscale\nfetch('https://example.com/?q=tag:wbe');\nconst q = `tag:wbe is:open`;\nconst p = 'label: tag:wbe';\n",
    ),
    ("feed.xml", "<id>tag:example.com,2024:tailscale/wbe</id>\n"),
    ("feed.py", "# tailscale\nID = 'tag:example.com,2024:post'\n"),
    // Text for people, in programs and in comments
    (
        "args.py",
        "import pulumi_tailscale\nparser.add_argument('--tags', help='tag:wbe')\nprint('run tailscale up --advertise-tags=tag:foo')\nraise ValueError('tag:wbe')\n",
    ),
    (
        "doc.py",
        "\"\"\"Tailscale.\n\nRun with --advertise-tags=tag:foo\n\"\"\"\nimport pulumi_tailscale\n# tags=[\"tag:foo\"]\n",
    ),
    (
        "main.go",
        "// tailscale.com/tsnet\nvar f = flag.String(\"advertise-tags\", \"\", \"comma-separated tags, such as \\\"tag:foo\\\"\")\n/* \"tag:wbe\" */\n",
    ),
    (
        "use.sh",
        "#!/bin/sh\n# tailscale up --advertise-tags=tag:foo\necho \"Usage: tailscale up --advertise-tags=tag:foo\"\n",
    ),
    ("tasks.yml", "- name: --advertise-tags=tag:foo\n  description: tag:wbe\n  debug: msg=tailscale\n"),
    ("link.yaml", "# tailscale\na: https://tailscale.com/tags: tag:foo\n"),
    // Variables and placeholders
    (
        "vars.sh",
        "tailscale up --advertise-tags=tag:$NAME,tag:${OTHER},$TAGS\ntailscale up --advertise-tags=tag:<name>\n",
    ),
    (
        "vars.yml",
        "jobs:\n  a:\n    steps:\n      - uses: tailscale/github-action@v3\n        with:\n          tags: ${{ vars.TAGS }}\n",
    ),
    ("vars.tf", "resource \"tailscale_tailnet_key\" \"a\" {\n  tags = [\"tag:${var.name}\", var.tag]\n}\n"),
    (
        "vars.py",
        "import pulumi_tailscale as ts\nts.TailnetKey('a', tags=[f'tag:{name}', 'tag:%s' % name, prefix + 'tag:'])\n",
    ),
    // Names of other tailnets and of other programs
    (
        "caps.go",
        "// tailscale\nconst c = \"tailscale.com/cap/kubernetes\"\nconst d = \"golink.example.org/cap/admin\"\n",
    ),
    ("svc.yaml", "# tailscale\nservices: [\"svc:unrelated\"]\n"),
    ("group.py", "# tailscale\nGROUP = 'group:all-other-people'\n"),
    // Nothing about a tailnet
    ("app.py", "TAGS = ['tag:wbe', 'tag:foo']\n"),
    ("app.yaml", "tags: ['tag:wbe']\ngroup: group:enginers\n"),
    ("app.tf", "locals { tags = [\"tag:wbe\"] }\n"),
    // Tests of programs
    ("key_test.go", "package a // tailscale.com/tsnet\nvar k = Key{Tags: []string{\"tag:wbe\"}}\n"),
    ("tests/stack.py", "import pulumi_tailscale\nassert tags == ['tag:wbe']\n"),
    ("src/key.spec.ts", "import '@pulumi/tailscale';\nnew TailnetKey('k', { tags: ['tag:wbe'] });\n"),
    // Broken files
    ("broken.yaml", "a: [tag:wbe\n  tailscale: {{\n"),
    ("broken.json", "{\"tailscale\": \"tag:wbe\""),
    ("broken.tf", "tailscale = [\"tag:foo\n"),
];

#[test]
fn nothing_is_found_where_there_is_no_name() {
    let policy = policy(POLICY);
    let files = Files::new(CASES.iter().copied());
    let found = files.all_shown(&policy, &[]);
    let in_files: Vec<_> = found.iter().filter(|finding| finding.contains(':') && !finding.starts_with("un")).collect();
    assert!(in_files.is_empty(), "{in_files:#?}");
}
