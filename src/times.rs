//! How often something is to happen.

use std::fmt;
use std::ops::{Range, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive};

/// A number of times, or a range of it: `2`, `1..`, `..=3`, `2..5`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    min: usize,
    /// Inclusive; `None` without end.
    max: Option<usize>,
}

impl Times {
    /// Whether so many are right.
    pub fn contains(&self, count: usize) -> bool {
        count >= self.min && !self.is_exceeded_by(count)
    }

    /// `exactly 1 mail`, `at least 2 mails`, `no mail`.
    pub(crate) fn of(self, noun: &str) -> String {
        match (self.min, self.max) {
            (_, Some(0)) => format!("no {noun}"),
            (_, Some(1)) | (1, None) => format!("{self} {noun}"),
            _ => format!("{self} {noun}s"),
        }
    }

    /// Whether something that happens so often at most can be right.
    pub(crate) fn can_be_met_by(&self, most: usize) -> bool {
        self.min <= most
    }

    /// Whether so many are too many.
    pub(crate) fn is_exceeded_by(&self, count: usize) -> bool {
        self.max.is_some_and(|max| count > max)
    }

    fn new(min: usize, max: Option<usize>) -> Self {
        Self { min, max }
    }
}

impl From<usize> for Times {
    fn from(count: usize) -> Self {
        Self::new(count, Some(count))
    }
}

impl From<RangeFull> for Times {
    fn from(_: RangeFull) -> Self {
        Self::new(0, None)
    }
}

impl From<RangeFrom<usize>> for Times {
    fn from(range: RangeFrom<usize>) -> Self {
        Self::new(range.start, None)
    }
}

impl From<RangeInclusive<usize>> for Times {
    /// # Panics
    ///
    /// If the range is empty.
    #[track_caller]
    fn from(range: RangeInclusive<usize>) -> Self {
        assert!(!range.is_empty(), "no number is in {range:?}");
        Self::new(*range.start(), Some(*range.end()))
    }
}

impl From<Range<usize>> for Times {
    /// # Panics
    ///
    /// If the range is empty.
    #[track_caller]
    fn from(range: Range<usize>) -> Self {
        assert!(!range.is_empty(), "no number is in {range:?}");
        Self::new(range.start, Some(range.end - 1))
    }
}

impl From<RangeTo<usize>> for Times {
    /// # Panics
    ///
    /// If the range is empty.
    #[track_caller]
    fn from(range: RangeTo<usize>) -> Self {
        Self::from(0..range.end)
    }
}

impl From<RangeToInclusive<usize>> for Times {
    fn from(range: RangeToInclusive<usize>) -> Self {
        Self::new(0, Some(range.end))
    }
}

impl fmt::Display for Times {
    /// In words: `exactly 2`, `at least 1`, `at most 3`, `2 to 4`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.min, self.max) {
            (0, None) => f.write_str("any number"),
            (_, Some(0)) => f.write_str("none"),
            (min, None) => write!(f, "at least {min}"),
            (min, Some(max)) if min == max => write!(f, "exactly {min}"),
            (0, Some(max)) => write!(f, "at most {max}"),
            (min, Some(max)) => write!(f, "{min} to {max}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_say_what_they_take() {
        let cases: [(Times, &str, &[usize], &[usize]); 7] = [
            (2.into(), "exactly 2", &[2], &[1, 3]),
            ((1..).into(), "at least 1", &[1, 9], &[0]),
            ((..3).into(), "at most 2", &[0, 2], &[3]),
            ((..=3).into(), "at most 3", &[0, 3], &[4]),
            ((2..5).into(), "2 to 4", &[2, 4], &[1, 5]),
            ((2..=2).into(), "exactly 2", &[2], &[1, 3]),
            (0.into(), "none", &[0], &[1]),
        ];
        for (times, text, right, wrong) in cases {
            assert_eq!(times.to_string(), text);
            assert!(right.iter().all(|count| times.contains(*count)));
            assert!(!wrong.iter().any(|count| times.contains(*count)));
        }
    }
}
