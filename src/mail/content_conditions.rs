//! Conditions on what a mail says and carries.

use super::html::Html;
use super::mail::Mail;
use super::matcher::MailMatcher;
use super::part::Part;
use super::pattern::TextPattern;
use crate::times::Times;

/// The content: text, HTML, parts and attachments.
impl MailMatcher {
    /// The [plain text](crate::Message::text) is like that.
    pub fn text(self, text: impl Into<TextPattern>) -> Self {
        let text = text.into();
        self.with(format!("text({text})"), move |mail| {
            check_body(&text, mail.message().text(), "text")
        })
    }

    /// The [HTML](crate::Message::html) is like that.
    pub fn html(self, html: impl Into<TextPattern>) -> Self {
        let html = html.into();
        self.with(format!("html({html})"), move |mail| {
            check_body(&html, mail.message().html(), "HTML")
        })
    }

    /// Both the plain text and the HTML are like that.
    pub fn text_and_html(self, text: impl Into<TextPattern>) -> Self {
        let text = text.into();
        self.with(format!("text_and_html({text})"), move |mail| {
            check_body(&text, mail.message().text(), "text")?;
            check_body(&text, mail.message().html(), "HTML")
        })
    }

    /// A text like that is anywhere: in the decoded value of a header field, the name of a part, the text,
    /// the HTML and what that shows, or any other part that can be read as text. With
    /// [`not`](crate::not): it is nowhere. A plain `&str` is looked for within those texts, as
    /// [`contains`](crate::contains) does.
    pub fn anywhere(self, text: impl Into<TextPattern>) -> Self {
        let text = text.into().within();
        self.with(format!("anywhere({text})"), move |mail| {
            let is_match = mail.message().parts().iter().any(|part| {
                let mut values = part.headers().iter();
                let shown = part.text().filter(|_| part.content_type() == "text/html");
                // What is no text may be one all the same: JSON, or a multipart without its boundary.
                let is_unread = part.text().is_none() && part.children().next().is_none();
                let unread = is_unread.then(|| String::from_utf8_lossy(part.bytes()));
                values.any(|field| text.is_match(field.value()))
                    || part.name().is_some_and(|name| text.is_match(name))
                    || part.text().is_some_and(|found| text.is_match(found))
                    || shown.is_some_and(|html| text.is_match(&Html::read(html).text))
                    || unread.is_some_and(|found| text.is_match(&found))
            });
            is_match
                .then_some(())
                .ok_or_else(|| "it is nowhere".to_owned())
        })
    }

    /// There is a part of that type, such as `text/calendar`.
    pub fn part(self, content_type: &str) -> Self {
        let content_type = content_type.to_ascii_lowercase();
        self.with(format!("part({content_type:?})"), move |mail| {
            let parts = mail.message().parts();
            let types: Vec<&str> = parts.iter().map(|part| part.content_type()).collect();
            let is_match = types.contains(&content_type.as_str());
            is_match
                .then_some(())
                .ok_or_else(|| format!("parts: {types:?}"))
        })
    }

    /// The content has so many octets.
    ///
    /// # Panics
    ///
    /// If the range is empty.
    #[track_caller]
    pub fn size(self, octets: impl Into<Times>) -> Self {
        let octets = octets.into();
        self.with(format!("size({octets})"), move |mail| {
            let size = mail.message().size();
            octets
                .contains(size)
                .then_some(())
                .ok_or_else(|| format!("{size} octets"))
        })
    }

    /// There is an attachment with a name like that.
    pub fn attachment(self, name: impl Into<TextPattern>) -> Self {
        let name = name.into();
        self.with(format!("attachment({name})"), move |mail| {
            let attachments = mail.message().attachments();
            let mut names = attachments.iter().filter_map(|part| part.name());
            let is_match = names.any(|n| name.is_match(n));
            is_match.then_some(()).ok_or_else(|| attachments_of(mail))
        })
    }

    /// There are so many attachments.
    ///
    /// # Panics
    ///
    /// If the range is empty.
    #[track_caller]
    pub fn attachment_count(self, times: impl Into<Times>) -> Self {
        let times = times.into();
        self.with(format!("attachment_count({times})"), move |mail| {
            let count = mail.message().attachments().len();
            times
                .contains(count)
                .then_some(())
                .ok_or_else(|| attachments_of(mail))
        })
    }

    /// There is an attachment with that name and type, and just these octets.
    pub fn attachment_with(
        self,
        name: impl Into<TextPattern>,
        content_type: &str,
        bytes: impl Into<Vec<u8>>,
    ) -> Self {
        let (name, bytes) = (name.into(), bytes.into());
        let content_type = content_type.to_ascii_lowercase();
        let octets = bytes.len();
        let condition = format!("attachment_with({name}, {content_type:?}, {octets} octets)");
        self.with(condition, move |mail| {
            let attachments = mail.message().attachments();
            let is_named = |part: &&Part<'_>| {
                part.name().is_some_and(|n| name.is_match(n)) && part.content_type() == content_type
            };
            let mut named = attachments.iter().filter(is_named).peekable();
            if named.peek().is_none() {
                return Err(attachments_of(mail));
            }
            let is_match = named.any(|part| part.bytes() == bytes);
            let other = || format!("{}, with other octets", attachments_of(mail));
            is_match.then_some(()).ok_or_else(other)
        })
    }

    /// There is a part that the body refers to as `cid:…`; the id without `cid:` and angle brackets.
    pub fn inline(self, content_id: &str) -> Self {
        let content_id = content_id.to_owned();
        self.with(format!("inline({content_id:?})"), move |mail| {
            let parts = mail.message().parts();
            let ids: Vec<_> = parts.iter().filter_map(|part| part.content_id()).collect();
            let is_match = ids.contains(&content_id.as_str());
            is_match
                .then_some(())
                .ok_or_else(|| format!("content ids: {ids:?}"))
        })
    }
}

fn check_body(pattern: &TextPattern, body: Option<&str>, kind: &str) -> Result<(), String> {
    match body {
        Some(body) => pattern.check(body),
        None => Err(format!("no {kind}")),
    }
}

/// `invoice.pdf (application/pdf, 1024 octets)`
fn attachments_of(mail: &Mail) -> String {
    let attachments = mail.message().attachments();
    let described: Vec<String> = attachments
        .iter()
        .map(|part| {
            let name = part.name().unwrap_or("unnamed");
            format!(
                "{name} ({}, {} octets)",
                part.content_type(),
                part.bytes().len()
            )
        })
        .collect();
    match described.as_slice() {
        [] => "no attachment".to_owned(),
        some => format!("attachments: {}", some.join(", ")),
    }
}
