//! All addresses, in ranges that the policy treats alike.

use std::net::IpAddr;

use policy_core::access::{NOT_BEHIND_EXIT_NODES, Side, single};
use policy_core::json::{Value, json};
use policy_core::model::{AddressRange, Policy};
use policy_core::proof::atoms;

use super::end_table::{EndTable, EndWriter};
use super::rule_table::RuleTable;
use crate::query::query_world::QueryWorld;
use crate::query::subject::{Subject, SubjectReader};

/// Returns the ranges of addresses that the policy treats alike. Each has its first address, and
/// the ends that this address stands for as a source and as a destination, or `null` if it is the
/// address of a device.
pub(super) fn addresses<'p>(
    policy: &'p Policy,
    reader: &mut SubjectReader<'p>,
    rules: &RuleTable,
    has_devices: bool,
    table: &mut EndTable,
) -> Value {
    let tailnet = &reader.tailnet;
    let named = rules.distinct.iter().flat_map(|selector| tailnet.literal(selector));
    let devices = tailnet.devices.iter().flat_map(|node| &node.addresses).map(|&address| single(address));
    let routes = tailnet.devices.iter().flat_map(|node| node.routes.iter().chain(&node.exit_routes));
    let local = NOT_BEHIND_EXIT_NODES.into_iter().filter(|_| !tailnet.exit_nodes.is_empty());
    let atoms = atoms(named.chain(devices).chain(routes.map(|route| route.range())).chain(local));
    let subjects: Vec<(AddressRange, [Result<Subject, String>; 2])> = atoms
        .into_iter()
        .map(|atom| {
            let word = atom.first.to_string();
            let sides = [Side::Source, Side::Destination];
            (atom, sides.map(|side| reader.read(&word, side).map_err(|error| error.message)))
        })
        .collect();
    let known: Vec<&Subject> =
        subjects.iter().flat_map(|(_, sides)| sides).filter_map(|side| side.as_ref().ok()).collect();
    let questions = QueryWorld::questions(policy, &known);
    let world = QueryWorld::new(policy, &questions);
    let writer = EndWriter::new(&world, &rules.selectors, has_devices, table);
    let row = |(atom, sides): &(AddressRange, [Result<Subject, String>; 2])| {
        let first = match atom.first {
            IpAddr::V4(address) => format!("{:x}", address.to_bits()),
            IpAddr::V6(address) => format!("{:032x}", address.to_bits()),
        };
        let is_device = sides.iter().flatten().any(|side| side.device.is_some());
        let mut side = |subject: &Result<Subject, String>, side| match subject {
            _ if is_device => Value::Null,
            Ok(subject) => writer.add_subject(subject, side, table).into(),
            Err(message) => Value::from(message.as_str()),
        };
        let [source, destination] = sides;
        json!([first, atom.first.to_string(), side(source, Side::Source), side(destination, Side::Destination)])
    };
    subjects.iter().map(row).collect::<Vec<_>>().into()
}
