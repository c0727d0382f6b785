//! The end of a wait, by two clocks.

use std::time::{Duration, Instant, SystemTime};

/// A point in time on both clocks of the machine.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// The clock that shows the time of day. It goes on while the machine sleeps, and somebody may set it.
    pub wall: SystemTime,
    /// The clock that only goes forward. On Linux, it stands still while the machine sleeps.
    pub steady: Instant,
}

impl Moment {
    /// Reads both clocks.
    pub fn now() -> Moment {
        Moment { wall: SystemTime::now(), steady: Instant::now() }
    }
}

/// The end of a wait. It has come as soon as **one** of the clocks says so.
///
/// A laptop that slept through the wait acts when it wakes up, by the wall clock. A wall clock that is set back does
/// not make the wait longer, by the steady clock. A wall clock that is set forward makes it shorter, and that is the
/// safe side: the old policy is put back too early, and not too late.
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    start: Moment,
    wait: Duration,
}

impl Deadline {
    /// Creates a deadline this long after `start`.
    pub fn new(start: Moment, wait: Duration) -> Deadline {
        Deadline { start, wait }
    }

    /// Returns the time that is left at `now`, or zero.
    pub fn left(&self, now: Moment) -> Duration {
        // Zero if the clock was set back to before the start.
        let by_wall = now.wall.duration_since(self.start.wall).unwrap_or_default();
        let by_steady = now.steady.saturating_duration_since(self.start.steady);
        self.wait.saturating_sub(by_wall.max(by_steady))
    }

    /// Returns whether it has come at `now`.
    pub fn has_come(&self, now: Moment) -> bool {
        self.left(now).is_zero()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_that_says_more_time_has_passed_decides() {
        let start = Moment::now();
        let deadline = Deadline::new(start, Duration::from_secs(300));
        // Seconds that each clock shows after the start, and the seconds left.
        for (wall, steady, left, what) in [
            (0, 0, 300, "the start"),
            (100, 100, 200, "both clocks go on"),
            (299, 299, 1, "a second is left"),
            (300, 300, 0, "the time is over"),
            (1000, 1000, 0, "the program was stopped"),
            (28_800, 20, 0, "the machine slept for eight hours"),
            (130, 100, 170, "the machine slept for half a minute"),
            (-3600, 60, 240, "the wall clock was set back by an hour"),
            (-3600, 300, 0, "the wall clock was set back, and the time is over"),
            (-86_400 * 365, 300, 0, "the wall clock was set back by a year"),
            (3700, 100, 0, "the wall clock was set forward by an hour"),
        ] {
            let wall = match u64::try_from(wall) {
                Ok(later) => start.wall + Duration::from_secs(later),
                Err(_) => start.wall - Duration::from_secs(i64::unsigned_abs(wall)),
            };
            let now = Moment { wall, steady: start.steady + Duration::from_secs(steady) };
            assert_eq!(deadline.left(now), Duration::from_secs(left), "{what}");
            assert_eq!(deadline.has_come(now), left == 0, "{what}");
        }
    }

    #[test]
    fn clocks_before_the_start_are_not_an_error() {
        let now = Moment::now();
        let start = Moment { wall: now.wall, steady: now.steady + Duration::from_secs(9) };
        assert_eq!(Deadline::new(start, Duration::from_secs(5)).left(now), Duration::from_secs(5));
    }
}
