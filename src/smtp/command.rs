//! A command line (RFC 5321 §4.1.1), or the refusal it deserves.

use super::address::{Mailbox, check_domain};
use super::extension::Extension;
use super::parameters::{Parameters, PathVerb};
use super::path::{ForwardPath, Path, RawPath, ReversePath};
use super::printable::{has_control, printable};
use super::refusal::{Cause, Refusal};
use super::remark::Lapse;
use super::reply::Reply;
use super::secret::Secret;
use super::settings::{COMMAND_LINE_LIMIT, Settings};
use super::tls::TlsMode;
use super::verb::{Verb, verb_word};

/// A well-formed command.
#[derive(Debug)]
pub(crate) enum Command {
    Ehlo(Box<str>),
    Helo(Box<str>),
    Mail(ReversePath),
    Rcpt(ForwardPath),
    Data,
    Bdat(Chunk),
    Rset,
    Noop,
    Quit,
    /// With its string, without the parameter SMTPUTF8.
    Vrfy(Box<str>),
    Expn(Box<str>),
    Help,
    Auth {
        mechanism: String,
        initial_response: Option<Secret>,
    },
    StartTls,
    /// Well-formed, and nothing that this server does.
    Unserved(Refusal),
}

/// What BDAT announces (RFC 3030 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chunk {
    pub(crate) octets: u64,
    pub(crate) is_last: bool,
}

const NO_SUCH_COMMAND: Refusal = Refusal::new(Cause::Syntax, Reply::command_not_recognized());
const NOT_IMPLEMENTED: Refusal = Refusal::new(Cause::Syntax, Reply::command_not_implemented());
const LINE_TOO_LONG: Refusal = Refusal::syntax(500, (5, 5, 2), "Line too long");

/// RFC 2033 §4.1: 500 to the hello of the other protocol.
fn wrong_hello(text: &'static str) -> Refusal {
    Refusal::syntax(500, (5, 5, 1), text)
}

fn wrong_argument(text: &'static str) -> Refusal {
    Refusal::syntax(501, (5, 5, 4), text)
}

/// What a line is read against.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context<'a> {
    pub(crate) settings: &'a Settings,
    /// The last hello was HELO, so that no extension is offered.
    pub(crate) is_helo: bool,
    /// The transaction under way began with SMTPUTF8.
    pub(crate) is_smtputf8: bool,
    /// The line ended in a bare LF.
    pub(crate) is_bare: bool,
}

impl Command {
    /// Reads a line without its line end. What is forgiven goes to `lapses`.
    pub(crate) fn parse(
        line: &[u8],
        context: Context<'_>,
        lapses: &mut Vec<Lapse>,
    ) -> Result<Self, Refusal> {
        let verb = Verb::of(line);
        let octets = line.len() + 2;
        if octets > COMMAND_LINE_LIMIT && verb != Verb::Auth {
            return Err(LINE_TOO_LONG);
        }
        let text = std::str::from_utf8(line)
            .map_err(|_| Refusal::syntax(501, (5, 5, 2), "The command is not UTF-8"))?;
        // RFC 5321 §4.1.1: trailing white space is to be tolerated.
        let text = text.trim_end_matches([' ', '\t']);
        if has_control(text) {
            let text = "The command has a control character";
            return Err(Refusal::syntax(501, (5, 5, 2), text));
        }
        if context.is_bare {
            lapses.push(Lapse::BareLineFeedInCommand);
        }
        if octets > verb.standard_limit() {
            lapses.push(Lapse::OverlongCommand);
        }
        let argument = text[verb_word(line).len()..].trim_start();
        Self::read(verb, argument, context, lapses)
    }

