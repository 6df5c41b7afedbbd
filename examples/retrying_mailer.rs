//! A small mail queue that retries, and how its behaviour in bad weather is tested.
//!
//! `cargo run --example retrying_mailer` shows one day of bad weather;
//! `cargo test --example retrying_mailer` runs the tests below.

#![allow(clippy::print_stdout, reason = "printing is what it is for")]

use std::collections::VecDeque;
use std::error::Error;
use std::time::Duration;

use lettre::address::Envelope;
use lettre::transport::smtp;
use lettre::{Address, Message, SmtpTransport, Transport};
use mailmock::{MailServer, Reply, Trigger};

const MAX_ATTEMPTS: u32 = 5;
const TIMEOUT: Duration = Duration::from_secs(30);
const FIRST_PAUSE: Duration = Duration::from_secs(60);

/// Sends what is queued, one after the other, and tries again what may still succeed.
struct RetryingMailer<P> {
    transport: SmtpTransport,
    queue: VecDeque<Job>,
    /// Waits; a test moves the server's clock instead.
    pause: P,
    failed: Vec<(Address, String)>,
}

struct Job {
    envelope: Envelope,
    content: Vec<u8>,
    attempts: u32,
}

impl<P: FnMut(Duration)> RetryingMailer<P> {
    fn new(url: &str, timeout: Duration, pause: P) -> Result<Self, smtp::Error> {
        let transport = SmtpTransport::from_url(url)?.timeout(Some(timeout)).build();
        Ok(Self {
            transport,
            queue: VecDeque::new(),
            pause,
            failed: Vec::new(),
        })
    }

    fn enqueue(&mut self, mail: &Message) {
        self.queue.push_back(Job {
            envelope: mail.envelope().clone(),
            content: mail.formatted(),
            attempts: 0,
        });
    }

    /// Works until the queue is empty. Whoever could not be reached is in `failed` then.
    fn run(&mut self) {
        while let Some(mut job) = self.queue.pop_front() {
            job.attempts += 1;
            match self.transport.send_raw(&job.envelope, &job.content) {
                Ok(_) => {}
                Err(error) if !error.is_permanent() && job.attempts < MAX_ATTEMPTS => {
                    // Whether a broken connection was broken before or after the server took the mail
                    // is not to be known: a second copy is better than none.
                    (self.pause)(FIRST_PAUSE * 2u32.pow(job.attempts - 1));
                    self.queue.push_back(job);
                }
                // One recipient may be refused where the others are welcome.
                Err(_) if job.envelope.to().len() > 1 => self.split(&job),
                Err(error) => {
                    let recipients = job.envelope.to().iter().cloned();
                    self.failed
                        .extend(recipients.map(|to| (to, error.to_string())));
                }
            }
        }
    }

    /// Makes one job of each recipient.
    fn split(&mut self, job: &Job) {
        for to in job.envelope.to() {
            let envelope = Envelope::new(job.envelope.from().cloned(), vec![to.clone()]);
            self.queue.push_back(Job {
                envelope: envelope.expect("one recipient is enough"),
                content: job.content.clone(),
                attempts: 0,
            });
        }
    }
}

fn letter(to: &[&str]) -> Result<Message, Box<dyn Error>> {
    let mut builder = Message::builder()
        .from("app@example.org".parse()?)
        .subject("News")
        .message_id(None); // a generated one, by which copies can be told
    for to in to {
        builder = builder.to(to.parse()?);
    }
    Ok(builder.body("Hello!".to_owned())?)
}

