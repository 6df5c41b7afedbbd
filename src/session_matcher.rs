//! What a session is to be like: a conjunction of named conditions.

use crate::condition::{Conditions, matcher};
use crate::exchange::Exchange;
use crate::mail::TextPattern;
use crate::session::Session;
use crate::smtp::{Login, SessionEnd};
use crate::times::Times;

/// A session of any kind; the methods of [`SessionMatcher`] add conditions.
///
/// ```
/// use mailmock::a_session;
///
/// let tidy = a_session().no_remarks().quit_sent().mails(1..);
/// assert_eq!(tidy.to_string(), "a_session().no_remarks().quit_sent().mails(at least 1)");
/// ```
pub fn a_session() -> SessionMatcher {
    SessionMatcher(Conditions::none())
}

/// Conditions that a session is to meet, all of them; made by [`a_session`].
#[derive(Clone)]
#[must_use = "it says what a session is to be like, and looks at none"]
pub struct SessionMatcher(pub(crate) Conditions<Session>);

matcher!(SessionMatcher, Session, "a_session");

impl SessionMatcher {
    /// The argument of the last EHLO or HELO is like that.
    pub fn ehlo_name(self, name: impl Into<TextPattern>) -> Self {
        let name = name.into();
        self.with(format!("ehlo_name({name})"), move |session| {
            match session.hello_name() {
                Some(found) => name.check(found),
                None => Err("no hello".to_owned()),
            }
        })
    }

    /// It was authenticated as such a user.
    pub fn authenticated_as(self, user: impl Into<TextPattern>) -> Self {
        let user = user.into();
        self.with(format!("authenticated_as({user})"), move |session| {
            let mut accepted = session.logins().iter().filter(|login| login.is_accepted());
            let is_match = accepted.any(|login| user.is_match(login.identity()));
            is_match.then_some(()).ok_or_else(|| logins_of(session))
        })
    }

    /// It was over [TLS](Session::is_tls).
    pub fn used_tls(self) -> Self {
        self.with("used_tls()".to_owned(), |session| {
            session
                .is_tls()
                .then_some(())
                .ok_or_else(|| "in clear".to_owned())
        })
    }

    /// No password or token was presented in clear, accepted or not.
    pub fn no_plaintext_auth(self) -> Self {
        self.with("no_plaintext_auth()".to_owned(), |session| {
            // Lines that were sent behind an AUTH that came to nothing.
            let is_stray = |exchange: Exchange<'_>| {
                let is_unasked = exchange.reply().is_none_or(|reply| reply.code() == 500);
                exchange.command() == Some("[secret]") && is_unasked
            };
            if session.exchanges_in_clear().any(is_stray) {
                return Err("credentials were sent ahead, without TLS".to_owned());
            }
            let is_safe = !session.logins().iter().any(Login::is_in_clear);
            is_safe.then_some(()).ok_or_else(|| logins_of(session))
        })
    }

    /// Commands were sent ahead of replies only where PIPELINING was offered.
    pub fn pipelined_only_when_offered(self) -> Self {
        self.with("pipelined_only_when_offered()".to_owned(), |session| {
            let is_right = !session.has_pipelined_unasked();
            is_right
                .then_some(())
                .ok_or_else(|| "it pipelined where that was not offered".to_owned())
        })
    }

    /// It has delivered so many mails.
    ///
    /// # Panics
    ///
    /// If the range is empty.
    #[track_caller]
    pub fn mails(self, times: impl Into<Times>) -> Self {
        let times = times.into();
        self.with(format!("mails({times})"), move |session| {
            check_mails(session, times)
        })
    }

    /// It has delivered more than one mail.
    pub fn reused(self) -> Self {
        self.with("reused()".to_owned(), |session| {
            check_mails(session, (2..).into())
        })
    }

    /// The client keeps to the standard: there are no [remarks](Session::remarks).
    pub fn no_remarks(self) -> Self {
        self.with("no_remarks()".to_owned(), |session| {
            let remarks: Vec<_> = session.remarks().iter().map(ToString::to_string).collect();
            remarks
                .is_empty()
                .then_some(())
                .ok_or_else(|| remarks.join("; "))
        })
    }

    /// The client said QUIT.
    pub fn quit_sent(self) -> Self {
        self.with("quit_sent()".to_owned(), |session| {
            let mut commands = session
                .exchanges()
                .filter_map(|exchange| exchange.command());
            let is_quit = |command: &str| command.trim().eq_ignore_ascii_case("QUIT");
            commands
                .any(is_quit)
                .then_some(())
                .ok_or_else(|| end_of(session))
        })
    }

    /// It ended like that.
    pub fn ended(self, end: SessionEnd) -> Self {
        self.with(format!("ended({end:?})"), move |session| {
            let is_match = session.end() == Some(end);
            is_match.then_some(()).ok_or_else(|| end_of(session))
        })
    }
}

fn logins_of(session: &Session) -> String {
    let logins: Vec<_> = session.logins().iter().map(ToString::to_string).collect();
    match logins.as_slice() {
        [] => "no login".to_owned(),
        logins => logins.join("; "),
    }
}

fn check_mails(session: &Session, times: Times) -> Result<(), String> {
    let count = session.mail_ids().len();
    times
        .contains(count)
        .then_some(())
        .ok_or_else(|| count.to_string())
}

fn end_of(session: &Session) -> String {
    session
        .end()
        .map_or("it is open".to_owned(), |end| end.to_string())
}
