//! What a reader can click on or is shown from elsewhere: links, images, the way to unsubscribe.

use std::collections::HashSet;

use linkify::{LinkFinder, LinkKind};

use super::address_list::AddressList;
use super::html::Html;
use super::message::Message;
use super::pattern::TextPattern;

/// A link that a reader can follow.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Link {
    href: String,
    text: String,
}

impl Link {
    /// Where it leads, decoded.
    pub fn href(&self) -> &str {
        &self.href
    }

    /// What the reader sees of it; of a bare URL, that URL.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// An image of the HTML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    src: String,
    alt: String,
}

impl Image {
    /// Where it comes from.
    pub fn src(&self) -> &str {
        &self.src
    }

    /// What is shown in its place; `""` without.
    pub fn alt(&self) -> &str {
        &self.alt
    }

    /// The id of the [part](crate::Message::inline) that it is, if it comes with the mail.
    pub fn content_id(&self) -> Option<&str> {
        let scheme = self.src.get(..4)?;
        scheme.eq_ignore_ascii_case("cid:").then(|| &self.src[4..])
    }

    /// Whether it is fetched from elsewhere when the mail is opened, which can be counted there.
    pub fn is_remote(&self) -> bool {
        let src = self.src.to_ascii_lowercase();
        ["http://", "https://", "//"]
            .iter()
            .any(|start| src.starts_with(start))
    }
}

/// How to unsubscribe from a list (RFC 2369 §3.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsubscribe {
    links: Vec<String>,
    is_one_click: bool,
}

impl Unsubscribe {
    /// The ways, the preferred first: `https://…`, `mailto:…`.
    pub fn links(&self) -> &[String] {
        &self.links
    }

    /// Whether one request to the `https` link does it (RFC 8058).
    pub fn is_one_click(&self) -> bool {
        self.is_one_click
    }
}

/// Read as its reader would.
impl Message {
    /// The links, in order: those of the HTML with their text, then the bare URLs of the text that are
    /// not among them. What leads to the same by the same text is named
    /// once.
    ///
    /// ```
    /// # use lettre::{Message, SmtpTransport, Transport};
    /// # let server = mailmock::MailServer::start();
    /// # let mail = Message::builder().from("app@example.org".parse()?).to("ada@example.org".parse()?)
    /// #     .body("Reset it: https://example.org/reset?t=1.".to_owned())?;
    /// # SmtpTransport::from_url(&server.url())?.build().send(&mail)?;
    /// use mailmock::contains;
    ///
    /// let mail = server.only_mail();
    /// let reset = mail.message().link(contains("/reset")).unwrap();
    /// assert_eq!(reset.href(), "https://example.org/reset?t=1");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn links(&self) -> Vec<Link> {
        let html = self.html().map(Html::read).unwrap_or_default();
        let mut known = HashSet::new();
        let links = html
            .links
            .into_iter()
            .map(|(href, text)| Link { href, text });
        let mut links: Vec<Link> = links.filter(|link| known.insert(link.clone())).collect();
        let mut targets: HashSet<String> = links.iter().map(|link| link.href.clone()).collect();
        let bare = bare_urls(&html.text).into_iter();
        for url in bare.chain(bare_urls(self.text().unwrap_or_default())) {
            if targets.insert(url.clone()) {
                let (href, text) = (url.clone(), url);
                links.push(Link { href, text });
            }
        }
        links
    }

    /// The first link whose target or text is like that.
    pub fn link(&self, pattern: impl Into<TextPattern>) -> Option<Link> {
        let pattern = pattern.into();
        let mut links = self.links().into_iter();
        links.find(|link| pattern.is_match(&link.href) || pattern.is_match(&link.text))
    }

    /// The images of the HTML, in order.
    pub fn images(&self) -> Vec<Image> {
        let html = self.html().map(Html::read).unwrap_or_default();
        let images = html.images.into_iter();
        images.map(|(src, alt)| Image { src, alt }).collect()
    }

    /// The text that the HTML shows: a block a line, without what is hidden. `None` without HTML.
    pub fn text_from_html(&self) -> Option<String> {
        Some(Html::read(self.html()?).text)
    }

    /// How to unsubscribe, if List-Unsubscribe tells.
    pub fn unsubscribe(&self) -> Option<Unsubscribe> {
        let value = self.header("List-Unsubscribe")?;
        let links = value
            .split('<')
            .skip(1)
            .filter_map(|part| part.split_once('>'));
        let links: Vec<_> = links.map(|(link, _)| link.trim().to_owned()).collect();
        let post = self.header("List-Unsubscribe-Post").unwrap_or_default();
        let is_post = post
            .replace(' ', "")
            .eq_ignore_ascii_case("List-Unsubscribe=One-Click");
        let is_https = |link: &String| link.to_ascii_lowercase().starts_with("https://");
        Some(Unsubscribe {
            is_one_click: is_post && links.iter().any(is_https),
            links,
        })
    }

    /// To whom the reader is asked to send a receipt when the mail is displayed (RFC 8098 §2.1). That is
    /// not the delivery notification of the [envelope](crate::Parameters).
    pub fn receipt_requested(&self) -> Option<AddressList> {
        self.header("Disposition-Notification-To")?;
        Some(self.headers().addresses("Disposition-Notification-To"))
    }
}

fn bare_urls(text: &str) -> Vec<String> {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]);
    finder
        .links(text)
        .map(|link| link.as_str().to_owned())
        .collect()
}

/// The text without the URLs in it.
pub(super) fn without_urls(text: &str) -> String {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url, LinkKind::Email]);
    let mut rest = String::new();
    for span in finder.spans(text).filter(|span| span.kind().is_none()) {
        rest.push_str(span.as_str());
        rest.push(' ');
    }
    rest
}
