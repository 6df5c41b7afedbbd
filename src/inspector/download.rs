//! What a browser is to save.

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::mail::Mail;
use crate::percent::percent_encoded;

/// Characters of a file's name that a browser is told, which is about what file systems take.
const MAX_FILE_NAME: usize = 200;

/// What a browser saves rather than shows. The name is the mail's, and may be anything (RFC 6266, RFC
/// 8187), of any length.
pub(super) fn download(name: &str, kind: HeaderValue, octets: impl Into<Body>) -> Response {
    let name: String = name.chars().take(MAX_FILE_NAME).collect();
    let disposition = format!("attachment; filename*=UTF-8''{}", percent_encoded(&name));
    let disposition = HeaderValue::try_from(disposition);
    let headers = [
        (header::CONTENT_TYPE, kind),
        (
            header::CONTENT_DISPOSITION,
            disposition.unwrap_or(HeaderValue::from_static("attachment")),
        ),
    ];
    (headers, octets.into()).into_response()
}

/// The octets of a mail, which is kept for as long as somebody reads them, and not copied.
pub(super) struct Raw(pub(super) Mail);

impl AsRef<[u8]> for Raw {
    fn as_ref(&self) -> &[u8] {
        self.0.message().raw()
    }
}

/// The octets of the part of that number, which there is.
pub(super) struct DecodedPart(pub(super) Mail, pub(super) usize);

impl AsRef<[u8]> for DecodedPart {
    fn as_ref(&self) -> &[u8] {
        let parts = self.0.message().parts();
        parts.get(self.1).map_or(&[], |part| part.bytes())
    }
}
