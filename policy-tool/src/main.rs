//! `policy`: the commands for policies that are `.hujson` files.

use std::process::ExitCode;

fn main() -> ExitCode {
    policy_tool::run()
}
