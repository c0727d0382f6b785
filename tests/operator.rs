//! An operator's own binary, as small as one can be.

use std::process::ExitCode;

fn main() -> ExitCode {
    policy_cli::run(&policy_tests::tailnet::POLICY)
}
