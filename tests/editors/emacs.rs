use policy_test_support::{require, root};

use crate::{edit, snippet};

#[test]
fn emacs_does_what_the_page_says() {
    let Some(editor) = require::emacs() else { return };
    let script = root().join("tests/editors/emacs.el");
    // A batch does not activate packages by itself.
    let init = format!("(package-initialize)\n{}", snippet("Emacs", "lisp", 0));
    // Not `-Q`, which hides the packages of Debian.
    let arguments = ["--batch", "-q", "-l", "init.el", "-l", script.to_str().unwrap()];
    edit("emacs", &editor, ("init.el", init), &arguments);
}
