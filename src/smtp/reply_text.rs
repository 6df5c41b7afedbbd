//! Replies as a text has them: with their codes, or by name.

use super::reply::{EnhancedCode, Reply};

impl Reply {
    /// Reads `550 5.1.1 Mailbox unavailable`, as `Display` writes it but with `\n` between its lines, or a
    /// name such as `mailbox_unavailable`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (code, rest) = text.split_once(' ').unwrap_or((text, ""));
        let Ok(code) = code.parse() else {
            return Self::named(text).ok_or_else(|| not_a_reply(text));
        };
        let (enhanced, behind) = rest.split_once(' ').unwrap_or((rest, ""));
        match EnhancedCode::read(enhanced) {
            Some(enhanced) => Self::try_new(code, behind.to_owned().into())?.try_enhanced(enhanced),
            None => Self::try_new(code, rest.to_owned().into()),
        }
    }

    fn named(name: &str) -> Option<Self> {
        let (_, make) = NAMED.iter().find(|(known, _)| *known == name)?;
        Some(make())
    }
}

fn not_a_reply(text: &str) -> String {
    let names: Vec<_> = NAMED.iter().map(|(name, _)| *name).collect();
    let names = names.join(", ");
    format!(
        "not a reply: {text:?}; it is a code and a text, such as \"550 5.1.1 No such user\", or one of {names}"
    )
}

/// Makes the table of the replies that have a name.
macro_rules! named {
    ($($name:ident)*) => {
        const NAMED: &[(&str, fn() -> Reply)] = &[$((stringify!($name), Reply::$name),)*];
    };
}

named! {
    service_not_available password_transition_needed mailbox_busy try_again_later greylisted
    too_many_recipients insufficient_storage mailbox_full_for_now tls_not_available
    temporary_authentication_failure command_not_recognized invalid_argument command_not_implemented
    bad_sequence parameter_not_implemented authentication_required mechanism_too_weak
    credentials_invalid encryption_required mailbox_unavailable relaying_denied rejected_by_policy
    mailbox_full message_too_big mailbox_name_not_allowed transaction_failed no_smtp_service
    parameters_not_recognized
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_read_as_it_is_written() {
        for text in ["550 5.1.1 No such user", "451 later", "250 ", "452 4.3.1 "] {
            assert_eq!(Reply::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Reply::parse("421").unwrap().to_string(), "421 ");
        let lines = Reply::parse("550 5.7.1 a\nb").unwrap();
        assert_eq!(lines.text(), "a\nb");
        assert_eq!(Reply::parse("greylisted"), Ok(Reply::greylisted()));
    }

    #[test]
    fn what_is_no_reply_says_why() {
        for (text, why) in [
            ("99 x", "not a reply code from 200 to 599: 99"),
            ("1234567 x", "not a reply: "),
            (
                "550 4.1.1 x",
                "the class of 4.1.1 is not that of the reply code 550",
            ),
            ("550 a\tb", "a reply has no control characters"),
            ("no_such_name", "or one of service_not_available, "),
            ("", "not a reply: \"\""),
        ] {
            let error = Reply::parse(text).unwrap_err();
            assert!(error.contains(why), "{text:?}: {error}");
        }
    }

    #[test]
    fn each_reply_that_needs_nothing_more_can_be_named() {
        let source = include_str!("replies.rs");
        let constructors = source.lines().filter_map(|line| {
            let rest = line.trim().strip_prefix("pub const fn ")?;
            rest.strip_suffix("() -> Self {")
        });
        let names: Vec<_> = constructors.collect();
        assert!(names.len() > 20);
        assert_eq!(
            names,
            NAMED.iter().map(|(name, _)| *name).collect::<Vec<_>>()
        );
    }
}
