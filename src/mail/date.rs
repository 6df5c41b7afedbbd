//! The date and time of a header field (RFC 5322 §3.3).

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A moment, and how far the writer's clock was from UTC.
///
/// `Display` gives it in the form of RFC 3339, such as `2026-11-22T03:35:00+01:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Date {
    unix_seconds: i64,
    offset_minutes: i32,
}

impl Date {
    /// The moment.
    pub fn time(self) -> SystemTime {
        let distance = Duration::from_secs(self.unix_seconds.unsigned_abs());
        if self.unix_seconds < 0 {
            UNIX_EPOCH - distance
        } else {
            UNIX_EPOCH + distance
        }
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub fn unix_seconds(self) -> i64 {
        self.unix_seconds
    }

    /// Minutes east of UTC: `+0130` gives 90; 0 where the zone is missing or not known.
    pub fn offset_minutes(self) -> i32 {
        self.offset_minutes
    }

    /// A moment in UTC; one before 1970 is its beginning.
    #[cfg(feature = "inspector")]
    pub(crate) fn utc(time: SystemTime) -> Self {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            unix_seconds: i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
            offset_minutes: 0,
        }
    }

    /// As C's `asctime` writes it: `Sun Nov 22 03:35:00 2026`.
    #[cfg(feature = "inspector")]
    pub(crate) fn asctime(self) -> String {
        const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]; // 1970 began so
        let local = self.unix_seconds + i64::from(self.offset_minutes) * 60;
        let (days, seconds) = (local.div_euclid(86_400), local.rem_euclid(86_400));
        let (year, month, day) = civil(days);
        let weekday = DAYS[days.rem_euclid(7) as usize];
        let month = MONTHS[month as usize - 1];
        let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        format!("{weekday} {month} {day:2} {hour:02}:{minute:02}:{second:02} {year}")
    }

    /// Reads the forms of RFC 5322 §3.3, and the obsolete ones of §4.3.
    // mailparse reads dates too, but drops the offset and takes `yesterday` for 1970.
    pub(super) fn parse(value: &str) -> Option<Self> {
        let plain = without_comments(value).replace(',', " ");
        let mut words = plain.split_whitespace().peekable();
        words.next_if(|word| word.starts_with(|c: char| c.is_ascii_alphabetic())); // day of the week
        let day: u32 = number(words.next()?)?;
        let month = month(words.next()?)?;
        let year = full_year(words.next()?)?;
        let mut clock = words.next()?.split(':');
        let (hour, minute) = (number(clock.next()?)?, number(clock.next()?)?);
        let second = clock.next().map_or(Some(0), number)?;
        let offset_minutes = words.next().map_or(0, zone_minutes);
        // RFC 5322 §3.3: 60 is a leap second.
        let is_valid = hour < 24 && minute < 60 && second <= 60 && clock.next().is_none();
        let days = days_since_epoch(year, month, day);
        if !is_valid || civil(days) != (year, i64::from(month), i64::from(day)) {
            return None;
        }
        let local = days * 86_400 + i64::from(hour * 3_600 + minute * 60 + second);
        Some(Self {
            unix_seconds: local - i64::from(offset_minutes) * 60,
            offset_minutes,
        })
    }
}

/// Digits alone: `parse` would take a sign too.
fn number(word: &str) -> Option<u32> {
    let is_number = word.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| word.parse().ok())?
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

fn month(word: &str) -> Option<u32> {
    let word = word.get(..3)?;
    let index = MONTHS
        .iter()
        .position(|month| month.eq_ignore_ascii_case(word))?;
    u32::try_from(index + 1).ok()
}

/// RFC 5322 §4.3: years of two and three digits.
fn full_year(word: &str) -> Option<i64> {
    let year = i64::from(number(word)?);
    match (word.len(), year) {
        (2, 0..50) => Some(year + 2000),
        (2 | 3, _) => Some(year + 1900),
        (4, _) => Some(year),
        _ => None,
    }
}

/// The inverse of [`civil`].
fn days_since_epoch(year: i64, month: u32, day: u32) -> i64 {
    let month = i64::from(month);
    let year = if month <= 2 { year - 1 } else { year };
    let shifted_month = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * shifted_month + 2) / 5 + i64::from(day) - 1;
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// RFC 5322 §3.2.2: comments may stand anywhere, and nest.
fn without_comments(value: &str) -> String {
    let mut depth = 0usize;
    let mut plain = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => plain.push(c),
            _ => {}
        }
    }
    plain
}

/// RFC 5322 §3.3 and §4.3: `+0130`, or the obsolete names.
fn zone_minutes(zone: &str) -> i32 {
    let hours = match zone.to_ascii_uppercase().as_str() {
        "EDT" => -4,
        "EST" | "CDT" => -5,
        "CST" | "MDT" => -6,
        "MST" | "PDT" => -7,
        "PST" => -8,
        _ => {
            let (sign, digits) = match zone.as_bytes() {
                [b'+', digits @ ..] => (1, digits),
                [b'-', digits @ ..] => (-1, digits),
                _ => return 0,
            };
            let [h1, h2, m1, m2] = digits else { return 0 };
            if ![h1, h2, m1, m2].iter().all(|d| d.is_ascii_digit()) {
                return 0;
            }
            let number =
                |tens: &u8, ones: &u8| i32::from(tens - b'0') * 10 + i32::from(ones - b'0');
            return sign * (number(h1, h2) * 60 + number(m1, m2));
        }
    };
    hours * 60
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let local = self.unix_seconds + i64::from(self.offset_minutes) * 60;
        let (days, seconds) = (local.div_euclid(86_400), local.rem_euclid(86_400));
        let (year, month, day) = civil(days);
        let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
        )?;
        if self.offset_minutes == 0 {
            return f.write_str("Z");
        }
        let sign = if self.offset_minutes < 0 { '-' } else { '+' };
        let offset = self.offset_minutes.abs();
        write!(f, "{sign}{:02}:{:02}", offset / 60, offset % 60)
    }
}

/// Year, month and day of a number of days since 1970-01-01, in the Gregorian calendar.
fn civil(days: i64) -> (i64, i64, i64) {
    // Years begin in March, so that the leap day is the last of its year; eras have 400 years.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_keep_their_moment_and_their_offset() {
        for (value, expected) in [
            (
                "Fri, 21 Nov 1997 09:55:06 -0600",
                "1997-11-21T09:55:06-06:00",
            ),
            (
                "Sun, 02 Oct 2016 07:06:22 -0700 (PDT)",
                "2016-10-02T07:06:22-07:00",
            ),
            ("22 Nov 2026 03:35:00 +0530", "2026-11-22T03:35:00+05:30"),
            ("Sun,22 Nov 2026 03:35:00 GMT", "2026-11-22T03:35:00Z"),
            (
                "6 Nov 97 09:55 +0000 (two (digits))",
                "1997-11-06T09:55:00Z",
            ),
            ("Thu, 29 Feb 2024 23:59:59 EST", "2024-02-29T23:59:59-05:00"),
        ] {
            assert_eq!(Date::parse(value).unwrap().to_string(), expected, "{value}");
        }
        for value in [
            "",
            "yesterday",
            "30 Feb 2024 10:00:00 +0000",
            "1 Jan 2024 24:00:00 +0000",
            "1 Jan 2024 10:00:00:00 +0000",
            "1 Jan 2024 +0000",
            "+1 Jan 2024 10:00",
        ] {
            assert_eq!(Date::parse(value), None, "{value}");
        }
    }
}
