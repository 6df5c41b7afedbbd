//! Recipients whose address says what happens to them.

use std::time::Duration;

use super::action::Action;
use super::event::Event;
use super::mounted_rule::{Line, MountedRule, Script};
use super::trigger::Trigger;
use crate::smtp::{ForwardPath, Moment, Reply, Stage};

/// What an address asks for.
#[derive(Clone, Debug, PartialEq)]
enum Wish {
    AtRcpt(Action),
    AtEndOfData(Action),
    /// The content is refused.
    Refused(Reply),
}

pub(super) fn magic_recipients(line: Line) -> MountedRule {
    let decide = Box::new(|event: &Event<'_>| match event.moment() {
        Moment::EndOfData { .. } => {
            let mut paths = event.envelope()?.forward_paths().iter();
            paths.find_map(|path| match wish(path) {
                // In LMTP that is for the one who wishes it.
                Some(Wish::Refused(_)) if event.is_lmtp() => None,
                Some(Wish::AtEndOfData(action)) => Some(action),
                Some(Wish::Refused(reply)) => Some(Action::reply(reply)),
                _ => None,
            })
        }
        Moment::Delivery(path) => match wish(path) {
            Some(Wish::Refused(reply)) => Some(Action::reply(reply)),
            _ => None,
        },
        _ => match wish(event.recipient()?) {
            Some(Wish::AtRcpt(action)) => Some(action),
            _ => None,
        },
    });
    let stages = [Stage::Rcpt, Stage::EndOfData, Stage::Delivery];
    let trigger = Trigger::when(move |event| stages.contains(&event.stage()));
    let name = "magic_recipients()".to_owned();
    MountedRule::new(line, trigger, Script::Preset { name, decide })
}

/// The local part says it, or what stands behind the last `+` of it.
fn wish(path: &ForwardPath) -> Option<Wish> {
    let local = path.mailbox().local_part().to_ascii_lowercase();
    let word = local.rsplit('+').next()?;
    let at_rcpt = |action| Some(Wish::AtRcpt(action));
    match word {
        "drop" => return at_rcpt(Action::disconnect()),
        "reset" => return at_rcpt(Action::reset()),
        "hang" => return at_rcpt(Action::hang()),
        "drop-after-data" => return Some(Wish::AtEndOfData(Action::accept_then_disconnect())),
        "discard" => return Some(Wish::AtEndOfData(Action::accept_and_discard())),
        _ => {}
    }
    let (kind, argument) = word.rsplit_once('-')?;
    if kind == "slow" {
        return at_rcpt(Action::proceed().after(duration(argument)?));
    }
    let code: u16 = argument.parse().ok().filter(|_| argument.len() == 3)?;
    let reply = match (kind, code) {
        ("full", 452) => Reply::mailbox_full_for_now(),
        ("full", 552) => Reply::mailbox_full(),
        ("bounce", 500..600) | ("defer", 400..500) => named(code),
        ("bounce-data", 500..600) | ("defer-data", 400..500) => {
            return Some(Wish::Refused(named_at_end_of_data(code)));
        }
        _ => return None,
    };
    at_rcpt(Action::reply(reply))
}

/// The reply of that code as RCPT has it.
fn named(code: u16) -> Reply {
    match code {
        421 => Reply::service_not_available(),
        450 => Reply::mailbox_busy(),
        451 => Reply::try_again_later(),
        452 => Reply::insufficient_storage(),
        550 => Reply::mailbox_unavailable(),
        551 => Reply::fixed(551, (5, 1, 6), "User not local"),
        552 => Reply::mailbox_full(),
        553 => Reply::mailbox_name_not_allowed(),
        554 => Reply::transaction_failed(),
        _ if code < 500 => Reply::plain(code, "Deferred, as the address asks for".into()),
        _ => Reply::plain(code, "Bounced, as the address asks for".into()),
    }
}

fn named_at_end_of_data(code: u16) -> Reply {
    match code {
        550 => Reply::rejected_by_policy(),
        552 => Reply::message_too_big(),
        _ => named(code),
    }
}

/// `3s`, `300ms` or `2m`.
fn duration(text: &str) -> Option<Duration> {
    let unit = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(unit);
    let number: u64 = number.parse().ok()?;
    match unit {
        "ms" => Some(Duration::from_millis(number)),
        "s" => Some(Duration::from_secs(number)),
        "m" => Some(Duration::from_secs(number.checked_mul(60)?)),
        _ => None,
    }
}
