//! Checks that Tailscale's own filter decides about every packet in the same way as `network`.

use std::path::Path;
use std::sync::Mutex;

use policy_oracle::filter::{Arrival, Filter};
use policy_oracle::network::{Network, PACKETS, exists};
use policy_test_support::require;
use serde_json::Value;

use crate::packets::flows;
use crate::{Checked, Difference, compare, worlds};

static FILTER: Mutex<Option<Filter>> = Mutex::new(None);

/// Runs the filter on all packets that can be sent in a world.
///
/// A packet passes if its sender sees the receiver and has a route to it, and if the receiver's
/// filter accepts it. Only the last condition is tested here. The other two follow from peers and
/// routes, which the captures cover.
fn check(case: &Value) -> Checked {
    let mut checked = Checked::default();
    for policy in [&case["policy"], &case["new"]] {
        for world in worlds(case) {
            let Some(network) = Network::new(policy, world) else { continue };
            let flows = flows(&network);
            let mut arrivals: Vec<(Arrival, bool)> = Vec::new();
            for &(from, to, open) in flows.iter().filter(|(from, to, _)| network.can_send(*from, *to)) {
                let packets = PACKETS.iter().enumerate().filter(|(_, packet)| exists(**packet, from.address));
                let arrival =
                    |(bit, packet): (usize, &_)| ((to.device, from.address, to.address, *packet), open & 1 << bit != 0);
                arrivals.extend(packets.map(arrival));
            }
            let questions: Vec<Arrival> = arrivals.iter().map(|(arrival, _)| *arrival).collect();
            let accepted = FILTER.lock().unwrap().as_mut().unwrap().accepts(&network, &questions);
            checked.questions += questions.len();
            for ((arrival, ours), theirs) in arrivals.into_iter().zip(accepted) {
                if ours != theirs {
                    let what = format!("{arrival:?}: the filter says {theirs}");
                    checked.differences.push(Difference::new("Tailscale's filter decides otherwise", what));
                }
            }
        }
    }
    checked
}

#[test]
fn packets_pass_as_in_tailscale() {
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("filter");
    if require::go_program("tests/filter", &program).is_some() {
        *FILTER.lock().unwrap() = Some(Filter::start(&program));
        compare("Tailscale's filter", 4, check);
    }
}
