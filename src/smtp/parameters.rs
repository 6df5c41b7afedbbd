//! The parameters of MAIL and RCPT (RFC 5321 §4.1.2: `esmtp-param`).

use std::borrow::Cow;
use std::fmt;

use super::address::Mailbox;
use super::extension::{Extension, Extensions};
use super::refusal::Refusal;

/// The parameters of one MAIL or RCPT command, in the order sent.
///
/// ```
/// # let server = mailmock::MailServer::start();
/// # let mut client = mailmock_doc_client(&server);
/// # fn mailmock_doc_client(server: &mailmock::MailServer) -> std::net::TcpStream {
/// #     std::net::TcpStream::connect((server.host(), server.port())).unwrap()
/// # }
/// # use std::io::{Read, Write};
/// # client.write_all(b"EHLO me\r\nMAIL FROM:<a@example.org> SIZE=5 RET=HDRS\r\nRCPT TO:<b@example.org> \
/// #     NOTIFY=SUCCESS,FAILURE\r\nDATA\r\nhi\r\n.\r\nQUIT\r\n")?;
/// # client.read_to_end(&mut Vec::new())?;
/// // MAIL FROM:<a@example.org> SIZE=5 RET=HDRS
/// // RCPT TO:<b@example.org> NOTIFY=SUCCESS,FAILURE
/// let mail = server.only_mail();
/// let parameters = mail.envelope().reverse_path().parameters();
/// assert_eq!((parameters.size(), parameters.ret()), (Some(5), Some("HDRS")));
/// let recipient = &mail.envelope().forward_paths()[0];
/// assert_eq!(recipient.parameters().notify(), ["SUCCESS", "FAILURE"]);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Parameters(Box<[Parameter]>);

#[derive(Clone, PartialEq, Eq)]
struct Parameter {
    /// In upper case.
    name: Box<str>,
    value: Option<Box<str>>,
}

/// The BODY parameter of MAIL: what the content may consist of (RFC 6152, RFC 3030).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Body {
    /// `7BIT`: ASCII in lines.
    SevenBit,
    /// `8BITMIME`: octets in lines.
    EightBitMime,
    /// `BINARYMIME`: any octets; the content must come by BDAT.
    BinaryMime,
}

impl Parameters {
    /// Names (in upper case) and values, in the order sent.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.0.iter().map(|p| (&*p.name, p.value.as_deref()))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a parameter was given, with or without a value; the name in any case.
    pub fn contains(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// The value of a parameter as it was sent; the name in any case.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.find(name)?.value.as_deref()
    }

    /// SIZE: the declared size of the content in octets (RFC 1870); `u64::MAX` for what is larger.
    pub fn size(&self) -> Option<u64> {
        Some(self.value("SIZE")?.parse().unwrap_or(u64::MAX))
    }

    /// BODY: the declared kind of the content; 7BIT where it is not given (RFC 6152 §3).
    pub fn body(&self) -> Body {
        match self.value("BODY").map(str::to_ascii_uppercase).as_deref() {
            Some("8BITMIME") => Body::EightBitMime,
            Some("BINARYMIME") => Body::BinaryMime,
            _ => Body::SevenBit,
        }
    }

    /// SMTPUTF8: addresses and header may be UTF-8 (RFC 6531).
    pub fn is_smtputf8(&self) -> bool {
        self.contains("SMTPUTF8")
    }

