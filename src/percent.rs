//! Percent-encoding, for URLs (RFC 3986 §2.1) and header values (RFC 8187 §3.2.1).

/// All but letters, digits and `-._~`, which no form of it touches.
pub(crate) fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'-' | b'.' | b'_' | b'~' => encoded.push(byte.into()),
            _ if byte.is_ascii_alphanumeric() => encoded.push(byte.into()),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// The octets that it stands for, as text. What is no encoding stays as it is.
pub(crate) fn percent_decoded(text: &str) -> String {
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
