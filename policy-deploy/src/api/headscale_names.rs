//! The names of fields in headscale's `/api/v1` and in the output of its command line.

use policy_core::hujson::Document;
use policy_core::json::{Map, Value};

/// Returns the list that is the value of a key, as headscale's command line prints it: `ipAddresses` is `ip_addresses`.
/// `None` if it is not JSON.
pub(super) fn with_names_of_the_command_line(text: &str, key: &str) -> Option<String> {
    let document = Document::parse(text).ok()?;
    let value = document.value(document.root());
    Some(format!("{:#}\n", renamed(value.get(key)?)))
}

fn renamed(value: &Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.iter().map(renamed).collect()),
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| (snake_case(name), renamed(value)));
            Value::Object(members.collect::<Map>())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 2);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_has_the_names_of_the_command_line() {
        let text = r#"{"nodes":[{"ipAddresses":["100.64.0.1"],"user":{"name":"aA"},"givenName":null,"online":true}]}"#;
        let list = with_names_of_the_command_line(text, "nodes").unwrap();
        let compact: String = list.split_whitespace().collect();
        assert_eq!(
            compact,
            r#"[{"given_name":null,"ip_addresses":["100.64.0.1"],"online":true,"user":{"name":"aA"}}]"#
        );
        assert_eq!(with_names_of_the_command_line(text, "users"), None);
        assert_eq!(with_names_of_the_command_line("x", "users"), None);
    }
}
