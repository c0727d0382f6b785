//! A service that identifies its callers with `tailscale whois --json`, and reads what the policy
//! grants them.

mod tailnet;

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Read;

use serde_json::Value;
use tailnet::capability::{self, Sql, SqlRole};

/// Returns the values that the policy grants to a caller, one for each grant. `whois` is the output
/// of `tailscale whois --json` for that caller.
///
/// # Errors
/// Fails if the text is not JSON, or a body does not have the declared shape.
fn granted(whois: &str) -> Result<Vec<Sql>, serde_json::Error> {
    let mut whois: Value = serde_json::from_str(whois)?;
    // For a caller without capabilities, the key is missing or `null`.
    let capabilities = whois.get_mut("CapMap").map(Value::take).unwrap_or_default();
    let capabilities: Option<BTreeMap<String, Option<Vec<Value>>>> = serde_json::from_value(capabilities)?;
    let bodies = capabilities.unwrap_or_default().remove(capability::SQL.as_str()).flatten().unwrap_or_default();
    bodies.into_iter().map(serde_json::from_value).collect()
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut whois = String::new();
    std::io::stdin().read_to_string(&mut whois)?;
    for Sql { role, tables, limit } in granted(&whois)? {
        let verb = match role {
            SqlRole::Reader => "read",
            SqlRole::Writer => "read and write",
        };
        let limit = limit.map(|rows| format!(", {rows} rows at most")).unwrap_or_default();
        println!("may {verb} {}{limit}", tables.join(", "));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_of_tailscale_has_the_declared_shape() -> Result<(), Box<dyn Error>> {
        let reader =
            Sql { role: SqlRole::Reader, tables: vec!["orders".into(), "customers".into()], limit: Some(1000) };
        let writer = Sql { role: SqlRole::Writer, tables: vec!["*".into()], limit: None };
        assert_eq!(granted(include_str!("whois.json"))?, [reader, writer.clone()]);
        assert_eq!(serde_json::to_string(&writer)?, r#"{"role":"writer","tables":["*"]}"#);
        for nothing in ["{}", r#"{"CapMap": null}"#, r#"{"CapMap": {"example.com/cap/sql": null}}"#] {
            assert_eq!(granted(nothing)?, []);
        }
        Ok(())
    }

    #[test]
    fn every_grant_of_the_policy_can_be_read() -> Result<(), Box<dyn Error>> {
        let mut count = 0;
        for grant in tailnet::POLICY.grants.iter().flatten() {
            for granted in grant.app.iter().flat_map(|app| &app.capabilities) {
                for (body, _) in &granted.values {
                    serde_json::from_str::<Sql>(&body.to_string())?;
                    count += 1;
                }
            }
        }
        assert_eq!(count, 2);
        Ok(())
    }
}
