//! Searches for bytes, eight at a time. A search byte by byte is several times slower, above all in
//! a macro, which runs unoptimised.

const ONES: u64 = u64::from_ne_bytes([1; 8]);
const HIGHEST_BITS: u64 = u64::from_ne_bytes([0x80; 8]);

/// Returns the index of the first quote, backslash or control character.
pub(super) fn string_special(text: &[u8]) -> Option<usize> {
    first(text, |word| less(word, 0x20) | equal(word, b'"') | equal(word, b'\\'))
}

/// Returns the index of the first `\n`.
pub(super) fn line_end(text: &[u8]) -> Option<usize> {
    first(text, |word| equal(word, b'\n'))
}

/// Returns the index of the first byte for which `find` sets the highest bit. It may also set the
/// bits of later bytes.
fn first(text: &[u8], find: impl Fn(u64) -> u64) -> Option<usize> {
    let (words, rest) = text.as_chunks::<8>();
    let index = |found: u64| (found.trailing_zeros() / 8) as usize;
    for (number, word) in words.iter().enumerate() {
        let found = find(u64::from_le_bytes(*word));
        if found != 0 {
            return Some(number * 8 + index(found));
        }
    }
    let mut last = [0; 8];
    last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    let index = index(find(u64::from_le_bytes(last)));
    (index < rest.len()).then_some(words.len() * 8 + index)
}

/// Sets the highest bit of each byte that is less than `limit`, which is at most 128. It may also
/// set bits of bytes after one of them.
fn less(word: u64, limit: u8) -> u64 {
    word.wrapping_sub(ONES * u64::from(limit)) & !word & HIGHEST_BITS
}

/// Sets the highest bit of each byte that is `byte`. It may also set bits of bytes after one of
/// them.
fn equal(word: u64, byte: u8) -> u64 {
    less(word ^ (ONES * u64::from(byte)), 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_byte_is_found_in_every_place() {
        for byte in 0..=u8::MAX {
            for length in 0..20 {
                for at in 0..length {
                    let mut text = vec![b'!'; length];
                    text[at] = byte;
                    let is_special = matches!(byte, 0..0x20 | b'"' | b'\\');
                    assert_eq!(string_special(&text), is_special.then_some(at), "{text:?}");
                    assert_eq!(line_end(&text), (byte == b'\n').then_some(at), "{text:?}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn the_first_byte_is_found(text in prop::collection::vec(any::<u8>(), 0..40)) {
            prop_assert_eq!(string_special(&text), text.iter().position(|byte| matches!(byte, 0..0x20 | b'"' | b'\\')));
            prop_assert_eq!(line_end(&text), text.iter().position(|byte| *byte == b'\n'));
        }
    }
}
