/// The places of a text in UTF-16, which JavaScript counts, and in bytes.
#[derive(Clone, Debug)]
pub struct Utf16Index {
    /// Every so many bytes, a place in bytes and in UTF-16. Empty if both are always the same.
    marks: Vec<(usize, usize)>,
}

/// The distance between two marks in bytes.
const STRIDE: usize = 1024;

impl Utf16Index {
    /// Reads a text.
    pub fn new(text: &str) -> Utf16Index {
        let mut marks = Vec::new();
        if !text.is_ascii() {
            let mut units = 0;
            for (at, char) in text.char_indices() {
                if at >= marks.len() * STRIDE {
                    marks.push((at, units));
                }
                units += char.len_utf16();
            }
        }
        Utf16Index { marks }
    }

    /// Returns the place of a byte of the text in UTF-16. In the middle of a character, it is that of
    /// the character.
    pub fn utf16(&self, text: &str, byte: usize) -> usize {
        let byte = byte.min(text.len());
        let Some((start, mut units)) = self.mark(|(at, _)| *at <= byte) else { return byte };
        for (at, char) in text.get(start..).unwrap_or_default().char_indices() {
            if start + at + char.len_utf8() > byte {
                break;
            }
            units += char.len_utf16();
        }
        units
    }

    /// Returns the byte of the text at a place in UTF-16. In the middle of a character, it is that of
    /// the character.
    pub fn byte(&self, text: &str, utf16: usize) -> usize {
        let Some((start, mut units)) = self.mark(|(_, units)| *units <= utf16) else { return utf16.min(text.len()) };
        for (at, char) in text.get(start..).unwrap_or_default().char_indices() {
            units += char.len_utf16();
            if units > utf16 {
                return start + at;
            }
        }
        text.len()
    }

    /// Returns the last mark that comes before a place.
    fn mark(&self, is_before: impl Fn(&(usize, usize)) -> bool) -> Option<(usize, usize)> {
        let after = self.marks.partition_point(is_before);
        self.marks.get(after.saturating_sub(1)).copied()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_middle_of_a_character_is_its_start() {
        let text = "é𝄞x";
        let index = Utf16Index::new(text);
        let units: Vec<_> = (0..=8).map(|byte| index.utf16(text, byte)).collect();
        assert_eq!(units, [0, 0, 1, 1, 1, 1, 3, 4, 4]);
        let bytes: Vec<_> = (0..=5).map(|utf16| index.byte(text, utf16)).collect();
        assert_eq!(bytes, [0, 2, 2, 6, 7, 7]);
    }

    proptest! {
        #[test]
        fn agrees_with_counting_from_the_start(text in "[a\né𝄞\r]{0,4000}", at in any::<prop::sample::Index>()) {
            let before: String = text.chars().take(at.index(text.chars().count() + 1)).collect();
            let index = Utf16Index::new(&text);
            let units = before.encode_utf16().count();
            prop_assert_eq!(index.utf16(&text, before.len()), units);
            prop_assert_eq!(index.byte(&text, units), before.len());
        }
    }
}
