//! `policy`: commands for policies in `.hujson` files.

use std::process::ExitCode;

fn main() -> ExitCode {
    policy_tool::run()
}
