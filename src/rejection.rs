//! A refusal, or a transaction that came to nothing, and everything known about it.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use crate::mail::{Mail, MailMatcher, Message};
use crate::smtp::{
    Cause, Envelope, ForwardPath, Mailbox, Origin, Rejected, Reply, Said, Stage, printable,
};

/// What did not become a mail: a command or a content that got a 4yz or 5yz reply, or that a
/// [rule](crate::Rule) kept from being carried out, or a transaction that was begun and not completed.
/// Cheap to clone.
///
/// A client that gives up after a refusal leaves two: the refusal itself, and the aborted transaction of
/// the recipients that had been accepted before and got no mail. [`is_aborted`](Self::is_aborted) tells
/// them apart.
///
/// ```
/// # use lettre::{Message, SmtpTransport, Transport};
/// use mailmock::{Cause, MailServer, Stage};
///
/// let server = MailServer::builder().max_message_size(100).start();
/// # let mail = Message::builder().from("app@example.org".parse()?).to("ada@example.org".parse()?).body("x".repeat(200))?;
/// # SmtpTransport::from_url(&server.url())?.build().send(&mail).unwrap_err();
/// // … the application sends a mail of 300 octets …
/// let rejection = &server.rejections()[0];
/// assert_eq!((rejection.stage(), rejection.cause()), (Stage::EndOfData, Cause::Limit));
/// assert_eq!(rejection.reply().unwrap().code(), 552);
/// assert_eq!(rejection.envelope().unwrap().forward_paths(), ["ada@example.org"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Rejection(Arc<Inner>);

struct Inner {
    id: u64,
    session_id: u64,
    recorded_at: SystemTime,
    rejected: Rejected,
    /// What had come of it, if a transaction was under way.
    mail: Option<Mail>,
    has_content: bool,
}

impl Rejection {
    /// The number of the rejection on its server: 1 for the first, never used again.
    pub fn id(&self) -> u64 {
        self.0.id
    }

    /// Where in the dialogue it happened; of an aborted transaction, how far it had come.
    pub fn stage(&self) -> Stage {
        self.0.rejected.stage
    }

    /// Why.
    pub fn cause(&self) -> Cause {
        self.0.rejected.cause
    }

    /// The command line that was refused; `None` for a refusal in place of the greeting, for content,
    /// for an aborted transaction, and for a line beyond every limit. Credentials read `[secret]`.
    pub fn command(&self) -> Option<String> {
        match &self.0.rejected.said {
            Said::Line(line) => Some(printable(line).into_owned()),
            Said::Secret => Some("[secret]".to_owned()),
            Said::Nothing | Said::Content { .. } | Said::OverlongLine | Said::TlsHandshake => None,
        }
    }

    /// Where the rule or the policy behind it comes from, if there is one.
    pub fn rule(&self) -> Option<Origin> {
        self.0.rejected.origin
    }

    /// What the reply does not tell: why a TLS handshake failed, or as whom a client presented credentials,
    /// such as `as "app"`.
    pub fn detail(&self) -> Option<&str> {
        self.0.rejected.detail.as_deref()
    }

    /// The reply; `None` for an aborted transaction, which nobody refused, and where a rule had the
    /// server say nothing, or nothing with a code.
    pub fn reply(&self) -> Option<&Reply> {
        self.0.rejected.reply.as_ref()
    }

    /// Whether a transaction was begun and not completed: no refusal, but no mail either.
    pub fn is_aborted(&self) -> bool {
        self.cause() == Cause::Aborted
    }

    /// The recipient that was refused, if it was a RCPT, or a delivery in LMTP.
    pub fn recipient(&self) -> Option<&str> {
        self.0.rejected.recipient.as_deref()
    }

    /// The envelope as far as it had come, if a transaction was under way.
    pub fn envelope(&self) -> Option<&Envelope> {
        self.mail().map(Mail::envelope)
    }

    /// The content: whole if it was refused at its end, what had come of it if the transaction was
    /// aborted. `None` if there was none, if it was over the size limit, or if the store was full. In LMTP the
    /// first of the recipients has it, if none of them got it.
    pub fn message(&self) -> Option<&Message> {
        self.mail()
            .filter(|_| self.0.has_content)
            .map(Mail::message)
    }

