//! Checks the matrix. If a cell is empty, no packet passes in any tailnet. Between known devices, a
//! cell has exactly the packets that pass.

use policy_analysis::Analysis as _;
use policy_analysis::matrix::{Matrix, MatrixEnd};
use policy_oracle::network::{ECHOES, End, Network, PACKETS, Way, is_echo};
use policy_oracle::selector::{Side, Words, is_same_user};
use policy_oracle::world::facts;
use serde_json::{Value, json};

use crate::answers::{is_unsettled, read};
use crate::packets::flows;
use crate::{Checked, Difference, worlds};

pub(crate) fn check(case: &Value) -> Checked {
    let mut checked = Checked::default();
    let value = &case["policy"];
    let Some(policy) = read(value, &json!({})) else { return checked };
    let matrix = policy.matrix();
    let rows: Vec<_> = (0..matrix.sources.len()).map(|row| matrix.row(row)).collect();
    for world in worlds(case) {
        let Some(network) = Network::new(value, world) else { continue };
        let words = Words { policy: value, world, devices: &network.devices };
        let flows = flows(&network);
        for flow in flows.iter().filter(|(from, to, open)| {
            // A device with several tags has several rows and columns.
            let is_one = |device: usize| network.devices[device].tags.len() < 2;
            open & !ECHOES != 0 && is_one(from.device) && is_one(to.device)
        }) {
            let naming = |ends: &[MatrixEnd], end: End, side: Side| -> Vec<usize> {
                let word = |place: &usize| match &ends[*place] {
                    MatrixEnd::Selector(selector) => Some(selector.text.as_str()),
                    _ => None,
                };
                let is_named = |place: &usize| {
                    word(place).is_some_and(|word| is_settled(word, end) && words.names(word, end, side))
                };
                (0..ends.len()).filter(is_named).collect()
            };
            let named = naming(&matrix.sources, flow.0, Side::Source);
            let columns = naming(&matrix.destinations, flow.1, Side::Destination);
            checked.questions += 1;
            let is_shown = || named.iter().any(|row| columns.iter().any(|column| rows[*row].contains_key(column)));
            if !named.is_empty()
                && !columns.is_empty()
                && !is_shown()
                && !is_same_user(&network.devices, flow.0, flow.1)
            {
                let what = format!("{flow:?}");
                checked.differences.push(Difference::new("every cell for a packet that passes is empty", what));
            }
        }
        let Some(known) = read(value, &facts(world)) else { continue };
        if is_unsettled(value) {
            continue;
        }
        devices(&known.device_matrix(), &network, &mut checked);
    }
    checked
}

/// Returns whether a policy alone determines that a selector names an end. The common access of all
/// devices is less than that of one of them.
fn is_settled(word: &str, end: End) -> bool {
    let is_address = !word.contains('@') && !word.contains(':') || word.contains("::");
    match end.way {
        Way::Own => !is_address && !word.starts_with("ipset:"),
        Way::Subnet | Way::Exit => true,
    }
}

fn devices(matrix: &Matrix, network: &Network, checked: &mut Checked) {
    let flows = flows(network);
    for (number, source) in matrix.sources.iter().enumerate() {
        let row = matrix.row(number);
        for (column, destination) in matrix.destinations.iter().enumerate() {
            let is_it = |end: &MatrixEnd, device: usize| end.name() == network.devices[device].name;
            let (MatrixEnd::Device(..), MatrixEnd::Device(..)) = (source, destination) else { continue };
            if source.name() == destination.name() {
                continue;
            }
            checked.questions += 1;
            let between = flows.iter().filter(|(from, to, _)| {
                from.way == Way::Own
                    && to.way == Way::Own
                    && is_it(source, from.device)
                    && is_it(destination, to.device)
            });
            let open = between.fold(0, |all, (_, _, open)| all | open);
            for (bit, packet) in PACKETS.iter().enumerate().filter(|(_, packet)| !is_echo(**packet)) {
                let is_said = row.get(&column).into_iter().flatten().any(|access| {
                    access.ports.ranges().any(|(protocol, range)| protocol.0 == packet.0 && range.contains(packet.1))
                });
                if is_said != (open & 1 << bit != 0) {
                    let what = format!("{} -> {} {packet:?}: said {is_said}", source.name(), destination.name());
                    let kind = match is_said {
                        true => "the device matrix has what is closed",
                        false => "the device matrix lacks what is open",
                    };
                    checked.differences.push(Difference::new(kind, what));
                }
            }
        }
    }
}
