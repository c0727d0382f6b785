//! Writes declared capabilities as comments at the top of the policy file.

use policy_core::model::PolicyComment;

use super::Writer;
use super::facts::entries;
use super::text::Text;
use crate::token::Delimiter;
use crate::tree::{Capability, Comment, Form, SectionKind, ShapePiece, Tree};

/// The maximum width of a declaration, or of a record in it, on one line.
const WIDTH: usize = 100;
const INDENT: usize = 4;

impl<'t> Writer<'_, 't> {
    /// Writes the declarations of all `capabilities`, separated from the text above.
    pub(super) fn capabilities(&mut self, tree: &'t Tree) {
        for (section, entry) in entries(tree, SectionKind::Capabilities) {
            if self.out.position() > 0 {
                self.out.push("\n");
            }
            let capability = match &entry.form {
                Form::Capability(capability) => capability,
                Form::Note(note) => {
                    self.out.comments(std::slice::from_ref(note));
                    continue;
                }
                _ => continue,
            };
            self.out.comments(&entry.marks.docs);
            self.out.allows(&section.marks.allows);
            self.out.allows(&entry.marks.allows);
            self.out.map(entry.place, |out| out.capability(capability));
            self.out.push("\n");
        }
    }
}

impl Text {
    fn capability(&mut self, Capability { name, type_name, shape }: &Capability) {
        let head = format!("// {} {} ", PolicyComment::START, PolicyComment::CAPABILITY);
        self.push(&head);
        self.string(&name.text, name.place);
        self.push(" ");
        let mut column = head.chars().count() + name.text.chars().count() + 3;
        if !type_name.is_empty() {
            self.shape_pieces(type_name, 0, column);
            self.push(" ");
            column += type_name.iter().filter_map(width).sum::<usize>() + type_name.len();
        }
        self.shape_piece(shape, 0, column);
    }

    /// Writes a piece that starts at `column`, on a line that is indented by `indent`.
    fn shape_piece(&mut self, piece: &ShapePiece, indent: usize, column: usize) {
        match piece {
            ShapePiece::Word(word) => self.map(word.place, |out| out.push(&word.text)),
            ShapePiece::String(word) => self.string(&word.text, word.place),
            ShapePiece::Sign(sign, place) => self.map(*place, |out| out.push(sign.encode_utf8(&mut [0; 4]))),
            ShapePiece::Docs(docs) => self.shape_docs(docs, indent),
            ShapePiece::Group(delimiter, pieces, place) => self.map(*place, |out| {
                let (open, close) = delimiter.brackets();
                out.push(open.encode_utf8(&mut [0; 4]));
                let is_record = *delimiter == Delimiter::Brace && !pieces.is_empty();
                let expand = is_record && width(piece).is_none_or(|width| column + width > WIDTH);
                if expand {
                    out.fields(pieces, indent + INDENT);
                    out.comment_line(indent);
                } else {
                    out.push(if is_record { " " } else { "" });
                    out.shape_pieces(pieces, indent, column + 1);
                    out.push(if is_record { " " } else { "" });
                }
                out.push(close.encode_utf8(&mut [0; 4]));
            }),
        }
    }

    /// Writes each field on its own line.
    fn fields(&mut self, pieces: &[ShapePiece], indent: usize) {
        for field in pieces.split_inclusive(|piece| matches!(piece, ShapePiece::Sign(';', _))) {
            let (docs, field) = match field.split_first() {
                Some((ShapePiece::Docs(docs), rest)) => (docs.as_slice(), rest),
                _ => (&[][..], field),
            };
            self.shape_docs(docs, indent);
            self.comment_line(indent);
            self.shape_pieces(field, indent, indent + "// ".len());
        }
    }

    fn shape_pieces(&mut self, pieces: &[ShapePiece], indent: usize, mut column: usize) {
        let mut before = None;
        for piece in pieces {
            let gap = before.is_some_and(|before| has_gap(before, piece));
            self.push(if gap { " " } else { "" });
            column += usize::from(gap);
            self.shape_piece(piece, indent, column);
            column += width(piece).unwrap_or_default();
            before = Some(piece);
        }
    }

    /// Writes comments, each on a line inside the comment.
    fn shape_docs(&mut self, docs: &[Comment], indent: usize) {
        for line in docs.iter().flat_map(|comment| &comment.lines) {
            self.comment_line(indent);
            self.push("//");
            // A line break inside would end the comment.
            self.push(&line.replace(['\n', '\r'], " "));
        }
    }

    /// Starts a line of the comment.
    fn comment_line(&mut self, indent: usize) {
        self.push("\n// ");
        self.push(&" ".repeat(indent));
    }
}

/// Returns true if there is a space between two pieces.
fn has_gap(before: &ShapePiece, piece: &ShapePiece) -> bool {
    !matches!(piece, ShapePiece::Sign(';' | ':' | ',' | '?', _)) && !matches!(before, ShapePiece::Docs(_))
}

/// Returns the width of a piece on one line. `None` if a comment prevents that.
fn width(piece: &ShapePiece) -> Option<usize> {
    Some(match piece {
        ShapePiece::Word(word) => word.text.chars().count(),
        ShapePiece::String(word) => word.text.chars().count() + 2,
        ShapePiece::Sign(..) => 1,
        ShapePiece::Docs(_) => return None,
        ShapePiece::Group(delimiter, pieces, _) => {
            let padding = if *delimiter == Delimiter::Brace && !pieces.is_empty() { 2 } else { 0 };
            let gaps = pieces.windows(2).filter(|pair| matches!(pair, [before, piece] if has_gap(before, piece)));
            let inside = pieces.iter().map(width).sum::<Option<usize>>()?;
            2 + padding + gaps.count() + inside
        }
    })
}
