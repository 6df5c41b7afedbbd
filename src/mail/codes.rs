//! One-time codes: what a reader would type in.

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
        r"(?i)\b(?:[\w-]*code|pin|otp|(?:m|sms-?|push)?tan|passcode|one-time password|[\w-]*kode|codigo|código|codice|kod|kód|koodi|einmalpasswort|[\w-]*-?pin|token)s?\b",
    )
});

/// Words that have `code` in them and mean none that is typed in.
static OTHER_CODE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?i)\b(?:promo(?:tion(?:al)?)?|discount|coupon|voucher|gift|referral|zip|postal|post|area|country|qr|bar|dress|source|error|status|exit|sort|swift|bank|product|booking|gutschein|rabatt|aktions)[ -]?(?:code|kode)s?\b|\b(?:postleitzahl|plz)\b",
    )
});

/// What stands before a number that is no code.
static OTHER_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?i)(?:[#$€£¥+©(/.,:]|\b(?:order|invoice|ticket|reference|ref|customer|account|article|item|room|flight|no|nr|number|nummer|bestellung|rechnung|kundennummer|eur|usd|gbp|chf|since|©|copyright|tel|phone|fax|call|call us|jan\w*|feb\w*|mar\w*|apr\w*|may|jun\w*|jul\w*|aug\w*|sep\w*|oct\w*|okt\w*|nov\w*|dec\w*|dez\w*)\.?,?:?)\s*$",
    )
});

/// What stands behind a number that is no code.
static OTHER_BEHIND: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?i)^(?:[.,:/-]\d|\s?(?:€|\$|£|%|eur|usd|gbp|chf|kr|zł|px|kb|mb|gb|km|kg|minutes?|mins?|hours?|days?|seconds?|years?|points?|stunden?|minuten|tage)(?:\W|$)|[\w@])",
    )
});

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
        let mut add = |code: &str| {
            if !codes.iter().any(|known| known == code) {
                codes.push(code.to_owned());
            }
        };
        for source in [subject, &text] {
            // A code that stands alone is explained by any word of the mail.
            let speaks_of_code = has_code_word(subject) || has_code_word(&text);
            for line in source.lines() {
                let is_of_its_own = |code: &str| {
                    speaks_of_code && line.trim_matches(|c: char| !c.is_alphanumeric()) == code
                };
                for candidate in CANDIDATE.find_iter(line) {
                    let (before, behind) = (&line[..candidate.start()], &line[candidate.end()..]);
                    let code = candidate.as_str();
                    let is_explained = is_of_its_own(code) || is_near_code_word(before, behind);
                    if is_whole(before) && is_codelike(code, before, behind) && is_explained {
                        add(code);
                    }
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

fn has_code_word(text: &str) -> bool {
    CODE_WORD.is_match(&OTHER_CODE.replace_all(text, ""))
}

/// Whether it begins a word.
fn is_whole(before: &str) -> bool {
    !before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '@'))
}

fn is_codelike(code: &str, before: &str, behind: &str) -> bool {
    let digits = code.chars().filter(char::is_ascii_digit).count();
    let letters = code.chars().filter(char::is_ascii_alphabetic).count();
    // A word in capitals, and what is neither.
    if digits < 2 || (letters > 0 && letters + digits < 5) {
        return false;
    }
    // More groups of digits make a phone or card number.
    let is_digit = |c: char| c.is_ascii_digit();
    let is_grouped = code.contains([' ', '-']);
    let is_longer = before.trim_end_matches([' ', '-']).ends_with(is_digit)
        || (is_grouped
            && behind
                .strip_prefix([' ', '-'])
                .is_some_and(|b| b.starts_with(is_digit)));
    // `code:` explains; any other mark at its side takes it away.
    let is_explained =
        has_code_word(last_chars(before, 30)) && before.trim_end().ends_with([':', '(']);
    !is_longer && (is_explained || !OTHER_BEFORE.is_match(before)) && !OTHER_BEHIND.is_match(behind)
}

fn is_near_code_word(before: &str, behind: &str) -> bool {
    let behind: String = behind.chars().take(REACH).collect();
    // What belongs to the next sentence explains something else.
    let behind = behind
        .split(['.', '!', '?'])
        .next()
        .unwrap_or_default()
        .to_owned();
    // And a word explains no more than the sentence behind its own.
    let before = last_chars(before, REACH);
    let mut ends = before
        .rmatch_indices(['.', '!', '?'])
        .filter(|(i, _)| before[i + 1..].starts_with(' '));
    let start = ends.nth(1).map_or(0, |(i, _)| i);
    has_code_word(&before[start..]) || has_code_word(&behind)
}

fn last_chars(text: &str, count: usize) -> &str {
    let start = text.char_indices().rev().nth(count.saturating_sub(1));
    start.map_or(text, |(i, _)| &text[i..])
}
