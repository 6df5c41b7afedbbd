//! What an assertion was about, and how it did not hold.

use std::fmt::Write as _;

use super::closest::{closest, judge};
use super::overview::{list, mail_line, overview, rejection_line};
use super::session_line::session_line;
use crate::mail::{Mail, MailMatcher};
use crate::received::Received;
use crate::rejection::Rejection;
use crate::rejection_matcher::RejectionMatcher;
use crate::session::Session;
use crate::session_matcher::SessionMatcher;
use crate::times::Times;

/// What an assertion was about: a part of what was received.
#[derive(Debug)]
pub(crate) struct Scene {
    pub(crate) received: Received,
    /// How the part is called: ` in inbox(…)`; empty for all.
    pub(crate) title: String,
    /// How many mails the server has in all.
    pub(crate) mails_in_all: usize,
}

impl Scene {
    /// A text that ends with all that was received.
    fn report(&self, text: &str) -> String {
        let is_empty = self.received.mails.is_empty() && self.received.rejections.is_empty();
        if is_empty && !self.title.is_empty() {
            let all = self.mails_in_all;
            return format!("{text}\n\nnothing is there; all mails that the server has: {all}");
        }
        format!("{text}\n{}", overview(&self.received))
    }

    /// The mails that are like that.
    pub(crate) fn mails_like(&self, wanted: &MailMatcher) -> Vec<Mail> {
        let mails = self.received.mails.iter();
        mails
            .filter(|mail| wanted.is_match(mail))
            .cloned()
            .collect()
    }

    /// How many mails there are, as the first line says it.
    fn found(&self) -> String {
        match self.received.mails.len() {
            0 => format!("none was received{}", self.title),
            1 => format!("1 was received{}", self.title),
            count => format!("{count} were received{}", self.title),
        }
    }

    fn closest_mail(&self, wanted: &MailMatcher) -> String {
        closest(&wanted.0, &self.received.mails, mail_line)
    }

    /// There is not just one mail.
    pub(crate) fn not_exactly_one(&self) -> String {
        self.report(&format!("expected exactly one mail, but {}", self.found()))
    }

    /// There is no mail like that.
    pub(crate) fn none_like(&self, wanted: &MailMatcher) -> String {
        let mut text = format!("expected a mail like {wanted}, but {}", self.found());
        if !self.received.mails.is_empty() {
            text.push_str(", and none is like that");
        }
        text.push_str(&self.closest_mail(wanted));
        self.report(&text)
    }

    /// So many mails like that are wrong.
    pub(crate) fn wrong_number_like(
        &self,
        wanted: &MailMatcher,
        times: Times,
        like: &[Mail],
    ) -> String {
        let count = match like.len() {
            0 => "there is none".to_owned(),
            1 => "there is 1".to_owned(),
            count => format!("there are {count}"),
        };
        let (times_of, title) = (times.of("mail"), &self.title);
        let like_that = match wanted.0.len() == 0 {
            true => String::new(),
            false => format!(" like {wanted}"),
        };
        let mut text = format!("expected {times_of}{title}{like_that}, but {count}");
        list(&mut text, "like that", like, mail_line);
        if !times.is_exceeded_by(like.len()) {
            let others = self.received.mails.iter();
            let others: Vec<_> = others
                .filter(|mail| !wanted.is_match(mail))
                .cloned()
                .collect();
            text.push_str(&closest(&wanted.0, &others, mail_line));
        }
        self.report(&text)
    }

    /// There should be no mail like that.
    pub(crate) fn unwanted(&self, unwanted: &MailMatcher, like: &[Mail]) -> String {
        let title = &self.title;
        let mut text = format!("expected no mail{title} like {unwanted}");
        list(&mut text, "but there is", like, mail_line);
        self.report(&text)
    }

    /// So many mails are wrong.
    pub(crate) fn wrong_mail_count(&self, times: Times) -> String {
        self.report(&format!(
            "expected {}, but {}",
            times.of("mail"),
            self.found()
        ))
    }

