//! Which mails a request is about: the conditions of `a_mail()`, as query parameters.

use super::problem::Problem;
use crate::mail::{AddressFault, AddressPattern, TextPattern, contains};

/// Makes a type of query parameters: its own, and those that say which mails. Each condition is named as in
/// Rust, and stands for a whole text or address; with `_contains` it is a part of one.
macro_rules! mail_query {
    ($($query:tt)*) => {
        $crate::inspector::filter::with_conditions! {
            { $($query)* }
            /// Mails with a recipient of that address in the envelope.
            sent_to,
            /// Mails with a recipient in the envelope whose address has that part.
            sent_to_contains: addresses;
            /// Mails with that reverse-path in the envelope; empty for the null one.
            sent_from,
            /// Mails whose reverse-path in the envelope has that part.
            sent_from_contains: addresses;
            /// Mails with that address in the field From.
            header_from,
            /// Mails with an address in the field From that has that part.
            header_from_contains: addresses;
            /// Mails with that address in the field To.
            header_to,
            /// Mails with an address in the field To that has that part.
            header_to_contains: addresses;
            /// Mails with that address in the field Cc.
            header_cc,
            /// Mails with an address in the field Cc that has that part.
            header_cc_contains: addresses;
            /// Mails with that address in the field Reply-To.
            reply_to,
            /// Mails with an address in the field Reply-To that has that part.
            reply_to_contains: addresses;
            /// Mails with that subject, decoded.
            subject,
            /// Mails whose subject, decoded, has that part.
            subject_contains: texts;
            /// Mails with that plain text.
            text,
            /// Mails whose plain text has that part.
            text_contains: texts;
            /// Mails with that HTML.
            html,
            /// Mails whose HTML has that part.
            html_contains: texts;
            /// Mails with an attachment of that name.
            attachment,
            /// Mails with an attachment whose name has that part.
            attachment_contains: texts;
            /// Mails with that Message-ID, without its brackets.
            message_id,
            /// Mails whose Message-ID has that part.
            message_id_contains: texts;
            /// Mails of who authenticated so.
            authenticated_as,
            /// Mails of who authenticated with a name that has that part.
            authenticated_as_contains: texts;
        }
    };
}

macro_rules! with_conditions {
    (
        { $(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $own:ident: $type:ty,)* } }
        $($(#[$whole_doc:meta])* $whole:ident, $(#[$part_doc:meta])* $part:ident: $patterns:ident;)*
    ) => {
        $(#[$about])*
        #[derive(Debug, Default, serde::Deserialize, utoipa::IntoParams)]
        #[serde(default, deny_unknown_fields)]
        #[into_params(parameter_in = Query)]
        pub(super) struct $name {
            $($(#[$doc])* pub(super) $own: $type,)*
            $(
                $(#[$whole_doc])*
                $whole: Option<String>,
                $(#[$part_doc])*
                $part: Option<String>,
            )*
            /// Mails with that part of a text anywhere.
            anywhere: Option<String>,
            /// Mails with each of these words anywhere; letters of ASCII in any case.
            words: Option<String>,
            /// Mails that came behind the one of that number.
            since: Option<u64>,
            /// Mails up to the one of that number.
            up_to: Option<u64>,
        }

        impl $name {
            /// What the mails are to be like.
            pub(super) fn mails(&self) -> Result<MailMatcher, Problem> {
                use $crate::inspector::filter;

                let mut mail = a_mail();
                $(
                    for pattern in filter::$patterns(stringify!($whole), &self.$whole, &self.$part)? {
                        mail = mail.$whole(pattern);
                    }
                )*
                if let Some(text) = &self.anywhere {
                    mail = mail.anywhere(text);
                }
                for word in filter::words(&self.words) {
                    mail = mail.anywhere(word);
                }
                if let Some(since) = self.since.filter(|since| *since > 0) {
                    let about = format!("it came since mail {since}");
                    mail = mail.satisfies(&about, move |mail| mail.id() > since);
                }
                if let Some(up_to) = self.up_to {
                    let about = format!("it is mail {up_to} or came before");
                    mail = mail.satisfies(&about, move |mail| mail.id() <= up_to);
                }
                Ok(mail)
            }
        }
    };
}

pub(super) use {mail_query, with_conditions};

/// Any text will do.
pub(super) fn texts(
    _: &str,
    whole: &Option<String>,
    part: &Option<String>,
) -> Result<Vec<TextPattern>, Problem> {
    let whole = whole.iter().map(TextPattern::from);
    let part = part.iter().map(|part| contains(part.as_str()));
    Ok(whole.chain(part).collect())
}

pub(super) fn words(words: &Option<String>) -> Vec<TextPattern> {
    let words = words.iter().flat_map(|words| words.split_whitespace());
    words.map(TextPattern::in_any_case).collect()
}

/// A text that no address can equal would meet nothing.
pub(super) fn addresses(
    name: &str,
    whole: &Option<String>,
    part: &Option<String>,
) -> Result<Vec<AddressPattern>, Problem> {
    let whole = whole.as_ref().map(AddressPattern::from);
    if let Some(address) = &whole
        && let Some(fault) = address.fault()
    {
        let part = format!("a part of an address is {name}_contains");
        let cure = match fault {
            AddressFault::Wildcard => format!(": there are none here; {part}"),
            AddressFault::NullInBrackets(_) => "; the null reverse-path is empty".to_owned(),
            AddressFault::Brackets(_) => "; write it without brackets and name".to_owned(),
            AddressFault::Part(_) | AddressFault::Other(_) => format!("; {part}"),
        };
        let why = format!("{name}: {address} {fault}{cure}");
        return Err(Problem::bad_request(why));
    }
    let part = part.iter().map(|part| contains(part.as_str()).into());
    Ok(whole.into_iter().chain(part).collect())
}
