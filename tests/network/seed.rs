//! The policy of BlumeOps: its own devices, and each cell of its matrix.

use std::collections::BTreeSet;
use std::fs;

use policy_core::model::Device;
use policy_network::lab::Lab;
use policy_network::tailnet::Tailnet;
use policy_test_support::root;
use serde_json::{Value, json};

use crate::comparison::{Totals, observe};
use crate::policies::Case;
use crate::questions::{self, Question, SILENT};

#[path = "../../blumeops-policy/src/tailnet.rs"]
mod tailnet;

/// The device of the user who is not an admin. The facts have none.
const PHONE: &str = "phone";

fn policy() -> Value {
    let document = policy_core::hujson::Document::parse(tailnet::HUJSON).unwrap();
    serde_json::from_str(&document.value(document.root()).to_string()).unwrap()
}

/// Returns a world with these devices: each has a name, and an owner or tags.
fn world(devices: &[(String, Option<&str>, Vec<String>)]) -> Value {
    let users = [
        json!({"name": "erich", "email": tailnet::user::erich.as_str(), "role": "owner"}),
        json!({"name": "allison", "email": tailnet::user::allison.as_str(), "role": "member"}),
    ];
    let nodes = devices.iter().zip(1..).map(|((name, owner, tags), number)| {
        let mut node = json!({
            "name": name, "ipv4": format!("100.64.7.{number}"), "ipv6": format!("fd7a:115c:a1e0:7::{number:x}"),
        });
        match owner {
            Some(owner) => node["user"] = json!(owner),
            None => node["tags"] = json!(tags),
        }
        node
    });
    json!({"users": users, "nodes": nodes.collect::<Vec<_>>(), "shared": [], "synced": {}, "services": {}})
}

/// Returns the policy with its own devices, and without one of its grants.
pub(crate) fn case() -> Case {
    let devices = tailnet::POLICY.facts.devices.iter().map(|device: &Device| {
        let tags = device.tags.iter().map(ToString::to_string).collect();
        (device.name.to_string(), device.owner.as_ref().map(|_| "erich"), tags)
    });
    let phone = (PHONE.to_owned(), Some("allison"), Vec::new());
    let devices: Vec<_> = devices.chain([phone]).collect();
    let mut new = policy();
    let grants = new["grants"].as_array_mut().unwrap();
    let is_changed = |grant: &Value| grant["src"] == json!(["tag:homelab"]) && grant["dst"] == json!(["tag:k8s"]);
    let changed = grants.iter_mut().find(|grant| is_changed(grant)).unwrap();
    changed["ip"] = json!(["tcp:443", "tcp:9090"]);
    Case { name: "blumeops".to_owned(), policy: policy(), new: Some(new), world: world(&devices) }
}

/// A cell of the matrix on the page of BlumeOps.
struct Cell {
    source: String,
    destination: String,
    access: String,
}

fn cells() -> Vec<Cell> {
    let page = fs::read_to_string(root().join("docs/blumeops.md")).unwrap();
    let (_, matrix) = page.split_once("<!-- policy:begin matrix -->").unwrap();
    let fields = |line: &str| -> Vec<String> {
        let fields = line.trim_matches('|').split('|');
        fields.map(|field| field.trim().trim_matches('`').to_owned()).collect()
    };
    let mut lines = matrix.lines().filter(|line| line.starts_with('|')).map(fields);
    let header = lines.next().unwrap();
    let rows = lines.skip(1).take_while(|row| row.len() == header.len());
    let cells = rows.flat_map(|row| {
        let (source, cells) = row.split_first().unwrap();
        let cell = |(column, access): (&String, &String)| Cell {
            source: source.clone(),
            destination: column.clone(),
            access: access.clone(),
        };
        header.iter().skip(1).zip(cells).map(cell).collect::<Vec<_>>()
    });
    cells.collect()
}

impl Cell {
    fn is_open(&self, protocol: u8, port: u16) -> bool {
        match self.access.as_str() {
            "-" => false,
            "Y" => true,
            // A source that can reach a port can also ping.
            _ if [1, 58].contains(&protocol) => true,
            _ => protocol == 6 && self.ports().any(|open| open == port),
        }
    }

    fn ports(&self) -> impl Iterator<Item = u16> {
        self.access.split(", ").filter_map(|port| if port == "SSH" { Some(22) } else { port.parse().ok() })
    }
}

/// Tries every cell. The matrix is about each tag alone, so each column is a device with only this
/// tag, and so is each row that is a tag.
pub(crate) fn matrix(lab: &mut Lab) -> Totals {
    let cells = cells();
    let mut ports: BTreeSet<u16> = cells.iter().flat_map(Cell::ports).collect();
    ports.extend([22, 80, 444, 9000]);
    let ports: Vec<u16> = ports.into_iter().collect();
    lab.listen(&ports, &SILENT);
    let columns: BTreeSet<&str> = cells.iter().map(|cell| cell.destination.as_str()).collect();
    let rows: BTreeSet<&str> = cells.iter().map(|cell| cell.source.as_str()).collect();
    let columns: Vec<&str> = columns.into_iter().collect();
    let mut totals = Totals { policies: 1, ..Totals::default() };
    let (mut tried, policy) = (0, policy());
    // The laboratory has twelve nodes.
    for columns in columns.chunks(7) {
        let row = |row: &&str| match *row {
            "autogroup:admin" => ((*row).to_owned(), Some("erich"), Vec::new()),
            "autogroup:member" => ((*row).to_owned(), Some("allison"), Vec::new()),
            tag => ((*row).to_owned(), None, vec![tag.to_owned()]),
        };
        let column = |column: &&str| {
            let tag = if column.starts_with("tag:") { column } else { "tag:workstation" };
            (format!("to {column}"), None, vec![tag.to_owned()])
        };
        let devices: Vec<_> = rows.iter().map(row).chain(columns.iter().map(column)).collect();
        let case = Case { name: "matrix".to_owned(), policy: policy.clone(), new: None, world: world(&devices) };
        let (asked, tailnet): (_, Tailnet) = case.read(&case.policy).unwrap();
        lab.configure(&tailnet);
        let of_cell = |question: &Question| {
            let is_it = |cell: &&Cell| {
                cell.source == question.source && question.destination.strip_prefix("to ") == Some(&cell.destination)
            };
            cells.iter().find(is_it)
        };
        let mut questions = questions::questions(&tailnet, &ports, usize::MAX);
        questions.retain(|question| of_cell(question).is_some() && !SILENT.contains(&question.attempt.protocol));
        tried += cells.iter().filter(|cell| columns.contains(&cell.destination.as_str())).count();
        let (open, _) = observe(lab, &asked, &questions, &mut totals);
        totals.connections += questions.len();
        totals.open += open.iter().filter(|open| **open).count();
        for (question, open) in questions.iter().zip(open) {
            let (cell, attempt) = (of_cell(question).unwrap(), &question.attempt);
            if cell.is_open(attempt.protocol, attempt.port) != open {
                totals.differences.push(format!(
                    "{} -> {} {}:{} is open: {open}, and the page says {}",
                    cell.source, cell.destination, attempt.protocol, attempt.port, cell.access
                ));
            }
        }
    }
    assert_eq!(tried, cells.len());
    eprintln!("{tried} cells of docs/blumeops.md");
    totals
}
