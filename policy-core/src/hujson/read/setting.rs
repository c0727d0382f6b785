use crate::diagnostic::{Code, Diagnostic, Help, Note, suggestion};
use crate::hujson::read::reader::Reader;
use crate::hujson::{Kind, NodeId};
use crate::model::form::{ATTR_CONFIG, DERP_MAP, DERP_NODE, DERP_REGION, EXTERNAL_TAILNET, SETTINGS};
use crate::model::{Key, KeyValue, Setting, Word};
use crate::source::{Origin, Text};

/// Keys that some policies have and Tailscale refuses, each with its alternative.
const ELSEWHERE: &[(&str, &str)] =
    &[("dns", "leave it out: DNS is configured on the DNS page of the admin console, or by the API")];

/// Settings: network-wide options, and keys that this version does not know.
impl Reader<'_> {
    /// Checks the type of an option and stores its value.
    pub(super) fn setting(&mut self, key: Text, value: NodeId) -> Setting {
        let known = SETTINGS.iter().find(|known| known.name.eq_ignore_ascii_case(&key));
        match (known.map(|known| known.name), self.present(value)) {
            (None, _) => self.unknown_setting(&key),
            (Some("disableIPv4"), Some(value)) => self.disable_ipv4(&key, value),
            (Some("randomizeClientPort"), Some(value)) => self.of_type(value, &key, KeyValue::Flag),
            (Some("OneCGNATRoute"), Some(value)) => self.one_cgnat_route(&key, value),
            (Some("derpMap"), Some(value)) => self.derp_map(value),
            (Some("attrConfig"), Some(value)) => self.attr_config(value),
            (Some("externalTailnets"), Some(value)) => self.external_tailnets(value),
            _ => {}
        }
        Setting { key, value: self.document.value(value), origin: self.document.origin(value) }
    }

    fn unknown_setting(&mut self, key: &Text) {
        let elsewhere = ELSEWHERE.iter().find(|(other, _)| other.eq_ignore_ascii_case(key));
        let near = || suggestion::nearest(key, Key::of_policy().map(|key| key.name));
        let near = || near().map(Help::did_you_mean);
        self.findings.push(match elsewhere.map(|&(_, help)| Help::from(help)).or_else(near) {
            Some(help) => Diagnostic::new(Code::WrongKey, key.origin, format!("a policy has no `{key}`")).help(help),
            None => {
                let message = format!("Tailscale is not known to read `{key}` in a policy");
                Diagnostic::new(Code::UnknownKey, key.origin, message)
                    .help("leave it out: Tailscale refuses a policy with a key that it does not know")
            }
        });
    }

    /// Checks `disableIPv4`, which applies to all devices. A node attribute can apply to some.
    fn disable_ipv4(&mut self, key: &Text, value: NodeId) {
        self.of_type(value, key, KeyValue::Flag);
        if self.document.kind(value) == Kind::Bool(true) {
            self.findings.push(
                Diagnostic::new(Code::OldForm, key.origin, format!("`{key}` is the old form of an attribute"))
                    .help("give `*` the attribute `disable-ipv4` under `nodeAttrs`"),
            );
        }
    }

    fn one_cgnat_route(&mut self, key: &Text, value: NodeId) {
        self.of_type(value, key, KeyValue::Text(Word::Any));
        if let Some(text) = self.document.string(value)
            && !matches!(text.as_str(), "" | "mac-always" | "mac-never")
        {
            self.findings.push(
                Diagnostic::new(Code::InvalidValue, text.origin, format!("`{text}` is not a valid value for `{key}`"))
                    .help("write `mac-always` or `mac-never`"),
            );
        }
    }

    /// Checks custom relays.
    fn derp_map(&mut self, value: NodeId) {
        self.members_of(value, "`derpMap`", DERP_MAP);
        let regions = self.member(value, "Regions");
        for (id, region) in regions.map(|regions| self.objects(regions, "Regions")).unwrap_or_default() {
            self.derp_region(&id, region);
        }
    }

    /// Checks a region of relays. Regions 900 to 999 are reserved for users.
    fn derp_region(&mut self, id: &Text, region: NodeId) {
        match id.parse::<u32>() {
            Err(_) => {
                let message = format!("`{id}` is not a number, and the keys of `Regions` are numbers");
                self.findings.push(Diagnostic::new(Code::InvalidValue, id.origin, message));
            }
            Ok(number) if !(900..=999).contains(&number) => {
                self.doubtful(
                    id.origin,
                    format!("region {id} is not one of 900 to 999, which are for regions of your own"),
                );
            }
            Ok(_) => {}
        }
        self.members_of(region, "a region", DERP_REGION);
        if let Some(own) = self.member(region, "RegionID")
            && self.document.kind(own) == Kind::Number
            && self.document.source(own) != id.as_str()
        {
            self.doubtful(self.document.origin(own), format!("region {id} should have its own number as `RegionID`"));
        }
        let nodes: Vec<NodeId> =
            self.member(region, "Nodes").map(|nodes| self.document.elements(nodes).collect()).unwrap_or_default();
        for node in nodes {
            self.derp_node(node);
        }
    }

    fn derp_node(&mut self, node: NodeId) {
        self.members_of(node, "a node", DERP_NODE);
        if self.document.kind(node) == Kind::Object && self.member(node, "HostName").is_none() {
            self.doubtful(self.document.origin(node), "a relay needs a `HostName` to be reached by".to_owned());
        }
    }

    /// Checks types of custom posture attributes.
    fn attr_config(&mut self, value: NodeId) {
        for (name, config) in self.objects(value, "attrConfig") {
            if !name.starts_with("custom:") {
                self.findings.push(
                    Diagnostic::new(Code::DoubtfulSetting, name.origin, format!("`{name}` is not a custom attribute"))
                        .help(Help::write(format!("custom:{name}")).uncertain()),
                );
            }
            self.members_of(config, &format!("`{name}`"), ATTR_CONFIG);
            if let Some(r#type) = self.member(config, "type").and_then(|id| self.document.string(id))
                && !matches!(r#type.as_str(), "string" | "bool" | "number")
            {
                let message = format!("`{type}` is not a type that an attribute can have");
                self.findings.push(
                    Diagnostic::new(Code::DoubtfulSetting, r#type.origin, message)
                        .help("write `string`, `bool` or `number`"),
                );
            }
        }
    }

    /// Checks other tailnets whose groups and tags rules may name.
    fn external_tailnets(&mut self, value: NodeId) {
        let first = self.findings.len();
        for (alias, tailnet) in self.objects(value, "externalTailnets") {
            self.members_of(tailnet, &format!("`{alias}`"), EXTERNAL_TAILNET);
        }
        for finding in self.findings.iter_mut().skip(first).filter(|finding| finding.code == Code::WrongType) {
            finding.code = Code::DoubtfulSetting;
            let message =
                "Tailscale does not document this setting, and these types are those of other tools".to_owned();
            finding.notes.push(Note { message, origin: None });
        }
    }

    fn doubtful(&mut self, origin: Origin, message: String) {
        self.findings.push(Diagnostic::new(Code::DoubtfulSetting, origin, message));
    }

    /// Returns a member of an object, ignoring the case of its name, unless it is `null`.
    fn member(&self, object: NodeId, key: &str) -> Option<NodeId> {
        let mut members = self.document.members(object);
        let (_, value) =
            members.find(|&(name, _)| self.document.string(name).is_some_and(|name| name.eq_ignore_ascii_case(key)))?;
        self.present(value)
    }

    /// Returns the members of an object that maps names to objects. A `null` removes a default, and
    /// is left out.
    fn objects(&mut self, id: NodeId, what: &str) -> Vec<(Text, NodeId)> {
        if self.document.kind(id) != Kind::Object {
            self.wrong_type(id, &format!("`{what}`"), "an object");
        }
        let document = self.document;
        let members = document.members(id).filter(|&(_, value)| document.kind(value) != Kind::Null);
        members.filter_map(|(name, value)| Some((document.string(name)?, value))).collect()
    }

    /// Checks that a node is an object, and the types of its members with these keys.
    fn members_of(&mut self, id: NodeId, what: &str, keys: &[Key]) {
        if self.document.kind(id) != Kind::Object {
            self.wrong_type(id, what, "an object");
        }
        for key in keys {
            if let Some(value) = self.member(id, key.name) {
                self.of_type(value, key.name, key.value);
            }
        }
    }

    /// Checks the type of a value that is neither an object nor a list of a known type.
    fn of_type(&mut self, id: NodeId, key: &str, expected: KeyValue) {
        let kind = self.document.kind(id);
        let (is, expected) = match expected {
            KeyValue::Flag => (matches!(kind, Kind::Bool(_)), "true or false"),
            KeyValue::Number => (kind == Kind::Number, "a number"),
            KeyValue::Text(_) => (kind == Kind::String, "a string"),
            KeyValue::Texts(_) | KeyValue::Objects(_) | KeyValue::OpenObjects(_) | KeyValue::List => {
                (kind == Kind::Array, "a list")
            }
            KeyValue::Object(_) | KeyValue::OpenObject(_) | KeyValue::App => (kind == Kind::Object, "an object"),
            // `objects` checks names when it reads them.
            KeyValue::Names(..) | KeyValue::Json => return,
        };
        if !is {
            self.wrong_type(id, &format!("`{key}`"), expected);
        }
    }
}
