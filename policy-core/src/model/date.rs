use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::diagnostic::{Code, Help, Problem};

/// A date of the Gregorian calendar, in UTC.
///
/// ```
/// use policy_core::model::Date;
/// let date: Date = "2027-03-31".parse()?;
/// assert_eq!(date.to_string(), "2027-03-31");
/// assert_eq!("2027-03-17".parse::<Date>()?.days_until(date), 14);
/// assert_eq!("31.03.2027".parse::<Date>().unwrap_err().help.as_deref(), Some("write `2027-03-31`"));
/// # Ok::<(), policy_core::diagnostic::Problem>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// The number of days from the first day of the year 0 to the start of Unix time.
const EPOCH: i64 = 719_528;
const SECONDS_OF_A_DAY: u64 = 86_400;
const EXAMPLE: &str = "write year, month and day, such as `2027-03-31`";

impl Date {
    /// The environment variable that sets the day for tests and reproducible builds.
    pub const TODAY_VARIABLE: &str = "POLICY_TODAY";

    /// Returns the day that a policy is checked for: the value of [`Date::TODAY_VARIABLE`], or
    /// without one the day at `since_epoch` after the start of Unix time.
    ///
    /// # Errors
    /// If the value of the variable is not a date.
    ///
    /// ```
    /// use std::time::Duration;
    /// use policy_core::model::Date;
    /// let clock = Duration::from_secs(1_806_451_199);
    /// assert_eq!(Date::today(None, clock)?.to_string(), "2027-03-30");
    /// assert_eq!(Date::today(Some("2027-03-31"), clock)?.to_string(), "2027-03-31");
    /// # Ok::<(), policy_core::diagnostic::Problem>(())
    /// ```
    pub fn today(variable: Option<&str>, since_epoch: Duration) -> Result<Date, Problem> {
        let Some(text) = variable else { return Ok(Date::from_unix(since_epoch)) };
        text.parse::<Date>().map_err(|problem| {
            let assignment = format!("`{}=", Self::TODAY_VARIABLE);
            let help = problem.help.map(|help| help.replacen('`', &assignment, 1));
            let message = format!("`{text}`, the value of `{}`, is not a valid date", Self::TODAY_VARIABLE);
            Problem::word(Code::InvalidDate, message).help_if(help)
        })
    }

    /// Returns the day at a time since the start of Unix time, at most the last day of the year
    /// 9999.
    fn from_unix(since_epoch: Duration) -> Date {
        let days = i64::try_from(since_epoch.as_secs() / SECONDS_OF_A_DAY).unwrap_or(i64::MAX).saturating_add(EPOCH);
        let mut year = u16::try_from(days / 366).unwrap_or(9999).min(9999);
        while year < 9999 && days_before_year(year + 1) <= days {
            year += 1;
        }
        let mut rest = days.saturating_sub(days_before_year(year));
        for month in 1..=12 {
            let length = days_of_month(year, month);
            if rest < i64::from(length) {
                return Date { year, month, day: u8::try_from(rest).unwrap_or_default() + 1 };
            }
            rest -= i64::from(length);
        }
        Date { year: 9999, month: 12, day: 31 }
    }

    /// Returns the date that a text in another form means, if it is unambiguous.
    ///
    /// ```
    /// use policy_core::model::Date;
    /// assert_eq!(Date::guess("3.4.2027").unwrap().to_string(), "2027-04-03");
    /// assert_eq!(Date::guess("3/4/2027"), None);
    /// ```
    pub fn guess(text: &str) -> Option<Date> {
        let text = text.trim();
        // The date of a timestamp: `2027-03-31T00:00:00Z`, `2027-03-31 12:00`
        let text = text.split_once(['T', ' ']).map_or(text, |(day, time)| if time.contains(':') { day } else { text });
        if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            let number = |range: std::ops::Range<usize>| text.get(range)?.parse().ok();
            return date(number(0..4)?, number(4..6)?, number(6..8)?);
        }
        let [first, second, third] = numbers(text)?;
        let starts_with_year = text.split(['-', '.', '/', ' ']).next()?.len() == 4;
        if starts_with_year {
            return date(first, second, third);
        }
        if text.len() < 8 || third < 1000 {
            return None;
        }
        let [day_first, month_first] = [date(third, second, first), date(third, first, second)];
        match (day_first, month_first) {
            (Some(date), None) | (None, Some(date)) => Some(date),
            // In dates with dots, the day always comes first.
            (Some(date), Some(other)) if text.contains('.') || date == other => Some(date),
            _ => None,
        }
    }

    /// Returns the number of days from this date to another. Negative if the other is earlier.
    pub fn days_until(self, other: Date) -> i64 {
        other.number() - self.number()
    }

    /// Returns the number of days since the first day of the year 0.
    fn number(self) -> i64 {
        let months: i64 = (1..self.month).map(|month| i64::from(days_of_month(self.year, month))).sum();
        days_before_year(self.year) + months + i64::from(self.day) - 1
    }
}

