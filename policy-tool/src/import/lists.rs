//! Names for lists that a policy repeats: tag owners and ports.

use std::collections::HashMap;

use policy_core::model::service_name;

use super::tree::{Form, Item, List, Node, Piece};
use crate::comment::Lines;
use policy_cli::tool::words::{Names, name};

/// The minimum number of uses for which a port gets a name.
const OFTEN: usize = 3;

/// A name for a list.
pub(super) struct Let {
    pub(super) name: String,
    pub(super) items: Vec<String>,
}

/// Replaces repeated lists by names.
pub(super) fn name_lists(nodes: &mut [Node], names: &mut Names) -> Vec<Let> {
    let mut lets = ports(nodes, names);
    lets.extend(owners(nodes, names));
    lets
}

/// Gives names to ports that are used often. A list has either names or numbers, because a mixture
/// is harder to read than both.
fn ports(nodes: &mut [Node], names: &mut Names) -> Vec<Let> {
    let mut lists: Vec<Vec<String>> = Vec::new();
    let mut said: HashMap<String, String> = HashMap::new();
    each_list(nodes, List::Ports, &mut |items| {
        for item in items.iter() {
            if let Some(name) = short_name(&item.docs) {
                said.entry(item.text.clone()).or_insert(name);
            }
        }
        // If a port has a comment, all ports of its list keep their numbers.
        lists.extend(plain_texts(items));
    });
    // A `let` of all ports is not allowed.
    let wanted = |text: &String| service(text).or_else(|| said.get(text).cloned()).filter(|_| text != "*");
    let mut lists: Vec<&Vec<String>> =
        lists.iter().filter(|list| list.iter().all(|text| wanted(text).is_some())).collect();
    // A list with a rare port keeps its numbers. That may make another port rare.
    loop {
        let mut uses: HashMap<&String, usize> = HashMap::new();
        lists.iter().copied().flatten().for_each(|text| *uses.entry(text).or_default() += 1);
        let is_often = |text: &String| uses.get(text).is_some_and(|count| *count >= OFTEN);
        let count = lists.len();
        lists.retain(|list| list.iter().all(is_often));
        if lists.len() == count {
            break;
        }
    }
    let mut chosen: HashMap<String, String> = HashMap::new();
    let mut lets = Vec::new();
    for text in lists.into_iter().flatten() {
        let Some(wanted) = wanted(text).filter(|_| !chosen.contains_key(text)) else { continue };
        // If the name is already taken by another port or a host, the protocol is added.
        let protocol = text.split_once(':').map_or("any", |(protocol, _)| protocol);
        let name = names.take(&[wanted.clone(), name(&format!("{wanted}-{protocol}"))]);
        chosen.insert(text.clone(), name.clone());
        lets.push(Let { name, items: vec![text.clone()] });
    }
    each_list(nodes, List::Ports, &mut |items| {
        let named: Option<Vec<&String>> = items.iter().map(|item| chosen.get(&item.text)).collect();
        let Some(named) = named.filter(|_| plain_texts(items).is_some()) else { return };
        let item = |name: &String| Item { docs: Vec::new(), text: name.clone() };
        *items = named.into_iter().map(item).collect();
    });
    lets
}

/// Services that readers know by name. For other services, a name would not help.
#[rustfmt::skip]
const FAMILIAR: &[&str] = &[
    "dns", "ftp", "http", "https", "imap", "imaps", "ldap", "ldaps", "mqtt", "mssql", "mysql", "nfs", "ntp",
    "postgresql", "rdp", "redis", "rsync", "smb", "smtp", "snmp", "ssh", "telnet", "vnc",
];

/// Returns the name of the service that usually has a port, if readers know it.
fn service(text: &str) -> Option<String> {
    let (protocol, port) = text.split_once(':').unwrap_or(("", text));
    let number = port.parse::<u16>().ok().filter(|number| number.to_string() == port)?;
    let is_known = matches!(protocol, "" | "tcp" | "udp");
    service_name(number).filter(|name| is_known && FAMILIAR.contains(name)).map(str::to_owned)
}

