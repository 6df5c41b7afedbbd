//! References to parts by their Content-ID: the URLs `cid:…` (RFC 2392).

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

fn percent_decoded(text: &str) -> String {
    let mut decoded = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let digits = behind.get(..2).and_then(|d| std::str::from_utf8(d).ok());
        let octet = digits.and_then(|d| u8::from_str_radix(d, 16).ok());
        match octet.filter(|_| *first == b'%') {
            Some(octet) => {
                decoded.push(octet);
                rest = &behind[2..];
            }
            None => {
                decoded.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}
