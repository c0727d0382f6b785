#![allow(clippy::string_slice, reason = "a test that cannot go on should panic")]

use proptest::prelude::*;
use proptest::sample::select;

use super::rust_file::{are_alike, format_once};
use super::*;

fn fmt(source: &str) -> String {
    let formatted = format_rust(source).unwrap();
    assert_eq!(formatted.untouched, []);
    formatted.text
}

/// The name, input and output of each case, without the macro around it, and one level further
/// left.
const LAYOUTS: &[(&str, &str, &str)] = &[
    ("nothing", "", ""),
    ("one statement a line", "let a=tcp:443;let bc = b ;", "let a  = tcp:443;\nlet bc = b;"),
    ("a blank line is enough, and none at the ends", "\n\n\na;\n\n\n\nb;\n\n", "a;\n\nb;"),
    ("names are joined", "tag : k8s - api=autogroup :admin ;", "tag:k8s-api = autogroup:admin;"),
    ("rules", "*->tag:a,* on 80 - 443,tcp: * ;", "* -> tag:a, * on 80-443, tcp:*;"),
    ("attributes", "#[ allow( unused_tag,reason=\"b\" ) ]tag:a;", "#[allow(unused_tag, reason = \"b\")]\ntag:a;"),
    (
        "loops",
        "for(a,b)in[(c,1),(d,2)]{tag : $a->$b-x on tcp : $b;} let $a-x = 1;",
        "for (a, b) in [(c, 1), (d, 2)] { tag:$a -> $b-x on tcp:$b; }\nlet $a-x = 1;",
    ),
    ("paths", "use  a :: b;", "use a::b;"),
    (
        "rows are parted by blank lines, comments and blocks",
        "a = b;\nabc = d;\n\nabcd = e;\n// why\nab = c;\nabc = d; // behind\nx { a; }\nabcde = f;",
        "a   = b;\nabc = d;\n\nabcd = e;\n// why\nab  = c;\nabc = d; // behind\nx { a; }\nabcde = f;",
    ),
    ("blocks stay on one line", "a{b;c{d=e;f;}}", "a { b; c { d = e; f; } }"),
    ("or on several", "a {\nb; c { d; } }", "a {\n    b;\n    c { d; }\n}"),
    ("a comment needs lines", "a { b; /* c */ }", "a {\n    b;\n    /* c */\n}"),
    ("an empty block", "a {\n\n}\nb { // c\n}", "a {}\nb { // c\n}"),
    (
        "a tag may be called as a clause is",
        "tag:app { accept a:1; } app-x -> b;",
        "tag:app { accept a:1; }\napp-x -> b;",
    ),
    ("objects", "{\"a\" :[ 1,-2 , {}],\"b\":tag};", "{ \"a\": [1, -2, {}], \"b\": tag };"),
    ("objects of several lines", "a = {\n\"b\": 1, \"c\":\n[2] };", "a = {\n    \"b\": 1,\n    \"c\": [2]\n};"),
    ("the inner one alone", "a = [{\n\"b\": 1 }];", "a = [{\n    \"b\": 1\n}];"),
    (
        "shapes",
        "capabilities{\"a\"{b : \"c\"|\"d\";e-f ?:[ int ] ;g:{h:[{i:int;}];} ;}} tests{capabilities{accept a:1;}}",
        "capabilities { \"a\" { b: \"c\" | \"d\"; e-f?: [int]; g: { h: [{ i: int; }]; }; } }\ntests { capabilities { accept a:1; } }",
    ),
    (
        "shapes of several lines",
        "capabilities{\n\"a\"{\n/// b\nb:{\nc:int;};d:bool; } }",
        "capabilities {\n    \"a\" {\n        /// b\n        b: {\n            c: int;\n        };\n        d: bool;\n    }\n}",
    ),
    ("capabilities", "a->b app{\"c/d\":[{}]}via tag:e;", "a -> b app { \"c/d\": [{}] } via tag:e;"),
    (
        "fields of capabilities",
        "a->b app{\"c/d\":[{e:\"f\",g-h:[1],i:{j:-1},\"k\":true}]};",
        "a -> b app { \"c/d\": [{ e: \"f\", g-h: [1], i: { j: -1 }, \"k\": true }] };",
    ),
    (
        "comments on items",
        "a -> /// one\n b, // two\n /* three */ c on 1;",
        "a -> /// one\n    b, // two\n    /* three */ c\n    on 1;",
    ),
    (
        "comments in objects",
        "{ // one\n\"a\": 1, // two\n// three\n\"b\": 2 /* four */ // five\n// six\n};",
        "{ // one\n    \"a\": 1, // two\n    // three\n    \"b\": 2 /* four */ // five\n    // six\n};",
    ),
    ("comments of several lines move", "  /* a\n     b\n\n   c */\nd;", "/* a\n   b\n\n c */\nd;"),
    ("published ones, too", "  /** a\n   * b  */\n/// c  \nd;", "/** a\n * b  */\n/// c\nd;"),
    (
        "comments as attributes stand on lines of their own",
        "#[doc = \"a\"] b -> c, #[doc = \" d\"] e on 1;",
        "#[doc = \"a\"]\nb ->\n    c,\n    #[doc = \" d\"]\n    e\n    on 1;",
    ),
    ("an end without a semicolon", "a; b // c\n", "a;\nb // c"),
    ("a trailing comma", "a = b,;", "a = b,;"),
];

