//! Ready-made behaviour: as the server's own from the start, or as a rule of the test.

use std::mem::discriminant;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use super::builder::MailServerBuilder;
use super::mail_server::MailServer;
use super::rule::Rule;
use crate::rules::{Directory, MountedRule, Preset, RateLimit};
#[cfg(feature = "inspector")]
use crate::spec::RuleSpec;

/// Ready-made rules.
impl MailServer {
    /// Greylists (RFC 6647): a peer (IP address), sender and recipient that have not been seen together
    /// that long ago get [451 4.7.1](crate::Reply::greylisted) at RCPT. After that time, on the server's
    /// [clock](Self::advance_time), they pass. Of more than 100,000 those that came first are forgotten.
    #[track_caller]
    pub fn greylist(&self, delay: Duration) -> Rule {
        self.mount_preset(Preset::Greylist(delay), Location::caller())
    }

    /// Ends a session with 421 4.7.0 when it begins one mail more than that.
    #[track_caller]
    pub fn max_mails_per_session(&self, mails: usize) -> Rule {
        self.mount_preset(Preset::MaxMailsPerSession(mails), Location::caller())
    }

    /// Refuses MAIL beyond a [rate](RateLimit).
    #[track_caller]
    pub fn rate_limit(&self, limit: RateLimit) -> Rule {
        self.mount_preset(Preset::RateLimit(limit), Location::caller())
    }

    /// Has addresses say what happens to them, for suites that can choose nothing else. The local part
    /// is the word, in any case, or has it behind a `+`: `bounce-550@example.org`,
    /// `ada+bounce-550@example.org`.
    ///
    /// | Local part | What happens |
    /// |---|---|
    /// | `bounce-550`, any of 500 to 599 | the recipient is refused for good |
    /// | `defer-451`, any of 400 to 499 | the recipient is refused for now; 421 ends the session |
    /// | `full-452`, `full-552` | the mailbox is full: 452 4.2.2, or 552 5.2.2 |
    /// | `bounce-data-550`, `defer-data-451` | the recipient is accepted, and the content refused; in LMTP for that recipient alone |
    /// | `slow-3s`, `slow-300ms`, `slow-2m` | the recipient is accepted after that time |
    /// | `hang` | RCPT is never answered |
    /// | `drop`, `reset` | the connection is closed (FIN) or reset (RST) at RCPT |
    /// | `drop-after-data` | the mail is stored, and the connection closed before the reply |
    /// | `discard` | the mail is accepted and [discarded](crate::Inbox::discarded_mails) |
    #[track_caller]
    pub fn magic_recipients(&self) -> Rule {
        self.mount_preset(Preset::MagicRecipients, Location::caller())
    }

    pub(super) fn mount(&self, location: &'static Location<'static>, rule: MountedRule) -> Rule {
        if rule.probability.is_some() {
            self.store.note_seed(self.rules.seed());
        }
        let mounted = self.rules.mount(rule);
        let (rules, waiting) = (Arc::clone(&self.rules), self.inbox.waiting.clone());
        Rule::new(location, mounted, rules, waiting)
    }

    fn mount_preset(&self, preset: Preset, location: &'static Location<'static>) -> Rule {
        self.mount(location, preset.into_rule(&self.clock, Some(location)))
    }
}

/// Behaviour that the server has from the start. No test can [clear](MailServer::clear_rules) it; a
/// [rule](MailServer::on) is asked before it, and what is said last here is asked first.
impl MailServerBuilder {
    /// See [`MailServer::greylist`].
    #[track_caller]
    pub fn greylist(self, delay: Duration) -> Self {
        self.with_policy(Preset::Greylist(delay), Location::caller())
    }

    /// See [`MailServer::max_mails_per_session`].
    #[track_caller]
    pub fn max_mails_per_session(self, mails: usize) -> Self {
        self.with_policy(Preset::MaxMailsPerSession(mails), Location::caller())
    }

    /// See [`MailServer::rate_limit`].
    #[track_caller]
    pub fn rate_limit(self, limit: RateLimit) -> Self {
        self.with_policy(Preset::RateLimit(limit), Location::caller())
    }

    /// See [`MailServer::magic_recipients`].
    #[track_caller]
    pub fn magic_recipients(self) -> Self {
        self.with_policy(Preset::MagicRecipients, Location::caller())
    }

