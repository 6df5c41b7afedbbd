//! References to parts by their Content-ID: the URLs `cid:…` (RFC 2392).

use crate::percent::percent_decoded;

/// The ids that HTML refers to, decoded (RFC 2392 §2), wherever it does.
pub(super) fn content_ids(html: &str) -> Vec<String> {
    let lower = html.to_ascii_lowercase();
    let starts = lower.match_indices("cid:").map(|(i, _)| &html[i + 4..]);
    let ids = starts.map(|rest| {
        let is_end = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '>' | ')' | '<');
        rest.split(is_end).next().unwrap_or_default()
    });
    ids.filter(|id| !id.is_empty())
        .map(|id| percent_decoded(&id.replace("&amp;", "&")))
        .collect()
}