    /// Whether the mail that was tried is like that: the envelope so far, with the recipient that was
    /// refused, and the content.
    pub(crate) fn is_about(&self, mail: &MailMatcher) -> bool {
        self.mail_tried().is_some_and(|tried| mail.is_match(&tried))
    }

    /// As [`mail`](Self::mail), with the recipient that was refused.
    fn mail_tried(&self) -> Option<Mail> {
        let mail = self.mail()?;
        // A rule may have refused what is forgiven otherwise.
        let mailbox = |recipient| Mailbox::parse(recipient, &mut Vec::new()).ok();
        let path = self.recipient().and_then(mailbox);
        let Some(path) = path.map(ForwardPath::of) else {
            return Some(mail.clone());
        };
        let mut envelope = mail.envelope().clone();
        envelope.accept(path);
        let content = mail.message().raw().to_vec();
        Some(Mail::new(
            0,
            self.session_id(),
            self.recorded_at(),
            envelope,
            content,
        ))
    }

    /// Envelope and content as a mail, whose [`id`](Mail::id) is 0; content that had not come is empty.
    pub(crate) fn mail(&self) -> Option<&Mail> {
        self.0.mail.as_ref()
    }

    /// The [session](crate::Session::id) in which it happened.
    pub fn session_id(&self) -> u64 {
        self.0.session_id
    }

    /// When.
    pub fn recorded_at(&self) -> SystemTime {
        self.0.recorded_at
    }

    pub(crate) fn new(
        id: u64,
        session_id: u64,
        recorded_at: SystemTime,
        mut rejected: Rejected,
    ) -> Self {
        let content = rejected.content.take();
        let has_content = content.is_some();
        let mail = rejected.envelope.take().map(|envelope| {
            Mail::new(
                0,
                session_id,
                recorded_at,
                envelope,
                content.unwrap_or_default(),
            )
        });
        Self(Arc::new(Inner {
            id,
            session_id,
            recorded_at,
            rejected,
            mail,
            has_content,
        }))
    }

    /// About how many octets of memory it takes.
    pub(crate) fn size(&self) -> usize {
        let said = match &self.0.rejected.said {
            Said::Line(line) => line.len(),
            _ => 0,
        };
        let texts = [self.recipient(), self.detail()];
        let texts: usize = texts.iter().flatten().map(|text| text.len()).sum();
        let envelope = self.envelope().map(Envelope::uncounted_size);
        let envelope = envelope.map_or(0, |octets| Mail::OWN_SIZE + octets);
        let reply = self.reply().map_or(0, |reply| reply.text().len());
        let content = self.message().map_or(0, Message::size);
        size_of::<Inner>() + said + texts + envelope + reply + content
    }
}

impl fmt::Display for Rejection {
    /// One line: what was said, and what came of it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.command(), self.stage()) {
            _ if self.cause() == Cause::Tls => {
                let detail = self.detail().unwrap_or_default();
                let detail = printable(detail.as_bytes());
                write!(f, "{} failed: {detail}", self.stage())?;
                return match self.rule() {
                    Some(rule) => write!(f, " (rule at {rule})"),
                    None => Ok(()),
                };
            }
            _ if self.is_aborted() => write!(f, "transaction aborted after {}", self.stage())?,
            (Some(command), _) => {
                f.write_str(&command)?;
                if let Some(detail) = self.detail() {
                    write!(f, " {}", printable(detail.as_bytes()))?;
                }
            }
            (None, Stage::Delivery) => {
                let recipient = self.recipient().unwrap_or_default();
                write!(f, "delivery to <{}>", printable(recipient.as_bytes()))?;
            }
            (None, stage) => write!(f, "{stage}")?,
        }
        match self.reply() {
            Some(reply) => write!(f, " -> {reply} (")?,
            None if self.is_aborted() => return Ok(()),
            None => f.write_str(" -> no reply (")?,
        }
        match self.rule() {
            Some(rule) => write!(f, "rule at {rule})"),
            None => write!(f, "{})", self.cause()),
        }
    }
}

impl fmt::Debug for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rejection({:?})", self.to_string())
    }
}
