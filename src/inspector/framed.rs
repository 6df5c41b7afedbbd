//! A mail's HTML as the page shows it: its own images within, and nothing that leads elsewhere of itself.
//!
//! That it can run and load nothing is for the answer's policy to say, and for the frame's sandbox. But a
//! policy knows nothing of some of what a browser does unasked, such as connecting early to where a `link`
//! points. So each tag is written anew, and there is no `<` but in a tag that was meant.

use std::collections::BTreeMap;

use data_encoding::BASE64;
use html5gum::{DefaultEmitter, Doctype, StartTag, Token, Tokenizer};

use crate::mail::{Message, Part, content_id_ranges};
use crate::percent::percent_decoded;

/// Elements that are left out, with their text where a browser would not show it.
const LEFT_OUT: [&str; 17] = [
    "applet",
    "base",
    "embed",
    "frame",
    "frameset",
    "iframe",
    "link",
    "meta",
    "noembed",
    "noframes",
    "noscript",
    "object",
    "plaintext",
    "portal",
    "script",
    "title",
    "xmp",
];

/// Those of them whose text is not shown.
const UNSEEN: [&str; 4] = ["iframe", "noembed", "script", "title"];

/// Attributes that are left out, besides those that begin with `on`.
const LEFT_OUT_ATTRIBUTES: [&str; 9] = [
    "action",
    "autofocus",
    "formaction",
    "http-equiv",
    "manifest",
    "ping",
    "rel",
    "srcdoc",
    "target",
];

/// Octets of images that are put into the HTML at most, as an image can be referred to any number of times.
const MAX_IMAGES: usize = 64 * 1024 * 1024;

/// `None` if the mail has no HTML.
pub(super) fn framed(message: &Message) -> Option<String> {
    let html = message.html()?;
    let parts = message.parts();
    let parts = parts.iter().rev(); // of several with the same id, the first
    let mut writer = Writer {
        html: String::with_capacity(html.len()),
        parts: parts
            .filter_map(|part| Some((part.content_id()?, *part)))
            .collect(),
        room: MAX_IMAGES,
        text: Text::Shown,
        is_within_noscript: false,
    };
    writer.write(html);
    Some(writer.html)
}

struct Writer<'a> {
    html: String,
    /// By Content-ID.
    parts: BTreeMap<&'a str, Part<'a>>,
    /// Octets of images for which there is room yet.
    room: usize,
    text: Text,
    is_within_noscript: bool,
}

/// What the text behind a start tag is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Text {
    Shown,
    Style,
    /// What is shown where no script can run, as here.
    NoScript,
    Unseen,
}

