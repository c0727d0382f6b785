//! Sends a request, and again where that cannot do harm.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::api_error::ApiError;
use super::call::Call;
use crate::transport::{Request, Response, Transport, TransportError};

/// How often a request is sent at most.
const TRIES: u32 = 3;
/// The longest pause that a server can ask for.
const LONGEST: Duration = Duration::from_secs(30);

/// Sends a request, and returns the answer whatever its status is. It repeats only calls that may be repeated, and only
/// if nothing was sent or if the server asks for it.
pub(super) fn send(transport: &dyn Transport, call: Call, request: &Request) -> Result<Response, ApiError> {
    let tries = if call.is_repeatable() { TRIES } else { 1 };
    let mut tried = 1;
    loop {
        let result = transport.send(request);
        let pause = if tried < tries { pause_before_repeating(&result, tried) } else { None };
        let Some(pause) = pause else { return Ok(result?) };
        transport.pause(pause);
        tried += 1;
    }
}

/// Returns how long to wait before the next try. `None` if there should be none.
fn pause_before_repeating(result: &Result<Response, TransportError>, tried: u32) -> Option<Duration> {
    let usual = Duration::from_secs(u64::from(tried));
    match result {
        Ok(response) if matches!(response.status, 429 | 502..=504) => {
            Some(retry_after(response).unwrap_or(usual).min(LONGEST))
        }
        Err(TransportError::NotSent(_)) => Some(usual),
        Ok(_) | Err(TransportError::NoAnswer(_)) => None,
    }
}

/// Returns the pause that the header `Retry-After` asks for: seconds or a date. A date is compared with the server's own
/// `Date`, if there is one.
fn retry_after(response: &Response) -> Option<Duration> {
    let text = response.header("Retry-After")?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let now = response.header("Date").and_then(seconds_of_date);
    let now = now.or_else(|| Some(SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs()))?;
    Some(Duration::from_secs(seconds_of_date(text)?.saturating_sub(now)))
}

/// Returns the seconds since 1970 of a date of HTTP, such as `Sun, 06 Nov 1994 08:49:37 GMT`.
fn seconds_of_date(text: &str) -> Option<u64> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let mut words = text.split_once(", ")?.1.split(' ');
    let day: u64 = words.next()?.parse().ok()?;
    let name = words.next()?;
    let month = u64::try_from(MONTHS.iter().position(|month| *month == name)?).ok()? + 1;
    let year: u64 = words.next()?.parse().ok().filter(|year| (1970..10_000).contains(year))?;
    let mut clock = words.next()?.splitn(3, ':').map(|part| part.parse::<u64>().ok());
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    if words.next() != Some("GMT") || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    // The year starts in March, so that the leap day is its last. See "days_from_civil" of Howard Hinnant.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 1;
    let since_epoch = days.checked_sub(719_468)?;
    Some(since_epoch * 86_400 + hour * 3600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_of_http_is_read() {
        for (text, seconds) in [
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(784_111_777)),
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("Tue, 29 Feb 2028 23:59:59 GMT", Some(1_835_481_599)),
            ("Sun, 06 Nov 1994 08:49:37", None),
            ("Sun, 06 anF 1994 08:49:37 GMT", None),
            ("Sun, 99 Nov 1994 08:49:37 GMT", None),
            ("Sun, 06 Nov 99999999999999999999 08:49:37 GMT", None),
            ("soon", None),
        ] {
            assert_eq!(seconds_of_date(text), seconds, "{text}");
        }
    }

    #[test]
    fn the_server_says_how_long_to_wait_up_to_a_limit() {
        let answer = |status: u16, headers: &[(&str, &str)]| {
            let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            Ok(Response { status, headers, body: Vec::new() })
        };
        let date = ("Date", "Sun, 06 Nov 1994 08:49:30 GMT");
        for (result, seconds) in [
            (answer(429, &[("retry-after", "7")]), Some(7)),
            (answer(429, &[("Retry-After", "3600")]), Some(30)),
            (answer(503, &[("Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT"), date]), Some(7)),
            (answer(503, &[("Retry-After", "Sun, 06 Nov 1994 08:49:00 GMT"), date]), Some(0)),
            (answer(503, &[("Retry-After", "later")]), Some(2)),
            (answer(502, &[]), Some(2)),
            (answer(504, &[]), Some(2)),
            (answer(500, &[]), None),
            (answer(200, &[]), None),
            (Err(TransportError::NotSent(String::new())), Some(2)),
            (Err(TransportError::NoAnswer(String::new())), None),
        ] {
            assert_eq!(pause_before_repeating(&result, 2), seconds.map(Duration::from_secs), "{result:?}");
        }
    }
}