fn days_before_year(year: u16) -> i64 {
    let before = i64::from(year);
    let leap_years = (before + 3) / 4 - (before + 99) / 100 + (before + 399) / 400;
    before * 365 + leap_years
}

fn is_leap(year: u16) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn days_of_month(year: u16, month: u8) -> u8 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl FromStr for Date {
    type Err = Problem;

    /// Reads `2027-03-31`.
    ///
    /// # Errors
    /// If the text has another form, or is not a day of the calendar. If the meaning is clear, the
    /// help has the right form.
    fn from_str(text: &str) -> Result<Date, Problem> {
        let invalid = |why: String| Problem::word(Code::InvalidDate, format!("`{text}` is not a valid date{why}"));
        let Some(numbers) = numbers(text).filter(|_| is_canonical(text)) else {
            return Err(invalid(String::new()).help(match Date::guess(text) {
                Some(date) => Help::write(date),
                None => Help::from(EXAMPLE.to_owned()),
            }));
        };
        let [year, month, day] = numbers;
        match date(year, month, day) {
            Some(date) => Ok(date),
            None if !(1..=12).contains(&month) => Err(invalid(format!(": there is no month {month}")).help(EXAMPLE)),
            None => {
                let (year, month) = (to_u16(year), u8::try_from(month).unwrap_or_default());
                let last = Date { year, month, day: days_of_month(year, month) };
                let problem = invalid(format!(": that month has {} days", last.day));
                Err(if day == 0 { problem.help(EXAMPLE) } else { problem.help(Help::write(last)) })
            }
        }
    }
}

/// Returns whether a text has four, two and two digits, separated by dashes.
fn is_canonical(text: &str) -> bool {
    let parts: Vec<usize> = text.split('-').map(str::len).collect();
    parts == [4, 2, 2]
}

