// Tests of the resources that `pulumi up` would create. Pulumi's mocks stand in for Tailscale.

import assert from "node:assert/strict";
import { before, test } from "node:test";

import * as pulumi from "@pulumi/pulumi";

import { devices, read } from "./devices.js";

const resources: pulumi.runtime.MockResourceArgs[] = [];

/** Returns the inputs of the resources of a type, by name. */
function inputs(type: string): Record<string, unknown> {
  return Object.fromEntries(
    resources.filter((made) => made.type === type).map((made) => [made.name, made.inputs]),
  );
}

before(async () => {
  await pulumi.runtime.setMocks(
    {
      newResource(args) {
        resources.push(args);
        return { id: `id of ${args.name}`, state: args.inputs };
      },
      call(args) {
        assert.equal(args.token, "tailscale:index/getDevice:getDevice");
        return { nodeId: `node of ${args.inputs.hostname}` };
      },
    },
    "tailnet",
    "test",
  );
  await import("./index.js");
  // Waits until every resource is registered.
  await pulumi.runtime.disconnect();
});

test("the policy is sent as it is", () => {
  assert.deepEqual(inputs("tailscale:index/acl:Acl"), { policy: { acl: read("policy.hujson") } });
});

test("each managed device has its tags", () => {
  const managed = devices().filter(({ tags }) => tags.includes("tag:blumeops"));
  assert.deepEqual(managed.map(({ name }) => name), ["indri", "ringtail", "sifaka"]);
  const expected = managed.map(({ name, tags }) => [name, { deviceId: `node of ${name}`, tags }]);
  assert.deepEqual(inputs("tailscale:index/deviceTags:DeviceTags"), Object.fromEntries(expected));
});

test("a key gives the tags that its devices have", () => {
  const tagsOf = (device: string) => devices().find(({ name }) => name === device)?.tags;
  const options = { ephemeral: true, preauthorized: true, reusable: true };
  assert.deepEqual(inputs("tailscale:index/tailnetKey:TailnetKey"), {
    "ci-gateway": { ...options, description: "CI containers", tags: tagsOf("ci-runner") },
    "flyio-proxy": { ...options, description: "The reverse proxy on Fly.io", tags: tagsOf("flyio-proxy") },
  });
});

test("nothing else is created", () => {
  assert.equal(resources.length, 1 + 3 + 2);
});
