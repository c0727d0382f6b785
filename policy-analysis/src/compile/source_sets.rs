//! Sets of sources, each kept once, so that rules are merged by comparing numbers.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use crate::compile::rule::ResolutionId;
use policy_core::access::bit_set::BitSet;
use policy_core::access::interval::{FilterAddress, TAILNET, single};
use policy_core::access::tailnet::{DeviceId, Resolution, Tailnet, UserId};
use policy_core::model::AddressRange;

/// A block by number.
pub(super) type FilterAddressId = u32;
/// A set of sources by number.
pub(super) type SourceSetId = usize;

/// The sets of sources of some users, in the order of the users.
pub(super) type OfUsers = Rc<[(UserId, SourceSetId)]>;

/// Every block and every set of sources that a policy has in this tailnet.
#[derive(Debug)]
pub(super) struct SourceSets {
    blocks: Vec<FilterAddress>,
    block_ids: HashMap<FilterAddress, FilterAddressId>,
    /// The blocks of each device's own addresses.
    own: Vec<Vec<FilterAddressId>>,
    /// The blocks of `*`.
    everything: Vec<FilterAddressId>,
    sets: Vec<Vec<FilterAddressId>>,
    set_ids: HashMap<Vec<FilterAddressId>, SourceSetId>,
    /// What lists of selectors are: many rules have the same.
    by_list: HashMap<Vec<ResolutionId>, SourceSetId>,
    /// Of each list, the sources that `autogroup:self` leaves to each user.
    of_users: HashMap<Vec<ResolutionId>, OfUsers>,
}

impl SourceSets {
    pub(super) fn new(tailnet: &Tailnet) -> Self {
        let mut sources = SourceSets {
            blocks: Vec::new(),
            block_ids: HashMap::new(),
            own: Vec::with_capacity(tailnet.devices.len()),
            everything: Vec::new(),
            sets: Vec::new(),
            set_ids: HashMap::new(),
            by_list: HashMap::new(),
            of_users: HashMap::new(),
        };
        for node in &tailnet.devices {
            let own = node
                .addresses
                .iter()
                .map(|&address| sources.block(FilterAddress::Addresses(single(address))))
                .collect();
            sources.own.push(own);
        }
        let routes = tailnet.routes.iter().map(|route| route.range());
        sources.everything =
            TAILNET.into_iter().chain(routes).map(|range| sources.block(FilterAddress::Addresses(range))).collect();
        sources
    }

    /// The number of a block.
    pub(super) fn block(&mut self, block: FilterAddress) -> FilterAddressId {
        let next = FilterAddressId::try_from(self.blocks.len()).unwrap_or(FilterAddressId::MAX);
        let id = *self.block_ids.entry(block).or_insert(next);
        if id == next {
            self.blocks.push(block);
        }
        id
    }

    pub(super) fn block_of(&self, id: FilterAddressId) -> FilterAddress {
        self.blocks.get(id as usize).copied().unwrap_or(FilterAddress::Any)
    }

    /// All blocks, in the order of their numbers.
    pub(super) fn all_blocks(&self) -> &[FilterAddress] {
        &self.blocks
    }

    /// The number of a block that some rule or device has.
    pub(super) fn id_of(&self, block: FilterAddress) -> Option<FilterAddressId> {
        self.block_ids.get(&block).copied()
    }

    /// The blocks of a device's own addresses.
    pub(super) fn own(&self, device: DeviceId) -> &[FilterAddressId] {
        self.own.get(device).map_or(&[], Vec::as_slice)
    }

    /// The numbers of a set's blocks.
    pub(super) fn block_ids(&self, set: SourceSetId) -> &[FilterAddressId] {
        self.sets.get(set).map_or(&[], Vec::as_slice)
    }

    /// The blocks of a set.
    pub(super) fn blocks(&self, set: SourceSetId) -> impl Iterator<Item = FilterAddress> {
        self.block_ids(set).iter().map(|&id| self.block_of(id))
    }

    pub(super) fn is_empty(&self, set: SourceSetId) -> bool {
        self.sets.get(set).is_none_or(Vec::is_empty)
    }

    pub(super) fn len(&self) -> usize {
        self.sets.len()
    }

