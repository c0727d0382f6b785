//! The ends of questions, as data.

use std::collections::HashMap;

use policy_core::access::{DeviceId, Families, Family, Principal, Side};
use policy_core::json::{Map, ToJson, Value, json};
use policy_core::model::Role;
use policy_core::proof::ClassName;
use policy_core::testing::Words;

use super::RuleSelectors;
use super::interner::Interner;
use crate::query::carriers::Carriers;
use crate::query::numbers::Numbers;
use crate::query::obstacle::Obstacle;
use crate::query::path::describe_item;
use crate::query::query_end::QueryEnd;
use crate::query::query_ends::QueryEnds;
use crate::query::query_world::QueryWorld;
use crate::query::subject::Subject;

/// The ends of questions, and the data that they share. Each value is in it once.
#[derive(Default)]
pub(super) struct EndTable {
    ends: Interner,
    /// Lists of numbers, such as the ends that a word stands for, or the rules that a router
    /// carries.
    lists: Interner,
    texts: Interner,
    principals: HashMap<String, usize>,
    /// For each class of sources: its families, the classes of destinations that have a device of
    /// the same user, and the classes among these that have no devices of other users.
    sources: Vec<Value>,
    /// The families of each class of destinations.
    destinations: Vec<Value>,
}

impl EndTable {
    /// Returns the tables as data.
    pub(super) fn finish(self) -> Value {
        json!({
            "ends": self.ends.finish(),
            "lists": self.lists.finish(),
            "texts": self.texts.finish(),
            "sourceClasses": self.sources,
            "destinationClasses": self.destinations,
        })
    }
}

/// Adds the ends of one world to a table.
pub(super) struct EndWriter<'w, 'p> {
    world: &'w QueryWorld<'p>,
    words: Words<'p>,
    /// The number of each selector of the world in the data.
    numbers: Vec<Option<usize>>,
    /// The numbers of the first classes of sources and of destinations.
    first_class: [usize; 2],
    /// The devices that a source may be.
    devices: Vec<DeviceId>,
    /// The numbers of rules with `via`.
    via: Vec<usize>,
}

impl<'w, 'p> EndWriter<'w, 'p> {
    pub(super) fn new(
        world: &'w QueryWorld<'p>,
        selectors: &RuleSelectors,
        has_devices: bool,
        table: &mut EndTable,
    ) -> Self {
        let first_class = [table.sources.len(), table.destinations.len()];
        let [_, first_destination] = first_class;
        let space = &world.space;
        let shift = |classes: &[usize]| classes.iter().map(|class| class + first_destination).collect::<Vec<_>>();
        for (number, class) in space.sources.iter().enumerate() {
            let same = space.same_user.get(number).map_or(&[][..], Vec::as_slice);
            let only: Vec<usize> =
                same.iter().copied().filter(|&other| !space.may_be_different_users(number, other)).collect();
            table.sources.push(json!([bits(class.families), shift(same), shift(&only)]));
        }
        table.destinations.extend(space.destinations.iter().map(|class| Value::from(bits(class.families))));
        let rules = space.rules.list.iter().enumerate();
        EndWriter {
            world,
            words: Words::new(space.policy),
            numbers: selectors.of_world(world),
            first_class,
            devices: if has_devices { (0..space.tailnet.devices.len()).collect() } else { Vec::new() },
            via: rules.filter(|(_, rule)| !rule.via().is_empty()).map(|(number, _)| number).collect(),
        }
    }

    /// Adds all ends that a subject stands for, and returns the number of the list of them.
    pub(super) fn add_subject(&self, subject: &Subject, side: Side, table: &mut EndTable) -> usize {
        let mut ends = match side {
            Side::Source => self.world.sources(subject),
            Side::Destination => self.world.destinations(subject),
        };
        ends.extend(self.world.devices_of_one_family(&ends, side));
        let numbers: Vec<usize> = ends.iter().map(|end| self.add(end, side, table)).collect();
        table.lists.add(numbers.to_json())
    }

