//! Who may authenticate, and how.

use std::panic::Location;

use super::builder::MailServerBuilder;
use crate::rules::{Credentials, Preset};
use crate::smtp::{Extension, Login, Mechanism};

/// AUTH (RFC 4954). It is offered from the start, or, where there is TLS, behind that. By default any
/// credentials are accepted; [`logins`](crate::Inbox::logins) tells which were presented.
impl MailServerBuilder {
    /// Accepts that user with that password, and refuses others with 535 5.7.8. May be called several
    /// times, for several users or several passwords of one.
    ///
    /// ```
    /// use mailmock::MailServer;
    ///
    /// let server = MailServer::builder().credentials("app", "s3cret").credentials("admin", "t0psecret").start();
    /// assert!(server.url_as("app").starts_with("smtp://app:s3cret@"));
    /// ```
    #[track_caller]
    pub fn credentials(mut self, user: impl Into<String>, password: impl Into<String>) -> Self {
        let known = self.known_credentials(Location::caller());
        known.add_password(user.into(), password.into());
        self
    }

    /// Accepts that user with that access token, by XOAUTH2 or OAUTHBEARER, and refuses others: with a 334
    /// that says so, and 535 5.7.8 behind the client's answer (RFC 7628 §3.2.2). May be called several
    /// times. A token that expires while the server runs is a rule:
    ///
    /// ```
    /// use mailmock::{MailServer, Reply, Trigger};
    ///
    /// let server = MailServer::builder().oauth_token("app", "first").oauth_token("app", "second").start();
    /// // … the application sends mail with the first one …
    /// let has_expired = Trigger::when(|event| event.login().is_some_and(|login| login.token() == Some("first")));
    /// server.on(has_expired).reply(Reply::credentials_invalid());
    /// // … and has to fetch the second one now …
    /// ```
    #[track_caller]
    pub fn oauth_token(mut self, user: impl Into<String>, token: impl Into<String>) -> Self {
        let known = self.known_credentials(Location::caller());
        known.add_token(user.into(), token.into());
        self
    }

    /// Accepts the credentials for which the closure holds, besides those that are named, and refuses
    /// others. It runs as a [trigger's](crate::Trigger::when) does.
    ///
    /// ```
    /// use mailmock::MailServer;
    ///
    /// let server = MailServer::builder()
    ///     .authenticate_with(|login| login.identity().ends_with("@example.org") && login.has_password("s3cret"))
    ///     .start();
    /// ```
    #[track_caller]
    pub fn authenticate_with(
        mut self,
        is_right: impl Fn(&Login) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.known_credentials(Location::caller())
            .add_check(is_right);
        self
    }

    /// The mechanisms offered, in that order; by default PLAIN, LOGIN, XOAUTH2 and OAUTHBEARER. Others get
    /// 504 5.5.4.
    ///
    /// # Panics
    ///
    /// If there is none: that is [`no_auth`](Self::no_auth).
    #[track_caller]
    pub fn auth_mechanisms(mut self, mechanisms: impl IntoIterator<Item = Mechanism>) -> Self {
        self.settings.mechanisms = mechanisms.into_iter().collect();
        assert!(
            !self.settings.mechanisms.is_empty(),
            "without a mechanism there is no AUTH: that is no_auth()"
        );
        self
    }

    /// Refuses what needs an authenticated client with 530 5.7.0: everything but AUTH, EHLO, HELO, NOOP,
    /// RSET, STARTTLS and QUIT (RFC 4954 §6).
    pub fn require_auth(mut self) -> Self {
        self.settings.requires_auth = true;
        self
    }

    /// Does not offer AUTH, which is then answered 502.
    pub fn no_auth(self) -> Self {
        self.without_extension(Extension::Auth)
    }

    /// The credentials, which there are once.
    fn known_credentials(&mut self, location: &'static Location<'static>) -> &mut Credentials {
        match self.only_preset(Preset::Credentials(Credentials::default()), location) {
            Preset::Credentials(credentials) => credentials,
            _ => unreachable!("it is of the kind asked for"),
        }
    }

    /// The credentials, if some are named.
    pub(super) fn named_credentials(&self) -> Credentials {
        let mut presets = self.policy.iter();
        let known = presets.find_map(|(preset, _)| match preset {
            Preset::Credentials(credentials) => Some(credentials.clone()),
            _ => None,
        });
        known.unwrap_or_default()
    }
}
