//! `tests` and `sshTests`.

use crate::reserved::is_reserved;
use crate::token::Delimiter;
use policy_core::diagnostic::Help;
use policy_core::diagnostic::suggestion::nearest;
use policy_core::model::Until;

use super::parser::{Failed, Parsed, Parser};
use crate::token_range::TokenRange;
use crate::tree::{Assert, AssertKind, Marks, Port, PortKind, Probe, SectionKind, Selector, SshTest, Test, Word};

impl Parser<'_, '_> {
    /// `src { accept …; deny …; }`
    pub(super) fn test(&mut self) -> Parsed<Test> {
        if matches!(self.peek_ident(), Some("accept" | "deny" | "check")) && !self.next_goes_on() {
            return Err(self.unexpected("the source of a test", SectionKind::Tests.example()));
        }
        let src = self
            .selectors("the source of a test")
            .map_err(|failed| self.with_help(failed, SectionKind::Tests.example()))?;
        self.refuse_more_sources(&src, "a test");
        self.refuse_except("a test has one source, and no `except`")?;
        let asserts = self.asserts(SectionKind::Tests)?;
        Ok(Test { src, asserts })
    }

    /// `src -> dst { accept …; check …; deny …; }`
    pub(super) fn ssh_test(&mut self) -> Parsed<SshTest> {
        let src = self.sources(SectionKind::SshTests)?;
        self.refuse_more_sources(&src, "an SSH test");
        let dst = self.destinations()?;
        self.refuse_except("an SSH test has no `except`")?;
        let asserts = self.asserts(SectionKind::SshTests)?;
        Ok(SshTest { src, dst, asserts })
    }

    fn refuse_more_sources(&mut self, src: &[Selector], what: &str) {
        if let [_, second, ..] = src {
            self.complain(second.word.place, format!("{what} has one source"), "write a test for each of the sources");
        }
    }

    fn refuse_except(&mut self, message: &str) -> Parsed<()> {
        if !self.peek_is("except") || self.next_goes_on() {
            return Ok(());
        }
        Err(self.refuse(self.here(), message, "name what is meant, and nothing else"))
    }

    fn asserts(&mut self, kind: SectionKind) -> Parsed<Vec<Assert>> {
        self.refuse_until_outside()?;
        let read = self.group(Delimiter::Brace, |inside| {
            let mut asserts = Vec::new();
            inside.more_asserts(kind, &mut asserts);
            asserts
        });
        match read {
            Some((asserts, _)) => {
                if self.peek_punct(';') {
                    self.complain(self.here(), "no `;` after the block of a test", Help::remove("leave it out"));
                    self.punct(';');
                }
                self.refuse_until_outside()?;
                Ok(asserts)
            }
            None => Err(self.unexpected("`{`", kind.example())),
        }
    }

    fn more_asserts(&mut self, kind: SectionKind, asserts: &mut Vec<Assert>) {
        while !self.at_end() {
            let (is_apart, count) = (self.is_apart(), asserts.len());
            let note = self.piece(false, |parser, marks| {
                if parser.peek_for() {
                    return parser.for_loop(&marks, &mut |inside| inside.more_asserts(kind, asserts));
                }
                let assert = parser.assert(kind, marks)?;
                if let AssertKind::Until(key, _) = &assert.kind
                    && let Some(first) = until_of(asserts)
                {
                    parser.refuse_second_until(key.place, first);
                    return Ok(());
                }
                asserts.push(assert);
                Ok(())
            });
            let note = note.map(|note| Assert { is_apart: false, docs: Vec::new(), kind: AssertKind::Note(note) });
            asserts.extend(note);
            if let Some(first) = asserts.get_mut(count) {
                first.is_apart = is_apart;
            }
        }
    }

    fn assert(&mut self, kind: SectionKind, marks: Marks) -> Parsed<Assert> {
        if !marks.allows.is_empty() {
            let place = self.here();
            return Err(self.refuse(place, "an `allow` belongs above a test, not in it", "move it above the test"));
        }
        let Some(key) = self.ident() else {
            return Err(self.unexpected("`accept` or `deny`", kind.example()));
        };
        let tests = kind == SectionKind::Tests;
        let kind = match key.text.as_str() {
            "accept" | "deny" if tests => AssertKind::Probes(key, self.probes()?),
            "accept" | "deny" | "check" if !tests => AssertKind::Accounts(key, self.accounts()?),
            "proto" if tests => AssertKind::Proto(self.proto()?),
            "srcPostureAttrs" => AssertKind::SrcPostureAttrs(self.json_object("attributes after `srcPostureAttrs`")?),
            Until::WORD => {
                let until = self.until_date(key.place)?;
                AssertKind::Until(key, until)
            }
            _ => return Err(self.unknown_assert(&key, tests)),
        };
        self.end_of_statement()?;
        Ok(Assert { is_apart: false, docs: marks.docs, kind })
    }

