//! The ports after `on`.

use crate::reserved::is_reserved;
use crate::token::Delimiter;
use policy_core::diagnostic::Help;
use policy_core::model::{PortRange, Protocol};

use crate::finding::Finding;

use super::parser::{Failed, Parsed, Parser};
use crate::tree::{Port, PortKind, Word};

impl Parser<'_, '_> {
    /// Reads `port, port,` up to the first token that is not a port.
    pub(super) fn ports(&mut self) -> Parsed<Vec<Port>> {
        let mut list = Vec::new();
        loop {
            if !self.peek_port() {
                if list.is_empty() {
                    return Err(self.unexpected("a port", "write a port, a range, `tcp:443` or `*`"));
                }
                return Ok(list);
            }
            let start = self.here();
            let port = self.port()?;
            if let Some(right) = self.misspelt_port(&port) {
                let place = self.since(start);
                let message = if right.contains(':') {
                    "a port with its protocol is written `tcp:443`"
                } else {
                    "a range of ports is written `80-443`"
                };
                return Err(self.refuse(place, message, Help::write_text(right)));
            }
            list.push(port);
            let is_next_port = self.peek_literal().is_some_and(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
            if is_next_port && !self.is_on_next_line() {
                self.missing_comma();
            } else if self.punct(',').is_none() {
                return Ok(list);
            }
        }
    }

    /// Returns the right form of `tcp 443`, `tcp/443`, `443/tcp`, `443:tcp` and `80..443`. Reads
    /// the rest of it.
    fn misspelt_port(&mut self, port: &Port) -> Option<String> {
        let first = match &port.kind {
            PortKind::Let(name) if name.text.parse::<Protocol>().is_ok() => &name.text,
            PortKind::Range { protocol: None, range } => &range.text,
            _ => return None,
        };
        let is_number = |text: &str| text.starts_with(|char: char| char.is_ascii_digit());
        if !is_number(first) && self.peek_literal().is_some_and(is_number) {
            return Some(format!("{first}:{}", self.glued_text()));
        }
        if self.peek_punct('/') {
            self.punct('/');
            let second = self.glued_text();
            let (protocol, ports) = if is_number(first) { (&second, first) } else { (first, &second) };
            return Some(format!("{protocol}:{ports}"));
        }
        if is_number(first) && self.peek_punct('.') {
            let last = self.glued_text();
            return Some(format!("{first}-{}", last.trim_start_matches(['.', '='])));
        }
        None
    }

    fn peek_port(&self) -> bool {
        self.peek_punct('*')
            || self.peek_literal().is_some()
            || self.peek_doc()
            || self.peek_punct('$')
            || self.peek_group(Delimiter::Bracket)
            || self.peek_group(Delimiter::Parenthesis)
            || self.peek_ident().is_some_and(|word| !is_reserved(word) || self.next_goes_on())
    }

    fn port(&mut self) -> Parsed<Port> {
        let docs = self.docs();
        let start = self.here();
        if self.peek_group(Delimiter::Bracket) || self.peek_group(Delimiter::Parenthesis) {
            let brackets = if self.peek_group(Delimiter::Bracket) { "brackets" } else { "parentheses" };
            return Err(self.refuse(
                start,
                format!("a list has no {brackets} here"),
                "write the ports alone, separated by commas",
            ));
        }
        if self.peek_string() {
            return Err(self.quoted_port());
        }
        let first = if let Some(place) = self.punct('*') {
            Word { text: "*".to_owned(), place }
        } else if self.peek_literal().is_some() {
            self.number("a port")?
        } else {
            let name = self.name("a port")?;
            if !self.peek_punct(':') {
                return Ok(Port { docs, place: name.place, kind: PortKind::Let(name) });
            }
            name
        };
        // `443:tcp`
        if first.text.starts_with(|char: char| char.is_ascii_digit()) && self.peek_punct(':') {
            let protocol = self.ahead().ident(self.at + 1).filter(|word| word.parse::<Protocol>().is_ok());
            if let Some(protocol) = protocol {
                self.punct(':');
                self.any_token();
                let place = self.since(start);
                let help = Help::write_text(format_args!("{protocol}:{}", first.text));
                return Err(self.refuse(place, "a port with its protocol is written `tcp:443`", help));
            }
        }
        let (protocol, range) =
            if self.punct(':').is_some() { (Some(first), self.range()?) } else { (None, self.range_from(first)?) };
        Ok(Port { docs, kind: PortKind::Range { protocol, range }, place: self.since(start) })
    }

    fn range(&mut self) -> Parsed<Word> {
        if let Some(place) = self.punct('*') {
            return Ok(Word { text: "*".to_owned(), place });
        }
        let first = self.number("a port after the `:`")?;
        self.range_from(first)
    }

    fn range_from(&mut self, mut range: Word) -> Parsed<Word> {
        if range.text != "*" && self.peek_dash() {
            self.punct('-');
            let last = self.number("the last port of the range")?;
            range.text = format!("{}-{}", range.text, last.text);
            range.place = range.place.to(last.place);
        }
        Ok(range)
    }

    /// Reads an integer, as written.
    fn number(&mut self, what: &str) -> Parsed<Word> {
        if self.peek_punct('$') {
            return Err(self.unknown_variable());
        }
        let text = match self.peek_literal() {
            Some(text) if text.chars().all(|char| char.is_ascii_digit()) => return self.literal().ok_or(Failed),
            Some(text) => text,
            None => match self.peek_ident() {
                Some(word) => word,
                None => {
                    return Err(self.unexpected_token(what));
                }
            },
        };
        let place = self.here();
        let finding = match text.parse::<PortRange>() {
            Err(problem) => Finding::new(problem.code, place, problem.message).help_if(problem.help),
            Ok(_) => self.expected(what),
        };
        Err(self.fail(finding))
    }

    fn quoted_port(&mut self) -> Failed {
        let place = self.here();
        let text = match self.string() {
            Ok(Some(word)) => word.text,
            _ => return Failed,
        };
        self.refuse(place, format!("a port has no quotes: `\"{text}\"`"), Help::write_text(text))
    }
}
