//! Who may log in to a known device is what the SSH policy of the device says.

use policy_analysis::Analysis as _;
use policy_analysis::diff::{Area, Direction};
use policy_analysis::query::Question;
use policy_core::model::Protocol;
use policy_core::testing::Decision;
use policy_oracle::network::Network;
use policy_oracle::world::facts;
use serde_json::Value;

use crate::answers::read;
use crate::{Checked, Difference, is_asked, worlds};

/// The accounts that rules and users tell apart.
const ACCOUNTS: [&str; 5] = ["root", "deploy", "alice", "bob", "other"];

pub(crate) fn check(case: &Value) -> Checked {
    let mut checked = Checked::default();
    let value = &case["policy"];
    for world in worlds(case) {
        let (Some(policy), Some(network)) = (read(value, &facts(world)), Network::new(value, world)) else { continue };
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
                let mut logins = explanation.cases.iter().filter_map(|case| Some(case.login.as_ref()?.decision()));
                let said = logins.next().unwrap_or(Decision::Deny);
                if logins.any(|other| other != said) {
                    continue;
                }
                let is_open =
                    network.devices[from].addresses.iter().any(|&address| network.has_login(address, to, account));
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
