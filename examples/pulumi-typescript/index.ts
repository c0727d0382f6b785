// The policy of the tailnet, the tags of its devices, and keys for new devices.

import * as tailscale from "@pulumi/tailscale";

import { devices, read } from "./devices.js";
import { Tag } from "./tailnet.js";

const policy = new tailscale.Acl("policy", { acl: read("policy.hujson") });

// A tag has to be in the policy before a device or a key can have it.
const afterPolicy = { dependsOn: [policy] };

/** Makes a key for devices that start by themselves. They have its tags. */
function key(name: string, description: string, tags: Tag[]): tailscale.TailnetKey {
  return new tailscale.TailnetKey(
    name,
    { description, ephemeral: true, preauthorized: true, reusable: true, tags },
    afterPolicy,
  );
}

// The devices that `policy!` lists. `tag:blumeops` marks those that Pulumi manages: the operator of
// the cluster tags its proxies itself, and gilbert has to stay without a tag.
for (const { name, tags } of devices()) {
  if (tags.includes(Tag.Blumeops)) {
    const deviceId = tailscale.getDeviceOutput({ hostname: name }).nodeId;
    new tailscale.DeviceTags(name, { deviceId, tags: [...tags] }, afterPolicy);
  }
}

export const ciGatewayKey = key("ci-gateway", "CI containers", [Tag.CiGateway]).key;
export const flyioProxyKey = key("flyio-proxy", "The reverse proxy on Fly.io", ["tag:flyio-proxy"]).key;