fn indented(text: &str) -> String {
    text.lines().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("    {line}\n") }).collect()
}

#[test]
fn bodies_are_laid_out() {
    for (what, written, laid_out) in LAYOUTS {
        let expected = match *laid_out {
            "" => "policy! {}\n".to_owned(),
            _ => format!("policy! {{\n{}}}\n", indented(laid_out)),
        };
        assert_eq!(fmt(&format!("policy! {{\n{written}}}\n")), expected, "{what}");
        assert_eq!(fmt(&expected), expected, "{what}");
    }
}

#[test]
fn what_is_too_long_is_broken_at_its_parts() {
    let long = |name: &str| name.repeat(20);
    let [a, b, c, d] = ["aa", "bb", "cc", "dd"].map(long);
    for (written, laid_out) in [
        (format!("{a} -> {b}, x on 1 via tag:{c};"), format!("{a} -> {b}, x\n    on 1\n    via tag:{c};")),
        (format!("{a} -> {b}, {c}, {d} on 1;"), format!("{a} ->\n    {b},\n    {c},\n    {d}\n    on 1;")),
        (format!("{a}, {b}, {c} -> {d} on 1;"), format!("{a},\n{b},\n{c} ->\n    {d}\n    on 1;")),
        (format!("{a} = {b}, {c};"), format!("{a} =\n    {b}, {c};")),
        (format!("{a} = {b}, {c}, {d};"), format!("{a} =\n    {b},\n    {c},\n    {d};")),
        (format!("accept {b}, {c}, {d};"), format!("accept\n    {b},\n    {c},\n    {d};")),
        (format!("x {{ {a}; {b}; {c}; }}"), format!("x {{\n    {a};\n    {b};\n    {c};\n}}")),
        (
            format!("{{\"a\": [\"{a}\", \"{b}\"], \"c\": [\"{c}\"]}};"),
            format!("{{\n    \"a\": [\"{a}\", \"{b}\"],\n    \"c\": [\"{c}\"]\n}};"),
        ),
        (
            format!("a -> b app {{\"a\": [\"{a}\", \"{b}\", \"{c}\"]}};"),
            format!("a -> b app {{\n    \"a\": [\n        \"{a}\",\n        \"{b}\",\n        \"{c}\"\n    ]\n}};"),
        ),
    ] {
        let expected = format!("policy! {{\n{}}}\n", indented(&laid_out));
        assert_eq!(fmt(&format!("policy! {{ {written} }}\n")), expected);
        assert_eq!(fmt(&expected), expected);
    }
}

