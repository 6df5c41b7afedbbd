//! One-time codes: what a reader would type in.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::links::without_urls;
use super::message::Message;

/// What may be a code: 4 to 8 digits, also in two groups, perhaps behind a letter; or capitals and digits.
static CANDIDATE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?:[A-Z]-)?\d{3,4}[ -]\d{3,4}|(?:[A-Z]-)?\d{4,8}|[A-Z0-9]{3,4}-[A-Z0-9]{3,4}|[A-Z0-9]{5,8}",
    )
});

/// Words that say that a code is meant, in the languages of Europe.
static CODE_WORD: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?i)\b(?:[\w-]*code|pin|otp|(?:m|sms-?|push)?tan|passcode|one-time password|[\w-]*kode|codigo|c(?:ó|Ó)digo|codice|kod|kód|koodi|einmal(?:passwort|kennwort)|mot de passe (?:à|a) usage unique|[\w-]*-pin|token|verify)s?\b",
    )
});

/// Words that have `code` in them and mean none that is typed in.
static OTHER_CODE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?i)\b(?:promo(?:tion(?:al)?)?|discount|coupon|voucher|gift|referral|zip|postal|post|area|country|qr|bar|dress|source|error|status|exit|sort|swift|bank|product|booking|gutschein|rabatt|aktions)[ -]?(?:code|kode)s?\b|\bcode (?:promo|postal|client|barre|of)\w*|\bcodice (?:sconto|fiscale|cliente|postale)|\bc(?:ó|o)digo (?:postal|promocional|de descuento)",
    )
});

/// What stands right before a number that is no code.
static OTHER_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?i)(?:[#$€£¥+©][ \t]*|[(/.,:]|\b(?:order|invoice|ticket|reference|ref|customer|account|article|item|room|flight|no|n°|\w*nr|\w*number|\w*nummer|bestellung|rechnung|auftrag|commande|facture|eur|usd|gbp|chf|since|copyright|tel|phone|fax|call|call us|plz|jan\w*|feb\w*|fév\w*|f\w*vrier|mar\w*|mär\w*|apr\w*|avr\w*|may|mai|jun\w*|jui\w*|jul\w*|aug\w*|août|sep\w*|oct\w*|okt\w*|nov\w*|dec\w*|dez\w*|déc\w*)\.?,?:?[ \t]*)$",
    )
});

/// What stands right behind a number that is no code.
static OTHER_BEHIND: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?i)^(?:[.,:/-]\d|\s?(?:€|\$|£|%|eur|usd|gbp|chf|kr|zł|px|kb|mb|gb|km|kg|minutes?|mins?|hours?|days?|seconds?|secondes?|years?|points?|stunden?|minuten|sekunden|tage|heures?|jours?|hash)(?:\W|$)|[\w@])",
    )
});

/// What says of a word with digits that it is for a shop.
static SHOP: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?i)%|\b(?:off|rabatt|discount|sale|checkout|gutschein|remise)\b"));

/// How far from a number a word may stand that says what it is.
const REACH: usize = 60;

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("it is a regular expression, as the tests see")
}

impl Message {
    /// The one-time codes that stand out, in order, each once: `123456`, `123 456`, `G-123456`, `AB12-CD34`.
    ///
    /// It is what a reader would type in: a number near a word such as "code" or "PIN", or alone on its
    /// line in a mail that speaks of one. Dates, prices, phone numbers, order numbers and discount codes
    /// are left out. What stands out otherwise can be had by [`codes_matching`](Self::codes_matching).
    ///
    /// ```
    /// # use lettre::{Message, SmtpTransport, Transport};
    /// # let server = mailmock::MailServer::start();
    /// # let mail = Message::builder().from("app@example.org".parse()?).to("ada@example.org".parse()?)
    /// #     .body("Your code is 471100. It is valid for 15 minutes.".to_owned())?;
    /// # SmtpTransport::from_url(&server.url())?.build().send(&mail)?;
    /// assert_eq!(server.only_mail().message().codes(), ["471100"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn codes(&self) -> Vec<String> {
        let text = without_urls(&self.shown_text());
        let subject = self.subject();
        let mut codes: Vec<String> = Vec::new();
        let mut known = HashSet::new();
        let mut add = |code: &str| {
            if known.insert(code.to_owned()) {
                codes.push(code.to_owned());
            }
        };
        // A code that stands alone is explained by any word of the mail.
        let speaks_of_code = has_code_word(subject) || has_code_word(&text);
        for source in [subject, &text] {
            for candidate in CANDIDATE.find_iter(source) {
                let place = Place {
                    code: candidate.as_str(),
                    before: last_paragraph(last_chars(&source[..candidate.start()], REACH)),
                    behind: first_paragraph(first_chars(&source[candidate.end()..], REACH)),
                };
                if place.is_codelike()
                    && (place.is_near_code_word() || (speaks_of_code && place.is_alone()))
                {
                    add(place.code);
                }
            }
        }
        codes
    }

    /// All that a regular expression finds in the text a reader sees, in order: its first group, or the
    /// whole match without one.
    ///
    /// # Panics
    ///
    /// If it is no regular expression.
    #[track_caller]
    pub fn codes_matching(&self, regex: &str) -> Vec<String> {
        let regex = match Regex::new(regex) {
            Ok(regex) => regex,
            Err(error) => panic!("not a regular expression: {regex:?}: {error}"),
        };
        let text = self.shown_text();
        let found = regex.captures_iter(&text);
        let found = found.filter_map(|captures| captures.get(1).or(captures.get(0)));
        found.map(|group| group.as_str().to_owned()).collect()
    }

    /// The text, or what the HTML shows if there is none.
    fn shown_text(&self) -> String {
        match self.text().filter(|text| !text.trim().is_empty()) {
            Some(text) => text.to_owned(),
            None => self.text_from_html().unwrap_or_default(),
        }
    }
}

