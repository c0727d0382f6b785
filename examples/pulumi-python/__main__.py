"""The policy of the tailnet, the tags of its devices, and keys for new devices."""

import json
from pathlib import Path

import pulumi
import pulumi_tailscale as tailscale

from tailnet import Tag

HERE = Path(__file__).parent

policy = tailscale.Acl("policy", acl=(HERE / "policy.hujson").read_text(encoding="utf-8"))

# A tag has to be in the policy before a device or a key can have it.
after_policy = pulumi.ResourceOptions(depends_on=[policy])

# The devices that `policy!` lists. `tag:blumeops` marks those that Pulumi manages: the operator of
# the cluster tags its proxies itself, and gilbert has to stay without a tag.
for device in json.loads((HERE / "tailnet.json").read_text(encoding="utf-8"))["devices"]:
    if Tag.BLUMEOPS in device["tags"]:
        tailscale.DeviceTags(
            device["name"],
            device_id=tailscale.get_device(hostname=device["name"]).node_id,
            tags=device["tags"],
            opts=after_policy,
        )

# Devices that start by themselves join with a key, and have its tags.
ci_gateway_key = tailscale.TailnetKey(
    "ci-gateway",
    description="CI containers",
    ephemeral=True,
    preauthorized=True,
    reusable=True,
    tags=[Tag.CI_GATEWAY],
    opts=after_policy,
)
flyio_proxy_key = tailscale.TailnetKey(
    "flyio-proxy",
    description="The reverse proxy on Fly.io",
    ephemeral=True,
    preauthorized=True,
    reusable=True,
    tags=[Tag.FLYIO_PROXY],
    opts=after_policy,
)

pulumi.export("ci_gateway_key", ci_gateway_key.key)
pulumi.export("flyio_proxy_key", flyio_proxy_key.key)