    fn unknown_assert(&mut self, key: &Word, tests: bool) -> Failed {
        let known: &[&str] = if tests {
            &["accept", "deny", "proto", "srcPostureAttrs", Until::WORD]
        } else {
            &["accept", "check", "deny", "srcPostureAttrs", Until::WORD]
        };
        let help = match key.text.as_str() {
            "allow" => Help::write_text("accept"),
            other if Until::is_meant(other) => Help::did_you_mean(Until::WORD),
            other => match nearest(other, known.iter().copied()) {
                Some(near) => Help::did_you_mean(near),
                None => {
                    let words: Vec<String> = known.iter().map(|word| format!("`{word}`")).collect();
                    Help::from(format!("a test is made of {}", words.join(", ")))
                }
            },
        };
        self.refuse(key.place, format!("a test has no `{}`", key.text), help)
    }

    fn proto(&mut self) -> Parsed<Word> {
        if let Some(word) = self.string()? {
            return Ok(word);
        }
        if self.peek_literal().is_some() {
            return self.literal().ok_or(Failed);
        }
        self.name("a protocol after `proto`")
    }

    /// `probe, probe,`
    fn probes(&mut self) -> Parsed<Vec<Probe>> {
        let mut probes = Vec::new();
        loop {
            if !self.peek_selector() {
                if probes.is_empty() {
                    return Err(self.unexpected("a host and a port", "write `accept tag:web:443;`"));
                }
                return Ok(probes);
            }
            probes.push(self.probe()?);
            if self.peek_kind() && !self.is_on_next_line() {
                self.missing_comma();
            } else if self.punct(',').is_none() {
                return Ok(probes);
            }
        }
    }

    fn probe(&mut self) -> Parsed<Probe> {
        let start = self.here();
        let mut host = self.selector("a host and a port")?;
        let docs = std::mem::take(&mut host.docs);
        let start = if docs.is_empty() { start } else { host.word.place };
        if host.kind == crate::tree::SelectorKind::Quoted {
            if self.peek_punct(':') {
                let text = host.word.text;
                self.punct(':');
                let port = self.literal().map_or("443".to_owned(), |port| port.text);
                let place = self.since(start);
                return Err(self.refuse(
                    place,
                    "the port belongs inside the quotes",
                    Help::write_text(format_args!("\"{text}:{port}\"")),
                ));
            }
            let place = host.word.place;
            return Ok(Probe { docs, host, port: None, place });
        }
        if self.punct(':').is_none() {
            let text = &host.word.text;
            return Err(self.refuse(
                host.word.place,
                format!("`{text}` lacks its port"),
                format!("a test probes one host on one port, as in `{text}:443`"),
            ));
        }
        if self.peek_ident().is_some_and(|word| !is_reserved(word)) {
            let name = self.name("a port after the `:`")?;
            let port = Port { docs: Vec::new(), place: name.place, kind: PortKind::Let(name) };
            return Ok(Probe { docs, host, port: Some(port), place: self.since(start) });
        }
        let range = match self.punct('*') {
            Some(place) => Word { text: "*".to_owned(), place },
            None => match self.literal() {
                Some(word) => word,
                None => {
                    return Err(self.unexpected("a port after the `:`", "write the port's number"));
                }
            },
        };
        if self.peek_dash() {
            self.punct('-');
            self.literal();
            let place = self.since(range.place);
            return Err(self.refuse(
                place,
                "a test probes one port, not a range",
                "name the ports one by one, each with its host",
            ));
        }
        let port = Port { docs: Vec::new(), place: range.place, kind: PortKind::Range { protocol: None, range } };
        Ok(Probe { docs, host, port: Some(port), place: self.since(start) })
    }
}

/// Returns the place of the end date of a test, if it has one.
fn until_of(asserts: &[Assert]) -> Option<TokenRange> {
    asserts.iter().find_map(|assert| match &assert.kind {
        AssertKind::Until(key, _) => Some(key.place),
        _ => None,
    })
}
