//! How long something takes.

use std::time::{Duration, Instant};

use crate::memory::{self, Memory};

/// A moment from which time is measured.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stopwatch {
    System(Instant),
    /// The time of the clock in memory.
    Memory(Duration),
}

impl Stopwatch {
    /// Starts now.
    pub(crate) fn start() -> Stopwatch {
        match memory::ask(|memory| memory.time()) {
            Some(time) => Stopwatch::Memory(time),
            None => Stopwatch::System(Instant::now()),
        }
    }

    /// Returns the time since the start.
    pub(crate) fn elapsed(self) -> Duration {
        match self {
            Stopwatch::System(start) => start.elapsed(),
            Stopwatch::Memory(start) => {
                memory::ask(|memory: &mut Memory| memory.time()).unwrap_or(start).saturating_sub(start)
            }
        }
    }
}