fn main() -> Result<(), Box<dyn Error>> {
    let server = MailServer::builder()
        .greylist(Duration::from_secs(60))
        .start();
    server
        .on(Trigger::rcpt_to("gone@example.org"))
        .reply(Reply::mailbox_unavailable());
    server
        .on(Trigger::end_of_data())
        .nth(2)
        .accept_then_disconnect();

    let mut mailer = RetryingMailer::new(&server.url(), TIMEOUT, |pause| {
        println!("a pause of {pause:?}");
        server.advance_time(pause);
    })?;
    mailer.enqueue(&letter(&["ada@example.org"])?);
    mailer.enqueue(&letter(&["bob@example.org", "gone@example.org"])?);
    mailer.run();

    println!("\naccepted:");
    for mail in server.mails() {
        let id = mail.message().message_id().unwrap_or("?");
        for to in mail.envelope().forward_paths() {
            println!("  {to} {id}");
        }
    }
    println!("\nrefused on the way:");
    for rejection in server.rejections() {
        println!("  {rejection}");
    }
    println!("\ngiven up by the application:");
    for (address, error) in &mailer.failed {
        println!("  {address}: {error}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::collections::HashMap;

    use super::*;

    /// Sends letters to such recipients, and gives those that failed, and how long was waited on the
    /// server's clock.
    fn send(server: &MailServer, letters: &[&[&str]]) -> (Vec<String>, Duration) {
        send_within(TIMEOUT, server, letters)
    }

    fn send_within(
        timeout: Duration,
        server: &MailServer,
        letters: &[&[&str]],
    ) -> (Vec<String>, Duration) {
        let waited = Cell::new(Duration::ZERO);
        let mut mailer = RetryingMailer::new(&server.url(), timeout, |pause| {
            waited.set(waited.get() + pause);
            server.advance_time(pause);
            server.come_back();
        })
        .unwrap();
        for to in letters {
            mailer.enqueue(&letter(to).unwrap());
        }
        mailer.run();
        let failed = mailer.failed.iter().map(|(to, _)| to.to_string()).collect();
        (failed, waited.get())
    }

    fn recipients(server: &MailServer) -> Vec<String> {
        let mails = server.mails();
        let paths = mails
            .iter()
            .flat_map(|mail| mail.envelope().forward_paths());
        paths.map(|path| path.as_str().to_owned()).collect()
    }

    #[test]
    fn an_outage_at_start_is_survived() {
        let server = MailServer::start();
        server.go_down();
        let (failed, waited) = send(&server, &[&["ada@example.org"]]);
        assert_eq!((failed.len(), waited), (0, FIRST_PAUSE));
        server.only_mail();
    }

    #[test]
    fn greylisting_is_waited_out() {
        let server = MailServer::builder()
            .greylist(Duration::from_secs(180))
            .start();
        let (failed, waited) = send(&server, &[&["ada@example.org"]]);
        assert_eq!((failed.len(), waited), (0, Duration::from_secs(60 + 120)));
        server.only_mail();
        assert_eq!(server.rejections().len(), 2);
    }

    #[test]
    fn two_deferrals_are_tried_again() {
        let server = MailServer::start();
        server
            .on(Trigger::end_of_data())
            .first(2)
            .expect(2)
            .reply(Reply::try_again_later());
        let (failed, waited) = send(&server, &[&["ada@example.org"]]);
        assert_eq!((failed.len(), waited), (0, FIRST_PAUSE * 3));
        server.only_mail();
    }

    #[test]
    fn what_is_deferred_for_ever_is_given_up() {
        let server = MailServer::start();
        server
            .on(Trigger::end_of_data())
            .expect(MAX_ATTEMPTS as usize)
            .reply(Reply::try_again_later());
        let (failed, _) = send(&server, &[&["ada@example.org"]]);
        assert_eq!(failed, ["ada@example.org"]);
    }

    #[test]
    fn the_others_get_theirs_when_one_of_three_recipients_is_refused() {
        let server = MailServer::start();
        server
            .on(Trigger::rcpt_to("gone@example.org"))
            .reply(Reply::mailbox_unavailable());
        let (failed, waited) = send(
            &server,
            &[&["ada@example.org", "gone@example.org", "bob@example.org"]],
        );
        assert_eq!(failed, ["gone@example.org"]);
        assert_eq!(recipients(&server), ["ada@example.org", "bob@example.org"]);
        assert_eq!(
            waited,
            Duration::ZERO,
            "a refusal for good is not tried again"
        );
    }

    #[test]
    fn a_421_on_a_reused_connection_costs_nothing_but_time() {
        let server = MailServer::builder().max_mails_per_session(1).start();
        let (failed, _) = send(&server, &[&["ada@example.org"], &["bob@example.org"]]);
        assert_eq!(failed.len(), 0);
        assert_eq!(recipients(&server), ["ada@example.org", "bob@example.org"]);
        assert_eq!(server.rejections()[0].reply().unwrap().code(), 421);
    }

    #[test]
    fn a_drop_after_the_final_dot_makes_a_duplicate() {
        let server = MailServer::start();
        server
            .on(Trigger::end_of_data())
            .first(1)
            .expect(1)
            .accept_then_disconnect();
        let (failed, _) = send(&server, &[&["ada@example.org"], &["bob@example.org"]]);
        assert_eq!(failed.len(), 0);
        let mut copies = HashMap::new();
        for mail in server.mails() {
            *copies
                .entry(mail.message().message_id().unwrap().to_owned())
                .or_insert(0) += 1;
        }
        let mut counts: Vec<i32> = copies.into_values().collect();
        counts.sort_unstable();
        assert_eq!(counts, [1, 2]);
    }

    #[test]
    fn a_server_that_hangs_is_left_and_tried_again() {
        let server = MailServer::start();
        server.on(Trigger::data()).first(1).hang();
        let (failed, waited) =
            send_within(Duration::from_secs(1), &server, &[&["ada@example.org"]]);
        assert_eq!((failed.len(), waited), (0, FIRST_PAUSE));
        server.only_mail();
    }
}
