//! Random documents, with white space and comments in every place.

use policy_generate::small::Random;

/// White space and comments. Each place of a document gets up to three.
const EXTRAS: &[&str] = &[
    " ",
    "\n",
    "\n\n",
    "\n\n\n",
    "\t",
    "\r\n",
    "\r",
    "\n\r",
    "  \n\t ",
    "\r\n\r\n",
    "// line\n",
    "//\n",
    "// two words  \n",
    "//tab\t\n",
    "// wide é 日本 🦀\n",
    "// cr\r\n",
    "// nbsp\u{a0}\n",
    "/* block */",
    "/**/",
    "/* a */ /* b */",
    "/* wide é 日本 */",
    "/* end\u{85} */",
    "/* one\n two */",
    "/*\n * star\n * star\n */",
    "/*\n  far\n    farther\n  far\n*/",
    "/* first\n\n  after empty\n\n*/",
    "/*\n\t\ttab\n\t\t\tmore\n\t\t*/",
    "/* a\r\n   b\r\n*/",
    "/*\n   *\n  * b */",
    "/*\n\n*/",
    "/* x\n*/",
    "/*\u{a0}\n \u{a0}y */",
    "/*\n \tmixed\n  mixed\n*/",
    "/* trail  \n trail\t\n*/",
];

const LITERALS: &[&str] = &[
    "null",
    "true",
    "false",
    "0",
    "-1.5e10",
    "100",
    r#""""#,
    r#""a""#,
    r#""tag:web""#,
    r#""autogroup:member""#,
    r#""é 日本 🦀""#,
    r#""\u00e9\n\t\"\\\/""#,
    r#""\ud83e\udd80""#,
    r#""\u2028 <>&""#,
    r#""\u007f\u0000""#,
    r#""\ud800""#,
    r#""a text that is about forty bytes wide....""#,
    r#""a text that is about seventy bytes wide................................""#,
];

/// The widths of the longest lists, around which lines are too long.
const LENGTHS: &[usize] = &[0, 1, 2, 3, 5, 9, 12];

/// Writes one document.
pub(crate) fn document(random: &mut Random) -> String {
    let mut text = String::new();
    // Documents without extras, with few, and with many.
    let density = *[0, 1, 1, 4].get(random.below(4)).unwrap();
    let mut writer = Writer { random, text: &mut text, density };
    writer.extra();
    writer.value(0);
    writer.extra();
    text
}

struct Writer<'a> {
    random: &'a mut Random,
    text: &'a mut String,
    /// The chance of an extra, in eighths.
    density: usize,
}

impl Writer<'_> {
    fn extra(&mut self) {
        for _ in 0..3 {
            if self.random.below(8) < self.density {
                let extra = self.random.one(EXTRAS);
                self.text.push_str(extra);
            }
        }
    }

    fn value(&mut self, depth: usize) {
        match self.random.below(if depth > 4 { 1 } else { 3 }) {
            1 => self.items(depth, '[', ']'),
            2 => self.items(depth, '{', '}'),
            _ => {
                let literal = self.random.one(LITERALS);
                self.text.push_str(literal);
            }
        }
    }

    fn items(&mut self, depth: usize, open: char, close: char) {
        self.text.push(open);
        let most = LENGTHS.get(self.random.below(LENGTHS.len())).unwrap() + 1;
        let length = self.random.below(most);
        for index in 0..length {
            self.extra();
            if open == '{' {
                let name = self.random.one(&[r#""a""#, r#""name""#, r#""\u00e9 longer""#, r#""日本""#, r#""src""#]);
                self.text.push_str(name);
                self.extra();
                self.text.push(':');
                self.extra();
            }
            self.value(depth + 1);
            if index + 1 < length || self.random.below(3) == 0 {
                self.extra();
                self.text.push(',');
            }
        }
        self.extra();
        self.text.push(close);
    }
}

/// Changes a document in one place, so that it may not be HuJSON any more.
pub(crate) fn mutate(random: &mut Random, text: &str) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let at = random.below(letters.len() + 1);
    match random.below(3) {
        0 if at < letters.len() => drop(letters.remove(at)),
        1 if at < letters.len() => {
            let letter = letters[at];
            letters.insert(at, letter);
        }
        _ => {
            let inserted = random.one(&[
                ",", ":", "\"", "{", "]", "/", "*", "0", "-", ".", "e", "\\", "\u{0}", "\u{a0}", "\u{feff}", "nul", "x",
            ]);
            letters.splice(at..at, inserted.chars());
        }
    }
    letters.into_iter().collect()
}
