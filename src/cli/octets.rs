//! How much, as it is said on the command line.

use std::str::FromStr;

/// Octets: `1048576`, `1024k`, `1M`; a suffix stands for a power of 1,024.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Octets(pub(super) usize);

impl FromStr for Octets {
    type Err = &'static str;

    fn from_str(said: &str) -> Result<Self, Self::Err> {
        let digits = said.trim_end_matches(|c: char| !c.is_ascii_digit());
        let factor = match said[digits.len()..].to_ascii_lowercase().as_str() {
            "" => 1,
            "k" | "kib" => 1 << 10,
            "m" | "mib" => 1 << 20,
            "g" | "gib" => 1 << 30,
            _ => return Err("not a number of octets, such as 1048576, 1024k, 1M or 1G"),
        };
        let number: usize = digits
            .parse()
            .map_err(|_| "not a number of octets, such as 1048576, 1024k, 1M or 1G")?;
        if number == 0 {
            return Err("nothing would have room: at least 1");
        }
        let octets = number.checked_mul(factor);
        octets.map(Self).ok_or("more than there can be")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffixes_are_powers_of_1024() {
        for (said, octets) in [("12", 12), ("2k", 2048), ("3M", 3 << 20), ("1GiB", 1 << 30)] {
            assert_eq!(said.parse(), Ok(Octets(octets)), "{said}");
        }
    }

    #[test]
    fn what_is_none_says_why() {
        for said in ["", "k", "1.5M", "-1", "1 T", "1kB"] {
            let why = said.parse::<Octets>().unwrap_err();
            assert!(why.starts_with("not a number of octets"), "{said}");
        }
        let nothing = "0k".parse::<Octets>();
        assert_eq!(nothing, Err("nothing would have room: at least 1"));
        let huge = "99999999999G".parse::<Octets>();
        assert_eq!(huge, Err("more than there can be"));
    }
}
