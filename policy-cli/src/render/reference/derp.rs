//! The relays that a policy sets up, and those that it leaves out.

use policy_core::json::Value;

use super::{Page, unless_empty};
use crate::render::prose::{Block, Prose, Table};

impl Page<'_> {
    /// Returns the regions of `derpMap`.
    pub(super) fn derp(&self) -> Vec<Block> {
        let mut settings = self.policy.settings.iter();
        let Some(setting) = settings.find(|setting| setting.key.eq_ignore_ascii_case("derpMap")) else {
            return Vec::new();
        };
        let mut blocks = Vec::new();
        if member(&setting.value, "OmitDefaultRegions") == Some(&Value::Bool(true)) {
            blocks.push(Block::Paragraph(Prose::text("Tailscale's own regions are not used.")));
        }
        let mut table = Table::new(["Region", "Name", "Relays"]);
        let regions = member(&setting.value, "Regions").and_then(Value::as_object);
        for (id, region) in regions.into_iter().flatten() {
            let text = |name| member(region, name).and_then(Value::as_str).unwrap_or_default();
            let nodes = member(region, "Nodes").and_then(Value::as_array);
            let hosts = nodes
                .into_iter()
                .flatten()
                .filter_map(|node| member(node, "HostName").or_else(|| member(node, "Name")).and_then(Value::as_str));
            let hosts = if region.is_null() { Prose::text("left out") } else { Prose::codes(hosts) };
            let code = text("RegionCode");
            let name = if code.is_empty() { Prose::code(id) } else { Prose::code(id).and_text(" ").and_code(code) };
            table.rows.push(vec![name, Prose::text(text("RegionName")), hosts]);
        }
        blocks.extend(unless_empty(table));
        blocks
    }
}

/// Returns a member of an object. Tailscale reads its name in any case.
fn member<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    let members = value.as_object()?.iter();
    members.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
}
