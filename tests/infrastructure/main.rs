//! Tests of the examples that give a policy to other tools: Pulumi, Terraform and Kubernetes.
//!
//! The real tools check each example, as it is and after a tag of the policy has another name. Then
//! the tool refuses it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on should panic")]

mod example;
mod fake_api;
mod kubernetes;
mod pulumi;
mod terraform;
