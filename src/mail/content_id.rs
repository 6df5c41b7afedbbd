//! References to parts by their Content-ID: the URLs `cid:…` (RFC 2392).

use std::ops::Range;

use crate::percent::percent_decoded;

/// What is longer is no id: a line of a header has no more octets (RFC 5322 §2.1.1).
const MAX_ID: usize = 998;

/// The ids that HTML refers to, decoded (RFC 2392 §2), wherever it does.
pub(super) fn content_ids(html: &str) -> Vec<String> {
    content_id_ranges(html)
        .map(|range| percent_decoded(&html[range].replace("&amp;", "&")))
        .collect()
}

/// Where in HTML or in a style such ids are, one behind the other.
pub(crate) fn content_id_ranges(text: &str) -> impl Iterator<Item = Range<usize>> {
    let lower = text.to_ascii_lowercase();
    let mut at = 0;
    std::iter::from_fn(move || {
        while let Some(found) = lower[at..].find("cid:") {
            let start = at + found + "cid:".len();
            let is_end = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '>' | ')' | '<');
            let length = lower[start..].find(is_end).unwrap_or(lower.len() - start);
            at = start + length;
            if (1..=MAX_ID).contains(&length) {
                return Some(start..at);
            }
        }
        None
    })
}