    fn add(&self, end: &QueryEnd<'p>, side: Side, table: &mut EndTable) -> usize {
        let mut data = Map::new();
        let mut set = |name: &str, value: Value| data.insert(name.to_owned(), value);
        let names = end.names.iter().map(|name| name_json(name, table)).collect::<Vec<_>>();
        set("names", names.into());
        let parts = end.parts.iter().map(|part| {
            json!([bits(part.families), self.of_data(&part.selectors.certain), self.of_data(&part.selectors.possible)])
        });
        set("parts", parts.collect::<Vec<_>>().into());
        set("named", json!([self.of_data(&end.selectors.certain), self.of_data(&end.selectors.possible)]));
        if let Some(class) = end.class() {
            let [sources, destinations] = self.first_class;
            let first = if side == Side::Source { sources } else { destinations };
            set("class", (first + class).into());
        }
        let flags = [
            ("variant", end.is_of_assumed_role || end.is_multi_tag() || end.is_of_one_family),
            ("multiTag", end.is_multi_tag()),
            ("asked", end.is_asked),
            ("person", end.is_person()),
            ("userDevice", end.is_user_device()),
            ("anyMember", end.is_any_group_member()),
            ("unknownDevice", end.is_unknown_device),
            ("atAddress", end.is_at_address),
            ("literal", end.identity.who == Principal::Unknown),
        ];
        flags.into_iter().filter(|(_, is_set)| *is_set).for_each(|(name, _)| {
            set(name, 1_usize.into());
        });
        let count = table.principals.len();
        set("who", (*table.principals.entry(format!("{:?}", end.identity.who)).or_insert(count)).into());
        if let Some(login) = end.login() {
            set("login", login.into());
            if let Some(role) = self.words.user(login).and_then(|user| user.role) {
                set("role", Role::name(role).into());
            }
        }
        if !end.local_ssh.is_empty() {
            set("localSsh", end.local_ssh.to_json());
        }
        set("paths", self.paths(end, side, table));
        match side {
            Side::Source => {
                if let Some(device) = end.device {
                    set("device", device.into());
                }
            }
            Side::Destination => match &end.carriers {
                Some(carriers) => {
                    set("carried", self.carried(end, carriers, table));
                }
                None => {
                    let closed: Vec<usize> =
                        self.via.iter().copied().filter(|&rule| !self.world.opens(rule, end)).collect();
                    if !closed.is_empty() {
                        set("closed", table.lists.add(closed.to_json()).into());
                    }
                }
            },
        }
        table.ends.add(data.into())
    }

    /// Returns the numbers of selectors in the data. Leaves out selectors without a number.
    fn of_data(&self, selectors: &[usize]) -> Vec<usize> {
        selectors.iter().filter_map(|&id| self.numbers.get(id).copied().flatten()).collect()
    }

    /// Explains how the selectors of rules include an end, or the condition under which they do.
    fn paths(&self, end: &QueryEnd<'p>, side: Side, table: &mut EndTable) -> Value {
        let selectors = &self.world.space.rules.selectors;
        let Numbers { certain, possible } = &end.selectors;
        let own = selectors.own_devices().filter(|_| side == Side::Destination);
        let ends = QueryEnds { source: end, destination: end, is_own: false };
        let mut paths = Map::new();
        for id in certain.iter().chain(possible).copied().chain(own) {
            if let (Some(number), Some(item)) = (self.numbers.get(id).copied().flatten(), selectors.distinct.get(id))
                && let Some(text) = describe_item(self.world, ends, item, side)
            {
                paths.insert(number.to_string(), table.texts.add(text.into()).into());
            }
        }
        paths.into()
    }

    /// Returns the rules whose traffic to an end is carried by routers, and the reasons why the
    /// traffic of other rules is not carried. The result has an entry for traffic from anywhere,
    /// and one for each device that may use other routers.
    fn carried(&self, end: &QueryEnd<'p>, anywhere: &Carriers, table: &mut EndTable) -> Value {
        let Numbers { certain, possible } = &end.selectors;
        let rules = &self.world.space.rules;
        let mut candidates = rules.with_destination(certain);
        candidates.extend(rules.with_destination(possible));
        candidates.sort_unstable();
        candidates.dedup();
        let mut list = |by: &Carriers| {
            let carried = candidates.iter().copied().filter(|&rule| self.world.is_carried(rule, end, by));
            table.lists.add(carried.collect::<Vec<_>>().to_json())
        };
        let usual = list(anywhere);
        let obstacle = |from: &Carriers| obstacle_word(Obstacle::of_carriers(anywhere, from));
        let mut devices = Map::new();
        for &device in &self.devices {
            let from = self.world.carriers_from(Some(device), end, anywhere);
            let row = json!([list(&from), list(&anywhere.without(Some(device))), obstacle(&from)]);
            devices.insert(device.to_string(), row);
        }
        json!({"usual": [usual, usual, obstacle(anywhere)], "devices": table.lists.add(devices.into())})
    }
}

fn name_json(name: &ClassName, table: &mut EndTable) -> Value {
    let text = table.texts.add(name.to_string().into());
    match (&name.assumed_role, name.conditions().is_empty()) {
        (None, true) => text.into(),
        (None, false) => json!([text]),
        (Some(_), _) => json!([text, table.texts.add(name.base.as_str().into())]),
    }
}

/// Returns the word for an obstacle in the data.
fn obstacle_word(obstacle: Obstacle) -> &'static str {
    match obstacle {
        Obstacle::NoRouter => "noRouter",
        Obstacle::OnlyExitNodes => "onlyExitNodes",
        Obstacle::OnlySource => "onlySource",
        Obstacle::Via => "via",
    }
}

/// Returns families as a number: 1 for IPv4, 2 for IPv6, 3 for both.
fn bits(families: Families) -> usize {
    usize::from(families.contains(Family::V4)) + 2 * usize::from(families.contains(Family::V6))
}
