//! The tailnet policy of the BlumeOps homelab, as a program that prints it.

mod tailnet;

fn main() -> std::process::ExitCode {
    policy_cli::run(&tailnet::POLICY)
}
