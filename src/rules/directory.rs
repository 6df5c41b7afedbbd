//! Who has a mailbox here: local domains, users and lists, for RCPT, VRFY and EXPN.

use super::action::Action;
use super::event::Event;
use super::mounted_rule::{Line, MountedRule, Script};
use super::trigger::Trigger;
use crate::smtp::{Command, Mailbox, Moment, Reply};

/// Local domains with their users and lists.
#[derive(Clone, Debug, Default)]
pub(crate) struct Directory {
    domains: Vec<String>,
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    /// The display name; `""` without one.
    name: String,
    mailbox: Mailbox,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    User,
    /// Taken, and told so with 251.
    Forwarded(Mailbox),
    /// Refused with 551.
    Moved(Mailbox),
    List(Vec<Mailbox>),
}

impl Directory {
    #[track_caller]
    pub(crate) fn add_domain(&mut self, domain: &str) {
        read(&format!("postmaster@{domain}"));
        if !self.is_local(domain) {
            self.domains.push(domain.to_owned());
        }
    }

    #[track_caller]
    pub(crate) fn add_user(&mut self, mailbox: &str) {
        self.add(mailbox, Kind::User);
    }

    #[track_caller]
    pub(crate) fn add_forwarded(&mut self, mailbox: &str, forward_path: &str) {
        self.add(mailbox, Kind::Forwarded(read(forward_path)));
    }

    #[track_caller]
    pub(crate) fn add_moved(&mut self, mailbox: &str, forward_path: &str) {
        self.add(mailbox, Kind::Moved(read(forward_path)));
    }

    #[track_caller]
    pub(crate) fn add_list<'a>(
        &mut self,
        address: &str,
        members: impl IntoIterator<Item = &'a str>,
    ) {
        let mut mailboxes = Vec::new();
        for member in members {
            mailboxes.push(read(member)); // not in a closure, which would lose the caller's line
        }
        self.add(address, Kind::List(mailboxes));
    }

    pub(super) fn into_rule(self, line: Line) -> MountedRule {
        let decide = Box::new(move |event: &Event<'_>| {
            let Moment::Command { command, .. } = event.moment() else {
                return None;
            };
            let reply = match command {
                Command::Rcpt(path) => self.answer_rcpt(path.mailbox())?,
                Command::Vrfy(string) => self.answer_vrfy(string)?,
                Command::Expn(string) => self.answer_expn(string),
                _ => return None,
            };
            Some(Action::reply(reply))
        });
        let name = "local_domain(..), mailbox(..), mailing_list(..)".to_owned();
        let trigger = Trigger::when(|event| {
            matches!(
                event.moment(),
                Moment::Command {
                    command: Command::Rcpt(_) | Command::Vrfy(_) | Command::Expn(_),
                    ..
                }
            )
        });
        MountedRule::new(line, trigger, Script::Preset { name, decide })
    }

    #[track_caller]
    fn add(&mut self, mailbox: &str, kind: Kind) {
        let (name, address) = match mailbox.strip_suffix('>').and_then(|m| m.rsplit_once('<')) {
            Some((name, address)) => (name.trim().trim_matches('"'), address),
            None => ("", mailbox.trim()),
        };
        assert!(
            !name.chars().any(char::is_control),
            "a name has no control characters: {name:?}"
        );
        let mailbox = read(address);
        self.add_domain(mailbox.domain().unwrap_or_default());
        self.entries.push(Entry {
            name: name.to_owned(),
            mailbox,
            kind,
        });
    }

    fn is_local(&self, domain: &str) -> bool {
        self.domains.iter().any(|d| d.eq_ignore_ascii_case(domain))
    }

    /// RFC 5321 §2.4: a server had better not tell local parts apart by their case.
    fn find(&self, mailbox: &Mailbox) -> Option<&Entry> {
        self.entries
            .iter()
            .find(|entry| entry.mailbox.is_same_in_any_case(mailbox))
    }

    /// Nothing, if the recipient is to be accepted as ever.
    fn answer_rcpt(&self, mailbox: &Mailbox) -> Option<Reply> {
        // RFC 5321 §4.5.1: everybody takes mail for the postmaster.
        let domain = mailbox.domain()?;
        if !self.is_local(domain) {
            return Some(Reply::relaying_denied());
        }
        let Some(entry) = self.find(mailbox) else {
            let is_postmaster = mailbox.local_part().eq_ignore_ascii_case("postmaster");
            let is_unknown = self.has_entries(domain) && !is_postmaster;
            return is_unknown.then(Reply::mailbox_unavailable);
        };
        match &entry.kind {
            Kind::User | Kind::List(_) => None,
            Kind::Forwarded(to) => Some(will_forward(to)),
            Kind::Moved(to) => Some(Reply::user_not_local(to)),
        }
    }

    /// A domain of which no mailbox is named has all.
    fn has_entries(&self, domain: &str) -> bool {
        let mut domains = self
            .entries
            .iter()
            .filter_map(|entry| entry.mailbox.domain());
        domains.any(|d| d.eq_ignore_ascii_case(domain))
    }

    /// RFC 5321 §3.5.1: a mailbox, or the name of a user. Nothing, if there is a mailbox of which nothing
    /// is known.
    fn answer_vrfy(&self, argument: &str) -> Option<Reply> {
        let address = in_brackets(argument);
        let found: Vec<&Entry> = match address.parse::<Mailbox>() {
            Ok(mailbox) => match self.find(&mailbox) {
                Some(entry) => vec![entry],
                None => return self.answer_rcpt(&mailbox),
            },
            Err(_) => {
                let entries = self.entries.iter();
                entries.filter(|entry| entry.is_called(address)).collect()
            }
        };
        Some(match found.as_slice() {
            [] => Reply::mailbox_unavailable(),
            [entry] => match &entry.kind {
                Kind::User | Kind::List(_) => {
                    Reply::fixed(250, (2, 1, 5), "").with_text(entry.to_reply_text())
                }
                Kind::Forwarded(to) => will_forward(to),
                Kind::Moved(to) => Reply::user_not_local(to),
            },
            several => {
                let lines: Vec<_> = several.iter().map(|e| e.to_reply_text()).collect();
                let text = format!("Ambiguous; possibilities are\n{}", lines.join("\n"));
                Reply::fixed(553, (5, 1, 4), "").with_text(text)
            }
        })
    }

    /// RFC 5321 §3.5.2: the members of a list, a line each.
    fn answer_expn(&self, argument: &str) -> Reply {
        let address = in_brackets(argument);
        let list = self.entries.iter().find_map(|entry| match &entry.kind {
            Kind::List(members) if entry.is_called(address) => Some(members),
            _ => None,
        });
        let Some(members) = list else {
            return Reply::fixed(550, (5, 1, 1), "No such mailing list");
        };
        if members.is_empty() {
            return Reply::fixed(250, (2, 1, 5), "The list has no members");
        }
        let lines: Vec<_> = members.iter().map(|member| self.line_of(member)).collect();
        Reply::fixed(250, (2, 1, 5), "").with_text(lines.join("\n"))
    }

    fn line_of(&self, member: &Mailbox) -> String {
        self.find(member)
            .map_or_else(|| in_reply(member), Entry::to_reply_text)
    }
}

