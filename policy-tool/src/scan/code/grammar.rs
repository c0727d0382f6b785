/// The comments and strings of a programming language.
#[derive(Debug)]
pub(crate) struct Grammar {
    /// Starts of comments that end with their line.
    pub(super) line_comments: &'static [&'static str],
    /// True if there are comments between `/*` and `*/`.
    pub(super) has_block_comments: bool,
    /// The quotes of strings. Longer quotes come before shorter ones with the same start.
    pub(super) quotes: &'static [Quote],
    /// True if `<<WORD` begins a string that ends with a line `WORD`.
    pub(super) has_heredocs: bool,
}

/// A kind of string.
#[derive(Debug)]
pub(super) struct Quote {
    /// The text that opens and closes it.
    pub(super) mark: &'static str,
    /// True if the string can have several lines.
    pub(super) is_multiline: bool,
    /// True if a backslash escapes the next character.
    pub(super) has_escapes: bool,
}

const fn quote(mark: &'static str, is_multiline: bool, has_escapes: bool) -> Quote {
    Quote { mark, is_multiline, has_escapes }
}

const DOUBLE: Quote = quote("\"", false, true);
const SINGLE: Quote = quote("'", false, true);
const TRIPLE: Quote = quote("\"\"\"", true, true);

const PYTHON: Grammar = Grammar {
    line_comments: &["#"],
    has_block_comments: false,
    quotes: &[TRIPLE, quote("'''", true, true), DOUBLE, SINGLE],
    has_heredocs: false,
};

const JAVASCRIPT: Grammar = Grammar {
    line_comments: &["//"],
    has_block_comments: true,
    quotes: &[quote("`", true, true), DOUBLE, SINGLE],
    has_heredocs: false,
};

const GO: Grammar = Grammar {
    line_comments: &["//"],
    has_block_comments: true,
    quotes: &[quote("`", true, false), DOUBLE, SINGLE],
    has_heredocs: false,
};

/// A `'` also begins a lifetime, so characters are not strings here.
const RUST: Grammar = Grammar {
    line_comments: &["//"],
    has_block_comments: true,
    quotes: &[quote("\"", true, true)],
    has_heredocs: false,
};

const HCL: Grammar =
    Grammar { line_comments: &["#", "//"], has_block_comments: true, quotes: &[DOUBLE], has_heredocs: true };

const NIX: Grammar = Grammar {
    line_comments: &["#"],
    has_block_comments: true,
    quotes: &[quote("''", true, false), quote("\"", true, true)],
    has_heredocs: false,
};

const TOML: Grammar = Grammar {
    line_comments: &["#"],
    has_block_comments: false,
    quotes: &[TRIPLE, quote("'''", true, false), DOUBLE, quote("'", false, false)],
    has_heredocs: false,
};

/// C#, Java, Kotlin and similar languages.
const C_LIKE: Grammar = Grammar {
    line_comments: &["//"],
    has_block_comments: true,
    quotes: &[TRIPLE, DOUBLE, SINGLE],
    has_heredocs: false,
};

/// The extensions of each language, in lower case.
const GRAMMARS: &[(&[&str], &Grammar)] = &[
    (&["py", "pyi"], &PYTHON),
    (&["ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs"], &JAVASCRIPT),
    (&["go"], &GO),
    (&["rs"], &RUST),
    (&["tf", "tfvars", "hcl", "tofu"], &HCL),
    (&["nix"], &NIX),
    (&["toml"], &TOML),
    (&["cs", "java", "kt", "kts", "scala", "swift", "dart"], &C_LIKE),
];

/// Returns the grammar of the language whose files have this extension.
pub(in crate::scan) fn of_extension(extension: &str) -> Option<&'static Grammar> {
    GRAMMARS.iter().find(|(extensions, _)| extensions.contains(&extension)).map(|(_, grammar)| *grammar)
}