    /// The number of a set.
    pub(super) fn set(&mut self, mut blocks: Vec<FilterAddressId>) -> SourceSetId {
        blocks.sort_unstable();
        blocks.dedup();
        if let Some(&id) = self.set_ids.get(&blocks) {
            return id;
        }
        self.sets.push(blocks.clone());
        self.set_ids.insert(blocks, self.sets.len() - 1);
        self.sets.len() - 1
    }

    /// What a list of selectors is as sources. Equal texts count once; nothing else is merged. `acl-ah04`
    pub(super) fn of_list(&mut self, list: &[ResolutionId], meanings: &[Resolution]) -> SourceSetId {
        let key = sorted(list);
        if let Some(&id) = self.by_list.get(&key) {
            return id;
        }
        let mut blocks = Vec::new();
        for meaning in key.iter().filter_map(|&id| meanings.get(id)) {
            match meaning {
                Resolution::Everything => blocks.extend(&self.everything),
                Resolution::AnyAddress => blocks.push(self.block(FilterAddress::Any)),
                Resolution::Devices(devices) => devices.iter().for_each(|&device| blocks.extend(self.own(device))),
                Resolution::Addresses(ranges) => {
                    blocks.extend(ranges.iter().map(|&range| self.block(FilterAddress::Addresses(range))));
                }
                Resolution::OwnDevices | Resolution::Internet => {}
            }
        }
        let id = self.set(blocks);
        self.by_list.insert(key, id);
        id
    }

    /// What `autogroup:self` leaves of a list of sources to each user who is among them: their own devices.
    pub(super) fn of_users(&mut self, list: &[ResolutionId], meanings: &[Resolution], tailnet: &Tailnet) -> OfUsers {
        let key = sorted(list);
        if let Some(sets) = self.of_users.get(&key) {
            return sets.clone();
        }
        let mut blocks: BTreeMap<UserId, Vec<FilterAddressId>> = BTreeMap::new();
        for device in tailnet.devices_of(key.iter().filter_map(|&id| meanings.get(id))).iter() {
            if let Some(user) = tailnet.devices.get(device).and_then(|node| node.user) {
                blocks.entry(user).or_default().extend(self.own(device));
            }
        }
        blocks.retain(|_, blocks| !blocks.is_empty());
        let sets: OfUsers = blocks.into_iter().map(|(user, blocks)| (user, self.set(blocks))).collect();
        self.of_users.insert(key, sets.clone());
        sets
    }

    /// For each set the devices that may be behind it: by an address of their own, or by an approved subnet route.
    pub(super) fn devices(&self, tailnet: &Tailnet) -> Vec<BitSet> {
        let mut of_blocks = vec![None; self.blocks.len()];
        let behind = |range| tailnet.addresses.overlapping(range).chain(tailnet.routers.overlapping(range)).collect();
        (0..self.sets.len()).map(|set| self.union(set, tailnet, &mut of_blocks, behind)).collect()
    }

    /// For some sets the devices with an address of their own among them.
    pub(super) fn owners(&self, tailnet: &Tailnet, sets: &BTreeSet<SourceSetId>) -> HashMap<SourceSetId, BitSet> {
        let mut of_blocks = vec![None; self.blocks.len()];
        let owners = |range| tailnet.addresses.overlapping(range).collect();
        sets.iter().map(|&set| (set, self.union(set, tailnet, &mut of_blocks, owners))).collect()
    }

    /// The devices of all blocks of a set; those of each block are looked up once.
    fn union(
        &self,
        set: SourceSetId,
        tailnet: &Tailnet,
        of_blocks: &mut [Option<Vec<DeviceId>>],
        look_up: impl Fn(AddressRange) -> Vec<DeviceId>,
    ) -> BitSet {
        let mut devices = BitSet::new(tailnet.devices.len());
        for &id in self.block_ids(set) {
            let Some(slot) = of_blocks.get_mut(id as usize) else { continue };
            let of_block = slot.get_or_insert_with(|| match self.block_of(id).range() {
                None => tailnet.everyone().to_vec(),
                Some(range) => look_up(range),
            });
            of_block.iter().for_each(|&device| devices.insert(device));
        }
        devices
    }
}

fn sorted(list: &[ResolutionId]) -> Vec<ResolutionId> {
    let mut key = list.to_vec();
    key.sort_unstable();
    key.dedup();
    key
}
