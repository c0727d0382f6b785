//! Checks that the logins allowed on a known device are those that its filter and its SSH policy
//! allow.

use policy_analysis::Analysis as _;
use policy_analysis::diff::{Area, Direction};
use policy_analysis::query::Question;
use policy_core::model::Protocol;
use policy_core::testing::Decision;
use policy_oracle::network::{Network, Way};
use policy_oracle::world::facts;
use serde_json::Value;

use crate::answers::read;
use crate::packets::flows;
use crate::{Checked, Difference, is_asked, worlds};

/// The accounts that rules and users can distinguish.
const ACCOUNTS: [&str; 5] = ["root", "deploy", "alice", "bob", "other"];

pub(crate) fn check(case: &Value) -> Checked {
    let mut checked = Checked::default();
    let value = &case["policy"];
    for world in worlds(case) {
        let (Some(policy), Some(network)) = (read(value, &facts(world)), Network::new(value, world)) else { continue };
        let flows = flows(&network);
        let devices: Vec<usize> = (0..network.devices.len()).filter(|&id| network.devices[id].is_in_facts()).collect();
        let pairs = || {
            devices.iter().flat_map(|&from| devices.iter().map(move |&to| (from, to))).filter(|(from, to)| from != to)
        };
        for (from, to) in pairs() {
            for account in ACCOUNTS {
                let (source, destination) = (&*network.devices[from].name, &*network.devices[to].name);
                let asked = format!("{source} {destination} {account}");
                if !is_asked(case, &asked, 4) {
                    continue;
                }
                let question =
                    Question { source, destination, protocol: Protocol::TCP, port: 22, account: Some(account) };
                let Ok(explanation) = policy.explain(&question) else { continue };
                let said = explanation.decision();
                let is_open = flows.iter().any(|(start, end, open)| {
                    let is_between =
                        start.device == from && end.device == to && start.way == Way::Own && end.way == Way::Own;
                    is_between && open & 1 != 0 && network.has_login(start.address, to, account)
                });
                checked.questions += 1;
                let kind = match (said, is_open) {
                    (Decision::Allow, false) => "explain allows a login that is refused",
                    (Decision::Deny, true) => "explain denies a login that is accepted",
                    _ => continue,
                };
                checked.differences.push(Difference::new(kind, asked.clone()).of(asked));
            }
        }
        let Some((new, after)) = read(&case["new"], &facts(world)).zip(Network::new(&case["new"], world)) else {
            continue;
        };
        let diff = policy.device_diff(&new);
        for (direction, without, with) in [(Direction::Gained, &network, &after), (Direction::Lost, &after, &network)] {
            let mut logins = pairs().flat_map(|(from, to)| ACCOUNTS.map(|account| (from, to, account)));
            let more = logins.find(|&(from, to, account)| {
                let has = |network: &Network| {
                    network.devices[from].addresses.iter().any(|&address| network.has_login(address, to, account))
                };
                has(with) && !has(without)
            });
            let is_said = diff.changes.iter().any(|change| change.area == Area::Ssh && change.direction == direction);
            checked.questions += 1;
            if let (Some((from, to, account)), false) = (more, is_said) {
                let names = (&network.devices[from].name, &network.devices[to].name);
                let what = format!("{direction:?} {names:?} {account}");
                checked.differences.push(Difference::new("a login changes, and no difference is reported", what));
            }
        }
    }
    checked
}
