//! HTML as its reader sees it: the text, the links, the images.

use html5gum::{DefaultEmitter, HtmlString, StartTag, Token, Tokenizer};

/// What is seen of an HTML document.
#[derive(Debug, Default)]
pub(super) struct Html {
    /// The text, a block a line.
    pub(super) text: String,
    /// The target and the text of each link.
    pub(super) links: Vec<(String, String)>,
    /// The source and the alternative text of each image.
    pub(super) images: Vec<(String, String)>,
}

/// Elements whose content is no text.
const UNSEEN: [&str; 5] = ["script", "style", "template", "title", "textarea"];

/// Elements whose end tag may be left out, and those that end them by beginning.
const IMPLIED_END: [(&str, &[&str]); 8] = [
    ("p", &BLOCKS),
    ("li", &["li"]),
    ("td", &["td", "th", "tr"]),
    ("th", &["td", "th", "tr"]),
    ("tr", &["tr"]),
    ("dt", &["dt", "dd"]),
    ("dd", &["dt", "dd"]),
    ("option", &["option"]),
];

/// How deep unseen elements are followed: what is deeper and never ended is a nuisance, and no mail.
const MAX_DEPTH: usize = 100;

/// Elements without an end tag.
const VOID: [&str; 13] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr",
];

/// Elements that begin and end a line.
const BLOCKS: [&str; 26] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "ul",
];

impl Html {
    pub(super) fn read(html: &str) -> Self {
        let mut reader = Reader::default();
        let mut emitter = DefaultEmitter::default();
        // So that what a script or style says is no markup.
        emitter.naively_switch_states(true);
        for Ok(token) in Tokenizer::new_with_emitter(html, emitter) {
            reader.take(token);
        }
        reader.end_link();
        let mut seen = reader.html;
        let lines = seen.text.lines().map(|line| line.trim_end().to_owned());
        seen.text = lines.collect::<Vec<_>>().join("\n").trim().to_owned();
        seen
    }
}

#[derive(Default)]
struct Reader {
    html: Html,
    /// The open elements within an unseen one, that one first.
    unseen: Vec<String>,
    /// The link that is open: its address, where its text begins, and what its images show
    /// to those who do not see them.
    link: Option<(String, usize, String)>,
    is_preformatted: bool,
}

impl Reader {
    fn take(&mut self, token: Token) {
        match token {
            Token::StartTag(tag) => self.start(&tag),
            Token::EndTag(tag) => self.end(&text_of(&tag.name)),
            Token::String(text) if self.unseen.is_empty() => self.push_text(&text_of(&text)),
            Token::String(_) | Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
        }
    }

    fn start(&mut self, tag: &StartTag<()>) {
        let name = text_of(&tag.name);
        let attribute = |name: &[u8]| tag.attributes.get(name).map(|value| text_of(value));
        let is_void = VOID.contains(&name.as_str());
        if name == "img" {
            let src = attribute(b"src").unwrap_or_default().trim().to_owned();
            let alt = attribute(b"alt").unwrap_or_default();
            self.html.images.push((src, alt));
        }
        self.end_by(&name);
        if !self.unseen.is_empty() || UNSEEN.contains(&name.as_str()) || is_hidden(tag) {
            if !is_void && self.unseen.len() < MAX_DEPTH {
                self.unseen.push(name);
            }
            return;
        }
        match name.as_str() {
            "br" => self.html.text.push('\n'),
            "td" | "th" => self.push_text(" "),
            "tr" => self.end_line(),
            "pre" => self.is_preformatted = true,
            "a" => {
                self.end_link();
                if let Some(href) = attribute(b"href") {
                    self.link = Some((url(&href), self.html.text.len(), String::new()));
                }
            }
            "area" => {
                let alt = attribute(b"alt").unwrap_or_default();
                self.html
                    .links
                    .extend(attribute(b"href").map(|href| (url(&href), alt)));
            }
            "img" => {
                let alt = attribute(b"alt").unwrap_or_default();
                if let Some((_, _, images)) = &mut self.link {
                    images.push_str(&alt);
                }
            }
            _ => {}
        }
        if BLOCKS.contains(&name.as_str()) {
            self.end_line();
        }
    }

    /// Ends an unseen element whose end tag may be left out where this one begins.
    fn end_by(&mut self, name: &str) {
        let [only] = self.unseen.as_slice() else {
            return;
        };
        let is_end = |(open, ends): &(&str, &[&str])| open == only && ends.contains(&name);
        if IMPLIED_END.iter().any(is_end) {
            self.unseen.clear();
        }
    }

    fn end(&mut self, name: &str) {
        // And where what it is in ends.
        let is_container = matches!(name, "table" | "tr" | "ul" | "ol" | "dl" | "div" | "body");
        if let ([only], true) = (self.unseen.as_slice(), is_container)
            && IMPLIED_END.iter().any(|(open, _)| open == only)
        {
            self.unseen.clear();
        }
        if let Some(depth) = self.unseen.iter().rposition(|open| open == name) {
            self.unseen.truncate(depth);
            return;
        }
        match name {
            "a" => self.end_link(),
            "pre" => self.is_preformatted = false,
            _ => {}
        }
        if self.unseen.is_empty() && BLOCKS.contains(&name) {
            self.end_line();
        }
    }

    /// Adds text with its white space as HTML has it: any run of it is one space.
    fn push_text(&mut self, text: &str) {
        if self.is_preformatted {
            return self.html.text.push_str(text);
        }
        for c in text.chars() {
            // A no-break space is seen as a space, but not run together.
            let is_space = c.is_whitespace() && c != '\u{a0}';
            let is_line_start = self.html.text.is_empty() || self.html.text.ends_with(['\n', ' ']);
            match c {
                _ if is_space && is_line_start => {}
                _ if is_space => self.html.text.push(' '),
                '\u{a0}' => self.html.text.push(' '),
                // Zero width: put in to keep words apart, or to fill a preview.
                '\u{200b}'..='\u{200d}' | '\u{feff}' | '\u{ad}' | '\u{34f}' => {}
                c => self.html.text.push(c),
            }
        }
    }

    fn end_line(&mut self) {
        let is_within_line = !self.html.text.is_empty() && !self.html.text.ends_with('\n');
        if is_within_line {
            self.html.text.push('\n');
        }
    }

    fn end_link(&mut self) {
        if let Some((href, start, images)) = self.link.take() {
            let text = self.html.text.get(start..).unwrap_or_default();
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            let text = if text.is_empty() { images } else { text };
            self.html.links.push((href, text));
        }
    }
}

/// As browsers read it: without line ends and tabs.
fn url(href: &str) -> String {
    href.trim().replace(['\n', '\r', '\t'], "")
}

fn is_hidden(tag: &StartTag<()>) -> bool {
    let style = tag
        .attributes
        .get(&b"style"[..])
        .map(|value| text_of(value));
    let style = style
        .unwrap_or_default()
        .to_ascii_lowercase()
        .replace(' ', "");
    tag.attributes.contains_key(&b"hidden"[..])
        || style.contains("display:none")
        || style.contains("visibility:hidden")
}

fn text_of(text: &HtmlString) -> String {
    String::from_utf8_lossy(text).into_owned()
}
