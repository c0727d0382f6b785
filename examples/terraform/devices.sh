#!/bin/sh
# Answers the data source `external`: an object with the tags of each device, separated by commas.
# The arguments are the program with the policy. What goes to stderr, Terraform shows on failure.
set -eu
"$@" emit --check policy.hujson >&2
"$@" export --format hcl --only tags --check tailnet.tf >&2
"$@" export --format json --only devices | jq '.devices | map({key: .name, value: (.tags | join(","))}) | from_entries'