impl Entry {
    /// Whether a person would call it that: its address, its local part, its name or a part of that.
    fn is_called(&self, text: &str) -> bool {
        let mut names = vec![self.mailbox.as_str(), self.mailbox.local_part(), &self.name];
        names.extend(self.name.split_whitespace());
        !text.is_empty() && names.iter().any(|name| name.eq_ignore_ascii_case(text))
    }

    /// `Ada <ada@example.org>`; replies are ASCII.
    fn to_reply_text(&self) -> String {
        if self.name.is_empty() || !self.name.is_ascii() {
            in_reply(&self.mailbox)
        } else {
            format!("{} {}", self.name, in_reply(&self.mailbox))
        }
    }
}

fn will_forward(to: &Mailbox) -> Reply {
    let text = format!("User not local; will forward to {}", in_reply(to));
    Reply::fixed(251, (2, 1, 5), "").with_text(text)
}

/// Replies are ASCII, unless the client asks otherwise (RFC 6531 §3.7.4).
fn in_reply(mailbox: &Mailbox) -> String {
    if mailbox.is_ascii() {
        format!("<{mailbox}>")
    } else {
        "a mailbox that is not ASCII".to_owned()
    }
}

/// The address in `<ada@example.org>` and `Ada <ada@example.org>`; any other text as it is.
fn in_brackets(argument: &str) -> &str {
    let inner = argument.strip_suffix('>').and_then(|a| a.rsplit_once('<'));
    inner.map_or(argument, |(_, address)| address)
}

#[track_caller]
fn read(address: &str) -> Mailbox {
    match address.parse::<Mailbox>() {
        Ok(mailbox) if mailbox.domain().is_some() => mailbox,
        Ok(_) => panic!("a mailbox needs a domain: {address:?}"),
        Err(error) => panic!("{error}: {address:?}"),
    }
}
