//! A simple implementation of selectors: one address of one device at a time.

use std::net::IpAddr;

use serde_json::Value;

use crate::address::{Range, is_public};
use crate::network::{End, Way};
use crate::world::{Device, text, texts};

/// A policy in a world.
#[derive(Clone, Copy)]
pub struct Words<'a> {
    /// The policy.
    pub policy: &'a Value,
    /// The world.
    pub world: &'a Value,
    /// Its devices.
    pub devices: &'a [Device],
}

/// The side of an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The source of a packet.
    Source,
    /// The destination of a packet.
    Destination,
}

impl Words<'_> {
    /// Returns whether any of some selectors names an end.
    pub fn any(&self, words: &Value, end: End, side: Side) -> bool {
        texts(words).iter().any(|word| self.names(word, end, side))
    }

    /// Returns whether any of some selectors may name an end. Like [`Words::any`], but an IPv4
    /// address also stands for the 4via6 address of a site that leads to it.
    pub fn any_may(&self, words: &Value, end: End, side: Side) -> bool {
        let of_site = address_of_site(end.address).map(|address| End { address, ..end });
        self.any(words, end, side) || of_site.is_some_and(|end| self.any(words, end, side))
    }

    /// Returns whether a word is a literal address, prefix or range.
    pub fn is_literal(&self, word: &str) -> bool {
        let is_host = self.policy["hosts"].get(word).is_some() || self.policy["ipsets"].get(word).is_some();
        word != "*" && (is_host || !Range::read(word).is_empty())
    }

    /// Returns whether a selector names an end.
    pub fn names(&self, word: &str, end: End, side: Side) -> bool {
        let device = &self.devices[end.device];
        let own = end.way == Way::Own;
        let role = |role: &str| own && device.login.is_some() && !device.is_shared && device.role == role;
        match word {
            "*" if side == Side::Destination => true,
            "*" => end.way != Way::Exit,
            "autogroup:danger-all" => true,
            "autogroup:internet" => end.way == Way::Exit && is_public(end.address),
            "autogroup:member" => own && device.login.is_some() && !device.is_shared,
            "autogroup:shared" => own && device.is_shared,
            "autogroup:admin" => role("admin") || role("owner"),
            "autogroup:tagged" => own && !device.tags.is_empty(),
            _ if word.starts_with("autogroup:") => role(word.trim_start_matches("autogroup:")),
            _ if word.starts_with("tag:") => own && device.tags.iter().any(|tag| tag == word),
            _ if word.starts_with("svc:") => own && device.service.as_deref() == Some(word),
            _ if word.starts_with("group:") => own && self.is_in_group(device, word),
            _ if word.starts_with("user:*@") => {
                let domain = word.trim_start_matches("user:*@").to_ascii_lowercase();
                own && device
                    .login
                    .as_ref()
                    .is_some_and(|login| login.to_ascii_lowercase().ends_with(&format!("@{domain}")))
            }
            _ if word.contains('@') => {
                own && device.login.as_ref().is_some_and(|login| login.eq_ignore_ascii_case(word))
            }
            _ => self.has(word, end.address),
        }
    }

    fn is_in_group(&self, device: &Device, group: &str) -> bool {
        let declared = texts(&self.policy["groups"][group]);
        let synced = texts(&self.world["synced"][group]);
        let login = device.login.as_deref().unwrap_or_default();
        declared.iter().chain(&synced).any(|member| member.eq_ignore_ascii_case(login))
    }

    /// Returns whether a literal, a host or an IP set has an address.
    fn has(&self, word: &str, address: IpAddr) -> bool {
        if let Some(set) = self.policy["ipsets"].get(word) {
            let mut is_in = false;
            for item in texts(set) {
                match item.split_once(' ') {
                    Some(("remove", item)) if self.has(item, address) => is_in = false,
                    Some(("add", item)) => is_in |= self.has(item, address),
                    Some(_) => {}
                    None => is_in |= self.has(&item, address),
                }
            }
            return is_in;
        }
        let host = text(&self.policy["hosts"][word]);
        Range::read(if host.is_empty() { word } else { &host }).iter().any(|range| range.has(address))
    }
}

/// Returns whether two ends are devices of one user.
pub fn is_same_user(devices: &[Device], from: End, to: End) -> bool {
    let login = |end: End| devices[end.device].login.as_ref().filter(|_| end.way == Way::Own);
    login(from).is_some() && login(from) == login(to)
}

/// Returns the IPv4 address that a 4via6 address leads to.
fn address_of_site(address: IpAddr) -> Option<IpAddr> {
    let IpAddr::V6(v6) = address else { return None };
    let is_of_site = Range::read("fd7a:115c:a1e0:b1a::/64").iter().any(|range| range.has(address));
    let [.., a, b, c, d] = v6.octets();
    is_of_site.then(|| IpAddr::from([a, b, c, d]))
}
