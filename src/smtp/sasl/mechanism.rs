//! The SASL mechanisms that AUTH may name.

use std::fmt;

/// A mechanism by which a client authenticates (RFC 4422), as AUTH names it (RFC 4954).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Mechanism {
    /// `PLAIN`: name and password in one response (RFC 4616).
    Plain,
    /// `LOGIN`: name and password in two responses; obsolete, and widely used.
    Login,
    /// `CRAM-MD5`: a digest of the password and a challenge (RFC 2195). The password itself never
    /// comes, so that the test cannot read it. Many clients prefer it, and for both reasons it is only
    /// offered if it is [asked for](crate::MailServerBuilder::auth_mechanisms).
    CramMd5,
    /// `XOAUTH2`: name and access token, as Google and Microsoft have it.
    XOAuth2,
    /// `OAUTHBEARER`: name and access token (RFC 7628).
    OAuthBearer,
}

impl Mechanism {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Plain,
        Self::Login,
        Self::CramMd5,
        Self::XOAuth2,
        Self::OAuthBearer,
    ];

    /// Its name, such as `PLAIN`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::Login => "LOGIN",
            Self::CramMd5 => "CRAM-MD5",
            Self::XOAuth2 => "XOAUTH2",
            Self::OAuthBearer => "OAUTHBEARER",
        }
    }

    /// Whether it presents an access token in place of a password.
    pub fn is_oauth(self) -> bool {
        matches!(self, Self::XOAuth2 | Self::OAuthBearer)
    }

    /// What a server offers unless it is told otherwise.
    pub(crate) fn offered_by_default() -> Vec<Self> {
        vec![Self::Plain, Self::Login, Self::XOAuth2, Self::OAuthBearer]
    }

    /// The one of that name, in any case.
    pub(crate) fn of(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|mechanism| mechanism.as_str().eq_ignore_ascii_case(name))
    }
}

impl fmt::Display for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl PartialEq<str> for Mechanism {
    fn eq(&self, name: &str) -> bool {
        self.as_str() == name
    }
}

impl PartialEq<&str> for Mechanism {
    fn eq(&self, name: &&str) -> bool {
        self.as_str() == *name
    }
}