    /// AUTH: who submitted the mail, decoded; `<>` for unknown (RFC 4954 §5).
    pub fn auth(&self) -> Option<Cow<'_, str>> {
        self.value("AUTH").map(xtext_decode)
    }

    /// RET: `FULL` or `HDRS`, as sent (RFC 3461 §4.3).
    pub fn ret(&self) -> Option<&str> {
        self.value("RET")
    }

    /// ENVID: the sender's own id for this envelope, decoded (RFC 3461 §4.4).
    pub fn envid(&self) -> Option<Cow<'_, str>> {
        self.value("ENVID").map(xtext_decode)
    }

    /// NOTIFY: `NEVER`, or some of `SUCCESS`, `FAILURE`, `DELAY`, as sent (RFC 3461 §4.1); empty if
    /// it was not given.
    pub fn notify(&self) -> Vec<&str> {
        self.value("NOTIFY")
            .map_or_else(Vec::new, |list| list.split(',').collect())
    }

    /// ORCPT: the original recipient, decoded, as address type and address (RFC 3461 §4.2).
    pub fn orcpt(&self) -> Option<(&str, Cow<'_, str>)> {
        let (kind, address) = self.value("ORCPT")?.split_once(';')?;
        Some((kind, xtext_decode(address)))
    }

    /// About how many octets of memory they take.
    pub(crate) fn memory(&self) -> usize {
        let texts = self
            .iter()
            .map(|(name, value)| name.len() + value.map_or(0, str::len));
        size_of_val(&*self.0) + texts.sum::<usize>()
    }

    fn find(&self, name: &str) -> Option<&Parameter> {
        self.0.iter().find(|p| p.name.eq_ignore_ascii_case(name))
    }

    /// Reads the text behind a path.
    pub(crate) fn parse(
        text: &str,
        verb: PathVerb,
        extensions: &Extensions,
    ) -> Result<Self, Refusal> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let mut list = Vec::new();
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            let (name, value) = match word.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (word, None),
            };
            let name = name.to_ascii_uppercase();
            if list.iter().any(|p: &Parameter| *p.name == *name) {
                return Err(malformed("The same parameter twice"));
            }
            check(&name, value, verb, extensions)?;
            list.push(Parameter {
                name: name.into(),
                value: value.map(Into::into),
            });
        }
        Ok(Self(list.into()))
    }
}

impl fmt::Display for Parameters {
    /// As sent, separated by spaces.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (name, value)) in self.iter().enumerate() {
            f.write_str(if i == 0 { "" } else { " " })?;
            f.write_str(name)?;
            value.map_or(Ok(()), |value| write!(f, "={value}"))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// The two commands that have a path and parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PathVerb {
    Mail,
    Rcpt,
}

/// RFC 5321 §4.1.1.11: a parameter that is not recognized or not implemented.
const UNKNOWN: Refusal = Refusal::syntax(555, (5, 5, 4), "Parameter not recognized");

fn malformed(text: &'static str) -> Refusal {
    Refusal::syntax(501, (5, 5, 4), text)
}

fn check(
    name: &str,
    value: Option<&str>,
    verb: PathVerb,
    extensions: &Extensions,
) -> Result<(), Refusal> {
    if extensions.takes_custom_parameter(name) {
        return Ok(());
    }
    let (extension, is_valid) = match (verb, name) {
        (PathVerb::Mail, "SIZE") => (Extension::Size, value.is_some_and(is_size)),
        // RFC 3030 §3: BINARYMIME is a value of its own extension.
        (PathVerb::Mail, "BODY") => match value {
            Some(value) if value.eq_ignore_ascii_case("BINARYMIME") => {
                (Extension::BinaryMime, true)
            }
            value => (Extension::EightBitMime, value.is_some_and(is_body)),
        },
        (PathVerb::Mail, "SMTPUTF8") => (Extension::SmtpUtf8, value.is_none()),
        (PathVerb::Mail, "AUTH") => (Extension::Auth, value.is_some_and(is_auth)),
        (PathVerb::Mail, "RET") => (Extension::Dsn, value.is_some_and(is_ret)),
        // RFC 3461 §4.4: at most 100 characters.
        (PathVerb::Mail, "ENVID") => {
            let is_valid = value.is_some_and(|v| is_xtext(v) && v.len() <= 100);
            (Extension::Dsn, is_valid)
        }
        (PathVerb::Rcpt, "NOTIFY") => (Extension::Dsn, value.is_some_and(is_notify)),
        (PathVerb::Rcpt, "ORCPT") => (Extension::Dsn, value.is_some_and(is_orcpt)),
        _ => return Err(UNKNOWN),
    };
    if !extensions.offers(&extension) {
        return Err(UNKNOWN);
    }
    if is_valid {
        Ok(())
    } else {
        Err(malformed("Parameter value not allowed"))
    }
}

/// RFC 1870 §3: at most 20 digits.
fn is_size(value: &str) -> bool {
    (1..=20).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_digit())
}

fn is_body(value: &str) -> bool {
    value.eq_ignore_ascii_case("7BIT") || value.eq_ignore_ascii_case("8BITMIME")
}

fn is_ret(value: &str) -> bool {
    value.eq_ignore_ascii_case("FULL") || value.eq_ignore_ascii_case("HDRS")
}

