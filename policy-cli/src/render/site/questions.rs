//! The form for questions, and the data from which the page answers them.

use policy_analysis::Analysis;
use policy_analysis::query::Obstacle;
use policy_core::ValidPolicy;
use policy_core::json::{Map, Value, json};
use policy_core::model::{Protocol, service_ports};

use super::rules::Rules;
use crate::answer::describe_obstacle;

/// The section with the form, and its data.
pub(super) struct Questions {
    pub(super) content: String,
    /// The data as the text of a script element.
    pub(super) data: Option<String>,
}

const FORM: &str = include_str!("questions.html");

/// Returns the form and its data, or a remark if the policy is too large for a page to answer.
pub(super) fn questions(policy: &ValidPolicy, rules: &Rules) -> Questions {
    let Some(table) = policy.answer_table() else {
        let remark = "<p>The policy is too large for this page to answer questions. The command <code>explain</code> \
                      answers them.</p>\n";
        return Questions { content: remark.to_owned(), data: None };
    };
    let mut data = table.data;
    if let Some(data) = data.as_object_mut() {
        let texts: Vec<Value> = table.rules.iter().map(|&rule| rules.to_json(rule)).collect();
        data.insert("ruleTexts".to_owned(), texts.into());
        let obstacles = json!({
            "noRouter": describe_obstacle(Some(Obstacle::NoRouter)),
            "onlyExitNodes": describe_obstacle(Some(Obstacle::OnlyExitNodes)),
            "onlySource": describe_obstacle(Some(Obstacle::OnlySource)),
            "via": describe_obstacle(Some(Obstacle::Via)),
        });
        data.insert("obstacles".to_owned(), obstacles);
        let protocols: Map = Protocol::names().map(|(name, protocol)| (name.to_owned(), protocol.0.into())).collect();
        data.insert("protocols".to_owned(), protocols.into());
        let services: Map = service_ports().map(|(name, port)| (name.to_owned(), port.into())).collect();
        data.insert("services".to_owned(), services.into());
    }
    let mut content = FORM.to_owned();
    if table.lacks_devices {
        content.push_str(
            "<p class=\"more\">There are too many devices for this page: ask about their users and tags here, and about \
             devices with the command <code>explain</code>.</p>\n",
        );
    }
    Questions { content, data: Some(escape_json(&data)) }
}

/// Returns JSON that cannot end or begin a script element or a comment.
fn escape_json(data: &Value) -> String {
    // `<` only occurs in strings.
    data.to_string().replace('<', "\\u003c")
}
