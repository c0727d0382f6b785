//! Programs on a terminal of their own.

use std::process::Command;

use crate::process::Run;
use crate::require;

/// Runs a program on a new terminal, and types an answer when it asks.
const TERMINAL: &str = r#"
import os, pty, sys
child, terminal = pty.fork()
if child == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
shown, answered = b"", False
while True:
    try:
        piece = os.read(terminal, 65536)
    except OSError:
        break
    if not piece:
        break
    shown += piece
    if not answered and b"[y/N]" in shown:
        os.write(terminal, sys.argv[1].encode().decode("unicode_escape").encode())
        answered = True
status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
sys.stdout.buffer.write(shown)
sys.exit(status if status >= 0 else 128 - status)
"#;

/// Runs a command on a terminal, and types the answer when it asks `[y/N]`. In the answer, `\n` is Enter, and `\x03` is
/// Ctrl-C. Everything that the terminal shows is in `stdout`. `None` if there is no Python.
///
/// # Panics
/// Panics if the command has no directory.
pub fn run(known: &Command, answer: &str) -> Option<Run> {
    let mut command = Command::new(require::python_with(&["pty"])?);
    command.args(["-c", TERMINAL, answer]).arg(known.get_program()).args(known.get_args());
    command.current_dir(known.get_current_dir().unwrap()).env("TERM", "xterm");
    for (name, value) in known.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    Some(command.output().unwrap().into())
}
