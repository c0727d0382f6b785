//! Tests of the examples that give a policy to other tools: Pulumi, Terraform and Kubernetes.
//!
//! The real tools check each example, first unchanged, and then after a tag of the policy has been
//! renamed. The tool must refuse the second one.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on should panic")]

mod example;
mod kubernetes;
mod pulumi;
mod terraform;