/// Returns a comment of up to three words as a name.
fn short_name(docs: &Lines) -> Option<String> {
    let [line] = docs.as_slice() else { return None };
    let line = line.trim();
    let words = line.split_whitespace().count();
    let is_plain = line.chars().all(|char| char.is_ascii_alphanumeric() || char == ' ' || char == '-');
    (is_plain && (1..=3).contains(&words) && line.starts_with(|char: char| char.is_ascii_alphabetic()))
        .then(|| name(line))
}

fn owners(nodes: &mut [Node], names: &mut Names) -> Vec<Let> {
    // The tags of each list of owners.
    let mut uses: HashMap<Vec<String>, Vec<String>> = HashMap::new();
    let mut order: Vec<Vec<String>> = Vec::new();
    each_statement(nodes, &mut |pieces| {
        if let [Piece::Word(tag), _, Piece::List(List::Owners, items)] = pieces
            && let Some(texts) = plain_texts(items)
        {
            let tags = uses.entry(texts.clone()).or_insert_with(|| {
                order.push(texts);
                Vec::new()
            });
            tags.push(tag.trim_matches('"').trim_start_matches("tag:").to_owned());
        }
    });
    let most = uses.values().map(Vec::len).max().unwrap_or_default();
    let mut named: HashMap<Vec<String>, String> = HashMap::new();
    let mut lets: Vec<Let> = Vec::new();
    for texts in order.into_iter().filter(|texts| texts.len() > 1) {
        let Some(tags) = uses.get(&texts).filter(|tags| tags.len() > 1) else { continue };
        let common = tags.len() == most && lets.iter().all(|other| other.name != "owners");
        let of_tags = shared_start(tags).map(|start| name(&format!("{start}-owners")));
        let of_first = tags.first().map(|tag| name(&format!("{tag}-owners")));
        let wanted = if common { vec!["owners".to_owned()] } else { Vec::new() };
        let wanted: Vec<String> = wanted.into_iter().chain(of_tags).chain(of_first).collect();
        let name = names.take(&wanted);
        named.insert(texts.clone(), name.clone());
        lets.push(Let { name, items: texts });
    }
    each_list(nodes, List::Owners, &mut |items| {
        if let Some(name) = plain_texts(items).and_then(|texts| named.get(&texts)) {
            *items = vec![Item { docs: Vec::new(), text: name.clone() }];
        }
    });
    extend_lists(lets)
}

/// Replaces the start of a list by the name of another list, if there is one with the same items.
fn extend_lists(lets: Vec<Let>) -> Vec<Let> {
    let all: Vec<(String, Vec<String>)> = lets.iter().map(|item| (item.name.clone(), item.items.clone())).collect();
    let mut extended: Vec<Let> = lets
        .into_iter()
        .map(|mut item| {
            let starts =
                all.iter().filter(|(_, start)| start.len() < item.items.len() && item.items.starts_with(start));
            if let Some((name, start)) = starts.max_by_key(|(_, start)| start.len()) {
                item.items.splice(..start.len(), [name.clone()]);
            }
            item
        })
        .collect();
    // A name is easier to read after the name that it uses.
    extended.sort_by_key(|item| all.iter().find(|(name, _)| *name == item.name).map_or(0, |(_, items)| items.len()));
    extended
}

fn plain_texts(items: &[Item]) -> Option<Vec<String>> {
    items.iter().map(|item| item.docs.is_empty().then(|| item.text.clone())).collect()
}

/// Returns the words that several names start with.
fn shared_start(names: &[String]) -> Option<String> {
    let (first, rest) = names.split_first()?;
    let mut words: Vec<&str> = first.split('-').collect();
    for name in rest {
        let same = words.iter().zip(name.split('-')).take_while(|(word, other)| *word == other).count();
        words.truncate(same);
    }
    (!words.is_empty()).then(|| words.join("-"))
}

fn each_list(nodes: &mut [Node], kind: List, change: &mut impl FnMut(&mut Vec<Item>)) {
    each_statement(nodes, &mut |pieces| {
        for piece in pieces {
            if let Piece::List(this, items) = piece
                && *this == kind
            {
                change(items);
            }
        }
    });
}

fn each_statement(nodes: &mut [Node], change: &mut impl FnMut(&mut [Piece])) {
    for node in nodes {
        match &mut node.form {
            Form::Statement(pieces) | Form::Assertion(pieces) => change(pieces),
            Form::Block { nodes, .. } => each_statement(nodes, change),
        }
    }
}
