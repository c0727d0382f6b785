//! `only`, `never` and `isolated`.

use crate::model::{Invariant, InvariantKind, InvariantTarget, List, Selector};
use crate::sidecar::reader::{EXAMPLE, Failed, Parsed, Reader, wrong};

impl Reader<'_> {
    /// `only src except src -> targets except targets;`, the same with `never`; `isolated src except targets;`
    pub(super) fn invariant(&mut self, doc: Option<String>) -> Parsed<Invariant> {
        let kind = self.invariant_kind()?;
        let is_isolated = kind == InvariantKind::Isolated;
        let src = self.selectors(if is_isolated { "what is isolated" } else { "a source" });
        let src = src.map_err(|failed| self.with_help(failed))?;
        let (mut src_except, mut targets) = (List::default(), Vec::new());
        if is_isolated && self.peek_arrow() {
            let finding = wrong(self.here(), "`isolated` is about both directions, and has no `->`")
                .help("write `isolated tag:iot except tag:hub on 443;`");
            return Err(self.fail(finding));
        }
        if !is_isolated {
            if self.keyword("except") {
                src_except = self.selectors("a source after `except`")?;
            }
            self.arrow_after_sources()?;
            targets = self.targets()?;
        }
        let except = if self.keyword("except") { self.targets()? } else { Vec::new() };
        self.end_of_statement()?;
        Ok(Invariant { kind, src, src_except, targets, except, doc, origin: self.previous() })
    }

    fn invariant_kind(&mut self) -> Parsed<InvariantKind> {
        let kind = match self.peek_ident() {
            _ if self.peek_open('{') => {
                let finding = wrong(self.here(), "an entry of `invariants` is no JSON object").help(EXAMPLE);
                return Err(self.fail(finding));
            }
            Some("only") if !self.next_goes_on() => InvariantKind::Only,
            Some("never") if !self.next_goes_on() => InvariantKind::Never,
            Some("isolated") if !self.next_goes_on() => InvariantKind::Isolated,
            Some(word @ ("let" | "for" | "use")) => {
                let finding = wrong(self.here(), format!("a file of invariants has no `{word}`"))
                    .help("write each invariant with all that it is about");
                return Err(self.fail(finding));
            }
            Some(word @ ("invariants" | "policy")) if !self.next_goes_on() => {
                let finding = wrong(self.here(), format!("this file is all invariants, and has no `{word}`"))
                    .help("write the statements alone, as in `never autogroup:member -> tag:nas;`");
                return Err(self.fail(finding));
            }
            _ => {
                let finding = self.expected("`only`, `never` or `isolated`").help(EXAMPLE);
                return Err(self.fail(finding));
            }
        };
        self.word();
        Ok(kind)
    }

    fn arrow_after_sources(&mut self) -> Parsed<()> {
        if self.arrow() {
            return Ok(());
        }
        if self.peek_punct('=') && self.second_is('>') {
            let start = self.here();
            self.punct('=');
            self.punct('>');
            let place = self.since(start);
            self.report(wrong(place, "expected `->`, found `=>`").help("write `->`"));
            return Ok(());
        }
        let finding = self.expected("`->` after the sources").help(EXAMPLE);
        Err(self.fail(finding))
    }

    /// `dst on ports and dst on ports`
    fn targets(&mut self) -> Parsed<Vec<InvariantTarget>> {
        let mut targets = Vec::new();
        loop {
            let start = self.here();
            let dst = self.destinations()?;
            let ip = if self.keyword("on") { self.ports()? } else { List::default() };
            targets.push(InvariantTarget { dst, ip, origin: self.since(start) });
            if !self.keyword("and") {
                return Ok(targets);
            }
        }
    }

    fn destinations(&mut self) -> Parsed<List<Selector>> {
        let dst = self.selectors("a destination")?;
        if !self.peek_punct(':') {
            return Ok(dst);
        }
        // `tag:web:443`, as an acl of the policy file has it
        self.punct(':');
        let port = self.peek_number().unwrap_or("443");
        self.word();
        let place = self.previous();
        let finding = match dst.last() {
            Some(host) => wrong(host.text.origin.to(place), "the ports of a rule follow `on`")
                .help(format!("write `{host} on {port}`")),
            None => wrong(place, "the ports of a rule follow `on`").help("write `on 443`"),
        };
        Err(self.fail(finding))
    }

    /// `;`
    fn end_of_statement(&mut self) -> Parsed<()> {
        if self.punct(';').is_some() {
            return Ok(());
        }
        // What follows reads like the next statement, and is read as that.
        if self.at_end() || self.peek_kind() {
            let place = self.previous();
            self.report(
                wrong(place, "expected `;` after this")
                    .help("a statement ends with `;`, and the items of a list have `,` between them"),
            );
            return Ok(());
        }
        let finding = self.expected("`;`");
        let finding = if self.peek_punct('=') || self.peek_arrow() {
            finding.help("statements end with `;`, not with `,`: this one seems to run into the next")
        } else {
            finding.help("items of a list are separated by `,`, and a statement ends with `;`")
        };
        Err(self.fail(finding))
    }

    /// Gives the last finding a `help:` if it has none.
    fn with_help(&mut self, failed: Failed) -> Failed {
        if let Some(last) = self.findings.last_mut().filter(|finding| finding.help.is_none()) {
            last.help = Some(EXAMPLE.to_owned());
        }
        failed
    }
}
