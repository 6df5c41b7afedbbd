//! What one server allows and offers; the same for all its sessions.

use super::extension::Extensions;
use super::sasl::Mechanism;
use super::tls::TlsMode;

/// RFC 4954 §4: the longest line of an AUTH exchange, in octets with its CRLF.
pub(crate) const AUTH_LINE_LIMIT: usize = 12_288;

/// The longest command line taken, in octets with its CRLF. RFC 5321 §4.5.3.1.4 asks for 512 and the
/// extensions of MAIL and RCPT for about 1,200 more.
pub(crate) const COMMAND_LINE_LIMIT: usize = 2_048;

#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// The name in the greeting and the hello.
    pub(crate) host_name: String,
    pub(crate) extensions: Extensions,
    /// What AUTH may name, in the order offered.
    pub(crate) mechanisms: Vec<Mechanism>,
    /// Refuse mail from clients that have not authenticated.
    pub(crate) requires_auth: bool,
    /// Take credentials in clear though there is TLS.
    pub(crate) takes_auth_in_clear: bool,
    pub(crate) tls: TlsMode,
    /// Refuse nearly everything before TLS.
    pub(crate) requires_tls: bool,
    /// Do not offer STARTTLS, and do it all the same.
    pub(crate) strips_starttls: bool,
    /// Refuse what is otherwise forgiven with a remark.
    pub(crate) strict: bool,
    /// Speak LMTP (RFC 2033).
    pub(crate) is_lmtp: bool,
    /// Octets of content in one mail.
    pub(crate) max_content: usize,
    /// Accepted recipients in one transaction.
    pub(crate) max_recipients: usize,
    /// Syntax and sequence errors that are answered before the session is ended.
    pub(crate) max_errors: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            host_name: "localhost".to_owned(),
            extensions: Extensions::default(),
            mechanisms: Mechanism::offered_by_default(),
            requires_auth: false,
            takes_auth_in_clear: false,
            tls: TlsMode::Never,
            requires_tls: false,
            strips_starttls: false,
            strict: false,
            is_lmtp: false,
            max_content: 50 * 1024 * 1024,
            max_recipients: 1_000,
            max_errors: 100,
        }
    }
}
