//! Each trigger with each action that makes sense there, in the core without a socket.

use std::net::SocketAddr;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use super::action::Action;
use super::event::Event;
use super::frequency::Frequency;
use super::mounted_rule::{MountedRule, Script};
use super::rule_book::RuleBook;
use super::trigger::Trigger;
use crate::clock::Clock;
use crate::smtp::{
    Answer, Cause, Event as CoreEvent, Fact, Interruption, Policy, Reply, ServerSession, Step,
    Verdict,
};

/// A trigger, what leads to it, and what shows whether its command was done.
struct Place {
    trigger: fn() -> Trigger,
    before: &'static [u8],
    at: &'static [u8],
    /// The code of the server's own reply, and of one that says the same.
    own: u16,
    /// What is said then, and the codes of the answer if the command was done and if not.
    probe: (&'static [u8], u16, u16),
}

const HELLO: &[u8] = b"EHLO x\r\n";
const IN_TRANSACTION: &[u8] = b"EHLO x\r\nMAIL FROM:<a@b.org>\r\n";
const WITH_RECIPIENT: &[u8] = b"EHLO x\r\nMAIL FROM:<a@b.org>\r\nRCPT TO:<c@d.org>\r\n";
const IN_DATA: &[u8] = b"EHLO x\r\nMAIL FROM:<a@b.org>\r\nRCPT TO:<c@d.org>\r\nDATA\r\n";

/// Content is done if it is accepted, which the probe does not show.
const NOTHING: (&[u8], u16, u16) = (b"NOOP\r\n", 250, 250);

fn places() -> Vec<Place> {
    let place = |trigger, before, at, own, probe| Place {
        trigger,
        before,
        at,
        own,
        probe,
    };
    vec![
        place(Trigger::connect, b"", b"", 220, (HELLO, 250, 503)),
        place(
            Trigger::hello,
            b"",
            HELLO,
            250,
            (b"MAIL FROM:<>\r\n", 250, 503),
        ),
        place(
            || Trigger::command("helo"),
            b"",
            b"HELO x\r\n",
            250,
            (b"MAIL FROM:<>\r\n", 250, 503),
        ),
        place(
            Trigger::auth,
            HELLO,
            b"AUTH PLAIN AGEAYg==\r\n",
            235,
            (b"AUTH PLAIN\r\n", 503, 334),
        ),
        place(
            Trigger::mail,
            HELLO,
            b"MAIL FROM:<a@b.org>\r\n",
            250,
            (b"RCPT TO:<c@d.org>\r\n", 250, 503),
        ),
        place(
            || Trigger::mail_from("a@B.org"),
            HELLO,
            b"MAIL FROM:<a@b.org>\r\n",
            250,
            (b"RCPT TO:<c@d.org>\r\n", 250, 503),
        ),
        place(
            Trigger::rcpt,
            IN_TRANSACTION,
            b"RCPT TO:<c@d.org>\r\n",
            250,
            (b"DATA\r\n", 354, 554),
        ),
        place(
            || Trigger::rcpt_to("c@D.org"),
            IN_TRANSACTION,
            b"RCPT TO:<c@d.org>\r\n",
            250,
            (b"DATA\r\n", 354, 554),
        ),
        place(
            Trigger::data,
            WITH_RECIPIENT,
            b"DATA\r\n",
            354,
            (b".\r\n", 250, 500),
        ),
        place(
            Trigger::data,
            WITH_RECIPIENT,
            b"BDAT 4\r\nhi\r\n",
            250,
            NOTHING,
        ),
        place(Trigger::end_of_data, IN_DATA, b"hi\r\n.\r\n", 250, NOTHING),
        place(
            Trigger::end_of_data,
            WITH_RECIPIENT,
            b"BDAT 4 LAST\r\nhi\r\n",
            250,
            NOTHING,
        ),
        place(
            Trigger::rset,
            IN_TRANSACTION,
            b"RSET\r\n",
            250,
            (b"MAIL FROM:<>\r\n", 250, 503),
        ),
        place(
            || Trigger::command("vrfy"),
            HELLO,
            b"VRFY x\r\n",
            252,
            NOTHING,
        ),
        place(
            || Trigger::when(|event| event.verb() == Some("NOOP")),
            HELLO,
            b"NOOP\r\n",
            250,
            NOTHING,
        ),
    ]
}

struct Ruled {
    rules: RuleBook,
    events: u64,
}

impl Policy for Ruled {
    fn decide(&mut self, event: &CoreEvent<'_>) -> Verdict {
        self.events += 1;
        match self.rules.decide(&Event::new(event, 1, self.events)) {
            Some(intervention) => Verdict::Intervene(Box::new(intervention)),
            None => Verdict::Proceed,
        }
    }
}

/// What ends a hold.
#[derive(Clone, Copy)]
enum HoldEnd {
    Over,
    Release,
    ClientGone,
}

struct Dialogue {
    session: ServerSession,
    policy: Ruled,
    hold_end: HoldEnd,
}

impl Dialogue {
    /// A server with one rule that acts once.
    fn new(trigger: Trigger, action: Action, hold_end: HoldEnd) -> Self {
        let mut rule = MountedRule::new(Some(Location::caller()), trigger, Script::Same(action));
        rule.frequency = Frequency::First(1);
        let rules = RuleBook::new(Arc::new(Clock::new()), 1, Vec::new());
        rules.mount(rule);
        let peer = SocketAddr::from(([127, 0, 0, 1], 40_000));
        Self {
            session: ServerSession::new(Arc::default(), peer),
            policy: Ruled { rules, events: 0 },
            hold_end,
        }
    }

