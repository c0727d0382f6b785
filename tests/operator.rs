//! An operator's own binary: a policy and one line of `main`.

use std::process::ExitCode;
use std::sync::LazyLock;

use policy_core::Policy;

static POLICY: LazyLock<Policy> = LazyLock::new(|| Policy::parse(policy_tests::HUJSON));

fn main() -> ExitCode {
    policy_cli::run(&POLICY)
}
