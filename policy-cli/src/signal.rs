//! A signal that ends the program: a write to a tailnet is finished first, temporary files are removed, and the program
//! says what it leaves behind.
//!
//! On Windows, the program ends at once.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locked while signals have to wait.
static WRITING: Mutex<()> = Mutex::new(());

/// The line that the program says when a signal ends it.
static LAST_WORDS: Mutex<String> = Mutex::new(String::new());

#[cfg(unix)]
pub use handler::handle;

/// Does nothing on this system.
#[cfg(not(unix))]
pub fn handle() {}

/// Sets the line that the program says when a signal ends it.
pub(crate) fn set_last_words(words: &str) {
    *lock(&LAST_WORDS) = format!("\n{words}\n");
}

/// While this value exists, signals wait.
#[derive(Debug)]
pub(crate) struct Delay {
    _writing: MutexGuard<'static, ()>,
}

/// Lets signals wait.
pub(crate) fn delay() -> Delay {
    Delay { _writing: lock(&WRITING) }
}

fn lock<T>(mutex: &'static Mutex<T>) -> MutexGuard<'static, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(unix)]
mod handler {
    use std::sync::{Once, TryLockError, mpsc};

    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    use super::{LAST_WORDS, WRITING, lock};
    use crate::{output, temporary};

    /// Starts to handle signals that end the program. If signals cannot be handled, they have their default effect.
    pub fn handle() {
        static STARTED: Once = Once::new();
        STARTED.call_once(|| {
            let (ready, is_ready) = mpsc::channel();
            let wait = move || {
                let signals = Signals::new([SIGHUP, SIGINT, SIGTERM]);
                let _ = ready.send(());
                let Ok(mut signals) = signals else { return };
                signals.forever().for_each(end);
            };
            if std::thread::Builder::new().spawn(wait).is_ok() {
                let _ = is_ready.recv();
            }
        });
    }

    fn end(signal: i32) {
        let _write = match WRITING.try_lock() {
            Ok(write) => write,
            Err(TryLockError::Poisoned(write)) => write.into_inner(),
            Err(TryLockError::WouldBlock) => {
                output::say("\na write is in progress, so the program reads its result before it ends\n");
                lock(&WRITING)
            }
        };
        // While this value exists, no temporary files can be created.
        let _removed = temporary::remove_all();
        output::say(&lock(&LAST_WORDS));
        let _ = emulate_default_handler(signal);
    }
}