impl Writer<'_> {
    fn write(&mut self, html: &str) {
        let mut emitter = DefaultEmitter::default();
        // So that what a script or style says is no markup.
        emitter.naively_switch_states(true);
        for Ok(token) in Tokenizer::new_with_emitter(html, emitter) {
            match token {
                Token::StartTag(tag) => self.start(&tag),
                Token::EndTag(tag) => {
                    self.text = Text::Shown;
                    let name = String::from_utf8_lossy(&tag.name);
                    if is_shown(&name) {
                        self.html.push_str(&format!("</{name}>"));
                    }
                }
                Token::String(text) => self.push_text(&String::from_utf8_lossy(&text)),
                Token::Doctype(doctype) => self.push_doctype(&doctype),
                Token::Comment(_) | Token::Error(_) => {}
            }
        }
    }

    fn start(&mut self, tag: &StartTag<()>) {
        let name = String::from_utf8_lossy(&tag.name);
        self.text = match &*name {
            "style" => Text::Style,
            // Once: what is nested any number of times is a nuisance, and no mail.
            "noscript" if !self.is_within_noscript => Text::NoScript,
            "noscript" => Text::Unseen,
            name if UNSEEN.contains(&name) => Text::Unseen,
            _ => Text::Shown,
        };
        if !is_shown(&name) {
            return;
        }
        self.html.push_str(&format!("<{name}"));
        let is_link = matches!(&*name, "a" | "area");
        for (attribute, value) in &tag.attributes {
            let attribute = String::from_utf8_lossy(attribute);
            let value = String::from_utf8_lossy(value);
            let is_target = matches!(&*attribute, "href" | "xlink:href");
            if !is_kept(&attribute) || (is_link && is_target && !is_followed(&value)) {
                continue;
            }
            let value = match &*attribute {
                "style" => self.with_images(&value),
                "src" | "background" | "poster" | "href" | "xlink:href" => self.source(&value),
                _ => value.into_owned(),
            };
            self.push_attribute(&attribute, &value);
            // What is elsewhere in the same mail is shown in the same frame.
            if is_link && is_target && !value.trim_start().starts_with('#') {
                self.push_attribute("target", "_blank");
                self.push_attribute("rel", "noopener noreferrer");
            }
        }
        self.html
            .push_str(if tag.self_closing { "/>" } else { ">" });
    }

    fn push_attribute(&mut self, name: &str, value: &str) {
        let value = value.replace('&', "&amp;").replace('"', "&quot;");
        let value = value.replace('<', "&lt;");
        self.html.push_str(&format!(" {name}=\"{value}\""));
    }

    fn push_text(&mut self, text: &str) {
        match self.text {
            Text::Shown => {
                let text = text.replace('&', "&amp;").replace('<', "&lt;");
                self.html.push_str(&text);
            }
            Text::Style => {
                // Comments of HTML hid styles from browsers that knew none. Elsewhere `<` may be said so.
                let style = text.replace("<!--", "").replace("-->", "");
                let style = self.with_images(&style).replace('<', "\\3c ");
                self.html.push_str(&style);
            }
            Text::NoScript => {
                self.text = Text::Shown;
                self.is_within_noscript = true;
                self.write(text);
                self.is_within_noscript = false;
            }
            Text::Unseen => {}
        }
    }

    /// It decides how a browser lays out the rest.
    fn push_doctype(&mut self, doctype: &Doctype<()>) {
        let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
        let public = doctype.public_identifier.as_ref().map(|id| text(id));
        let system = doctype.system_identifier.as_ref().map(|id| text(id));
        let is_plain = |id: &String| !id.contains(['"', '<', '>']);
        if doctype.force_quirks || !public.iter().chain(&system).all(is_plain) {
            return;
        }
        let identifiers = match (public, system) {
            (Some(public), Some(system)) => format!(" PUBLIC \"{public}\" \"{system}\""),
            (Some(public), None) => format!(" PUBLIC \"{public}\""),
            (None, Some(system)) => format!(" SYSTEM \"{system}\""),
            (None, None) => String::new(),
        };
        if *doctype.name == b"html" {
            self.html.push_str(&format!("<!DOCTYPE html{identifiers}>"));
        }
    }

    /// A URL, or the image itself that it stands for.
    fn source(&mut self, url: &str) -> String {
        let id = url.trim();
        let id = id
            .get(..4)
            .filter(|scheme| scheme.eq_ignore_ascii_case("cid:"))
            .map(|_| &id[4..]);
        id.and_then(|id| self.image(id))
            .unwrap_or_else(|| url.to_owned())
    }

    /// Styles with the images in them that they refer to.
    fn with_images(&mut self, style: &str) -> String {
        let mut written = String::with_capacity(style.len());
        let mut done = 0;
        for id in content_id_ranges(style) {
            if let Some(image) = self.image(&style[id.clone()]) {
                written.push_str(&style[done..id.start - "cid:".len()]);
                written.push_str(&image);
                done = id.end;
            }
        }
        written.push_str(&style[done..]);
        written
    }

    /// The image with that Content-ID, as a URL that contains it (RFC 2397).
    fn image(&mut self, id: &str) -> Option<String> {
        let decoded = percent_decoded(id);
        let part = self.parts.get(id).or_else(|| self.parts.get(&*decoded))?;
        let length = BASE64.encode_len(part.bytes().len());
        self.room = self.room.checked_sub(length)?;
        let kind = part.content_type();
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"/+-.".contains(&b);
        let kind = if kind.bytes().all(is_plain) { kind } else { "" };
        Some(format!(
            "data:{kind};base64,{}",
            BASE64.encode(part.bytes())
        ))
    }
}

fn is_shown(name: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-:".contains(&b);
    name.bytes().all(is_plain) && !LEFT_OUT.contains(&name)
}

fn is_kept(attribute: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-:_.".contains(&b);
    attribute.bytes().all(is_plain)
        && !attribute.starts_with("on")
        && !LEFT_OUT_ATTRIBUTES.contains(&attribute)
}

/// Whether a link leads somewhere when it is clicked: to a place in the mail, or to one that is named whole.
/// What is neither would be a place in the inspector.
fn is_followed(url: &str) -> bool {
    let url = url.trim_start().to_ascii_lowercase();
    let schemes = ["#", "http://", "https://", "mailto:", "tel:"];
    schemes.iter().any(|scheme| url.starts_with(scheme))
}
