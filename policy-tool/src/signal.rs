//! Removes temporary files when a signal ends the program.

use std::sync::mpsc;

use policy_cli::tool::temporary;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

/// Starts to handle signals that end the program: temporary files are removed first. If signals
/// cannot be handled, they have their default effect.
pub(crate) fn handle() {
    let (ready, is_ready) = mpsc::channel();
    let wait = move || {
        let signals = Signals::new([SIGHUP, SIGINT, SIGTERM]);
        let _ = ready.send(());
        let Ok(mut signals) = signals else { return };
        for signal in signals.forever() {
            // While this value exists, no temporary files can be created.
            let _removed = temporary::remove_all();
            let _ = emulate_default_handler(signal);
        }
    };
    if std::thread::Builder::new().spawn(wait).is_ok() {
        let _ = is_ready.recv();
    }
}
