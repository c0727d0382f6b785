//! White space between the tokens of a line.

use crate::lexer::LexemeKind;

use super::tree::{Atom, Piece};

/// The class of a token, which determines the space before it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class<'a> {
    /// A word or a string, which can be a name or a part of one, or the `$` that begins a variable.
    Name,
    /// `*`, which is a name but is never joined to another.
    Star,
    Parentheses,
    Group,
    Arrow,
    Mark(&'a str),
}

fn class<'a>(atom: &Atom<'a>) -> Class<'a> {
    match &atom.piece {
        Piece::Token(LexemeKind::Word | LexemeKind::Number | LexemeKind::Literal | LexemeKind::Lifetime, _)
        | Piece::Token(_, "$") => Class::Name,
        Piece::Token(LexemeKind::Arrow, _) => Class::Arrow,
        Piece::Token(_, "*") => Class::Star,
        Piece::Token(_, text) => Class::Mark(text),
        Piece::Group(group) if group.open == "(" => Class::Parentheses,
        Piece::Group(_) => Class::Group,
    }
}

/// Returns whether there is a space between two atoms of a shape, such as `limit?: int;`.
fn is_spaced_in_shape(before: &Atom, atom: &Atom) -> bool {
    let is_dash = |atom: &Atom| atom.token() == Some("-");
    !matches!(atom.token(), Some(":" | ";" | "," | "?")) && !is_dash(before) && !is_dash(atom)
}

/// Returns whether `key`, two before `index`, is the name of a member, or the end of it: a string,
/// or a word in the body of a capability.
fn is_key(key: &Atom, atoms: &[Atom], index: usize) -> bool {
    let is_part = |atom: &Atom| {
        matches!(atom.piece, Piece::Token(LexemeKind::Word | LexemeKind::Number, _)) || atom.token() == Some("-")
    };
    matches!(key.piece, Piece::Token(LexemeKind::Literal, _))
        || atoms.get(..index.saturating_sub(1)).is_some_and(|name| name.iter().all(is_part))
}

/// Returns whether there is a space before the atom at `index`. In an object (`is_json`), a colon
/// separates a name from its value. Elsewhere it joins them: `tag:web`. Between marks without a
/// meaning here, the space stays as it was.
pub(super) fn space_before(atoms: &[Atom], index: usize, is_json: bool) -> bool {
    use Class::{Arrow, Group, Mark, Name, Parentheses, Star};
    let at = |back: usize| index.checked_sub(back).and_then(|index| atoms.get(index));
    let (Some(atom), Some(before)) = (atoms.get(index), at(1)) else { return false };
    if atom.is_of_shape {
        return is_spaced_in_shape(before, atom);
    }
    let parts_a_value = is_json && at(2).is_some_and(|key| is_key(key, atoms, index));
    match (class(before), class(atom)) {
        _ if before.token() == Some("$") => atom.spaced && !matches!(atom.piece, Piece::Token(LexemeKind::Word, _)),
        (_, Mark("," | ";")) => false,
        (Mark("," | ";") | Arrow, _) | (_, Arrow) => true,
        (Mark(":"), Name | Star | Group | Mark("-")) if parts_a_value => true,
        (Mark(":"), Name | Star) | (Name | Star | Group, Mark(":")) => false,
        (Mark("-"), Name) | (Name, Mark("-")) => false,
        // `allow(…)`, but `for (…) in`
        (Name, Parentheses) => before.token() == Some("for"),
        (Name | Star | Group | Parentheses, Name | Star | Group) => true,
        (Name | Star | Group, Mark("=")) | (Mark("="), Name | Star | Group) => true,
        _ => atom.spaced,
    }
}
