use std::fmt;
use std::str::FromStr;

use crate::diagnostic::{Code, Help, Problem, go_quote};

/// A length of time in nanoseconds, in Go's syntax, such as `12h` or `1h30m`.
///
/// It is printed as in Go, and so as in Tailscale's messages.
///
/// ```
/// use policy_core::model::Duration;
/// assert_eq!("168h1s".parse::<Duration>().unwrap().to_string(), "168h0m1s");
/// assert_eq!("1d".parse::<Duration>().unwrap_err().help.as_deref(), Some("write `24h`: the longest unit is the hour"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(pub i64);

const MICROSECOND: u64 = 1_000;
const MILLISECOND: u64 = 1_000 * MICROSECOND;
const SECOND: u64 = 1_000 * MILLISECOND;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;

impl Duration {
    /// The duration zero.
    pub const ZERO: Duration = Duration(0);
    /// One minute.
    pub const MINUTE: Duration = Duration(MINUTE as i64);

    /// Returns a duration of that many hours.
    pub const fn hours(hours: i64) -> Duration {
        Duration(hours.saturating_mul(HOUR as i64))
    }
}

impl FromStr for Duration {
    type Err = Problem;

    /// Reads a duration as Go's `time.ParseDuration` does.
    ///
    /// # Errors
    /// If the text is not a duration, with Go's message as Tailscale's.
    fn from_str(text: &str) -> Result<Duration, Problem> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        if digits == "0" {
            return Ok(Duration::ZERO);
        }
        let invalid = || {
            Problem::word(Code::InvalidDuration, format!("`{text}` is not a valid duration"))
                .help("write hours and minutes, such as `12h` or `1h30m`")
                .tailscale(format!("time: invalid duration {}", go_quote(text)))
        };
        if digits.is_empty() {
            return Err(invalid());
        }
        let mut total: u64 = 0;
        let mut rest = digits;
        while !rest.is_empty() {
            let (number, unit_text, after) = split_term(rest).ok_or_else(invalid)?;
            if unit_text.is_empty() {
                return Err(Problem::word(Code::InvalidDuration, format!("`{text}` has no unit"))
                    .help(Help::write(format!("{text}h")).or(format_args!(" or `{text}m`")))
                    .tailscale(format!("time: missing unit in duration {}", go_quote(text))));
            }
            let Some(unit) = unit_nanoseconds(unit_text) else {
                let start = text.len() - rest.len();
                return Err(Problem::word(Code::InvalidDuration, format!("`{unit_text}` is not a unit of time"))
                    .part(start..start + number.length() + unit_text.len())
                    .help_if(number.in_hours(unit_text))
                    .tailscale(format!("time: unknown unit {} in duration {}", go_quote(unit_text), go_quote(text))));
            };
            let nanoseconds = number.times(unit).ok_or_else(invalid)?;
            total = total.checked_add(nanoseconds).filter(|&sum| sum <= 1 << 63).ok_or_else(invalid)?;
            rest = after;
        }
        let length = if negative { 0i64.checked_sub_unsigned(total) } else { i64::try_from(total).ok() };
        length.map(Duration).ok_or_else(invalid)
    }
}

/// A decimal number of a duration: its digits before and after the point.
struct Number<'a> {
    whole: &'a str,
    fraction: Option<&'a str>,
}

impl Number<'_> {
    fn length(&self) -> usize {
        self.whole.len() + self.fraction.map_or(0, |fraction| fraction.len() + 1)
    }

    /// Returns that many units in nanoseconds, rounded down. `None` on overflow.
    fn times(&self, unit: u64) -> Option<u64> {
        let whole: u64 = if self.whole.is_empty() { 0 } else { self.whole.parse().ok()? };
        let mut nanoseconds = whole.checked_mul(unit)?;
        if let Some(fraction) = self.fraction {
            // Nineteen digits fit, and are more than nanoseconds need.
            let digits = fraction.get(..19).unwrap_or(fraction);
            if !digits.is_empty() {
                let scale = 10f64.powi(i32::try_from(digits.len()).ok()?);
                let value: u64 = digits.parse().ok()?;
                nanoseconds = nanoseconds.checked_add((value as f64 * (unit as f64 / scale)) as u64)?;
            }
        }
        (nanoseconds <= 1 << 63).then_some(nanoseconds)
    }

    /// Returns the duration to write instead of days or weeks.
    fn in_hours(&self, unit: &str) -> Option<Help> {
        let hours = match unit.to_ascii_lowercase().as_str() {
            "d" | "day" | "days" => 24,
            "w" | "week" | "weeks" => 7 * 24,
            "hr" | "hrs" | "hour" | "hours" => 1,
            "min" | "mins" | "minute" | "minutes" => return Some(Help::write(format!("{}m", self.whole))),
            "sec" | "secs" | "second" | "seconds" => return Some(Help::write(format!("{}s", self.whole))),
            _ => return Some(Help::from("the units are `h`, `m`, `s`, `ms`, `us` and `ns`")),
        };
        let number: u64 = self.whole.parse().ok()?;
        let hours = number.checked_mul(hours)?;
        Some(match unit.to_ascii_lowercase().starts_with('h') {
            true => Help::write(format!("{hours}h")),
            false => Help::write(format!("{hours}h")).and(": the longest unit is the hour"),
        })
    }
}

