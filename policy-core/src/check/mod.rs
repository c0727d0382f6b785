//! Is the policy valid? One file for each family of rules.