fn is_notify(value: &str) -> bool {
    let is_one_of = |word: &str| {
        ["SUCCESS", "FAILURE", "DELAY"]
            .iter()
            .any(|known| known.eq_ignore_ascii_case(word))
    };
    value.eq_ignore_ascii_case("NEVER") || value.split(',').all(is_one_of)
}

fn is_orcpt(value: &str) -> bool {
    value.split_once(';').is_some_and(|(kind, address)| {
        let is_atom =
            !kind.is_empty() && kind.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let is_short = address.len() <= 500; // RFC 3461 §4.2
        // RFC 6533 §3: with the type utf-8 the address may hold UTF-8 and `\x{…}`.
        is_atom
            && is_short
            && !address.is_empty()
            && (kind.eq_ignore_ascii_case("utf-8") || is_xtext(address))
    })
}

/// RFC 4954 §5: `<>`, or a mailbox, in xtext.
fn is_auth(value: &str) -> bool {
    let decoded = xtext_decode(value);
    is_xtext(value) && (decoded == "<>" || Mailbox::parse(&decoded, &mut Vec::new()).is_ok())
}

/// RFC 3461 §4: printable ASCII without `+` and `=`, or `+` and two upper-case hexadecimal digits.
fn is_xtext(value: &str) -> bool {
    let mut rest = value.bytes();
    while let Some(b) = rest.next() {
        let is_valid = match b {
            b'+' => rest.next().is_some_and(is_upper_hex) && rest.next().is_some_and(is_upper_hex),
            b'=' => false,
            _ => b.is_ascii_graphic(),
        };
        if !is_valid {
            return false;
        }
    }
    true
}

fn is_upper_hex(b: u8) -> bool {
    b.is_ascii_digit() || (b'A'..=b'F').contains(&b)
}

fn xtext_decode(value: &str) -> Cow<'_, str> {
    if !value.contains('+') {
        return Cow::Borrowed(value);
    }
    let mut decoded = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = match tail {
            [high, low, ..] if *first == b'+' => {
                let digits = [*high, *low];
                std::str::from_utf8(&digits)
                    .ok()
                    .and_then(|digits| u8::from_str_radix(digits, 16).ok())
            }
            _ => None,
        };
        decoded.push(escaped.unwrap_or(*first));
        rest = &tail[if escaped.is_some() { 2 } else { 0 }..];
    }
    Cow::Owned(String::from_utf8_lossy(&decoded).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str, verb: PathVerb) -> Result<Parameters, u16> {
        Parameters::parse(text, verb, &Extensions::default()).map_err(|r| r.reply.unwrap().code())
    }

    #[test]
    fn the_values_of_rfc_3461_are_decoded() {
        let mail = parse(" RET=HDRS ENVID=QQ314159+2B1", PathVerb::Mail).unwrap();
        assert_eq!(mail.envid().unwrap(), "QQ314159+1");
        let rcpt = parse(
            " NOTIFY=SUCCESS,DELAY ORCPT=rfc822;Bob+2BX@ex.org",
            PathVerb::Rcpt,
        );
        let rcpt = rcpt.unwrap();
        assert_eq!(rcpt.notify(), ["SUCCESS", "DELAY"]);
        assert_eq!(rcpt.orcpt().unwrap(), ("rfc822", "Bob+X@ex.org".into()));
    }

    #[test]
    fn malformed_values_get_501_and_unknown_names_555() {
        for text in [
            " SIZE=x",
            " SIZE=",
            " SIZE=999999999999999999999",
            " SIZE",
            " BODY=9BIT",
            " RET=ALL",
            " ENVID=a=b",
            " ENVID=+2",
            " SIZE=1 SIZE=2",
            " SMTPUTF8=yes",
            " AUTH=",
            " AUTH=a+40",
        ] {
            assert_eq!(parse(text, PathVerb::Mail), Err(501), "{text}");
        }
        for text in [" NOTIFY=NEVER,DELAY", " NOTIFY=", " ORCPT=x", " ORCPT=;a"] {
            assert_eq!(parse(text, PathVerb::Rcpt), Err(501), "{text}");
        }
        for (text, verb) in [(" X=1", PathVerb::Mail), (" SIZE=1", PathVerb::Rcpt)] {
            assert_eq!(parse(text, verb), Err(555), "{text}");
        }
    }
}
