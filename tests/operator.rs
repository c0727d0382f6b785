//! A minimal operator's binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    policy_cli::run(&policy_tests::tailnet::POLICY)
}
