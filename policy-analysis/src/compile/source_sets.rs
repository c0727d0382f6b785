//! Sets of sources, each kept once, so that rules are merged by comparing numbers.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use crate::compile::rule::ResolutionId;
use policy_core::access::{BitSet, DeviceId, FilterAddress, Resolution, TAILNET, Tailnet, UserId, single, sorted};
use policy_core::model::AddressRange;

/// A filter address by number.
pub(super) type FilterAddressId = u32;
/// A set of sources by number.
pub(super) type SourceSetId = usize;

/// Sets of sources by user, in the order of the users.
pub(super) type OfUsers = Rc<[(UserId, SourceSetId)]>;

/// Every filter address and every set of sources of a policy in a tailnet.
#[derive(Debug)]
pub(super) struct SourceSets {
    addresses: Vec<FilterAddress>,
    address_ids: HashMap<FilterAddress, FilterAddressId>,
    /// The own addresses of each device.
    own: Vec<Vec<FilterAddressId>>,
    /// The addresses that `*` stands for.
    everything: Vec<FilterAddressId>,
    sets: Vec<Vec<FilterAddressId>>,
    set_ids: HashMap<Vec<FilterAddressId>, SourceSetId>,
    /// The sets of lists of selectors, since many rules have the same list.
    by_list: HashMap<Vec<ResolutionId>, SourceSetId>,
    /// For each list the sources that `autogroup:self` leaves to each user.
    of_users: HashMap<Vec<ResolutionId>, OfUsers>,
}

impl SourceSets {
    pub(super) fn new(tailnet: &Tailnet) -> Self {
        let mut sources = SourceSets {
            addresses: Vec::new(),
            address_ids: HashMap::new(),
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
                .map(|&address| sources.address(FilterAddress::Addresses(single(address))))
                .collect();
            sources.own.push(own);
        }
        let routes = tailnet.routes.iter().map(|route| route.range());
        sources.everything =
            TAILNET.into_iter().chain(routes).map(|range| sources.address(FilterAddress::Addresses(range))).collect();
        sources
    }

    /// Returns the number of an address.
    pub(super) fn address(&mut self, address: FilterAddress) -> FilterAddressId {
        let next = FilterAddressId::try_from(self.addresses.len()).unwrap_or(FilterAddressId::MAX);
        let id = *self.address_ids.entry(address).or_insert(next);
        if id == next {
            self.addresses.push(address);
        }
        id
    }

    pub(super) fn address_of(&self, id: FilterAddressId) -> FilterAddress {
        self.addresses.get(id as usize).copied().unwrap_or(FilterAddress::Any)
    }

    /// Returns all addresses, in the order of their numbers.
    pub(super) fn all_addresses(&self) -> &[FilterAddress] {
        &self.addresses
    }

    /// Returns the number of an address that some rule or device has.
    pub(super) fn id_of(&self, address: FilterAddress) -> Option<FilterAddressId> {
        self.address_ids.get(&address).copied()
    }

    /// Returns the own addresses of a device.
    pub(super) fn own(&self, device: DeviceId) -> &[FilterAddressId] {
        self.own.get(device).map_or(&[], Vec::as_slice)
    }

    /// Returns the numbers of the addresses of a set.
    pub(super) fn address_ids(&self, set: SourceSetId) -> &[FilterAddressId] {
        self.sets.get(set).map_or(&[], Vec::as_slice)
    }

    /// Returns the addresses of a set.
    pub(super) fn addresses(&self, set: SourceSetId) -> impl Iterator<Item = FilterAddress> {
        self.address_ids(set).iter().map(|&id| self.address_of(id))
    }

    pub(super) fn is_empty(&self, set: SourceSetId) -> bool {
        self.sets.get(set).is_none_or(Vec::is_empty)
    }

    pub(super) fn len(&self) -> usize {
        self.sets.len()
    }

    /// Returns the number of a set.
    pub(super) fn set(&mut self, mut addresses: Vec<FilterAddressId>) -> SourceSetId {
        addresses.sort_unstable();
        addresses.dedup();
        if let Some(&id) = self.set_ids.get(&addresses) {
            return id;
        }
        self.sets.push(addresses.clone());
        self.set_ids.insert(addresses, self.sets.len() - 1);
        self.sets.len() - 1
    }

