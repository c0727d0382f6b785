//! Tailscale's own packet filter, as a process that decides about packets.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::IpAddr;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use crate::network::{Network, Packet};

/// A packet that arrives at a device: the device, the source, the destination, and the protocol and
/// port.
pub type Arrival = (usize, IpAddr, IpAddr, Packet);

/// The running program of `tests/filter`.
#[derive(Debug)]
pub struct Filter {
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Filter {
    /// Starts the program.
    pub fn start(program: &Path) -> Filter {
        let mut child = Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (questions, answers) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Filter { child, questions, answers }
    }

    /// Returns, for each packet, whether the filter of the receiving device accepts it.
    pub fn accepts(&mut self, network: &Network, arrivals: &[Arrival]) -> Vec<bool> {
        let nodes: Vec<Value> = network
            .devices
            .iter()
            .zip(&network.nodes)
            .map(|(device, node)| {
                let routes: Vec<String> =
                    node.routes.iter().map(|route| format!("{}/{}", route.first, route.length)).collect();
                json!({"addresses": device.addresses, "routes": routes, "filter": node.filter})
            })
            .collect();
        let mut addresses: Vec<IpAddr> = arrivals.iter().flat_map(|&(_, from, to, _)| [from, to]).collect();
        addresses.sort_unstable();
        addresses.dedup();
        let number = |address: &IpAddr| addresses.binary_search(address).unwrap();
        let packets: Vec<[usize; 5]> = arrivals
            .iter()
            .map(|(device, from, to, packet)| [*device, number(from), number(to), packet.0.into(), packet.1.into()])
            .collect();
        let question = json!({"nodes": nodes, "addresses": addresses, "packets": packets});
        writeln!(self.questions, "{question}").unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        let answer = answer.trim_end();
        assert_eq!(answer.len(), arrivals.len(), "the filter stopped: {question}");
        answer.bytes().map(|byte| byte == b'1').collect()
    }
}

impl Drop for Filter {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
