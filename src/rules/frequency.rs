//! At which of the events that match it a rule acts.

use std::fmt;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Frequency {
    #[default]
    Always,
    First(usize),
    Nth(usize),
    Every(usize),
    AfterFirst(usize),
}

impl Frequency {
    /// Whether the event of that number, 1 for the first, is one.
    pub(super) fn is_due(self, number: usize) -> bool {
        match self {
            Self::Always => true,
            Self::First(count) => number <= count,
            Self::Nth(nth) => number == nth,
            Self::Every(step) => number.is_multiple_of(step),
            Self::AfterFirst(count) => number > count,
        }
    }

    /// Whether any event can be one.
    pub(super) fn is_possible(self) -> bool {
        match self {
            Self::First(count) | Self::Nth(count) | Self::Every(count) => count > 0,
            Self::Always | Self::AfterFirst(_) => true,
        }
    }

    /// How often it is still due after so many events; `None` without end.
    pub(crate) fn remaining(self, seen: usize) -> Option<usize> {
        match self {
            Self::First(count) => Some(count.saturating_sub(seen)),
            Self::Nth(nth) => Some(usize::from(seen < nth)),
            Self::Always | Self::Every(_) | Self::AfterFirst(_) => None,
        }
    }
}

impl fmt::Display for Frequency {
    /// As it is written: `.first(2)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Always => Ok(()),
            Self::First(count) => write!(f, ".first({count})"),
            Self::Nth(nth) => write!(f, ".nth({nth})"),
            Self::Every(step) => write!(f, ".every({step})"),
            Self::AfterFirst(count) => write!(f, ".after_first({count})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_frequency_is_due_as_it_says() {
        for (frequency, due, remaining) in [
            (Frequency::Always, &[1, 2, 3, 4, 5, 6][..], [None; 3]),
            (Frequency::First(2), &[1, 2], [Some(2), Some(1), Some(0)]),
            (Frequency::Nth(2), &[2], [Some(1), Some(1), Some(0)]),
            (Frequency::Every(2), &[2, 4, 6], [None; 3]),
            (Frequency::AfterFirst(4), &[5, 6], [None; 3]),
        ] {
            let found: Vec<_> = (1..=6).filter(|number| frequency.is_due(*number)).collect();
            assert_eq!(found, due, "{frequency:?}");
            assert_eq!([0, 1, 2].map(|seen| frequency.remaining(seen)), remaining);
        }
    }
}