/// Returns the first number and unit of a duration, and the rest. `None` if there is no number.
fn split_term(text: &str) -> Option<(Number<'_>, &str, &str)> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let (whole, rest) = text.split_at_checked(digits(text))?;
    let (fraction, rest) = match rest.strip_prefix('.') {
        Some(rest) => {
            let (fraction, rest) = rest.split_at_checked(digits(rest))?;
            (Some(fraction), rest)
        }
        None => (None, rest),
    };
    if whole.is_empty() && fraction.is_none_or(str::is_empty) {
        return None;
    }
    let unit_end = rest.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(rest.len());
    let (unit, rest) = rest.split_at_checked(unit_end)?;
    Some((Number { whole, fraction }, unit, rest))
}

fn unit_nanoseconds(unit: &str) -> Option<u64> {
    Some(match unit {
        "ns" => 1,
        "us" | "µs" | "μs" => MICROSECOND,
        "ms" => MILLISECOND,
        "s" => SECOND,
        "m" => MINUTE,
        "h" => HOUR,
        _ => return None,
    })
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = self.0.unsigned_abs();
        if self.0 < 0 {
            f.write_str("-")?;
        }
        if total == 0 {
            return f.write_str("0s");
        }
        if total < SECOND {
            let (unit, name) = match total {
                0..MICROSECOND => (1, "ns"),
                MICROSECOND..MILLISECOND => (MICROSECOND, "µs"),
                _ => (MILLISECOND, "ms"),
            };
            write_decimal(f, total / unit, total % unit, unit)?;
            return f.write_str(name);
        }
        if total >= HOUR {
            write!(f, "{}h", total / HOUR)?;
        }
        if total >= MINUTE {
            write!(f, "{}m", total % HOUR / MINUTE)?;
        }
        write_decimal(f, total % MINUTE / SECOND, total % SECOND, SECOND)?;
        f.write_str("s")
    }
}

/// Writes `whole` and `rest / one`, without trailing zeros. `one` is a power of ten.
fn write_decimal(f: &mut fmt::Formatter<'_>, whole: u64, rest: u64, one: u64) -> fmt::Result {
    write!(f, "{whole}")?;
    if rest == 0 {
        return Ok(());
    }
    let width = one.checked_ilog10().unwrap_or(0) as usize;
    let digits = format!("{rest:0width$}");
    write!(f, ".{}", digits.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_printed_as_go_prints_them() {
        for (text, printed) in [
            ("0", "0s"),
            ("0s", "0s"),
            ("12h", "12h0m0s"),
            ("1h30m", "1h30m0s"),
            ("90m", "1h30m0s"),
            ("168h0m1s", "168h0m1s"),
            ("200h", "200h0m0s"),
            ("-1m", "-1m0s"),
            ("+1.5h", "1h30m0s"),
            (".5s", "500ms"),
            ("1.s", "1s"),
            ("1500us", "1.5ms"),
            ("1µs", "1µs"),
            ("12ns", "12ns"),
            ("1.000000001s", "1.000000001s"),
            ("0.3333333333333333333h", "20m0s"),
            ("9223372036854775807ns", "2562047h47m16.854775807s"),
            ("-9223372036854775808ns", "-2562047h47m16.854775808s"),
        ] {
            assert_eq!(text.parse::<Duration>().map(|d| d.to_string()), Ok(printed.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_go_refuses_is_refused_with_its_message() {
        for (text, message) in [
            ("abc", r#"time: invalid duration "abc""#),
            ("", r#"time: invalid duration """#),
            ("-", r#"time: invalid duration "-""#),
            (".s", r#"time: invalid duration ".s""#),
            ("12", r#"time: missing unit in duration "12""#),
            ("1d", r#"time: unknown unit "d" in duration "1d""#),
            ("1h 30m", r#"time: unknown unit "h " in duration "1h 30m""#),
            ("9223372036854775808ns", r#"time: invalid duration "9223372036854775808ns""#),
            ("99999999999999999999h", r#"time: invalid duration "99999999999999999999h""#),
        ] {
            assert_eq!(text.parse::<Duration>().unwrap_err().tailscale.as_deref(), Some(message), "{text}");
        }
    }

    #[test]
    fn a_wrong_unit_is_underlined_with_its_number() {
        let problem = "1h2d".parse::<Duration>().unwrap_err();
        assert_eq!(problem.origin, Some(2..4));
        assert_eq!(problem.help.as_deref(), Some("write `48h`: the longest unit is the hour"));
    }
}
