//! What a rejection is to be like: a conjunction of named conditions.

use crate::condition::{Conditions, matcher};
use crate::mail::{AddressPattern, MailMatcher, TextPattern};
use crate::rejection::Rejection;
use crate::smtp::{Cause, Origin, Reply, Stage};

/// A rejection of any kind; the methods of [`RejectionMatcher`] add conditions.
///
/// ```
/// use mailmock::{a_mail, a_rejection};
///
/// let gone = a_rejection().code(550).recipient("gone@example.org");
/// let spam = a_rejection().enhanced_code("5.7.1").mail(a_mail().subject("You win"));
/// assert_eq!(gone.to_string(), r#"a_rejection().code(550).recipient("gone@example.org")"#);
/// ```
pub fn a_rejection() -> RejectionMatcher {
    RejectionMatcher(Conditions::none())
}

/// Conditions that a rejection is to meet, all of them; made by [`a_rejection`].
#[derive(Clone)]
#[must_use = "it says what a rejection is to be like, and looks at none"]
pub struct RejectionMatcher(pub(crate) Conditions<Rejection>);

matcher!(RejectionMatcher, Rejection, "a_rejection");

impl RejectionMatcher {
    /// It happened there.
    pub fn stage(self, stage: Stage) -> Self {
        self.with(format!("stage({stage:?})"), move |rejection| {
            let found = rejection.stage();
            (found == stage)
                .then_some(())
                .ok_or_else(|| format!("{found:?}"))
        })
    }

    /// For that cause.
    pub fn cause(self, cause: Cause) -> Self {
        self.with(format!("cause({cause:?})"), move |rejection| {
            let found = rejection.cause();
            (found == cause)
                .then_some(())
                .ok_or_else(|| format!("{found:?}"))
        })
    }

    /// A transaction was begun and not completed, and nobody refused it.
    pub fn aborted(self) -> Self {
        self.cause(Cause::Aborted)
    }

    /// The reply has that code.
    pub fn code(self, code: u16) -> Self {
        self.with(format!("code({code})"), move |rejection| {
            match rejection.reply() {
                Some(reply) if reply.code() == code => Ok(()),
                reply => Err(reply_text(reply)),
            }
        })
    }

    /// The reply has that enhanced code, such as `5.1.1`.
    pub fn enhanced_code(self, code: &str) -> Self {
        let code = code.to_owned();
        self.with(
            format!("enhanced_code({code:?})"),
            move |rejection| match rejection.reply() {
                Some(reply) if reply.enhanced_code().is_some_and(|c| c == code.as_str()) => Ok(()),
                reply => Err(reply_text(reply)),
            },
        )
    }

    /// The text of the reply is like that.
    pub fn reply_text(self, text: impl Into<TextPattern>) -> Self {
        let text = text.into();
        self.with(
            format!("reply_text({text})"),
            move |rejection| match rejection.reply() {
                Some(reply) => text.check(reply.text()),
                None => Err(reply_text(None)),
            },
        )
    }

    /// It was a RCPT, or a delivery in LMTP, to an address like that.
    ///
    /// # Panics
    ///
    /// If it is a text that is no address.
    #[track_caller]
    pub fn recipient(self, address: impl Into<AddressPattern>) -> Self {
        let address = address.into();
        address.check();
        self.with(
            format!("recipient({address})"),
            move |rejection| match rejection.recipient() {
                Some(found) if address.is_match(found) => Ok(()),
                Some(found) => Err(format!("<{found}>")),
                None => Err(format!("no RCPT, but {}", rejection.stage())),
            },
        )
    }

    /// A rule caused it that was set up at that [line](crate::Rule::location), or comes from there.
    pub fn rule(self, origin: impl Into<Origin>) -> Self {
        let origin = origin.into();
        self.with(
            format!("rule({origin})"),
            move |rejection| match rejection.rule() {
                Some(found) if found == origin => Ok(()),
                Some(found) => Err(format!("rule at {found}")),
                None => Err(format!("no rule, but {}", rejection.cause())),
            },
        )
    }

    /// The mail that it concerned is like that: its envelope as far as it had come, and its content, which
    /// is empty if it had not come.
    pub fn mail(self, mail: MailMatcher) -> Self {
        self.with(format!("mail({mail})"), move |rejection| {
            match rejection.mail() {
                Some(found) => mail.check(found),
                None => Err("no transaction was under way".to_owned()),
            }
        })
    }
}

fn reply_text(reply: Option<&Reply>) -> String {
    reply.map_or("no reply".to_owned(), ToString::to_string)
}
