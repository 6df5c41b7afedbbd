//! What a server has received, in lines.

use std::fmt::Write as _;

use super::excerpt::shortened;
use super::session_line::session_line;
use crate::mail::Mail;
use crate::received::Received;
use crate::rejection::Rejection;
use crate::session::Session;
use crate::smtp::Envelope;

/// How many entries of one kind a report lists.
const LISTED: usize = 10;

/// All that arrived, was refused, or is open still.
pub(super) fn overview(received: &Received) -> String {
    let open: Vec<&Session> = received.sessions.iter().filter(|s| s.is_open()).collect();
    let (aborted, refused): (Vec<_>, Vec<_>) =
        received.rejections.iter().partition(|r| r.is_aborted());
    let mut text = String::new();
    list(&mut text, "received", &received.mails, mail_line);
    match received.dropped.lately {
        0 => {}
        1 => text.push_str("\n1 older mail was dropped, as the store was full"),
        dropped => {
            let _ = write!(
                text,
                "\n{dropped} older mails were dropped, as the store was full"
            );
        }
    }
    list(
        &mut text,
        "accepted and discarded",
        &received.discarded,
        mail_line,
    );
    list(&mut text, "refused", &refused, |r| rejection_line(r));
    list(&mut text, "aborted", &aborted, |r| rejection_line(r));
    list(&mut text, "open sessions", &open, |s| session_line(s));
    if received.sessions.is_empty() && text.is_empty() {
        text.push_str(if received.has_had_sessions {
            "\nnothing else is there: it was cleared, or belongs elsewhere"
        } else {
            "\nno client has connected"
        });
    } else if text.is_empty() {
        list(
            &mut text,
            "sessions, all ended",
            &received.sessions,
            session_line,
        );
    }
    if let Some(seed) = received.seed {
        let _ = write!(
            text,
            "\nrules drew by seed {seed}; MAILMOCK_SEED={seed} repeats it"
        );
    }
    text
}

/// A heading with the count, and a line an entry: the first and the last ones, if they are many.
pub(super) fn list<T>(
    text: &mut String,
    heading: &str,
    entries: &[T],
    line: impl Fn(&T) -> String,
) {
    if entries.is_empty() {
        return;
    }
    // Writing to a String cannot fail.
    let _ = write!(text, "\n{heading} ({}):", entries.len());
    let is_cut = entries.len() > LISTED;
    let head = if is_cut { LISTED / 2 } else { entries.len() };
    let tail = if is_cut {
        entries.len() - LISTED / 2
    } else {
        entries.len()
    };
    for entry in &entries[..head] {
        let _ = write!(text, "\n  {}", line(entry));
    }
    if is_cut {
        let _ = write!(text, "\n  … {} more …", tail - head);
    }
    for entry in &entries[tail..] {
        let _ = write!(text, "\n  {}", line(entry));
    }
}

pub(super) fn mail_line(mail: &Mail) -> String {
    let envelope = mail.envelope();
    format!(
        "#{} {} -> {}  {:?}, {} octets",
        mail.id(),
        envelope.reverse_path(),
        recipients(mail.envelope()),
        shortened(mail.message().subject(), 60),
        mail.message().size(),
    )
}

/// The first accepted recipients, and how many more there are.
fn recipients(envelope: &Envelope) -> String {
    let paths = envelope.forward_paths();
    let shown: Vec<String> = paths.iter().take(3).map(ToString::to_string).collect();
    let mut text = shown.join(", ");
    if paths.len() > 3 {
        let _ = write!(text, " and {} more", paths.len() - 3);
    }
    if paths.is_empty() {
        text.push_str("nobody");
    }
    text
}

pub(super) fn rejection_line(rejection: &Rejection) -> String {
    let told = shortened(&rejection.to_string(), 240);
    let mut text = format!("session {}: {told}", rejection.session_id());
    if let (None, Some(envelope)) = (rejection.recipient(), rejection.envelope()) {
        let _ = write!(
            text,
            ": {} -> {}",
            envelope.reverse_path(),
            recipients(envelope)
        );
    }
    if let Some(message) = rejection.message() {
        let subject = shortened(message.subject(), 60);
        let _ = write!(text, "  {subject:?}, {} octets", message.size());
    }
    text
}