    fn say(&mut self, bytes: &[u8]) -> Vec<Step> {
        self.session.receive(bytes);
        let mut steps = Vec::new();
        while let Some(step) = self.session.next_step(&mut self.policy) {
            if let Step::Hold { rule, .. } = &step {
                match self.hold_end {
                    HoldEnd::Over => {}
                    HoldEnd::Release => self.session.release(*rule),
                    HoldEnd::ClientGone => self.session.interrupt(Interruption::ConnectionLost),
                }
            }
            steps.push(step);
        }
        steps
    }

    /// Comes to the place, and says what is said there.
    fn reach(place: &Place, action: &Action, hold_end: HoldEnd) -> (Self, Vec<Step>) {
        let mut dialogue = Self::new((place.trigger)(), action.clone(), hold_end);
        if !place.at.is_empty() {
            dialogue.say(b"");
            dialogue.say(place.before);
        }
        let steps = dialogue.say(place.at);
        (dialogue, steps)
    }
}

fn codes(steps: &[Step]) -> Vec<u16> {
    let code = |step: &Step| match step {
        Step::Send(reply) | Step::Drip { reply, .. } => Some(reply.code()),
        Step::SendRaw(octets) => Reply::read(octets).map(|reply| reply.code()),
        _ => None,
    };
    steps.iter().filter_map(code).collect()
}

fn is_accepted(steps: &[Step]) -> bool {
    let accepted = |step: &Step| matches!(step, Step::Record(Fact::Accepted { .. }));
    steps.iter().any(accepted)
}

/// The causes of what was rejected, and whether there was a reply.
fn rejections(steps: &[Step]) -> Vec<(Cause, bool, bool)> {
    let rejected = |step: &Step| match step {
        Step::Record(Fact::Rejected(r)) => Some((r.cause, r.reply.is_some(), r.origin.is_some())),
        _ => None,
    };
    steps.iter().filter_map(rejected).collect()
}

fn is_closed(steps: &[Step]) -> bool {
    matches!(steps.last(), Some(Step::Close | Step::Reset))
}

/// All is recorded, the exchange too, before anything is sent about it.
fn assert_recorded_first(steps: &[Step], context: &str) {
    let first_word = steps.iter().position(|step| step.is_answer());
    let last_record = steps
        .iter()
        .rposition(|step| matches!(step, Step::Record(_)));
    if let (Some(word), Some(record)) = (first_word, last_record) {
        assert!(record < word, "{context}: {steps:#?}");
    }
}

fn check_done(
    place: &Place,
    (mut dialogue, steps): (Dialogue, Vec<Step>),
    code: u16,
    context: &str,
) {
    assert_eq!(codes(&steps), [code], "{context}");
    assert!(
        rejections(&steps).iter().all(|r| r.0 == Cause::Aborted),
        "{context}"
    );
    assert_recorded_first(&steps, context);
    if (place.trigger)().is_end_of_data() {
        assert!(is_accepted(&steps), "{context}");
    }
    let answer = dialogue.say(place.probe.0);
    assert_eq!(codes(&answer), [place.probe.1], "{context}: probe");
}

/// `has_reply` is what the rejection is to say.
fn check_refused(
    place: &Place,
    (mut dialogue, steps): (Dialogue, Vec<Step>),
    code: Option<u16>,
    context: &str,
) {
    assert_eq!(codes(&steps), Vec::from_iter(code), "{context}");
    assert_eq!(
        rejections(&steps),
        [(Cause::Rule, code.is_some(), true)],
        "{context}"
    );
    assert!(!is_accepted(&steps), "{context}");
    assert_recorded_first(&steps, context);
    let answer = dialogue.say(place.probe.0);
    assert_eq!(codes(&answer), [place.probe.2], "{context}: probe");
}

/// The connection ended, and that is told once.
fn check_broken_off(steps: &[Step], code: Option<u16>, context: &str) {
    assert_eq!(codes(steps), Vec::from_iter(code), "{context}");
    assert_eq!(
        rejections(steps),
        [(Cause::Rule, code.is_some(), true)],
        "{context}"
    );
    assert!(!is_accepted(steps) && is_closed(steps), "{context}");
    assert_recorded_first(steps, context);
}

#[test]
fn each_trigger_can_do_what_is_possible_everywhere() {
    let delay = Duration::from_secs(5);
    for place in places() {
        let own = place.own;
        let context = |name: &str| format!("{} at {}", name, place.at.escape_ascii());
        let reach = |action: &Action, end| Dialogue::reach(&place, action, end);
        let over = |action: &Action| reach(action, HoldEnd::Over);

        for code in [450, 451, 452, 550, 554] {
            let action = Action::reply(Reply::new(code, "no"));
            check_refused(&place, over(&action), Some(code), &context("reply no"));
        }
        let yes = Action::reply(Reply::new(own, "yes"));
        check_done(&place, over(&yes), own, &context("reply yes"));
        check_done(&place, over(&Action::proceed()), own, &context("proceed"));

        let raw_no = Action::send_raw("550-no\r\n550 no\r\n");
        check_refused(&place, over(&raw_no), Some(550), &context("raw no"));
        let raw_yes = Action::send_raw(format!("{own} yes"));
        check_done(&place, over(&raw_yes), own, &context("raw yes"));
        check_refused(
            &place,
            over(&Action::send_raw("!\r\n")),
            None,
            &context("raw nonsense"),
        );

        let (dialogue, steps) = over(&Action::drip(delay));
        assert!(matches!(steps.last(), Some(Step::Drip { interval, .. }) if *interval == delay));
        check_done(&place, (dialogue, steps), own, &context("drip"));

        let closing = Action::reply(Reply::service_not_available());
        check_broken_off(&over(&closing).1, Some(421), &context("421"));
        let closing = Action::reply_then_disconnect(Reply::new(550, "no"));
        check_broken_off(&over(&closing).1, Some(550), &context("reply and close"));
        let (_, steps) = over(&Action::disconnect());
        assert!(matches!(steps.last(), Some(Step::Close)));
        check_broken_off(&steps, None, &context("disconnect"));
        let (_, steps) = over(&Action::reset());
        assert!(matches!(steps.last(), Some(Step::Reset)));
        check_broken_off(&steps, None, &context("reset"));

        let held = |steps: &[Step]| {
            steps.iter().find_map(|step| match step {
                Step::Hold { duration, .. } => Some(*duration),
                _ => None,
            })
        };
        let (dialogue, steps) = reach(&Action::hang(), HoldEnd::Release);
        assert_eq!(held(&steps), Some(None));
        check_done(&place, (dialogue, steps), own, &context("hang, released"));
        let (_, steps) = reach(&Action::hang(), HoldEnd::ClientGone);
        check_broken_off(&steps, None, &context("hang, given up"));
        let late = Action::reply(Reply::new(550, "no")).after(delay);
        let (dialogue, steps) = over(&late);
        assert_eq!(held(&steps), Some(Some(delay)));
        check_refused(&place, (dialogue, steps), Some(550), &context("late"));
        check_done(
            &place,
            reach(&late, HoldEnd::Release),
            own,
            &context("late, released"),
        );
        check_broken_off(
            &over(&Action::reset().after(delay)).1,
            None,
            &context("late reset"),
        );
    }
}

#[test]
fn quit_is_done_or_not_like_any_command() {
    let place = Place {
        trigger: Trigger::quit,
        before: HELLO,
        at: b"QUIT\r\n",
        own: 221,
        probe: (b"NOOP\r\n", 250, 250),
    };
    for (action, codes_sent, closes) in [
        (Action::proceed(), vec![221], true),
        (Action::reply(Reply::new(250, "bye")), vec![250], true),
        (Action::reply(Reply::transaction_failed()), vec![554], false),
        (Action::disconnect(), vec![], true),
        (Action::reset(), vec![], true),
        (Action::hang(), vec![221], true),
    ] {
        let (mut dialogue, steps) = Dialogue::reach(&place, &action, HoldEnd::Release);
        assert_eq!(
            (codes(&steps), is_closed(&steps)),
            (codes_sent, closes),
            "{action}"
        );
        assert_eq!(dialogue.say(b"NOOP\r\n").is_empty(), closes, "{action}");
    }
}

#[test]
fn the_end_of_data_can_accept_in_other_ways() {
    let ends: Vec<Place> = places()
        .into_iter()
        .filter(|place| (place.trigger)().is_end_of_data())
        .collect();
    assert_eq!(ends.len(), 2);
    for place in &ends {
        let (_, steps) = Dialogue::reach(place, &Action::accept_and_discard(), HoldEnd::Over);
        let discarded = |step: &Step| {
            matches!(
                step,
                Step::Record(Fact::Accepted {
                    is_discarded: true,
                    ..
                })
            )
        };
        assert!(steps.iter().any(discarded));
        assert_eq!(codes(&steps), [250]);

        let (_, steps) = Dialogue::reach(place, &Action::accept_then_disconnect(), HoldEnd::Over);
        assert!(is_accepted(&steps) && is_closed(&steps));
        assert_eq!((codes(&steps), rejections(&steps)), (vec![], vec![]));

        // RFC 1047: stored, then the pause, then the reply, which may never come.
        let late = Action::proceed().after(Duration::from_secs(600));
        for end in [HoldEnd::Over, HoldEnd::Release, HoldEnd::ClientGone] {
            let (_, steps) = Dialogue::reach(place, &late, end);
            let place_of = |is: fn(&Step) -> bool| steps.iter().position(is);
            let stored = place_of(|s| matches!(s, Step::Record(Fact::Accepted { .. })));
            assert!(stored < place_of(|s| matches!(s, Step::Hold { .. })));
            let is_gone = matches!(end, HoldEnd::ClientGone);
            assert_eq!(codes(&steps).is_empty(), is_gone);
            assert_eq!(rejections(&steps), []);
        }
        // What hangs is not stored, until it is released.
        let (_, steps) = Dialogue::reach(place, &Action::hang(), HoldEnd::ClientGone);
        assert!(!is_accepted(&steps));
    }
}

#[test]
fn content_can_be_cut_and_throttled() {
    let chunks: [(&[u8], &[u8]); 2] = [
        (b"DATA\r\n", b"0123456789\r\n.\r\n"),
        (b"", b"BDAT 12 LAST\r\n0123456789\r\n"),
    ];
    for (data, content) in chunks {
        for cut in [0, 4, 11] {
            let action = Action::disconnect_after_bytes(cut);
            let mut dialogue = Dialogue::new(Trigger::data(), action, HoldEnd::Over);
            dialogue.say(WITH_RECIPIENT);
            let mut steps = dialogue.say(data);
            steps.extend(dialogue.say(content));
            assert!(is_closed(&steps), "{cut}: {steps:#?}");
            let rejected = steps.iter().find_map(|step| match step {
                Step::Record(Fact::Rejected(rejected)) => Some(rejected),
                _ => None,
            });
            let rejected = rejected.unwrap();
            assert_eq!(rejected.cause, Cause::Rule);
            assert_eq!(
                rejected.content.as_deref(),
                Some(&b"0123456789\r\n"[..cut as usize])
            );
        }
        let enough = Action::disconnect_after_bytes(100);
        let mut dialogue = Dialogue::new(Trigger::data(), enough, HoldEnd::Over);
        dialogue.say(&[WITH_RECIPIENT, data].concat());
        assert!(is_accepted(&dialogue.say(content)));

        let mut dialogue = Dialogue::new(Trigger::data(), Action::throttle(6), HoldEnd::Over);
        dialogue.say(&[WITH_RECIPIENT, data].concat());
        let mut held = Duration::ZERO;
        let mut steps = Vec::new();
        for octet in content.chunks(1) {
            steps.extend(dialogue.say(octet));
        }
        for step in &steps {
            if let Step::Pace { duration, .. } = step {
                held += *duration;
            }
        }
        assert!(is_accepted(&steps));
        assert!((held.as_secs_f64() - 2.0).abs() < 0.001, "{held:?}");
    }
}

#[test]
fn auth_goes_on_where_a_rule_says_334() {
    let challenge = || Action::reply(Reply::new(334, "bW9yZQ=="));
    for (trigger, lines) in [
        (
            Trigger::auth(),
            &[(&b"AUTH PLAIN AGEAYg==\r\n"[..], 334), (b"\r\n", 235)][..],
        ),
        (
            Trigger::command("AUTH"),
            &[(b"AUTH PLAIN AGEAYg==\r\n", 334), (b"x\r\n", 235)],
        ),
        (
            Trigger::command("AUTH"),
            &[(b"AUTH PLAIN\r\n", 334), (b"AGEAYg==\r\n", 235)],
        ),
        (
            Trigger::auth(),
            &[(b"AUTH PLAIN AGEAYg==\r\n", 334), (b"*\r\n", 501)],
        ),
    ] {
        let mut dialogue = Dialogue::new(trigger, challenge(), HoldEnd::Over);
        dialogue.say(HELLO);
        for (line, code) in lines {
            assert_eq!(
                codes(&dialogue.say(line)),
                [*code],
                "{}",
                line.escape_ascii()
            );
        }
    }
}

#[test]
fn what_a_rule_holds_is_in_the_transcript_at_once() {
    let place = &places()[6];
    let (_, steps) = Dialogue::reach(place, &Action::hang(), HoldEnd::Release);
    assert!(matches!(
        steps.as_slice(),
        [
            Step::Record(Fact::Exchange {
                answer: Answer::Nothing(_),
                ..
            }),
            Step::Hold { .. },
            Step::Record(Fact::Answered(Answer::Reply(_))),
            Step::Send(_),
        ]
    ));
}
