//! Names, ports and lists of them.

use std::fmt::Display;

use crate::diagnostic::{Code, Diagnostic};
use crate::model::{List, PortRange, PortSpec, Protocol, Selector};
use crate::reserved::{is_foreign_kind, is_kind, is_reserved};
use crate::sidecar::reader::{Failed, Parsed, Reader, wrong};
use crate::source::{Origin, Text};

impl Reader<'_> {
    /// `selector, selector,` up to the first thing that cannot go on the list.
    pub(super) fn selectors(&mut self, what: &str) -> Parsed<List<Selector>> {
        let start = self.here();
        let mut items = Vec::new();
        loop {
            if !self.peek_selector() && !self.peek_open('[') {
                if items.is_empty() {
                    return Err(self.no_selector(what));
                }
                break;
            }
            if self.peek_open('[') {
                items.extend(self.bracketed(what)?);
            } else {
                items.push(self.selector(what)?);
            }
            if self.punct(',').is_none() {
                break;
            }
        }
        Ok(List { items, origin: Some(self.since(start)), incomplete: false })
    }

    /// A list in brackets, as JSON has it: a mistake, but one that is understood. Brackets within it are not.
    fn bracketed(&mut self, what: &str) -> Parsed<Vec<Selector>> {
        let inner = self.group('[', |inside| {
            let mut items = Vec::new();
            while !inside.at_end() {
                items.push(inside.selector(what)?);
                if inside.punct(',').is_none() {
                    break;
                }
            }
            Ok(items)
        });
        let Some((list, place)) = inner else { return Err(Failed) };
        let list = list?;
        self.report(wrong(place, "a list has no brackets here").help("write the items alone, separated by commas"));
        Ok(list)
    }

    fn no_selector(&mut self, what: &str) -> Failed {
        let finding = match self.peek_ident() {
            Some(word) if is_reserved(word) => {
                let help = if is_kind(word) {
                    format!("a {word} is written `{word}:NAME`")
                } else {
                    format!("if a host is called `{word}`, write it in quotes: `\"{word}\"`")
                };
                wrong(self.here(), format!("expected {what}, found the reserved word `{word}`")).help(help)
            }
            _ => self.expected(what),
        };
        self.fail(finding)
    }

    /// Whether an item of a list can start here. A reserved word alone never does.
    fn peek_selector(&self) -> bool {
        if self.peek_punct('*') || self.peek_number().is_some() || self.peek_string() || self.peek_doc() {
            return true;
        }
        match self.peek_ident() {
            Some(word) if is_kind(word) || is_foreign_kind(word) => self.second_is(':') || self.next_goes_on(),
            Some(word) => !is_reserved(word) || self.next_goes_on(),
            // `::1` without quotes
            None => self.peek_punct(':') && self.second_is(':'),
        }
    }

    /// Whether a name with its kind is next, as `tag:web`.
    pub(super) fn peek_kind(&self) -> bool {
        self.peek_ident().is_some_and(is_kind) && self.second_is(':')
    }

    /// `*`, `"…"`, `tag:web` or `web`, with the comments above it.
    fn selector(&mut self, what: &str) -> Parsed<Selector> {
        self.skip_docs();
        if let Some(place) = self.punct('*') {
            return Ok(Selector::new(Text::verbatim("*", place, place.start)));
        }
        if let Some(text) = self.string() {
            return Ok(Selector::new(text));
        }
        if self.peek_number().is_some() || self.peek_punct(':') {
            return Err(self.unquoted(None));
        }
        let Some(first) = self.peek_ident() else { return Err(self.no_selector(what)) };
        if self.second_is(':') && !self.next_goes_on() {
            if is_kind(first) {
                return self.named(first);
            }
            if is_foreign_kind(first) {
                return Err(self.foreign_kind(first));
            }
        }
        let name = self.name(what)?;
        let is_address = is_address_start(&name) && self.peek_punct(':');
        if is_address || self.peek_punct('@') || self.peek_punct('.') || self.peek_punct('/') {
            return Err(self.unquoted(Some(name)));
        }
        Ok(Selector::new(name))
    }

    /// `tag:web`
    fn named(&mut self, kind: &str) -> Parsed<Selector> {
        self.word();
        let start = self.previous();
        self.punct(':');
        if let Some(name) = self.string() {
            let message = format!("the quotes belong around the whole `{kind}:{name}`");
            let place = self.since(start);
            return Err(self.fail(wrong(place, message).help(format!("write `\"{kind}:{name}\"`"))));
        }
        if self.peek_punct('/') {
            let place = self.since(start);
            return Err(self.fail(
                wrong(place, format!("`{kind}:/…` has to be in quotes"))
                    .help(format!("write `\"{kind}://…\"`: without quotes, `//` starts a comment")),
            ));
        }
        let name = self.name(format_args!("a name after `{kind}:`"))?;
        let name = joined(format!("{kind}:{name}"), start.to(name.origin));
        if self.peek_punct('@') || self.peek_punct('.') || self.peek_punct('/') {
            return Err(self.unquoted(Some(name)));
        }
        Ok(Selector::new(name))
    }

    /// `k8s-api`: words and numbers with dashes between them.
    pub(super) fn name(&mut self, what: impl Display) -> Parsed<Text> {
        let Some((first, start)) = self.segment()? else {
            let finding = self.expected(what);
            return Err(self.fail(finding));
        };
        let mut name = first.to_owned();
        while self.peek_dash() {
            while self.punct('-').is_some() {
                name.push('-');
                if !self.peek_dash() {
                    break;
                }
            }
            let Some((segment, _)) = self.segment()? else {
                let place = self.since(start);
                return Err(self.fail(
                    wrong(place, format!("`{name}` ends with a dash"))
                        .help(format!("a name that does is written in quotes: `\"{name}\"`")),
                ));
            };
            name.push_str(segment);
        }
        let place = self.since(start);
        Ok(joined(name, place))
    }

    /// A part of a name.
    fn segment(&mut self) -> Parsed<Option<(&str, Origin)>> {
        let Some((word, place)) = self.word() else { return Ok(None) };
        if !word.is_ascii() {
            return Err(self.fail(
                wrong(place, format!("`{word}` has letters beyond ASCII"))
                    .help(format!("write the name in quotes: `\"{word}\"`")),
            ));
        }
        Ok(Some((word, place)))
    }

    /// Reports an address, an e-mail address or the like that lacks its quotes, once for all its tokens.
    fn unquoted(&mut self, start: Option<Text>) -> Failed {
        let mut place = start.as_ref().map_or(self.here(), |name| name.origin);
        let mut text = start.map(|name| name.to_string()).unwrap_or_default();
        let mut glue = text.is_empty();
        while let Some(part) = self.glued(glue) {
            glue = matches!(part, Part::Sign(_));
            match part {
                Part::Sign(char) => text.push(char),
                Part::Word(word) => text.push_str(word),
            }
            place = self.since(place);
        }
        let what = if text.contains('@') {
            "an e-mail address"
        } else if text.parse::<std::net::IpAddr>().is_ok() || text.contains('/') || text.contains(':') {
            "an address"
        } else {
            "this"
        };
        self.fail(wrong(place, format!("{what} is written in quotes: `{text}`")).help(format!("write `\"{text}\"`")))
    }

    /// The next token if it can be part of an address. Two words never touch, so they need `glue` before them.
    fn glued(&mut self, glue: bool) -> Option<Part<'_>> {
        if let Some(word) = self.peek_word() {
            if !glue || is_reserved(word) {
                return None;
            }
            self.word();
            return Some(Part::Word(word));
        }
        let sign = ['.', ':', '/', '@', '-', '+', '%'].into_iter().find(|char| self.peek_punct(*char))?;
        if self.peek_arrow() {
            return None;
        }
        self.punct(sign);
        Some(Part::Sign(sign))
    }

    fn foreign_kind(&mut self, kind: &str) -> Failed {
        let start = self.here();
        self.word();
        self.punct(':');
        let (message, help) = match kind {
            "host" => ("a host is named without `host:`", "write the name alone, as in `web`"),
            "user" => ("a `user:` selector is written in quotes", "write `\"user:*@example.com\"`"),
            _ => ("a `localpart:` is written in quotes", "write `\"localpart:*@example.com\"`"),
        };
        let place = self.since(start);
        self.fail(wrong(place, message).help(help))
    }

    // --- ports ---

    /// `port, port,` up to the first thing that is no port.
    pub(super) fn ports(&mut self) -> Parsed<List<PortSpec>> {
        let start = self.here();
        let mut list: List<PortSpec> = List::default();
        let mut any = false;
        loop {
            if !self.peek_port() {
                if !any {
                    let finding = self.expected("a port").help("write a port, a range, `tcp:443` or `*`");
                    return Err(self.fail(finding));
                }
                break;
            }
            any = true;
            match self.port()? {
                Some(port) => list.items.push(port),
                None => list.incomplete = true,
            }
            if self.punct(',').is_none() {
                break;
            }
        }
        list.origin = Some(self.since(start));
        Ok(list)
    }

    fn peek_port(&self) -> bool {
        self.peek_punct('*')
            || self.peek_number().is_some()
            || self.peek_string()
            || self.peek_doc()
            || self.peek_open('[')
            || self.peek_ident().is_some_and(|word| !is_reserved(word) || self.next_goes_on())
    }

    /// `443`, `tcp:80-443` or `*`. `None` for what is written like a port, but is none.
    fn port(&mut self) -> Parsed<Option<PortSpec>> {
        self.skip_docs();
        let start = self.here();
        if self.peek_open('[') {
            return Err(self
                .fail(wrong(start, "a list has no brackets here").help("write the ports alone, separated by commas")));
        }
        if let Some(text) = self.string() {
            let finding = wrong(start, format!("a port has no quotes: `\"{text}\"`")).help(format!("write `{text}`"));
            return Err(self.fail(finding));
        }
        let mut port = if self.punct('*').is_some() {
            "*".to_owned()
        } else if self.peek_number().is_some() {
            self.number("a port")?
        } else {
            let name = self.name("a port")?;
            if !self.peek_punct(':') {
                self.report(no_ports(&name));
                return Ok(None);
            }
            name.to_string()
        };
        if self.punct(':').is_some() {
            port.push(':');
            let range = if self.punct('*').is_some() { "*".to_owned() } else { self.number("a port after the `:`")? };
            port.push_str(&range);
        }
        if !port.ends_with('*') && self.peek_dash() {
            self.punct('-');
            port.push('-');
            port.push_str(&self.number("the last port of the range")?);
        }
        let text = joined(port, self.since(start));
        let spec = PortSpec::parse(&text);
        Ok(spec.map_err(|problem| self.report(Diagnostic { tailscale: None, ..problem.at(&text) })).ok())
    }

    /// A whole number, as it is written.
    fn number(&mut self, what: &str) -> Parsed<String> {
        let Some(word) = self.peek_word() else {
            let finding = self.expected(what);
            return Err(self.fail(finding));
        };
        if word.bytes().all(|byte| byte.is_ascii_digit()) {
            self.word();
            return Ok(word.to_owned());
        }
        let place = self.here();
        let finding = match word.parse::<PortRange>() {
            Err(problem) => Diagnostic::new(problem.code, place, problem.message).help_if(problem.help),
            Ok(_) => self.expected(what),
        };
        Err(self.fail(finding))
    }
}

/// What there is to say of a word where ports belong.
fn no_ports(name: &Text) -> Diagnostic {
    let finding = Diagnostic::new(Code::UndefinedLet, name.origin, format!("no ports are called `{name}`"));
    finding.help(match name.parse::<Protocol>() {
        Ok(_) => format!("a protocol is followed by its ports: write `{name}:443` or `{name}:*`"),
        Err(_) => "write the port's number".to_owned(),
    })
}

/// A token of what lacks its quotes.
enum Part<'t> {
    Word(&'t str),
    Sign(char),
}

/// A name or port of several tokens. Its parts have places only where nothing stands between them.
fn joined(value: String, place: Origin) -> Text {
    let width = u32::try_from(value.len()).ok();
    match width == place.end.checked_sub(place.start) {
        true => Text::verbatim(value, place, place.start),
        false => Text::escaped(value, place),
    }
}

/// Whether a word before a colon looks like the first group of an IPv6 address rather than a host.
fn is_address_start(word: &str) -> bool {
    word.len() <= 4
        && word.chars().all(|char| char.is_ascii_hexdigit())
        && word.chars().any(|char| char.is_ascii_digit())
}