#[test]
fn the_widest_line_has_120_columns() {
    let line = |length: usize| format!("    a -> {};", "é".repeat(length - 10));
    assert_eq!(fmt(&format!("policy! {{\n{}\n}}", line(120))), format!("policy! {{\n{}\n}}", line(120)));
    assert!(fmt(&format!("policy! {{\n{}\n}}", line(121))).contains("->\n"));
    // A comment after it does not count.
    let commented = line(120) + " // why";
    assert_eq!(fmt(&format!("policy! {{\n{commented}\n}}")), format!("policy! {{\n{commented}\n}}"));
    // A run that would become too wide is not aligned.
    let row = format!("policy! {{\n    a = b;\n    abc = d;\n{}\n}}", line(120).replace("->", "="));
    assert_eq!(fmt(&row), row);
}

#[test]
fn all_but_the_bodies_stays() {
    let source = "//! policy!{a;}\nfn f<'a>() { \"policy!{a;}\"; r#\"policy!{\"#; '{'; policy!(a;); policy![a;]; }\nmod m {\n  x::policy ! {a;}\n}";
    assert_eq!(fmt(source), source.replace("policy ! {a;}", "policy ! {\n      a;\n  }"));
    assert_eq!(fmt("policy!{}policy_fragment!{a;}"), "policy!{}policy_fragment!{\n    a;\n}");
}

#[test]
fn a_macro_behind_another_one_is_laid_out_once() {
    // The second macro begins on the last line of the first.
    let source = " mod m { policy! {s = \"x\ny\"; } policy! {\na = 1; } }\n";
    let once = fmt(source);
    assert_eq!(fmt(&once), once);
    assert!(once.ends_with("\n } policy! {\n     a = 1;\n } }\n"), "{once}");
}

#[test]
fn windows_line_ends_stay() {
    let source = "policy! {\r\n  a; // b\r\n  c { // d\r\n} }\r\n";
    assert_eq!(fmt(source), "policy! {\r\n    a; // b\r\n    c { // d\r\n    }\r\n}\r\n");
}

#[test]
fn what_cannot_be_read_is_left_alone() {
    for (source, start, message) in [
        ("policy! { a; ] }", 13, "`]` closes nothing here"),
        ("policy! { a {; }", 8, "this `{` is never closed"),
        ("x; policy! { \"a; }", 13, "this string has no end"),
        ("policy! { /* a; }", 10, "this comment has no end"),
    ] {
        assert_eq!(format_rust(source), Err(Unreadable { start, message: message.to_owned() }));
    }
    let deep = format!("policy! {{ a; }} policy! {{ {}{} }}", "[".repeat(100_000), "]".repeat(100_000));
    let formatted = format_rust(&deep).unwrap();
    assert_eq!(formatted.text, deep.replace("{ a; }", "{\n    a;\n}"));
    assert_eq!(formatted.untouched[0].message, "brackets are nested more than 128 deep");
    assert!(deep[formatted.untouched[0].start..].starts_with('['));
}

/// Each bracket is laid out only once, and not again for each bracket around it.
#[test]
fn depth_takes_no_time() {
    let wide = format!("\"{}\"", "x".repeat(130));
    for open in ["[", "[\n", "[[\n", "[{\"a\": [\n", "[ // c\n"] {
        let count = 120 / open.matches(['[', '{']).count();
        let close: String = open
            .chars()
            .rev()
            .filter_map(|letter| match letter {
                '[' => Some(']'),
                '{' => Some('}'),
                _ => None,
            })
            .collect();
        let body = format!("policy! {{ a = {}{wide}{}; }}", open.repeat(count), close.repeat(count));
        let laid_out = fmt(&body);
        assert_eq!(fmt(&laid_out), laid_out);
    }
    let body = format!("policy! {{ {}a;{} }}", "block { ".repeat(120), " }".repeat(120));
    let laid_out = fmt(&body);
    assert_eq!(fmt(&laid_out), laid_out);
}

