//! Sets of sources. Each is stored once, so that rules can be merged by comparing numbers.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use crate::compile::rule::ResolutionId;
use policy_core::access::{
    BitSet, DeviceId, FilterAddress, Resolution, TAILNET, Tailnet, UserId, coalesce, single, sorted,
};
use policy_core::model::{AddressRange, Dialect, Prefix};

/// The number of a filter address.
pub(super) type FilterAddressId = u32;
/// The number of a set of sources.
pub(super) type SourceSetId = usize;

/// Sets of sources by user, in the order of the users.
pub(super) type OfUsers = Rc<[(UserId, SourceSetId)]>;

/// All filter addresses and all sets of sources of a policy in a tailnet.
#[derive(Debug)]
pub(super) struct SourceSets {
    dialect: Dialect,
    addresses: Vec<FilterAddress>,
    address_ids: HashMap<FilterAddress, FilterAddressId>,
    /// The own addresses of each device.
    own: Vec<Vec<FilterAddressId>>,
    /// The addresses that `*` stands for.
    everything: Vec<FilterAddressId>,
    sets: Vec<Vec<FilterAddressId>>,
    set_ids: HashMap<Vec<FilterAddressId>, SourceSetId>,
    /// The set for each list of selectors. Many rules have the same list.
    by_list: HashMap<Vec<ResolutionId>, SourceSetId>,
    /// For each list, the sources of each user that `autogroup:self` allows.
    of_users: HashMap<Vec<ResolutionId>, OfUsers>,
}

impl SourceSets {
    pub(super) fn new(tailnet: &Tailnet) -> Self {
        let mut sources = SourceSets {
            dialect: tailnet.dialect,
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

    /// Returns the number of an address that a rule or device has.
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
        // headscale may list a source twice.
        if self.dialect == Dialect::Tailscale {
            addresses.dedup();
        }
        if let Some(&id) = self.set_ids.get(&addresses) {
            return id;
        }
        self.sets.push(addresses.clone());
        self.set_ids.insert(addresses, self.sets.len() - 1);
        self.sets.len() - 1
    }

    /// Returns the set for a list of selectors. Duplicate addresses are removed, but ranges are not
    /// merged. `acl-ah04`
    pub(super) fn set_of_list(&mut self, list: &[ResolutionId], resolutions: &[Resolution]) -> SourceSetId {
        let key = sorted::sort(list.to_vec());
        if let Some(&id) = self.by_list.get(&key) {
            return id;
        }
        let list = key.iter().filter_map(|&id| resolutions.get(id));
        let addresses = match self.dialect {
            Dialect::Tailscale => self.listed(list),
            Dialect::Headscale => self.merged(list, true),
        };
        let id = self.set(addresses);
        self.by_list.insert(key, id);
        id
    }

    /// Returns the sources of a rule as Tailscale writes them, without merging.
    fn listed<'r>(&mut self, resolutions: impl Iterator<Item = &'r Resolution>) -> Vec<FilterAddressId> {
        let mut addresses = Vec::new();
        for resolution in resolutions {
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
        addresses
    }

    /// Returns the sources of a rule as headscale writes them. It merges ranges that overlap or
    /// touch. After `*`, it also lists the approved routes and the other sources.
    fn merged<'r>(
        &mut self,
        resolutions: impl Iterator<Item = &'r Resolution> + Clone,
        keeps_others: bool,
    ) -> Vec<FilterAddressId> {
        let has_any = resolutions.clone().any(|resolution| matches!(resolution, Resolution::AnyAddress));
        let has_all = resolutions.clone().any(|resolution| matches!(resolution, Resolution::Everything));
        let ranges = |resolution: &Resolution| match resolution {
            Resolution::Everything => TAILNET.to_vec(),
            Resolution::AnyAddress => vec![Prefix::ALL_IPV4.range(), Prefix::ALL_IPV6.range()],
            Resolution::Addresses(ranges) => ranges.clone(),
            Resolution::Devices(_) | Resolution::OwnDevices | Resolution::Internet => Vec::new(),
        };
        let written = |range| FilterAddress::Addresses(range);
        let mut addresses: Vec<FilterAddressId> = if has_any {
            vec![self.address(FilterAddress::Any)]
        } else {
            let all = coalesce(resolutions.clone().flat_map(ranges).collect());
            let routes = self.everything.iter().skip(TAILNET.len()).filter(|_| has_all).copied().collect::<Vec<_>>();
            all.into_iter().map(|range| self.address(written(range))).chain(routes).collect()
        };
        if has_all && keeps_others {
            let others = resolutions.filter(|resolution| !matches!(resolution, Resolution::Everything));
            for range in others.flat_map(|resolution| coalesce(ranges(resolution))) {
                let address = self.address(written(range));
                if !addresses.contains(&address) {
                    addresses.push(address);
                }
            }
        }
        addresses
    }

