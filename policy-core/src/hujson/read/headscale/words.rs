//! Words in headscale's policy file: their places and mistakes.

use crate::diagnostic::{Code, Diagnostic, HeadscaleAnswer, HeadscaleStage, Help, Problem, go_quote};
use crate::hujson::read::headscale::TypeReader;
use crate::hujson::{Kind, NodeId};
use crate::model::{Action, Duration, Prefix, SelectorKind, headscale_word as word};
use crate::source::Text;

/// Returns the type that Go gives to a JSON value.
pub(super) fn go_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Null => "<nil>",
        Kind::Bool(_) => "bool",
        Kind::Number => "float64",
        Kind::String => "string",
        Kind::Array => "[]interface {}",
        Kind::Object => "map[string]interface {}",
    }
}

impl TypeReader<'_> {
    /// Adds headscale's message to the last finding.
    pub(super) fn answer_last(&mut self, answer: String) {
        if let Some(finding) = self.findings.last_mut() {
            finding.headscale = Some(HeadscaleAnswer { stage: HeadscaleStage::Reading, text: Some(answer) });
        }
    }

    /// Parses a word, if it is there.
    pub(super) fn read(&mut self, text: Option<Text>, parse: impl Fn(&Text) -> Result<(), Problem>) {
        if let Some(text) = text
            && let Err(problem) = parse(&text)
        {
            self.report(problem, &text);
        }
    }

    /// Reports `null` in place of an entry. It counts as an empty entry, which headscale checks
    /// after it has read everything.
    pub(super) fn needs_object(&mut self, id: NodeId, name: &str, answer: &str) {
        if self.document.kind(id) == Kind::Null {
            let finding = Diagnostic::new(
                Code::WrongType,
                self.document.origin(id),
                format!("{name} must be an object, not null"),
            );
            self.findings.push(finding.help("leave it out").headscale(HeadscaleStage::Checking, answer));
        }
    }

    /// Reads a list of selectors.
    pub(super) fn aliases(&mut self, id: NodeId, what: &str) {
        self.list(id, what, |reading, id, _| {
            let text = reading.text(id, &format!("an item of {what}"));
            reading.read(text, |text| word::selector(text).map(drop));
        });
    }

    /// Reports the selectors of an SSH rule whose kind is refused.
    pub(super) fn ssh_kinds(&mut self, id: NodeId, refuse: impl Fn(SelectorKind, &str) -> Option<Problem>) {
        for item in self.document.elements(id) {
            let nothing = || Text::escaped("", self.document.origin(item));
            let is_null = self.document.kind(item) == Kind::Null;
            let Some(text) = self.document.string(item).or_else(|| is_null.then(nothing)) else { continue };
            if let Some(problem) = refuse(SelectorKind::in_headscale(text.trim()), text.trim()) {
                self.report(problem, &text);
            }
        }
    }

    /// Reads a list of any strings.
    pub(super) fn strings(&mut self, id: NodeId, key: &str) {
        self.list(id, &format!("`{key}`"), |reading, id, _| drop(reading.text(id, &format!("an item of `{key}`"))));
    }

    /// Reads a member of a group: a user.
    pub(super) fn member(&mut self, group: &str, member: &Text) {
        let (code, message, help, answer) = if member.starts_with("group:") {
            let answer =
                format!("groups[{}]: {}: group members cannot be recursive", go_quote(group), go_quote(member));
            let message = format!("`{group}` cannot contain another group");
            (Code::NestedGroup, message, Help::from(format!("write the members of `{member}` here")), answer)
        } else if member.contains('@') {
            return;
        } else {
            let answer = format!("username must contain @, got: {}", go_quote(member));
            let is_name = SelectorKind::in_headscale(member) == SelectorKind::Host && !member.is_empty();
            let message = match is_name {
                true => format!("`{member}` is not a user: a login has an `@`"),
                false => format!("`{member}` cannot be a member of a group"),
            };
            let help = match is_name {
                true => Help::write(format!("{member}@")).or(", or the user's e-mail address"),
                false => Help::from("write the people by their logins, such as `alice@` or `alice@example.com`"),
            };
            (Code::MisplacedSelector, message, help, answer)
        };
        let problem = Problem::word(code, message).help(help).headscale(HeadscaleStage::Reading, answer);
        self.report(problem, member);
    }

    /// Reads an owner of a tag or an approver: a user, a group or a tag. `answer` is headscale's
    /// message about any other word.
    pub(super) fn principal(&mut self, id: NodeId, role: &str, answer: &str) {
        let text = self.text(id, &format!("{role} of a tag"));
        self.read(text, |text| {
            if text.contains('@') || text.starts_with("group:") || text.starts_with("tag:") {
                return Ok(());
            }
            let answer = format!("{answer}: {}", go_quote(text));
            let problem = match SelectorKind::in_headscale(text) {
                SelectorKind::Autogroup(Some(autogroup)) if !word::AUTOGROUPS.contains(&autogroup) => {
                    word::absent_autogroup(text, Some(autogroup))
                }
                SelectorKind::Host if !text.is_empty() => {
                    let message = format!("`{text}` cannot be {role}: a login has an `@`");
                    Problem::word(Code::MisplacedSelector, message)
                        .help(Help::write(format!("{text}@")).or(", or the user's e-mail address"))
                }
                _ => Problem::word(Code::MisplacedSelector, format!("`{text}` cannot be {role}"))
                    .help("write a user, a group or a tag"),
            };
            Err(problem.headscale(HeadscaleStage::Reading, answer))
        });
    }

    pub(super) fn approver(&mut self, id: NodeId) {
        self.principal(id, "an approver", "invalid auto approver format");
    }

    /// Reads a tag of `via`.
    pub(super) fn router(&mut self, id: NodeId) {
        let tag = self.token(id);
        let invalid = word::check_tag(&tag, &tag).err();
        if let Some(problem) = invalid {
            let message = match tag.starts_with("tag:") {
                true => problem.message,
                false => format!("`{tag}` cannot be a router of `via`"),
            };
            let help = problem.help.unwrap_or_else(|| Help::from("write the tag of the routers, such as `tag:router`"));
            let problem = Problem::word(Code::MisplacedSelector, message).help(help);
            self.report(problem.headscale(HeadscaleStage::Reading, "via can only be a tag"), &tag);
        }
    }

    pub(super) fn destination(&mut self, id: NodeId, index: usize) {
        if self.document.kind(id) != Kind::String {
            self.wrong_type(id, "an item of `dst`", "a string");
            let kind = go_kind(self.document.kind(id));
            return self.answer_last(format!("type not supported: {kind}"));
        }
        let text = self.document.string(id);
        self.read(text, |text| word::destination(text, index).map(drop));
    }

    pub(super) fn port_spec(&mut self, id: NodeId) {
        if self.document.kind(id) != Kind::String {
            self.wrong_type(id, "an item of `ip`", "a string");
            let kind = go_kind(self.document.kind(id));
            return self.answer_last(format!("type not supported: {kind}"));
        }
        let text = self.document.string(id);
        self.read(text, |text| word::port_specs(text).map(drop));
    }

    pub(super) fn protocol(&mut self, id: NodeId) {
        let text = self.token(id);
        self.read(Some(text), |text| word::protocol(text).map(drop));
    }

    pub(super) fn acl_action(&mut self, id: NodeId) {
        let action = self.token(id);
        if action.as_str() != "accept" {
            let answer = format!("action={} is not supported: invalid ACL action", go_quote(&action));
            let help = match action.as_str() {
                "deny" | "drop" | "reject" | "block" => {
                    Help::from("leave the entry out: what no rule allows is denied anyway")
                }
                _ => Help::write("accept").or(""),
            };
            let message = format!("ACL rules cannot use the action `{action}`");
            let problem = Problem::word(Code::InvalidAction, message).help(help);
            self.report(problem.headscale(HeadscaleStage::Reading, answer), &action);
        }
    }

    /// Reads the action of an SSH rule. An empty one is refused later.
    pub(super) fn ssh_action(&mut self, id: NodeId) {
        let action = self.token(id);
        let word = action.trim();
        if !word.is_empty()
            && let Err(problem) = word.parse::<Action>()
        {
            let answer = format!("{} is not a valid action", go_quote(word));
            self.report(problem.headscale(HeadscaleStage::Reading, answer), &action);
        }
    }

    pub(super) fn check_period(&mut self, id: NodeId) {
        if self.document.kind(id) == Kind::Null {
            return;
        }
        let text = self.token(id);
        self.read(Some(text), |text| {
            if text.as_str() == "always" {
                return Ok(());
            }
            text.parse::<Duration>().map(drop).map_err(|problem| {
                let answer = problem.tailscale.clone().unwrap_or_default();
                problem.headscale(HeadscaleStage::Reading, answer)
            })
        });
    }

    pub(super) fn prefix(&mut self, id: NodeId) {
        if let Some(text) = self.text(id, "an item of `ipPool`") {
            self.check_prefix(&text);
        }
    }

    /// Checks a prefix. Go accepts an empty text as a prefix.
    pub(super) fn check_prefix(&mut self, text: &Text) {
        if !text.is_empty()
            && let Err(problem) = text.parse::<Prefix>()
        {
            let no_slash = if text.contains('/') { "" } else { ": no '/'" };
            let answer = format!("netip.ParsePrefix({}){no_slash}", go_quote(text));
            let help = match word::host_address(text) {
                Some(_) => Some(Help::write(format!("{text}/{}", if text.contains(':') { 128 } else { 32 }))),
                None if text.contains(['/', ':']) => None,
                None => Some(Help::from("write a prefix, such as `10.0.0.0/16`")),
            };
            self.report(problem.help_if(help).headscale(HeadscaleStage::Reading, answer), text);
        }
    }

    /// Checks the targets of a test. headscale checks them only after it has read everything.
    pub(super) fn targets(&mut self, id: NodeId, index: usize) {
        for (name, list) in self.document.members(id) {
            let Some(key) = self.document.string(name).map(|key| key.to_ascii_lowercase()) else { continue };
            if !matches!(key.as_str(), "accept" | "deny") {
                continue;
            }
            for item in self.document.elements(list) {
                let nothing = || Text::escaped("", self.document.origin(item));
                let is_null = self.document.kind(item) == Kind::Null;
                let Some(text) = self.document.string(item).or_else(|| is_null.then(nothing)) else { continue };
                if let Err(mut problem) = word::target(&text) {
                    if let Some(answer) = &mut problem.headscale {
                        answer.stage = HeadscaleStage::Checking;
                        let bare = answer.text.take().unwrap_or_default().replace("tagOwners[\"0\"]: ", "");
                        answer.text = Some(format!("test {index}, {key} {}: {bare}", go_quote(&text)));
                    }
                    self.report(problem, &text);
                }
            }
        }
    }
}
