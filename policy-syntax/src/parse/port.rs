//! What follows `on`.

use crate::reserved::is_reserved;
use crate::token::Delimiter;
use policy_core::model::PortRange;

use crate::finding::Finding;

use super::parser::{Failed, Parsed, Parser};
use crate::tree::{Port, PortKind, Word};

impl Parser<'_, '_> {
    /// `port, port,` up to the first thing that is no port.
    pub(super) fn ports(&mut self) -> Parsed<Vec<Port>> {
        let mut list = Vec::new();
        loop {
            if !self.peek_port() {
                if list.is_empty() {
                    return Err(self.unexpected("a port", "write a port, a range, `tcp:443` or `*`"));
                }
                return Ok(list);
            }
            list.push(self.port()?);
            if self.punct(',').is_none() {
                return Ok(list);
            }
        }
    }

    fn peek_port(&self) -> bool {
        self.peek_punct('*')
            || self.peek_literal().is_some()
            || self.peek_doc()
            || self.peek_punct('$')
            || self.peek_group(Delimiter::Bracket)
            || self.peek_ident().is_some_and(|word| !is_reserved(word) || self.next_goes_on())
    }

    fn port(&mut self) -> Parsed<Port> {
        let docs = self.docs();
        let start = self.here();
        if self.peek_group(Delimiter::Bracket) {
            return Err(self.refuse(
                start,
                "a list has no brackets here",
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

    /// A whole number, as it is written.
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
        self.refuse(place, format!("a port has no quotes: `\"{text}\"`"), format!("write `{text}`"))
    }
}