    /// Returns the sources of a rule with `via`. If one of them is `*`, headscale lists no others.
    pub(super) fn set_of_via(&mut self, list: &[ResolutionId], resolutions: &[Resolution]) -> SourceSetId {
        if self.dialect == Dialect::Tailscale {
            return self.set_of_list(list, resolutions);
        }
        let addresses = self.merged(list.iter().filter_map(|&id| resolutions.get(id)), false);
        self.set(addresses)
    }

    /// Returns the addresses of a user's devices, without merging.
    pub(super) fn set_of_user(&mut self, user: UserId, tailnet: &Tailnet) -> SourceSetId {
        let devices = tailnet.users.get(user).into_iter().flat_map(|user| user.devices.iter());
        let addresses = devices.flat_map(|&device| self.own(device).to_vec()).collect();
        self.set(addresses)
    }

    /// Returns the destinations of an app rule, as the sources of the rule that headscale implies.
    /// Ranges are merged within each selector only. After `*`, headscale lists the approved routes,
    /// but only once.
    pub(super) fn set_of_each(&mut self, list: &[ResolutionId], resolutions: &[Resolution]) -> SourceSetId {
        let mut addresses = Vec::new();
        let mut had_all = false;
        for resolution in list.iter().filter_map(|&id| resolutions.get(id)) {
            let mut own = self.merged(std::iter::once(resolution), true);
            if matches!(resolution, Resolution::Everything) && std::mem::replace(&mut had_all, true) {
                own.truncate(TAILNET.len());
            }
            addresses.extend(own);
        }
        self.set(addresses)
    }

    /// Returns, for each user in a list of sources, their own devices, as `autogroup:self` needs
    /// them.
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
        if self.dialect == Dialect::Headscale {
            for addresses in addresses.values_mut() {
                let own = addresses.iter().filter_map(|&id| self.address_of(id).range()).collect();
                *addresses = self.merged(std::iter::once(&Resolution::Addresses(own)), true);
            }
        }
        let sets: OfUsers = addresses.into_iter().map(|(user, addresses)| (user, self.set(addresses))).collect();
        self.of_users.insert(key, sets.clone());
        sets
    }

    /// Returns, for each set, the devices that may be its sources, by their own address or an
    /// approved subnet route.
    pub(super) fn devices(&self, tailnet: &Tailnet) -> Vec<BitSet> {
        let mut of_addresses = vec![None; self.addresses.len()];
        let behind = |range| tailnet.addresses.overlapping(range).chain(tailnet.routers.overlapping(range)).collect();
        (0..self.sets.len()).map(|set| self.union(set, tailnet, &mut of_addresses, behind)).collect()
    }

    /// Returns, for some of the sets, the devices with an address of their own in them.
    pub(super) fn owners(&self, tailnet: &Tailnet, sets: &BTreeSet<SourceSetId>) -> HashMap<SourceSetId, BitSet> {
        let mut of_addresses = vec![None; self.addresses.len()];
        let owners = |range| tailnet.addresses.overlapping(range).collect();
        sets.iter().map(|&set| (set, self.union(set, tailnet, &mut of_addresses, owners))).collect()
    }

    /// Returns the devices of all addresses of a set. The devices of each address are looked up
    /// once.
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
