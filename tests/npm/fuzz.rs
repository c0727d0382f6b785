//! The module never fails, whatever it is given.

use std::io::Write as _;

use policy_test_support::process::{self, successful};
use policy_test_support::{require, root};

use crate::{count, package};

/// The number of inputs. `INPUTS` sets another one.
const USUAL: usize = 3_000;

#[test]
fn whatever_it_is_given_the_module_answers() {
    let (Some(node), Some(package)) = (require::node(), package()) else { return };
    let script = root().join("tests/npm/fuzz.mjs");
    let inputs = count("INPUTS", USUAL).to_string();
    let arguments = [script.as_os_str(), package.as_os_str(), inputs.as_ref()];
    let output = successful(process::run(node, &root(), &arguments));
    std::io::stderr().write_all(output.as_bytes()).unwrap();
    assert!(output.starts_with(&format!("{inputs} inputs")), "{output}");
}
