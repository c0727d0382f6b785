# Tests of what `terraform apply` would create. Terraform's mocks stand in for Tailscale.

mock_provider "tailscale" {
  mock_data "tailscale_device" {
    defaults = { node_id = "nNODE" }
  }
}

run "plan" {
  command = plan

  assert {
    condition     = tailscale_acl.policy.acl == file("policy.hujson")
    error_message = "The policy is not sent as it is."
  }

  assert {
    condition     = { for name, device in tailscale_device_tags.managed : name => device.tags } == { for name, tags in local.tags_of : name => toset(tags) if contains(["indri", "ringtail", "sifaka"], name) }
    error_message = "A managed device does not have its tags, or a device is managed that should not be."
  }

  assert {
    condition     = tailscale_tailnet_key.ci_gateway.tags == toset(local.tags_of["ci-runner"])
    error_message = "The key for CI does not give the tags that the policy's devices have."
  }

  assert {
    condition     = tailscale_tailnet_key.flyio_proxy.tags == toset(local.tags_of["flyio-proxy"])
    error_message = "The key for Fly.io does not give the tags that the policy's devices have."
  }
}