    fn read(
        verb: Verb,
        argument: &str,
        context: Context<'_>,
        lapses: &mut Vec<Lapse>,
    ) -> Result<Self, Refusal> {
        let extensions = &context.settings.extensions;
        let bare = |command| match argument {
            "" => Ok(command),
            _ => Err(wrong_argument("This command takes no argument")),
        };
        let string = || match argument {
            "" => Err(wrong_argument("This command needs an argument")),
            _ if extensions.offers(&Extension::SmtpUtf8) => Ok(without_smtputf8(argument).into()),
            _ => Ok(argument.into()),
        };
        match verb {
            // RFC 2033 §4.1: either hello is unknown to the other protocol.
            Verb::Ehlo | Verb::Helo if context.settings.is_lmtp => {
                let text = "Command not recognized: this is LMTP, say LHLO";
                Ok(Self::Unserved(wrong_hello(text)))
            }
            Verb::Lhlo if context.settings.is_lmtp => Ok(Self::Ehlo(hello_name(argument, lapses)?)),
            Verb::Ehlo => Ok(Self::Ehlo(hello_name(argument, lapses)?)),
            Verb::Helo => Ok(Self::Helo(hello_name(argument, lapses)?)),
            Verb::Mail => read_mail(argument, context, lapses).map(Self::Mail),
            Verb::Rcpt => read_rcpt(argument, context, lapses).map(Self::Rcpt),
            Verb::Data => bare(Self::Data),
            Verb::Bdat if extensions.offers(&Extension::Chunking) => {
                note_extension(context, lapses);
                read_bdat(argument).map(Self::Bdat)
            }
            Verb::Rset => bare(Self::Rset),
            Verb::Quit => bare(Self::Quit),
            Verb::Noop => Ok(Self::Noop),
            Verb::Help => Ok(Self::Help),
            Verb::Vrfy => string().map(Self::Vrfy),
            Verb::Expn => string().map(Self::Expn),
            Verb::Auth if extensions.offers(&Extension::Auth) => {
                note_extension(context, lapses);
                read_auth(argument)
            }
            Verb::StartTls if context.settings.tls == TlsMode::AfterStartTls => {
                note_extension(context, lapses);
                bare(Self::StartTls)
            }
            Verb::Auth | Verb::Bdat | Verb::StartTls | Verb::Obsolete => {
                Ok(Self::Unserved(NOT_IMPLEMENTED))
            }
            Verb::Lhlo => {
                let text = "Command not recognized: this is SMTP, say EHLO";
                Ok(Self::Unserved(wrong_hello(text)))
            }
            Verb::Unknown => Ok(Self::Unserved(NO_SUCH_COMMAND)),
        }
    }
}

/// RFC 6531 §3.7.4.2: the string of VRFY and EXPN; that the parameter allows UTF-8 in the reply binds nobody.
fn without_smtputf8(argument: &str) -> &str {
    match argument.rsplit_once(' ') {
        Some((string, parameter)) if parameter.eq_ignore_ascii_case("SMTPUTF8") => {
            string.trim_end()
        }
        _ => argument,
    }
}

/// RFC 5321 §2.2.1: what HELO did not offer is not to be used.
fn note_extension(context: Context<'_>, lapses: &mut Vec<Lapse>) {
    if context.is_helo {
        lapses.push(Lapse::ExtensionAfterHelo);
    }
}

/// What a strict server says to a lapse.
pub(crate) fn strict_refusal(lapse: Lapse, verb: Verb) -> Refusal {
    let (code, enhanced) = match lapse {
        Lapse::BareLineFeedInCommand | Lapse::OverlongCommand => (500, (5, 5, 2)),
        Lapse::NonAsciiAddress if verb == Verb::Mail => (550, (5, 6, 7)), // RFC 6531 §3.5
        Lapse::NonAsciiAddress => (553, (5, 6, 7)),
        _ => (501, (5, 5, 4)),
    };
    Refusal::new(
        Cause::Syntax,
        Reply::fixed(code, enhanced, lapse.description()),
    )
}

fn hello_name(argument: &str, lapses: &mut Vec<Lapse>) -> Result<Box<str>, Refusal> {
    if argument.is_empty() {
        return Err(wrong_argument(
            "A hello needs a domain or an address literal",
        ));
    }
    let mut details = Vec::new();
    let is_valid = check_domain(argument, &mut details).is_ok() && details.is_empty();
    if !is_valid || !argument.is_ascii() {
        lapses.push(Lapse::InvalidHelloName);
    }
    Ok(argument.into())
}

/// The text behind `FROM:` or `TO:`.
fn behind_keyword<'a>(argument: &'a str, keyword: &str) -> Option<&'a str> {
    let head = argument.get(..keyword.len())?;
    head.eq_ignore_ascii_case(keyword)
        .then(|| &argument[keyword.len()..])
}

fn read_parameters(
    text: &str,
    verb: PathVerb,
    context: Context<'_>,
    lapses: &mut Vec<Lapse>,
) -> Result<Parameters, Refusal> {
    let parameters = Parameters::parse(text, verb, &context.settings.extensions)?;
    if !parameters.is_empty() {
        note_extension(context, lapses);
    }
    Ok(parameters)
}

