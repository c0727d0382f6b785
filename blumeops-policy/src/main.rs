//! A program that prints the tailnet policy of the BlumeOps homelab.

mod tailnet;

fn main() -> std::process::ExitCode {
    policy_cli::run(&tailnet::POLICY)
}
