//! `compile`: prints what Tailscale sends to each device, as JSON.

use std::path::Path;

use clap::ArgMatches;
use policy_analysis::Analysis;
use policy_core::check::rejection;
use policy_core::diagnostic::group_by_cause;
use policy_core::json::{Value, json};
use policy_core::{Policy, ValidPolicy};

use super::{Command, CommandResult, Run};
use crate::exit_status::ExitStatus;
use crate::failure::Failure;
use crate::json::VERSION;
use crate::report::Report;
use crate::{facts, output};

const ABOUT: &str = "Print, as JSON, whether Tailscale accepts the policy and what it sends to each device";

/// The number of bytes to collect before they are written.
const CHUNK: usize = 1 << 20;

pub(crate) const COMMAND: Command =
    Command { name: "compile", define, run: Run::PolicyAlone(run), examples: &[("--tailnet facts.json", "")] };

fn define(command: clap::Command) -> clap::Command {
    command.about(ABOUT).arg(facts::argument())
}

/// Compiles a policy. Messages call it `path`. If Tailscale would reject it, that is a successful
/// answer.
fn run(path: &Path, mut policy: Policy, matches: &ArgMatches) -> CommandResult {
    let facts = facts::read(path, &mut policy, matches)?;
    let findings = group_by_cause(facts.findings_of_policy(policy.check())?, |origin| origin.file);
    if let Some(message) = rejection(&findings) {
        output::write_json(&json!({
            "version": VERSION,
            "status": "reject",
            "message": message.as_ref(),
            "diagnostics": Report::on_policy(path, &policy, &findings).to_json(),
        }))?;
    } else if let Some(policy) = ValidPolicy::from_findings(policy, &findings) {
        write_devices(&policy)?;
    }
    Ok(ExitStatus::Success)
}

/// Writes a line for each device. This can be a gigabyte for large tailnets, so it is not kept in
/// memory.
fn write_devices(policy: &ValidPolicy) -> Result<(), Failure> {
    let compiled = policy.compile();
    let wire = compiled.netmap_json();
    let mut stream = output::Stream::open();
    let mut text = format!("{{\"version\": {VERSION}, \"status\": \"accept\", \"nodes\": {{");
    let devices = &compiled.tailnet.devices;
    if !devices.is_empty() {
        text.push('\n');
    }
    for (id, node) in devices.iter().enumerate() {
        text.push_str(&Value::from(node.fact.name.as_str()).to_string());
        text.push_str(": ");
        wire.device(id, &mut text);
        // A piece ends with a line, because stdout looks for the end of the last one.
        text.push_str(if id + 1 < devices.len() { ",\n" } else { "\n" });
        if text.len() >= CHUNK {
            if !stream.write(text.as_bytes())? {
                return Ok(());
            }
            text.clear();
        }
    }
    text.push_str("}}\n");
    stream.write(text.as_bytes()).map(drop)
}
