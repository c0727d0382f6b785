//! JSON values, for settings, app capabilities and reports.
//!
//! [`crate::hujson`] reads HuJSON, and therefore also JSON. This module has only a tree and its
//! text. A JSON crate would be compiled before everything else in each operator's first build, and
//! would take a sixth of its time.

mod literal;
mod number;
mod value;

pub use literal::write_string;
pub use number::Number;
pub use value::{Map, ToJson, Value};

/// Makes a [`Value`] from JSON that may contain Rust expressions.
///
/// ```
/// use policy_core::json::{Value, json};
/// let tags = ["tag:web", "tag:db"];
/// let value: Value = json!({"tags": tags, "count": tags.len(), "none": null, "nested": [{"a": true}]});
/// assert_eq!(value.to_string(), r#"{"count":2,"nested":[{"a":true}],"none":null,"tags":["tag:web","tag:db"]}"#);
/// ```
#[macro_export]
#[doc(hidden)]
macro_rules! __json {
    (null) => { $crate::json::Value::Null };
    ([ $($items:tt)* ]) => {{
        #[allow(unused_mut, clippy::vec_init_then_push, reason = "the items are read one by one")]
        let items = { let mut items = ::std::vec::Vec::new(); $crate::__json!(@items items $($items)*); items };
        $crate::json::Value::Array(items)
    }};
    ({ $($members:tt)* }) => {{
        #[allow(unused_mut, reason = "an object may have no members")]
        let members = { let mut members = $crate::json::Map::new(); $crate::__json!(@members members $($members)*); members };
        $crate::json::Value::Object(members)
    }};

    (@items $list:ident) => {};
    (@items $list:ident null $(, $($rest:tt)*)?) => {
        $list.push($crate::json::Value::Null); $crate::__json!(@items $list $($($rest)*)?);
    };
    (@items $list:ident { $($inner:tt)* } $(, $($rest:tt)*)?) => {
        $list.push($crate::__json!({ $($inner)* })); $crate::__json!(@items $list $($($rest)*)?);
    };
    (@items $list:ident [ $($inner:tt)* ] $(, $($rest:tt)*)?) => {
        $list.push($crate::__json!([ $($inner)* ])); $crate::__json!(@items $list $($($rest)*)?);
    };
    (@items $list:ident $item:expr $(, $($rest:tt)*)?) => {
        $list.push($crate::json::ToJson::to_json(&$item)); $crate::__json!(@items $list $($($rest)*)?);
    };

    (@members $map:ident) => {};
    (@members $map:ident $key:tt : null $(, $($rest:tt)*)?) => {
        $map.insert(($key).into(), $crate::json::Value::Null); $crate::__json!(@members $map $($($rest)*)?);
    };
    (@members $map:ident $key:tt : { $($inner:tt)* } $(, $($rest:tt)*)?) => {
        $map.insert(($key).into(), $crate::__json!({ $($inner)* })); $crate::__json!(@members $map $($($rest)*)?);
    };
    (@members $map:ident $key:tt : [ $($inner:tt)* ] $(, $($rest:tt)*)?) => {
        $map.insert(($key).into(), $crate::__json!([ $($inner)* ])); $crate::__json!(@members $map $($($rest)*)?);
    };
    (@members $map:ident $key:tt : $value:expr $(, $($rest:tt)*)?) => {
        $map.insert(($key).into(), $crate::json::ToJson::to_json(&$value)); $crate::__json!(@members $map $($($rest)*)?);
    };

    ($value:expr) => { $crate::json::ToJson::to_json(&$value) };
}

#[doc(inline)]
pub use crate::__json as json;
