//! A session in one line: how far it came, how it ended, and what its client may have missed.

use std::fmt::Write as _;

use super::excerpt::shortened;
use crate::exchange::Exchange;
use crate::session::Session;
use crate::smtp::SessionEnd;

pub(super) fn session_line(session: &Session) -> String {
    let mut text = format!("session {}", session.id());
    // Writing to a String cannot fail.
    if let Some(name) = session.hello_name() {
        let _ = write!(text, " of {name:?}");
    }
    if let Some(last) = session.exchanges().next_back() {
        // In LMTP there are several replies to one content.
        let word = session.exchanges().rev().find_map(last_word);
        let word = word.unwrap_or_else(|| "nothing".to_owned());
        let _ = write!(text, ": the client's last word was {word}, ");
        let _ = match (last.reply(), last.silenced_by()) {
            (Some(reply), _) => write!(text, "answered with {reply}"),
            (None, Some(rule)) if session.is_open() => write!(text, "held by the rule at {rule}"),
            (None, Some(rule)) => write!(text, "left unanswered by the rule at {rule}"),
            (None, None) => write!(text, "answered with what is no reply"),
        };
    } else if session.is_open() && session.awaits_tls() {
        text.push_str(": TLS, which is on from the start, has not begun");
    }
    if let Some(end) = session.end() {
        let _ = write!(text, "; {end}");
    }
    if let Some(missing) = what_it_may_miss(session) {
        let _ = write!(text, "; {missing}");
    }
    text
}

fn last_word(exchange: Exchange<'_>) -> Option<String> {
    match (exchange.command(), exchange.content_octets()) {
        (Some(command), _) => Some(format!("{:?}", shortened(command, 60))),
        (None, Some(_)) => Some("the content".to_owned()),
        (None, None) if exchange.is_tls_handshake() => Some("a TLS handshake".to_owned()),
        (None, None) => None,
    }
}

/// What a client that has left early may have looked for in vain.
fn what_it_may_miss(session: &Session) -> Option<String> {
    let is_leaving = matches!(
        session.end(),
        Some(SessionEnd::Quit | SessionEnd::ClientClosed)
    );
    if !is_leaving && !session.is_open() {
        return None;
    }
    if is_leaving && has_said_nothing_over_tls(session) {
        let question = "is it to trust server.ca_certificate_pem()?";
        return Some(format!(
            "it left right behind the TLS handshake; {question}"
        ));
    }
    // What it was offered last, if it left behind that.
    let mut commands = session
        .exchanges()
        .rev()
        .filter_map(|exchange| Some((exchange.command()?, exchange)));
    let (_, hello) = commands.find(|(command, _)| !command.eq_ignore_ascii_case("QUIT"))?;
    let verb = hello.command()?.get(..4)?;
    if !verb.eq_ignore_ascii_case("EHLO") && !verb.eq_ignore_ascii_case("LHLO") {
        return None;
    }
    let offers = hello.reply()?.text();
    let is_offered = |keyword: &str| offers.lines().any(|line| line.starts_with(keyword));
    let is_safe = session.is_tls() || is_offered("STARTTLS");
    let missing = match (is_safe, is_offered("AUTH")) {
        (true, false) if is_offered("STARTTLS") => "AUTH, offered only behind STARTTLS",
        // It may only be slow.
        _ if session.is_open() => return None,
        (true, true) => "another mechanism of AUTH than those offered here",
        (true, false) => "AUTH, not offered here",
        (false, true) => "STARTTLS, not offered here",
        (false, false) => "STARTTLS or AUTH, not offered here",
    };
    let how = if session.is_open() {
        "stays at"
    } else {
        "left behind"
    };
    Some(format!("it {how} the hello, as if it needs {missing}"))
}

fn has_said_nothing_over_tls(session: &Session) -> bool {
    let in_clear = session.exchanges_in_clear().count();
    let mut over_tls = session.exchanges().skip(in_clear);
    session.is_tls() && over_tls.all(|exchange| exchange.command().is_none())
}
