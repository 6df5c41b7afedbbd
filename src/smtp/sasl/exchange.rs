//! The exchanges of the mechanisms (RFC 4954 §4), up to the credentials.

use data_encoding::BASE64;

use super::super::refusal::Refusal;
use super::super::reply::Reply;
use super::super::secret::Secret;
use super::login::{Login, Proof};
use super::mechanism::Mechanism;

/// An exchange in which the client's next line is awaited.
#[derive(Debug)]
pub(crate) struct Exchange {
    awaited: Awaited,
    is_tls: bool,
}

#[derive(Debug)]
enum Awaited {
    /// The only response of PLAIN, XOAUTH2 or OAUTHBEARER.
    Credentials(Mechanism),
    LoginName,
    LoginPassword {
        identity: Box<str>,
    },
    Digest {
        challenge: Box<str>,
    },
    /// All has been said, but a rule asked for more.
    Nothing(Login),
    /// Whatever comes, it is refused: a rule asked for a response.
    Anything(Refusal),
    /// It is refused already, and the client has yet to see the reply (RFC 7628 §3.2.3).
    Acknowledgement(Reply),
}

/// How an exchange goes on.
#[derive(Debug)]
pub(crate) enum Turn {
    Challenge(Exchange, Reply),
    Done(Login),
    /// It was refused before; that is the reply.
    Refused(Reply),
}

impl Turn {
    /// The exchange in which one line more is awaited.
    pub(crate) fn into_exchange(self) -> Exchange {
        match self {
            Self::Challenge(exchange, _) => exchange,
            Self::Done(login) => Exchange::presented(login),
            Self::Refused(reply) => Exchange::refused(reply),
        }
    }
}

const BAD_BASE64: Refusal = Refusal::syntax(501, (5, 5, 2), "Not base64");

impl Exchange {
    /// Begins with the argument of AUTH. The name is that of the server, for its challenge.
    pub(crate) fn begin(
        mechanism: Mechanism,
        initial: Option<&str>,
        host_name: &str,
        is_tls: bool,
    ) -> Result<Turn, Refusal> {
        let awaited = match mechanism {
            Mechanism::Login => Awaited::LoginName,
            Mechanism::CramMd5 => Awaited::Digest {
                // RFC 2195 §2 has it differ from time to time; ours is the same in each run.
                challenge: format!("<1896.697170952@{host_name}>").into(),
            },
            mechanism => Awaited::Credentials(mechanism),
        };
        let exchange = Self { awaited, is_tls };
        match (initial, &exchange.awaited) {
            (None, _) => Ok(exchange.challenge()),
            // RFC 4954 §4: the server speaks first.
            (Some(_), Awaited::Digest { .. }) => {
                let text = "This mechanism takes no initial response";
                Err(Refusal::syntax(501, (5, 7, 0), text))
            }
            // RFC 4954 §4: `=` is an initial response of no octets.
            (Some("="), _) => exchange.go_on(Vec::new()),
            (Some(response), _) => exchange.go_on(decode(response.as_bytes())?),
        }
    }

    /// All has been presented; one line more is awaited and not looked at.
    pub(crate) fn presented(login: Login) -> Self {
        let is_tls = login.is_tls();
        let awaited = Awaited::Nothing(login);
        Self { awaited, is_tls }
    }

    /// It cannot succeed; one line more is awaited.
    pub(crate) fn hopeless(refusal: Refusal) -> Self {
        let awaited = Awaited::Anything(refusal);
        let is_tls = false; // nothing will be presented
        Self { awaited, is_tls }
    }

    /// It was refused; one line more is awaited before that is said.
    pub(crate) fn refused(reply: Reply) -> Self {
        let awaited = Awaited::Acknowledgement(reply);
        let is_tls = false; // as above
        Self { awaited, is_tls }
    }

    /// What RFC 7628 §3.2.2 has a server say before it refuses a token; XOAUTH2 does the same.
    pub(crate) fn token_refused() -> Reply {
        let status = r#"{"status":"invalid_token","schemes":"bearer","scope":"mail"}"#;
        challenge(status)
    }

    /// Goes on with a line of the client.
    pub(crate) fn respond(self, line: &[u8]) -> Result<Turn, Refusal> {
        match self.awaited {
            Awaited::Acknowledgement(reply) => Ok(Turn::Refused(reply)),
            _ if line == b"*" => Err(Refusal::syntax(501, (5, 7, 0), "Authentication cancelled")),
            Awaited::Nothing(login) => Ok(Turn::Done(login)),
            Awaited::Anything(refusal) => Err(refusal),
            _ => self.go_on(decode(line)?),
        }
    }

    fn challenge(self) -> Turn {
        let reply = match &self.awaited {
            Awaited::Credentials(_)
            | Awaited::Nothing(_)
            | Awaited::Anything(_)
            | Awaited::Acknowledgement(_) => challenge(""),
            // draft-murchison-sasl-login.
            Awaited::LoginName => challenge("Username:"),
            Awaited::LoginPassword { .. } => challenge("Password:"),
            Awaited::Digest { challenge: text } => challenge(text),
        };
        Turn::Challenge(self, reply)
    }