/// White space and comments, often empty.
fn gap() -> impl Strategy<Value = String> {
    let comment = || {
        prop_oneof![
            2 => Just("\n"),
            2 => Just("// why \n"),
            1 => Just("/// published\n"),
            1 => Just("//! published\r\n"),
            2 => Just("/* a */"),
            1 => Just("/* a\n   b\n\tc\n\n d */"),
            1 => Just("/** a\n * b */"),
            1 => Just("\n\n\n"),
            1 => Just("\t"),
        ]
    };
    prop_oneof![
        10 => Just(String::new()),
        4 => Just(" ".to_owned()),
        2 => Just("\n".to_owned()),
        1 => prop::collection::vec(comment(), 1..4).prop_map(|parts| parts.concat()),
    ]
}

/// A sequence of tokens with gaps between them. Words never touch.
fn row(tokens: impl Strategy<Value = Vec<String>>) -> impl Strategy<Value = String> {
    (tokens, prop::collection::vec(gap(), 64)).prop_map(|(tokens, gaps)| {
        let mut text = String::new();
        for (token, gap) in tokens.iter().zip(gaps.iter().cycle()) {
            let is_word = |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '"');
            if gap.is_empty() && is_word(text.chars().last()) && is_word(token.chars().next()) {
                text.push(' ');
            }
            text.push_str(gap);
            text.push_str(token);
        }
        text
    })
}

fn name() -> impl Strategy<Value = Vec<String>> {
    let word = prop_oneof![
        6 => select(&["alice", "tag:web", "tag:k8s-api", "*", "autogroup:member", "\"10.0.0.0/8\"", "80-443", "tcp:*", "app-x", "tag:on", "$on"][..])
            .prop_map(str::to_owned),
        1 => (1_usize..70).prop_map(|length| "é".repeat(length)),
    ];
    // Each mark of a name is a separate token, so that gaps can come between them.
    word.prop_map(|word| match word.starts_with('"') {
        true => vec![word],
        false => word
            .split_inclusive([':', '-'])
            .flat_map(|part| {
                let (name, mark) = part.strip_suffix([':', '-']).map_or((part, ""), |name| (name, &part[name.len()..]));
                [name.to_owned(), mark.to_owned()]
            })
            .filter(|token| !token.is_empty())
            .collect(),
    })
}

fn list() -> impl Strategy<Value = Vec<String>> {
    (prop::collection::vec(name(), 1..5), any::<bool>()).prop_map(|(names, comma)| {
        let mut tokens = names.join(&",".to_owned());
        tokens.extend(comma.then(|| ",".to_owned()));
        tokens
    })
}

fn json() -> impl Strategy<Value = Vec<String>> {
    let leaf =
        prop_oneof![select(&["1", "-2", "1.5", "true", "\"a\""][..]).prop_map(|text| vec![text.to_owned()]), name()];
    leaf.prop_recursive(3, 20, 4, |inner| {
        let items = |items: Vec<Vec<String>>| items.join(&",".to_owned());
        let wrapped = |open: &str, inside: Vec<String>, close: &str| {
            [vec![open.to_owned()], inside, vec![close.to_owned()]].concat()
        };
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(move |list| wrapped("[", items(list), "]")),
            prop::collection::vec(inner, 0..4).prop_map(move |list| {
                let member = |value| [vec!["\"key\"".to_owned(), ":".to_owned()], value].concat();
                wrapped("{", items(list.into_iter().map(member).collect()), "}")
            }),
        ]
    })
}

fn statement() -> impl Strategy<Value = String> {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let clause = prop_oneof![
        (select(&["on", "via", "as", "and", "srcPosture"][..]), list()).prop_map(|(word, list)| [
            vec![word.to_owned()],
            list
        ]
        .concat()),
        json().prop_map(|json| [
            vec!["app".to_owned(), "{".to_owned(), "\"a\"".to_owned(), ":".to_owned()],
            json,
            vec!["}".to_owned()]
        ]
        .concat()),
    ];
    let rule = (select(&["", "accept", "only"][..]), list(), list(), prop::collection::vec(clause, 0..3));
    row(prop_oneof![
        (list(), list()).prop_map(move |(names, list)| [names, words(&["="]), list, words(&[";"])].concat()),
        rule.prop_map(|(head, from, to, clauses)| {
            let head = if head.is_empty() { Vec::new() } else { vec![head.to_owned()] };
            [head, from, vec!["->".to_owned()], to, clauses.concat(), vec![";".to_owned()]].concat()
        }),
        json().prop_map(|json| [vec!["key".to_owned(), "=".to_owned()], json, vec![";".to_owned()]].concat()),
        select(&["#[allow(unused_tag,reason=\"a\")]", "use a::b;", "let x = 1;", "spare;"][..])
            .prop_map(|text| vec![text.to_owned()]),
    ])
}

