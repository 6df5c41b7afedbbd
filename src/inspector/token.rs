//! The secret of those who may use the inspector, and how a request shows that it comes from one of them.

use std::fmt;
use std::hint::black_box;

use axum::http::{HeaderMap, HeaderValue, Uri, header};
use data_encoding::BASE64;

use crate::percent::percent_encoded;

/// A secret that nothing prints.
#[derive(Clone, Hash)]
pub(crate) struct Token(String);

impl Token {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Whether it can be told apart from none, and said in a header.
    pub(crate) fn is_usable(&self) -> bool {
        !self.0.is_empty() && self.0.bytes().all(|octet| octet.is_ascii_graphic())
    }

    /// Whether a request has it, as `Authorization` (RFC 6750 §2.1; RFC 7617, as the password of any user) or as
    /// our cookie.
    pub(super) fn is_in(&self, headers: &HeaderMap, cookie: &str) -> bool {
        let authorization = headers.get(header::AUTHORIZATION);
        authorization.is_some_and(|value| self.is_said_by(value))
            || headers
                .get_all(header::COOKIE)
                .iter()
                // Another application's cookie may be of any octets.
                .flat_map(|value| value.as_bytes().split(|octet| *octet == b';'))
                .filter_map(|pair| pair.trim_ascii().strip_prefix(cookie.as_bytes()))
                .filter_map(|rest| rest.strip_prefix(b"="))
                .any(|value| is_same(value, percent_encoded(&self.0).as_bytes()))
    }

    /// Whether a link has it: `/?token=…`.
    pub(super) fn is_in_link(&self, uri: &Uri) -> bool {
        #[derive(serde::Deserialize)]
        struct Link {
            token: String,
        }
        let link = axum::extract::Query::<Link>::try_from_uri(uri);
        // A `+` that nobody has encoded reads as a space, which no token has.
        link.is_ok_and(|link| self.is(link.0.token.replace(' ', "+").as_bytes()))
    }

    /// What has a browser present it from now on: to us alone, also behind a link that it has followed from
    /// elsewhere, and to no script.
    pub(super) fn cookie(&self, name: &str) -> Option<HeaderValue> {
        let value = percent_encoded(&self.0);
        let cookie = format!("{name}={value}; HttpOnly; SameSite=Lax; Path=/");
        HeaderValue::try_from(cookie).ok()
    }

    fn is_said_by(&self, authorization: &HeaderValue) -> bool {
        let said = authorization.to_str().ok();
        let Some((scheme, credentials)) = said.and_then(|said| said.split_once(' ')) else {
            return false;
        };
        let credentials = credentials.trim();
        if scheme.eq_ignore_ascii_case("bearer") {
            return self.is(credentials.as_bytes());
        }
        let decoded = BASE64.decode(credentials.as_bytes());
        let Some(pair) = decoded
            .ok()
            .filter(|_| scheme.eq_ignore_ascii_case("basic"))
        else {
            return false;
        };
        let colon = pair.iter().position(|octet| *octet == b':');
        colon.is_some_and(|colon| self.is(&pair[colon + 1..]))
    }

    fn is(&self, presented: &[u8]) -> bool {
        is_same(presented, self.0.as_bytes())
    }
}

/// How long it takes tells nothing of where they differ.
fn is_same(presented: &[u8], secret: &[u8]) -> bool {
    let differing = presented
        .iter()
        .zip(secret)
        .fold(0, |differing, (a, b)| black_box(differing | (a ^ b)));
    presented.len() == secret.len() && differing == 0
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_token() {
        assert_eq!(format!("{:?}", Token::new("abc")), "[secret]");
    }

    #[test]
    fn what_cannot_be_said_in_a_header_is_no_token() {
        for unusable in ["", "two words", "tab\t", "käse", "\u{7f}"] {
            assert!(!Token::new(unusable).is_usable(), "{unusable:?}");
        }
        assert!(Token::new("a;b,c=\"%\\~").is_usable());
    }
}
