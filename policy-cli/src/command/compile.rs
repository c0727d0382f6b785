//! `compile`: what Tailscale makes of the policy, as JSON.

use std::path::Path;

use clap::{ArgMatches, Command};
use policy_core::Policy;
use policy_core::check::rejection;
use policy_core::json::{Value, json};

use crate::facts;
use crate::outcome::{Failure, Outcome};
use crate::output;
use crate::report::Report;

const ABOUT: &str = "Print what Tailscale makes of the policy, as JSON: whether it takes it, and what each device gets";

/// How much is written at once.
const CHUNK: usize = 1 << 20;

pub(crate) fn command() -> Command {
    Command::new("compile").about(ABOUT).arg(facts::argument())
}

/// Compiles a policy that is known as `path`. A rejection is as good an answer as any.
pub(crate) fn run(path: &Path, mut policy: Policy, matches: &ArgMatches) -> Result<Outcome, Failure> {
    let facts = facts::read(path, &mut policy, matches)?;
    let findings = facts.findings_of_policy(policy_core::findings(&policy))?;
    match rejection(&findings) {
        None => write_devices(&policy)?,
        Some(message) => {
            let answer = json!({
                "status": "reject",
                "message": message,
                "diagnostics": Report::of(path, &policy, &findings).to_json(),
            });
            output::write(format!("{answer:#}\n").as_bytes())?;
        }
    }
    Ok(Outcome::Good)
}

/// A line for each device. Large tailnets get a gigabyte, so nothing is kept once it is written.
fn write_devices(policy: &Policy) -> Result<(), Failure> {
    let compiled = policy_analysis::compile(policy);
    let wire = compiled.wire();
    let mut stream = output::Stream::open();
    let mut text = String::from("{\"status\": \"accept\", \"nodes\": {");
    let mut separator = "\n";
    for (id, node) in compiled.tailnet.devices.iter().enumerate() {
        text.push_str(separator);
        separator = ",\n";
        text.push_str(&Value::from(node.fact.name.as_str()).to_string());
        text.push_str(": ");
        wire.device(id, &mut text);
        if text.len() >= CHUNK {
            if !stream.write(text.as_bytes())? {
                return Ok(());
            }
            text.clear();
        }
    }
    if !compiled.tailnet.devices.is_empty() {
        text.push('\n');
    }
    text.push_str("}}\n");
    stream.write(text.as_bytes()).map(drop)
}