    /// Makes a domain local: mail for any other domain is refused with [550
    /// 5.7.1](crate::Reply::relaying_denied).
    ///
    /// By default everybody is welcome, and VRFY is answered 252. Once a domain, a mailbox or a list is
    /// named, RCPT, VRFY and EXPN are answered from what is named (RFC 5321 §3.5): a domain without a
    /// named mailbox has every user; in one with them, who is unknown gets [550
    /// 5.1.1](crate::Reply::mailbox_unavailable). Local parts are compared in any case, and the
    /// postmaster is always there.
    ///
    /// ```
    /// use mailmock::MailServer;
    ///
    /// let server = MailServer::builder()
    ///     .local_domain("example.org")
    ///     .mailbox("Ada <ada@example.org>")
    ///     .moved_mailbox("bob@example.org", "bob@example.net")
    ///     .mailing_list("staff@example.org", ["ada@example.org", "eve@example.net"])
    ///     .start();
    /// // RCPT TO:<nobody@example.org>  550 5.1.1 Mailbox unavailable
    /// // RCPT TO:<eve@example.net>     550 5.7.1 Relaying denied
    /// // RCPT TO:<bob@example.org>     551 5.1.6 User not local; please try <bob@example.net>
    /// // VRFY ada                      250 2.1.5 Ada <ada@example.org>
    /// // EXPN staff                    250-2.1.5 Ada <ada@example.org>
    /// //                               250 2.1.5 <eve@example.net>
    /// ```
    ///
    /// # Panics
    ///
    /// If it is not the domain of an address.
    #[track_caller]
    pub fn local_domain(mut self, domain: &str) -> Self {
        self.directory(Location::caller()).add_domain(domain);
        self
    }

    /// Adds a user, such as `Ada <ada@example.org>` or `ada@example.org`. The domain becomes
    /// [local](Self::local_domain).
    ///
    /// # Panics
    ///
    /// If it is not an address.
    #[track_caller]
    pub fn mailbox(mut self, mailbox: &str) -> Self {
        self.directory(Location::caller()).add_user(mailbox);
        self
    }

    /// Adds a user whose mail is taken to be forwarded: RCPT and VRFY get 251 2.1.5.
    ///
    /// # Panics
    ///
    /// If one of them is not an address.
    #[track_caller]
    pub fn forwarded_mailbox(mut self, mailbox: &str, forward_path: &str) -> Self {
        let directory = self.directory(Location::caller());
        directory.add_forwarded(mailbox, forward_path);
        self
    }

    /// Adds a user who has moved: RCPT and VRFY get [551 5.1.6](crate::Reply::user_not_local).
    ///
    /// # Panics
    ///
    /// If one of them is not an address.
    #[track_caller]
    pub fn moved_mailbox(mut self, mailbox: &str, forward_path: &str) -> Self {
        let directory = self.directory(Location::caller());
        directory.add_moved(mailbox, forward_path);
        self
    }

    /// Adds a mailing list: a recipient like others, whose members EXPN tells. Mail to it is stored
    /// once, as it was sent.
    ///
    /// # Panics
    ///
    /// If one of them is not an address.
    #[track_caller]
    pub fn mailing_list<'a>(
        mut self,
        address: &str,
        members: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let directory = self.directory(Location::caller());
        directory.add_list(address, members);
        self
    }

    fn with_policy(mut self, preset: Preset, location: &'static Location<'static>) -> Self {
        self.policy.push((preset, location));
        self
    }

    /// The directory, which there is once.
    fn directory(&mut self, location: &'static Location<'static>) -> &mut Directory {
        match self.only_preset(Preset::Directory(Directory::default()), location) {
            Preset::Directory(directory) => directory,
            _ => unreachable!("it is of the kind asked for"),
        }
    }

    /// The preset of that kind, which there is once: as it stands, or fresh.
    pub(super) fn only_preset(
        &mut self,
        fresh: Preset,
        location: &'static Location<'static>,
    ) -> &mut Preset {
        let kind = discriminant(&fresh);
        let mut presets = self.policy.iter();
        let known = presets.position(|(preset, _)| discriminant(preset) == kind);
        let i = known.unwrap_or_else(|| {
            self.policy.push((fresh, location));
            self.policy.len() - 1
        });
        &mut self.policy[i].0
    }
}

/// Rules as data, with the feature `inspector`.
#[cfg(feature = "inspector")]
impl MailServerBuilder {
    /// Gives the server rules of its own: asked behind those of the test, the last of them first, and not removed by
    /// [`clear_rules`](MailServer::clear_rules). [`start`](Self::start) fails if one of them is impossible.
    ///
    /// ```
    /// use mailmock::{MailServer, RuleSpec};
    ///
    /// let rules: Vec<RuleSpec> = serde_json::from_str(
    ///     r#"[{"trigger": "end_of_data", "frequency": {"first": 1}, "action": {"reply": "try_again_later"}}]"#,
    /// )?;
    /// let server = MailServer::builder().rules(rules).start();
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn rules(mut self, rules: impl IntoIterator<Item = RuleSpec>) -> Self {
        self.own_rules.extend(rules);
        self
    }
}

/// For programs.
#[cfg(feature = "inspector")]
impl MailServerBuilder {
    /// Has the server's own rules, such as [`greylist`](Self::greylist) or [`credentials`](Self::credentials), named
    /// by where the inspector has them (`/api/v1/rules/1`) in place of the line that set them up: for a program
    /// whose users know nothing of its lines.
    pub fn name_rules_by_number(mut self) -> Self {
        self.names_rules_by_number = true;
        self
    }
}
