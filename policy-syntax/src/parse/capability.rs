//! `capabilities`: the shapes of the tailnet's own app capabilities.
//!
//! Only brackets, words and comments are read here. The reader of the policy file, which has the
//! same declarations, decides which shape they are.

use policy_core::Code;
use policy_core::diagnostic::Help;

use crate::finding::Finding;
use crate::token::{Delimiter, TokenKind};
use crate::tree::{Capability, SectionKind, ShapePiece, Word};

use super::parser::{Failed, Parsed, Parser};

/// The maximum depth: more than any shape needs, and safe for the compiler's stack.
const DEPTH: usize = 100;

impl Parser<'_, '_> {
    /// `"example.com/cap/sql" as Sql { role: "reader" | "writer"; tables: [string]; limit?: int; }`
    pub(super) fn capability(&mut self) -> Parsed<Capability> {
        let Some(name) = self.string()? else {
            let place = self.here();
            let name = self.joined(String::new(), &['.', '/', '-', ':']);
            if name.is_empty() {
                return Err(self.unexpected("the name of a capability in quotes", SectionKind::Capabilities.example()));
            }
            let message = "the name of a capability is in quotes";
            return Err(self.refuse(self.since(place), message, Help::write_text(format_args!("\"{name}\""))));
        };
        if self.peek_punct('=') || self.peek_punct(':') {
            let message = "a capability has its fields in braces, and no sign before them";
            return Err(self.refuse(self.here(), message, SectionKind::Capabilities.example()));
        }
        let mut type_name = Vec::new();
        while !self.at_end() && !self.peek_group(Delimiter::Brace) {
            if self.peek_doc() || self.peek_string() || self.peek_punct(';') {
                break;
            }
            type_name.push(self.shape_piece(DEPTH)?);
        }
        let Some((pieces, place)) = self.group(Delimiter::Brace, |inside| inside.shape_pieces(Delimiter::Brace, DEPTH))
        else {
            return Err(self.unexpected("`{` and the fields", SectionKind::Capabilities.example()));
        };
        let pieces = pieces?;
        if self.peek_punct(';') {
            self.complain(self.here(), "no `;` after the block of a capability", Help::remove("leave it out"));
            self.punct(';');
        }
        Ok(Capability { name, type_name, shape: ShapePiece::Group(Delimiter::Brace, pieces, place) })
    }

    /// Reads the content of a group.
    fn shape_pieces(&mut self, around: Delimiter, depth: usize) -> Parsed<Vec<ShapePiece>> {
        let mut pieces = Vec::new();
        while !self.at_end() {
            if self.peek_note() {
                let place = self.here();
                self.note();
                return Err(self.refuse(place, "no `//!` in a shape", "use `///` above a field, or `//`"));
            }
            if self.peek_doc() {
                let place = self.here();
                let is_above =
                    around == Delimiter::Brace && matches!(pieces.last(), None | Some(ShapePiece::Sign(';', _)));
                let docs = self.docs();
                if !is_above || self.at_end() {
                    let help = "write it above the name of a field; `//` is a private comment";
                    return Err(self.refuse(place, "`///` with no field after it", help));
                }
                pieces.push(ShapePiece::Docs(docs));
                continue;
            }
            let piece = self.shape_piece(depth)?;
            pieces.push(piece);
        }
        Ok(pieces)
    }

    fn shape_piece(&mut self, depth: usize) -> Parsed<ShapePiece> {
        for delimiter in [Delimiter::Brace, Delimiter::Bracket, Delimiter::Parenthesis] {
            if !self.peek_group(delimiter) {
                continue;
            }
            let place = self.here();
            if depth == 0 {
                return Err(self.fail(Finding::new(Code::Syntax, place, "shapes are not nested this deep")));
            }
            let read = self.group(delimiter, |inside| inside.shape_pieces(delimiter, depth - 1));
            let Some((pieces, place)) = read else { return Err(Failed) };
            return Ok(ShapePiece::Group(delimiter, pieces?, place));
        }
        if let Some(string) = self.string()? {
            return Ok(ShapePiece::String(string));
        }
        let place = self.here();
        // The name of a field may be a reserved word, and may contain dashes.
        let text = self.joined(String::new(), &['-']);
        if !text.is_empty() {
            return Ok(ShapePiece::Word(Word { text, place: self.since(place) }));
        }
        match self.any_token() {
            Some(TokenKind::Punct { char, .. }) => Ok(ShapePiece::Sign(*char, place)),
            Some(TokenKind::Literal(text)) => {
                Err(self.refuse(place, format!("`{text}` is not a string"), "write text in double quotes"))
            }
            _ => Err(self.unexpected_token("a shape")),
        }
    }
}
