"""Tests of the resources that `pulumi up` would create. Pulumi's mocks stand in for Tailscale."""

import json
import runpy
import unittest
from pathlib import Path
from typing import Any

import pulumi

HERE = Path(__file__).parent

Resource = tuple[str, str, dict[str, Any]]


class Mocks(pulumi.runtime.Mocks):
    """Records each resource, and knows a device for every host name."""

    def __init__(self) -> None:
        self.resources: list[Resource] = []

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[Any, Any]]:
        self.resources.append((args.typ, args.name, args.inputs))
        return f"id of {args.name}", args.inputs

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]]]:
        assert args.token == "tailscale:index/getDevice:getDevice", args.token
        return {"nodeId": f"node of {args.args['hostname']}"}, []


mocks = Mocks()
pulumi.runtime.set_mocks(mocks, project="tailnet", stack="test", preview=False)


@pulumi.runtime.test  # type: ignore[untyped-decorator]
def run_the_program() -> None:
    """Runs the program, and waits until its resources are registered."""
    runpy.run_path(str(HERE / "__main__.py"))


class TheStack(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        run_the_program()

    def resources(self, kind: str) -> dict[str, dict[str, Any]]:
        typ = f"tailscale:index/{kind[0].lower()}{kind[1:]}:{kind}"
        return {name: inputs for found, name, inputs in mocks.resources if found == typ}

    def test_the_policy_is_sent_as_it_is(self) -> None:
        text = (HERE / "policy.hujson").read_text(encoding="utf-8")
        self.assertEqual(self.resources("Acl"), {"policy": {"acl": text}})

    def test_each_managed_device_has_its_tags(self) -> None:
        devices = json.loads((HERE / "tailnet.json").read_text(encoding="utf-8"))["devices"]
        managed = [device for device in devices if "tag:blumeops" in device["tags"]]
        self.assertEqual([device["name"] for device in managed], ["indri", "ringtail", "sifaka"])
        expected = {
            device["name"]: {"deviceId": f"node of {device['name']}", "tags": device["tags"]}
            for device in managed
        }
        self.assertEqual(self.resources("DeviceTags"), expected)

    def test_a_key_gives_the_tags_that_its_devices_have(self) -> None:
        devices = json.loads((HERE / "tailnet.json").read_text(encoding="utf-8"))["devices"]
        tags = {device["name"]: device["tags"] for device in devices}
        keys = {name: inputs["tags"] for name, inputs in self.resources("TailnetKey").items()}
        self.assertEqual(
            keys, {"ci-gateway": tags["ci-runner"], "flyio-proxy": tags["flyio-proxy"]}
        )

    def test_nothing_else_is_created(self) -> None:
        kinds = ("Acl", "DeviceTags", "TailnetKey")
        known = sum(len(self.resources(kind)) for kind in kinds)
        self.assertEqual(known, len(mocks.resources))


if __name__ == "__main__":
    unittest.main()