    /// So many copies are wrong.
    pub(crate) fn wrong_recipient_count(&self, times: Times, count: usize) -> String {
        let (copies, title) = (times.of("recipient"), &self.title);
        self.report(&format!(
            "expected {copies} of mails{title}, but there are {count}"
        ))
    }

    /// The mails did not come in that order.
    pub(crate) fn wrong_order(&self, missing: &MailMatcher, behind: Option<&Mail>) -> String {
        let place = behind.map_or_else(String::new, |mail| format!(" behind #{}", mail.id()));
        let rest = self.received.mails.iter();
        let rest = rest.filter(|mail| behind.is_none_or(|b| mail.id() > b.id()));
        let rest: Vec<_> = rest.cloned().collect();
        let title = &self.title;
        let mut text = format!("expected a mail{title} like {missing}{place}, but there is none");
        text.push_str(&closest(&missing.0, &rest, mail_line));
        self.report(&text)
    }

    /// Somebody got the same twice.
    pub(crate) fn duplicates(&self, duplicates: &[(Mail, Mail, String)]) -> String {
        let mut text = "a recipient got the same mail twice".to_owned();
        for (first, second, recipient) in duplicates {
            let (a, b) = (session_of(first), session_of(second));
            let _ = write!(
                text,
                "\n  <{recipient}> got #{} ({a}) and #{} ({b})",
                first.id(),
                second.id()
            );
        }
        self.report(&text)
    }

    /// A header tells who was to be hidden.
    pub(crate) fn bcc_leaks(&self, leaking: &[Mail]) -> String {
        let mut text = "a mail has a Bcc field that tells its hidden recipients".to_owned();
        for mail in leaking {
            let bcc = mail.message().header("Bcc").unwrap_or_default();
            let _ = write!(text, "\n  #{}: Bcc: {bcc}", mail.id());
        }
        self.report(&text)
    }

    /// Nothing like that was refused.
    pub(crate) fn none_rejected_like(&self, wanted: &RejectionMatcher) -> String {
        let count = match self.received.rejections.len() {
            0 => "there is none".to_owned(),
            count => format!("none of the {count} is like that"),
        };
        let title = &self.title;
        let mut text = format!("expected a rejection{title} like {wanted}, but {count}");
        text.push_str(&closest(
            &wanted.0,
            &self.received.rejections,
            rejection_line,
        ));
        self.report(&text)
    }

    /// Nothing like that was to be refused.
    pub(crate) fn unwanted_rejections(
        &self,
        unwanted: &RejectionMatcher,
        like: &[Rejection],
    ) -> String {
        let title = &self.title;
        let mut text = format!("expected no rejection{title} like {unwanted}");
        list(&mut text, "but there is", like, rejection_line);
        self.report(&text)
    }

    /// Not all sessions are like that, or there is none.
    pub(crate) fn other_sessions(&self, wanted: &SessionMatcher, others: &[Session]) -> String {
        let title = &self.title;
        let mut text = match others.len() {
            0 => format!("expected sessions{title} like {wanted}, but there is none"),
            count => {
                let of = self.received.sessions.len();
                format!(
                    "expected all sessions{title} to be like {wanted}, but {count} of {of} are not"
                )
            }
        };
        for session in others.iter().take(SHOWN) {
            let _ = write!(text, "\n\n{}", session_line(session));
            judge(&mut text, &wanted.0, session);
        }
        if others.len() > SHOWN {
            let _ = write!(text, "\n\n… {} more", others.len() - SHOWN);
        }
        self.report(&text)
    }
}

impl Scene {
    /// No session is like that.
    pub(crate) fn no_session_like(&self, wanted: &SessionMatcher) -> String {
        let title = &self.title;
        let mut text = format!("expected a session{title} like {wanted}, but there is none");
        text.push_str(&closest(&wanted.0, &self.received.sessions, session_line));
        self.report(&text)
    }

    /// Something is still going on.
    pub(crate) fn still_busy(&self) -> String {
        self.report("expected the server to be idle, but something is going on")
    }
}

/// How many sessions are judged in one report.
const SHOWN: usize = 5;

fn session_of(mail: &Mail) -> String {
    format!("session {}", mail.session_id())
}