    /// Returns the sources that a list of selectors stands for. Equal addresses count once. Nothing else is merged.
    /// `acl-ah04`
    pub(super) fn set_of_list(&mut self, list: &[ResolutionId], resolutions: &[Resolution]) -> SourceSetId {
        let key = sorted::sort(list.to_vec());
        if let Some(&id) = self.by_list.get(&key) {
            return id;
        }
        let mut addresses = Vec::new();
        for resolution in key.iter().filter_map(|&id| resolutions.get(id)) {
            match resolution {
                Resolution::Everything => addresses.extend(&self.everything),
                Resolution::AnyAddress => addresses.push(self.address(FilterAddress::Any)),
                Resolution::Devices(devices) => devices.iter().for_each(|&device| addresses.extend(self.own(device))),
                Resolution::Addresses(ranges) => {
                    addresses.extend(ranges.iter().map(|&range| self.address(FilterAddress::Addresses(range))));
                }
                Resolution::OwnDevices | Resolution::Internet => {}
            }
        }
        let id = self.set(addresses);
        self.by_list.insert(key, id);
        id
    }

    /// Returns what `autogroup:self` leaves of a list of sources to each user among them: their own devices.
    pub(super) fn sets_of_users(
        &mut self,
        list: &[ResolutionId],
        resolutions: &[Resolution],
        tailnet: &Tailnet,
    ) -> OfUsers {
        let key = sorted::sort(list.to_vec());
        if let Some(sets) = self.of_users.get(&key) {
            return sets.clone();
        }
        let mut addresses: BTreeMap<UserId, Vec<FilterAddressId>> = BTreeMap::new();
        for device in tailnet.devices_of(key.iter().filter_map(|&id| resolutions.get(id))).iter() {
            if let Some(user) = tailnet.devices.get(device).and_then(|node| node.user) {
                addresses.entry(user).or_default().extend(self.own(device));
            }
        }
        addresses.retain(|_, addresses| !addresses.is_empty());
        let sets: OfUsers = addresses.into_iter().map(|(user, addresses)| (user, self.set(addresses))).collect();
        self.of_users.insert(key, sets.clone());
        sets
    }

    /// Returns for each set the devices that may be behind it, by an address of their own or an approved subnet route.
    pub(super) fn devices(&self, tailnet: &Tailnet) -> Vec<BitSet> {
        let mut of_addresses = vec![None; self.addresses.len()];
        let behind = |range| tailnet.addresses.overlapping(range).chain(tailnet.routers.overlapping(range)).collect();
        (0..self.sets.len()).map(|set| self.union(set, tailnet, &mut of_addresses, behind)).collect()
    }

    /// Returns for some sets the devices with an address of their own among them.
    pub(super) fn owners(&self, tailnet: &Tailnet, sets: &BTreeSet<SourceSetId>) -> HashMap<SourceSetId, BitSet> {
        let mut of_addresses = vec![None; self.addresses.len()];
        let owners = |range| tailnet.addresses.overlapping(range).collect();
        sets.iter().map(|&set| (set, self.union(set, tailnet, &mut of_addresses, owners))).collect()
    }

    /// Returns the devices of all addresses of a set. Those of each address are looked up once.
    fn union(
        &self,
        set: SourceSetId,
        tailnet: &Tailnet,
        of_addresses: &mut [Option<Vec<DeviceId>>],
        look_up: impl Fn(AddressRange) -> Vec<DeviceId>,
    ) -> BitSet {
        let mut devices = BitSet::new(tailnet.devices.len());
        for &id in self.address_ids(set) {
            let Some(slot) = of_addresses.get_mut(id as usize) else { continue };
            let of_address = slot.get_or_insert_with(|| match self.address_of(id).range() {
                None => tailnet.everyone().to_vec(),
                Some(range) => look_up(range),
            });
            of_address.iter().for_each(|&device| devices.insert(device));
        }
        devices
    }
}