    fn go_on(self, response: Vec<u8>) -> Result<Turn, Refusal> {
        let response =
            String::from_utf8(response).map_err(|_| malformed("Credentials are not UTF-8"))?;
        let (mechanism, credentials) = match self.awaited {
            Awaited::Nothing(login) => return Ok(Turn::Done(login)),
            Awaited::Anything(refusal) => return Err(refusal),
            Awaited::Acknowledgement(reply) => return Ok(Turn::Refused(reply)),
            Awaited::LoginName => {
                // One that takes LOGIN for PLAIN puts its password here.
                if response.contains(char::is_control) {
                    return Err(malformed("A name has no control characters"));
                }
                let identity = response.into();
                let awaited = Awaited::LoginPassword { identity };
                return Ok(Self { awaited, ..self }.challenge());
            }
            Awaited::LoginPassword { identity } => {
                let proof = Proof::Password(Secret::new(response));
                (Mechanism::Login, Credentials::of(&identity, proof))
            }
            Awaited::Digest { challenge } => {
                let read = read_digest(&response, challenge);
                (Mechanism::CramMd5, read?)
            }
            Awaited::Credentials(mechanism) => {
                let read = match mechanism {
                    Mechanism::Plain => read_plain(&response),
                    _ => read_token(&response),
                };
                (mechanism, read?)
            }
        };
        Ok(Turn::Done(Login {
            mechanism,
            identity: credentials.identity,
            authorization_identity: credentials.authorization_identity,
            proof: credentials.proof,
            is_tls: self.is_tls,
            is_accepted: false,
        }))
    }
}

/// What a response tells.
struct Credentials {
    identity: Box<str>,
    authorization_identity: Option<Box<str>>,
    proof: Proof,
}

impl Credentials {
    fn of(identity: &str, proof: Proof) -> Self {
        Self {
            identity: identity.into(),
            authorization_identity: None,
            proof,
        }
    }
}

/// RFC 4616 §2: authorization identity, identity and password.
fn read_plain(response: &str) -> Result<Credentials, Refusal> {
    let mut fields = response.split('\0');
    let (Some(authorization), Some(identity), Some(password), None) =
        (fields.next(), fields.next(), fields.next(), fields.next())
    else {
        let text = "PLAIN takes three fields separated by NUL";
        return Err(malformed(text));
    };
    if identity.is_empty() || password.is_empty() {
        return Err(malformed("PLAIN takes a name and a password"));
    }
    let proof = Proof::Password(Secret::new(password));
    Ok(Credentials {
        authorization_identity: (!authorization.is_empty()).then(|| authorization.into()),
        ..Credentials::of(identity, proof)
    })
}

/// RFC 2195 §2: the name, a space, and the digest. The name may have spaces.
fn read_digest(response: &str, challenge: Box<str>) -> Result<Credentials, Refusal> {
    let is_digest = |text: &str| text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit());
    let (identity, digest) = response
        .rsplit_once(' ')
        .filter(|(_, digest)| is_digest(digest))
        .ok_or_else(|| malformed("CRAM-MD5 takes a name and a digest"))?;
    let digest = Secret::new(digest);
    Ok(Credentials::of(
        identity,
        Proof::Digest { challenge, digest },
    ))
}

/// Fields behind one another, each ended by an octet 1. In RFC 7628 §3.1 a header comes first, with the
/// name in it; XOAUTH2, and clients that mix the two up, have the name in a field.
fn read_token(response: &str) -> Result<Credentials, Refusal> {
    let mut fields = response.split('\x01').peekable();
    let header = fields.next_if(|field| field.starts_with(['n', 'y']) && field.contains(','));
    let named = header.and_then(|header| header.split(',').find_map(|a| a.strip_prefix("a=")));
    let (mut user, mut token) = (named.map(unescaped_name), None);
    for field in fields {
        match field.split_once('=') {
            Some(("user", name)) => user = Some(name.to_owned()),
            Some(("auth", value)) => token = bearer_token(value),
            _ => {}
        }
    }
    let token = token.ok_or_else(|| malformed("There is no auth=Bearer field"))?;
    let user = user.unwrap_or_default();
    Ok(Credentials::of(&user, Proof::Token(Secret::new(token))))
}

/// RFC 6750 §2.1; the scheme in any case (RFC 9110 §11.1).
fn bearer_token(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("Bearer").then(|| token.trim())
}

/// RFC 5801 §4: `=2C` is a comma, `=3D` an equals sign.
fn unescaped_name(name: &str) -> String {
    name.replace("=2C", ",").replace("=3D", "=")
}

fn malformed(text: &'static str) -> Refusal {
    Refusal::syntax(501, (5, 5, 2), text)
}

fn challenge(text: &str) -> Reply {
    Reply::plain(334, BASE64.encode(text.as_bytes()).into())
}

fn decode(line: &[u8]) -> Result<Vec<u8>, Refusal> {
    BASE64.decode(line).map_err(|_| BAD_BASE64)
}