/// Returns the three numbers of a text in order, whatever character separates them.
fn numbers(text: &str) -> Option<[u32; 3]> {
    let parts: Vec<&str> = text.split(['-', '.', '/', ' ']).collect();
    let is_number = |part: &&str| (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    if !parts.iter().all(is_number) {
        return None;
    }
    let numbers: Vec<u32> = parts.iter().filter_map(|part| part.parse().ok()).collect();
    numbers.try_into().ok()
}

fn date(year: u32, month: u32, day: u32) -> Option<Date> {
    let (year, month, day) = (u16::try_from(year).ok()?, u8::try_from(month).ok()?, u8::try_from(day).ok()?);
    let is_valid = year <= 9999 && (1..=12).contains(&month) && (1..=days_of_month(year, month)).contains(&day);
    is_valid.then_some(Date { year, month, day })
}

fn to_u16(year: u32) -> u16 {
    u16::try_from(year).unwrap_or(9999)
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_over_leap_years() {
        for (from, to, days) in [
            ("2027-03-31", "2027-03-31", 0),
            ("2027-02-28", "2027-03-01", 1),
            ("2028-02-28", "2028-03-01", 2),
            ("2100-02-28", "2100-03-01", 1),
            ("2000-02-28", "2000-03-01", 2),
            ("2026-12-31", "2027-01-01", 1),
            ("2027-01-01", "2026-12-31", -1),
            ("0000-01-01", "1970-01-01", EPOCH),
            ("1970-01-01", "9999-12-31", 2_932_896),
        ] {
            let date = |text: &str| text.parse::<Date>().unwrap();
            assert_eq!(date(from).days_until(date(to)), days, "{from} to {to}");
        }
    }

    #[test]
    fn the_clock_s_day_is_that_of_utc() {
        for (seconds, day) in [
            (0, "1970-01-01"),
            (86_399, "1970-01-01"),
            (951_782_400, "2000-02-29"),
            (1_806_451_200, "2027-03-31"),
            (1_806_537_599, "2027-03-31"),
            (1_806_537_600, "2027-04-01"),
            (1_735_603_200, "2024-12-31"),
            (253_402_300_799, "9999-12-31"),
            (u64::MAX, "9999-12-31"),
        ] {
            assert_eq!(Date::from_unix(Duration::from_secs(seconds)).to_string(), day, "{seconds}");
        }
        // Checks every day of 800 years against the day before.
        let mut last = Date::from_unix(Duration::ZERO);
        for day in 1..292_194 {
            let date = Date::from_unix(Duration::from_secs(day * SECONDS_OF_A_DAY));
            assert_eq!(last.days_until(date), 1, "{last} {date}");
            assert_eq!(date.to_string().parse::<Date>().unwrap(), date);
            last = date;
        }
    }

    #[test]
    fn another_form_finds_the_right_one() {
        for (text, message, help) in [
            ("2027-02-30", "`2027-02-30` is not a valid date: that month has 28 days", "write `2027-02-28`"),
            ("2027-13-01", "`2027-13-01` is not a valid date: there is no month 13", EXAMPLE),
            ("2027-00-01", "`2027-00-01` is not a valid date: there is no month 0", EXAMPLE),
            ("2027-03-00", "`2027-03-00` is not a valid date: that month has 31 days", EXAMPLE),
            ("31.03.2027", "`31.03.2027` is not a valid date", "write `2027-03-31`"),
            ("3.4.2027", "`3.4.2027` is not a valid date", "write `2027-04-03`"),
            ("31/03/2027", "`31/03/2027` is not a valid date", "write `2027-03-31`"),
            ("03/31/2027", "`03/31/2027` is not a valid date", "write `2027-03-31`"),
            ("03/04/2027", "`03/04/2027` is not a valid date", EXAMPLE),
            ("2027-3-31", "`2027-3-31` is not a valid date", "write `2027-03-31`"),
            ("2027/03/31", "`2027/03/31` is not a valid date", "write `2027-03-31`"),
            ("20270331", "`20270331` is not a valid date", "write `2027-03-31`"),
            ("2027-03-31T00:00:00Z", "`2027-03-31T00:00:00Z` is not a valid date", "write `2027-03-31`"),
            ("31.02.2027", "`31.02.2027` is not a valid date", EXAMPLE),
            ("27-03-31", "`27-03-31` is not a valid date", EXAMPLE),
            ("02027-03-31", "`02027-03-31` is not a valid date", EXAMPLE),
            ("+027-03-31", "`+027-03-31` is not a valid date", EXAMPLE),
            ("March", "`March` is not a valid date", EXAMPLE),
            ("", "`` is not a valid date", EXAMPLE),
            ("２０２７-03-31", "`２０２７-03-31` is not a valid date", EXAMPLE),
            ("2027-03-31-", "`2027-03-31-` is not a valid date", EXAMPLE),
        ] {
            let problem = text.parse::<Date>().unwrap_err();
            assert_eq!((problem.message.as_str(), problem.help.as_deref()), (message, Some(help)), "{text}");
        }
    }

    #[test]
    fn the_day_of_the_environment_must_be_a_date() {
        let problem = Date::today(Some("31.03.2027"), Duration::ZERO).unwrap_err();
        assert_eq!(problem.message, "`31.03.2027`, the value of `POLICY_TODAY`, is not a valid date");
        assert_eq!(problem.help.as_deref(), Some("write `POLICY_TODAY=2027-03-31`"));
        let problem = Date::today(Some(""), Duration::ZERO).unwrap_err();
        assert_eq!(problem.help.as_deref(), Some("write year, month and day, such as `POLICY_TODAY=2027-03-31`"));
    }
}