fn statements() -> impl Strategy<Value = String> {
    let row_of = |statement: BoxedStrategy<String>| {
        (prop::collection::vec((gap(), statement), 0..6), gap())
            .prop_map(|(rows, end)| rows.into_iter().map(|(gap, row)| gap + &row).collect::<String>() + &end)
    };
    statement()
        .boxed()
        .prop_recursive(3, 40, 6, move |inner| {
            (name(), gap(), row_of(inner))
                .prop_map(|(name, gap, rows)| format!("{}{gap}{{{rows}}}", name.concat()))
                .boxed()
        })
        .prop_flat_map(move |first| row_of(prop_oneof![Just(first), statement()].boxed()))
}

/// Removes white space.
fn ink(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn only_white_space_changes(body in statements(), before in "[ a-z\n]{0,10}") {
        let source = format!("{before}policy! {{{body}}}\n{before}");
        let laid_out = fmt(&source);
        prop_assert_eq!(ink(&laid_out), ink(&source));
        let end = format!("}}\n{before}");
        prop_assert!(laid_out.starts_with(&before) && laid_out.ends_with(&end), "{}", laid_out);
    }

    #[test]
    fn once_is_enough(body in statements()) {
        let body = format!("{{{body}}}");
        let laid_out = format_once(&body, 0, 0).unwrap();
        prop_assert_eq!(&format_once(&laid_out, 0, 0).unwrap(), &laid_out);
        prop_assert!(are_alike(&body, &laid_out));
    }

    #[test]
    fn any_text_is_answered(text: String, inside in "[a-z{}()\\[\\];,:=*/\"'#\\-> \n]{0,60}") {
        for source in [text.clone(), format!("policy! {{{text}}}"), format!("policy! {{{inside}}}")] {
            if let Ok(once) = format_rust(&source) {
                prop_assert_eq!(ink(&once.text), ink(&source));
                prop_assert_eq!(&format_rust(&once.text).unwrap().text, &once.text);
            }
        }
    }
}

/// Reads a file of the workspace.
fn file(path: &str) -> String {
    std::fs::read_to_string(format!("{}/../{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

#[test]
fn our_own_policies_are_laid_out_so() {
    for path in ["blumeops-policy/src/tailnet.rs", "tests/tailnet.rs"] {
        assert_eq!(fmt(&file(path)), file(path), "{path}");
    }
    let mut count = 0;
    for path in ["README.md", "docs/language.md", "docs/getting-started.md", "docs/headscale.md", "docs/migrate.md"] {
        for example in file(path).split("```rust\n").skip(1).filter_map(|rest| rest.split_once("\n```")) {
            assert_eq!(fmt(example.0), example.0, "{path}");
            count += usize::from(example.0.contains("policy! {"));
        }
    }
    assert!(count > 1);
}

#[test]
fn a_policy_that_lost_its_layout_gets_it_back() {
    let tailnet = file("blumeops-policy/src/tailnet.rs");
    let lost: String = tailnet
        .lines()
        .map(|line| match line.trim_start() {
            // Names may be aligned differently.
            line if !line.starts_with("//") => line.replace("  ", " ").replace(" = ", "=") + "\n",
            line => format!("\t{line}\n"),
        })
        .collect();
    assert_ne!(lost, tailnet);
    // The macro was the first on its line, so the text around it needs no change.
    assert_eq!(fmt(&lost.replace("\t//! The tailnet", "//! The tailnet")), tailnet);
}
