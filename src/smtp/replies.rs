//! The named replies: codes and texts by RFC 5321 §4.2.3, enhanced codes by RFC 3463 and RFC 5248.

use std::fmt;

use super::reply::Reply;

/// Replies by the meaning that the standards give them.
impl Reply {
    /// 421: service not available, closing. The server closes the connection behind it (RFC 5321
    /// §3.8).
    pub const fn service_not_available() -> Self {
        Self::fixed(421, (4, 3, 2), "Service not available, closing")
    }

    /// 432 4.7.12: the user has to move to the mechanism that was chosen, once, by PLAIN (RFC 4954 §6).
    pub const fn password_transition_needed() -> Self {
        Self::fixed(432, (4, 7, 12), "A password transition is needed")
    }

    /// 450 4.2.0: the mailbox is busy; nothing was done.
    pub const fn mailbox_busy() -> Self {
        Self::fixed(450, (4, 2, 0), "Mailbox busy")
    }

    /// 451 4.3.0: an error in processing; the client is to try again later.
    pub const fn try_again_later() -> Self {
        Self::fixed(451, (4, 3, 0), "Try again later")
    }

    /// 451 4.7.1: greylisted (RFC 6647); a client that comes again after a while is served.
    pub const fn greylisted() -> Self {
        Self::fixed(451, (4, 7, 1), "Greylisted, try again later")
    }

    /// 452 4.5.3: too many recipients; the client is to send the others in another transaction.
    pub const fn too_many_recipients() -> Self {
        Self::fixed(452, (4, 5, 3), "Too many recipients")
    }

    /// 452 4.3.1: insufficient system storage.
    pub const fn insufficient_storage() -> Self {
        Self::fixed(452, (4, 3, 1), "Insufficient system storage")
    }

    /// 452 4.2.2: the mailbox is full for now. [`mailbox_full`](Self::mailbox_full) is for good.
    pub const fn mailbox_full_for_now() -> Self {
        Self::fixed(452, (4, 2, 2), "Mailbox full")
    }

    /// 454 4.7.0: TLS is not available for a temporary reason (RFC 3207 §4).
    pub const fn tls_not_available() -> Self {
        Self::fixed(454, (4, 7, 0), "TLS not available for a temporary reason")
    }

    /// 454 4.7.0: the credentials could not be checked for now (RFC 4954 §6).
    pub const fn temporary_authentication_failure() -> Self {
        Self::fixed(454, (4, 7, 0), "Temporary authentication failure")
    }

    /// 500 5.5.2: the command was not recognized.
    pub const fn command_not_recognized() -> Self {
        Self::fixed(500, (5, 5, 2), "Command not recognized")
    }

    /// 501 5.5.4: a syntax error in the parameters or arguments.
    pub const fn invalid_argument() -> Self {
        Self::fixed(501, (5, 5, 4), "Syntax error in parameters or arguments")
    }

    /// 502 5.5.1: the command is not implemented.
    pub const fn command_not_implemented() -> Self {
        Self::fixed(502, (5, 5, 1), "Command not implemented")
    }

    /// 503 5.5.1: the command came out of order.
    pub const fn bad_sequence() -> Self {
        Self::fixed(503, (5, 5, 1), "Bad sequence of commands")
    }

    /// 504 5.5.4: a parameter of the command is not implemented.
    pub const fn parameter_not_implemented() -> Self {
        Self::fixed(504, (5, 5, 4), "Command parameter not implemented")
    }

    /// 530 5.7.0: authentication is required first (RFC 4954 §6).
    pub const fn authentication_required() -> Self {
        Self::fixed(530, (5, 7, 0), "Authentication required")
    }

    /// 534 5.7.9: the mechanism is weaker than the server's policy allows for that user (RFC 4954 §6).
    pub const fn mechanism_too_weak() -> Self {
        Self::fixed(534, (5, 7, 9), "Authentication mechanism is too weak")
    }

    /// 535 5.7.8: the credentials are invalid (RFC 4954 §6).
    pub const fn credentials_invalid() -> Self {
        Self::fixed(535, (5, 7, 8), "Authentication credentials invalid")
    }

    /// 538 5.7.11: the mechanism asks for encryption, which is not there (RFC 4954 §6).
    pub const fn encryption_required() -> Self {
        let text = "Encryption required for requested authentication mechanism";
        Self::fixed(538, (5, 7, 11), text)
    }

    /// 550 5.1.1: there is no such mailbox.
    pub const fn mailbox_unavailable() -> Self {
        Self::fixed(550, (5, 1, 1), "Mailbox unavailable")
    }

    /// 550 5.7.1: the server does not relay to that domain.
    pub const fn relaying_denied() -> Self {
        Self::fixed(550, (5, 7, 1), "Relaying denied")
    }

    /// 550 5.7.1: refused for a reason of policy, as by a spam filter.
    pub const fn rejected_by_policy() -> Self {
        Self::fixed(550, (5, 7, 1), "Rejected for policy reasons")
    }

    /// 551 5.1.6: the user has moved; the text says where (RFC 5321 §3.4).
    ///
    /// # Panics
    ///
    /// If the path has control characters.
    #[track_caller]
    pub fn user_not_local(forward_path: impl fmt::Display) -> Self {
        let text = format!("User not local; please try <{forward_path}>");
        Self::new(551, text).enhanced("5.1.6")
    }

    /// 552 5.2.2: the mailbox is full. [`mailbox_full_for_now`](Self::mailbox_full_for_now) has the
    /// client try again.
    pub const fn mailbox_full() -> Self {
        Self::fixed(552, (5, 2, 2), "Mailbox full")
    }

    /// 552 5.3.4: the message is too big for this server.
    pub const fn message_too_big() -> Self {
        Self::fixed(552, (5, 3, 4), "Message too big for this server")
    }

    /// 553 5.1.3: the name of the mailbox is not allowed.
    pub const fn mailbox_name_not_allowed() -> Self {
        Self::fixed(553, (5, 1, 3), "Mailbox name not allowed")
    }

    /// 554 5.0.0: the transaction failed.
    pub const fn transaction_failed() -> Self {
        Self::fixed(554, (5, 0, 0), "Transaction failed")
    }

    /// 554 5.3.2, as a greeting: there is no SMTP service here. Until QUIT everything is answered
    /// 503 (RFC 5321 §3.1).
    pub const fn no_smtp_service() -> Self {
        Self::fixed(554, (5, 3, 2), "No SMTP service here")
    }

    /// 555 5.5.4: the parameters of MAIL or RCPT are not recognized or not implemented.
    pub const fn parameters_not_recognized() -> Self {
        Self::fixed(
            555,
            (5, 5, 4),
            "MAIL FROM or RCPT TO parameters not recognized",
        )
    }
}
