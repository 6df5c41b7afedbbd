//! What a client presented to authenticate, and what came of it.

use std::fmt;

use super::super::secret::Secret;
use super::md5::hmac_md5_hex;
use super::mechanism::Mechanism;

/// Credentials that a client presented, accepted or not.
///
/// Password and token show neither in `Debug` nor in a transcript: only [`password`](Self::password) and
/// [`token`](Self::token) tell them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    pub(super) mechanism: Mechanism,
    pub(super) identity: Box<str>,
    pub(super) authorization_identity: Option<Box<str>>,
    pub(super) proof: Proof,
    pub(super) is_tls: bool,
    pub(super) is_accepted: bool,
}

/// By what a client proves who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    Password(Secret),
    Token(Secret),
    /// RFC 2195: the HMAC-MD5 of the challenge under the password, in hexadecimal.
    Digest {
        challenge: Box<str>,
        digest: Secret,
    },
}

impl Login {
    /// The SASL mechanism.
    pub fn mechanism(&self) -> Mechanism {
        self.mechanism
    }

    /// Who it claims to be: whose password or token it is. Empty if a client with OAUTHBEARER leaves
    /// that to the token.
    pub fn identity(&self) -> &str {
        &self.identity
    }

    /// Whom the client wants to act as, if it said so (RFC 4616 §2).
    pub fn authorization_identity(&self) -> Option<&str> {
        self.authorization_identity.as_deref()
    }

    /// The password, in clear. None with an access token, and with CRAM-MD5, which never tells it:
    /// [`has_password`](Self::has_password) checks that too.
    pub fn password(&self) -> Option<&str> {
        match &self.proof {
            Proof::Password(password) => Some(password.reveal()),
            Proof::Token(_) | Proof::Digest { .. } => None,
        }
    }

    /// The access token of XOAUTH2 or OAUTHBEARER, in clear.
    pub fn token(&self) -> Option<&str> {
        match &self.proof {
            Proof::Token(token) => Some(token.reveal()),
            Proof::Password(_) | Proof::Digest { .. } => None,
        }
    }

    /// Whether the client has shown that it knows that password, with any mechanism that has one.
    pub fn has_password(&self, password: &str) -> bool {
        match &self.proof {
            Proof::Password(presented) => presented.reveal() == password,
            Proof::Digest { challenge, digest } => {
                let expected = hmac_md5_hex(password.as_bytes(), challenge.as_bytes());
                digest.reveal().eq_ignore_ascii_case(&expected)
            }
            Proof::Token(_) => false,
        }
    }

    /// Whether the server accepted it.
    pub fn is_accepted(&self) -> bool {
        self.is_accepted
    }

    /// Whether it was presented over TLS.
    pub fn is_tls(&self) -> bool {
        self.is_tls
    }

    /// Whether who listens has learnt the password or token: neither TLS nor the mechanism hid it.
    pub fn is_in_clear(&self) -> bool {
        !self.is_tls && !matches!(self.proof, Proof::Digest { .. })
    }

    /// About how many octets of memory it takes.
    pub(crate) fn size(&self) -> usize {
        let proof = match &self.proof {
            Proof::Password(secret) | Proof::Token(secret) => secret.reveal().len(),
            Proof::Digest { challenge, digest } => challenge.len() + digest.reveal().len(),
        };
        let authorized = self.authorization_identity.as_ref().map_or(0, |a| a.len());
        size_of::<Self>() + self.identity.len() + authorized + proof
    }

    pub(in super::super) fn accepted(self) -> Self {
        Self {
            is_accepted: true,
            ..self
        }
    }
}

impl fmt::Display for Login {
    /// `PLAIN as "app", refused, in clear`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} as {:?}", self.mechanism, self.identity)?;
        if let Some(identity) = &self.authorization_identity {
            write!(f, " for {identity:?}")?;
        }
        let outcome = if self.is_accepted {
            "accepted"
        } else {
            "refused"
        };
        let cover = if self.is_tls {
            "over TLS"
        } else {
            "without TLS"
        };
        write!(f, ", {outcome}, {cover}")
    }
}
