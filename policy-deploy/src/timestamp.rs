//! A moment in UTC, for backups, logs and names of files.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use policy_core::model::Date;

const SECONDS_OF_A_DAY: u64 = 86_400;

/// A moment in UTC, to the second. It is written like `2027-03-31T09:41:35Z`.
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
/// use policy_deploy::Timestamp;
/// let moment = Timestamp::at(UNIX_EPOCH + Duration::from_secs(1_806_486_095));
/// assert_eq!(moment.to_string(), "2027-03-31T09:41:35Z");
/// assert_eq!(moment.in_file_name(), "2027-03-31T09-41-35Z");
/// assert_eq!("2027-03-31T09:41:35Z".parse(), Ok(moment));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(String);

impl Timestamp {
    /// Returns the moment of the system's clock.
    pub fn now() -> Timestamp {
        Timestamp::at(SystemTime::now())
    }

    /// Returns a moment. A time before 1970 counts as the start of 1970.
    pub fn at(time: SystemTime) -> Timestamp {
        let since_epoch = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        let second = since_epoch.as_secs() % SECONDS_OF_A_DAY;
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        Timestamp(format!("{}T{hour:02}:{minute:02}:{second:02}Z", day(since_epoch)))
    }

    /// Returns it without colons, which names of files on Windows cannot contain.
    pub fn in_file_name(&self) -> String {
        self.0.replace(':', "-")
    }
}

/// Without a variable, [`Date::today`] does not fail.
fn day(since_epoch: Duration) -> String {
    Date::today(None, since_epoch).map(|date| date.to_string()).unwrap_or_default()
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The error of a text that is not a [`Timestamp`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimestampError;

impl fmt::Display for TimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a time such as `2027-03-31T09:41:35Z`")
    }
}

impl std::error::Error for TimestampError {}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Timestamp, TimestampError> {
        let (date, time) = text.split_once('T').ok_or(TimestampError)?;
        date.parse::<Date>().map_err(|_| TimestampError)?;
        let mut parts = time.strip_suffix('Z').ok_or(TimestampError)?.split(':');
        for limit in [24, 60, 60] {
            let part = parts.next().ok_or(TimestampError)?;
            let is_valid = part.len() == 2 && part.parse::<u8>().is_ok_and(|part| part < limit);
            if !is_valid || part.starts_with('+') {
                return Err(TimestampError);
            }
        }
        if parts.next().is_some() { Err(TimestampError) } else { Ok(Timestamp(text.to_owned())) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_and_read() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (59, "1970-01-01T00:00:59Z"),
            (86_399, "1970-01-01T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_806_486_095, "2027-03-31T09:41:35Z"),
        ] {
            let moment = Timestamp::at(UNIX_EPOCH + Duration::from_secs(seconds));
            assert_eq!(moment.to_string(), expected);
            assert_eq!(expected.parse(), Ok(moment));
        }
        assert_eq!(Timestamp::at(UNIX_EPOCH - Duration::from_secs(1)).to_string(), "1970-01-01T00:00:00Z");
    }

    #[test]
    fn other_texts_are_not_moments() {
        for text in [
            "",
            "2027-03-31",
            "2027-03-31T09:41Z",
            "2027-03-31T09:41:35",
            "2027-03-31T24:00:00Z",
            "2027-03-31T09:60:00Z",
            "2027-03-31T09:41:35:00Z",
            "2027-03-31T+9:41:35Z",
            "2027-02-30T09:41:35Z",
            "../2027T09:41:35Z",
        ] {
            assert_eq!(text.parse::<Timestamp>(), Err(TimestampError), "{text}");
        }
    }
}
