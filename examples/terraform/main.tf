terraform {
  required_version = ">= 1.7"
  required_providers {
    external = {
      source  = "hashicorp/external"
      version = ">= 2.3"
    }
    tailscale = {
      source  = "tailscale/tailscale"
      version = ">= 0.21"
    }
  }
}

variable "policy" {
  description = "The program with the policy, and its first arguments."
  type        = list(string)
  default     = ["cargo", "run", "--quiet", "--locked", "--"]
}

# The devices that `policy!` lists, each with its tags. If the policy has errors, or a file here does
# not have what the policy says, the plan fails.
data "external" "devices" {
  program     = concat(["sh", "devices.sh"], var.policy)
  working_dir = path.module
}

resource "tailscale_acl" "policy" {
  acl        = file("${path.module}/policy.hujson")
  depends_on = [data.external.devices]
}

locals {
  tags_of = { for name, tags in data.external.devices.result : name => compact(split(",", tags)) }

  # `tag:blumeops` marks the devices that this module manages: the operator of the cluster tags its
  # proxies itself, and gilbert has to stay without a tag.
  managed = { for name, tags in local.tags_of : name => tags if contains(tags, local.tailnet.tag.blumeops) }
}

data "tailscale_device" "managed" {
  for_each = local.managed
  hostname = each.key
}

# A tag has to be in the policy before a device or a key can have it.
resource "tailscale_device_tags" "managed" {
  for_each   = local.managed
  device_id  = data.tailscale_device.managed[each.key].node_id
  tags       = each.value
  depends_on = [tailscale_acl.policy]
}

# Devices that start by themselves join with a key, and have its tags.
resource "tailscale_tailnet_key" "ci_gateway" {
  description   = "CI containers"
  ephemeral     = true
  preauthorized = true
  reusable      = true
  tags          = [local.tailnet.tag.ci_gateway]
  depends_on    = [tailscale_acl.policy]
}

resource "tailscale_tailnet_key" "flyio_proxy" {
  description   = "The reverse proxy on Fly.io"
  ephemeral     = true
  preauthorized = true
  reusable      = true
  tags          = [local.tailnet.tag.flyio_proxy]
  depends_on    = [tailscale_acl.policy]
}
