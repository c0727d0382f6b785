//! The commands of a tailnet policy.