/// What may be a code, and the text around it: as far as a word may stand that explains it, within the
/// paragraph.
struct Place<'a> {
    code: &'a str,
    before: &'a str,
    behind: &'a str,
}

impl Place<'_> {
    /// Whether nothing else is on its line.
    fn is_alone(&self) -> bool {
        let before = self.before.rsplit('\n').next().unwrap_or_default();
        let behind = self.behind.split('\n').next().unwrap_or_default();
        !format!("{before}{behind}").contains(char::is_alphanumeric)
    }

    fn is_near_code_word(&self) -> bool {
        // What belongs to the next sentence explains something else.
        let behind = self
            .behind
            .split(['.', '!', '?'])
            .next()
            .unwrap_or_default();
        // And a word explains no more than the sentence behind its own.
        let before = self.before;
        let is_end = |(i, _): &(usize, &str)| before[i + 1..].starts_with(char::is_whitespace);
        let mut ends = before.rmatch_indices(['.', '!', '?']).filter(is_end);
        let start = ends.nth(1).map_or(0, |(i, _)| i);
        has_code_word(&before[start..]) || has_code_word(behind)
    }

    fn is_codelike(&self) -> bool {
        let Self {
            code,
            before,
            behind,
        } = self;
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '@');
        if before.ends_with(is_word) || behind.starts_with(char::is_alphanumeric) {
            return false;
        }
        let digits = code.chars().filter(char::is_ascii_digit).count();
        let letters = code.chars().filter(char::is_ascii_alphabetic).count();
        // A word in capitals, and what is neither.
        if digits < 2 || (letters > 0 && letters + digits < 5) {
            return false;
        }
        let is_of_shop = letters > 1 && (SHOP.is_match(before) || SHOP.is_match(behind));
        // More groups of digits make a phone or card number.
        let is_digit = |c: char| c.is_ascii_digit();
        let is_longer = before.trim_end_matches([' ', '-']).ends_with(is_digit)
            || behind
                .strip_prefix([' ', '-'])
                .and_then(|rest| rest.split(|c: char| !is_digit(c)).next())
                .is_some_and(|group| group.len() > 2);
        // `code:` explains; any other mark at its side takes it away.
        let near = last_chars(before, 30);
        let is_explained = has_code_word(near) && near.trim_end().ends_with([':', '(']);
        !is_longer
            && !is_of_shop
            && (is_explained || !OTHER_BEFORE.is_match(near))
            && !OTHER_BEHIND.is_match(first_chars(behind, 20))
    }
}

fn has_code_word(text: &str) -> bool {
    CODE_WORD.is_match(&OTHER_CODE.replace_all(text, ""))
}

/// What follows the last blank line.
fn last_paragraph(text: &str) -> &str {
    text.rfind("\n\n").map_or(text, |i| &text[i + 2..])
}

/// What comes before the first blank line.
fn first_paragraph(text: &str) -> &str {
    text.find("\n\n").map_or(text, |i| &text[..i])
}

fn last_chars(text: &str, count: usize) -> &str {
    let start = text.char_indices().rev().nth(count.saturating_sub(1));
    start.map_or(text, |(i, _)| &text[i..])
}

fn first_chars(text: &str, count: usize) -> &str {
    text.char_indices()
        .nth(count)
        .map_or(text, |(i, _)| &text[..i])
}