fn not_an_address(error: &super::address::AddressError) -> Refusal {
    let reply = Reply::invalid_argument().with_text(error.to_string());
    Refusal::new(Cause::Syntax, reply)
}

fn read_mail(
    argument: &str,
    context: Context<'_>,
    lapses: &mut Vec<Lapse>,
) -> Result<ReversePath, Refusal> {
    let text = behind_keyword(argument, "FROM:")
        .ok_or_else(|| wrong_argument("MAIL takes FROM:<reverse-path>"))?;
    let raw = RawPath::parse(text, lapses).map_err(|e| not_an_address(&e))?;
    let is_bracketed = !lapses.contains(&Lapse::MissingBrackets);
    let mailbox = if raw.address.is_empty() && is_bracketed {
        None
    } else {
        Some(Mailbox::parse(raw.address, lapses).map_err(|e| not_an_address(&e))?)
    };
    if mailbox.as_ref().is_some_and(|m| m.domain().is_none()) {
        return Err(wrong_argument("Only a recipient may be postmaster alone"));
    }
    let parameters = read_parameters(raw.parameters, PathVerb::Mail, context, lapses)?;
    if mailbox.as_ref().is_some_and(|m| !m.is_ascii()) && !parameters.is_smtputf8() {
        lapses.push(Lapse::NonAsciiAddress);
    }
    Ok(ReversePath::new(Path {
        mailbox,
        source_route: raw.source_route.map(Into::into),
        parameters,
    }))
}

fn read_rcpt(
    argument: &str,
    context: Context<'_>,
    lapses: &mut Vec<Lapse>,
) -> Result<ForwardPath, Refusal> {
    let text = behind_keyword(argument, "TO:")
        .ok_or_else(|| wrong_argument("RCPT takes TO:<forward-path>"))?;
    let raw = RawPath::parse(text, lapses).map_err(|e| not_an_address(&e))?;
    let mailbox = Mailbox::parse(raw.address, lapses).map_err(|e| not_an_address(&e))?;
    let parameters = read_parameters(raw.parameters, PathVerb::Rcpt, context, lapses)?;
    if !mailbox.is_ascii() && !context.is_smtputf8 {
        lapses.push(Lapse::NonAsciiAddress);
    }
    Ok(ForwardPath::new(Path {
        mailbox,
        source_route: raw.source_route.map(Into::into),
        parameters,
    }))
}

fn read_bdat(argument: &str) -> Result<Chunk, Refusal> {
    let (octets, rest) = match argument.split_once(' ') {
        Some((octets, rest)) => (octets, rest.trim_start()),
        None => (argument, ""),
    };
    let is_number = !octets.is_empty() && octets.bytes().all(|b| b.is_ascii_digit());
    let is_last = rest.eq_ignore_ascii_case("LAST");
    match octets.parse() {
        Ok(octets) if is_number && (is_last || rest.is_empty()) => Ok(Chunk { octets, is_last }),
        _ => Err(wrong_argument(
            "BDAT takes a number of octets and perhaps LAST",
        )),
    }
}

fn read_auth(argument: &str) -> Result<Command, Refusal> {
    let mut words = argument.split(' ').filter(|word| !word.is_empty());
    match (words.next(), words.next(), words.next()) {
        (Some(mechanism), initial_response, None) => Ok(Command::Auth {
            mechanism: mechanism.to_owned(),
            initial_response: initial_response.map(Secret::new),
        }),
        _ => Err(wrong_argument(
            "AUTH takes a mechanism and perhaps a response",
        )),
    }
}

/// The recipient that a refused RCPT meant; if it cannot be told, all that stands behind `TO:`.
pub(crate) fn raw_recipient(line: &[u8]) -> Box<str> {
    let text = String::from_utf8_lossy(line);
    let argument = text.get(5..).unwrap_or("").trim();
    let argument = behind_keyword(argument, "TO:").unwrap_or(argument);
    let mut lapses = Vec::new();
    let address = RawPath::parse(argument, &mut lapses)
        .ok()
        .filter(|path| Mailbox::parse(path.address, &mut lapses).is_ok())
        .map(|path| path.address);
    let unread = argument
        .trim()
        .trim_start_matches('<')
        .trim_end_matches('>');
    printable(address.unwrap_or(unread).as_bytes()).into()
}
