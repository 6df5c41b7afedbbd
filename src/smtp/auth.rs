//! AUTH (RFC 4954): the exchanges PLAIN (RFC 4616) and LOGIN, which accept anything.

use std::fmt;

use data_encoding::BASE64;

use super::refusal::Refusal;
use super::reply::Reply;

/// Credentials that a client presented and the server accepted.
///
/// The password shows neither in `Debug` nor in a transcript: only [`password`](Self::password)
/// tells it.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    mechanism: &'static str,
    identity: Box<str>,
    authorization_identity: Option<Box<str>>,
    password: Box<str>,
}

impl Login {
    /// The SASL mechanism: `PLAIN` or `LOGIN`.
    pub fn mechanism(&self) -> &str {
        self.mechanism
    }

    /// Whose password it is.
    pub fn identity(&self) -> &str {
        &self.identity
    }

    /// Whom the client wants to act as, if it said so (RFC 4616 §2).
    pub fn authorization_identity(&self) -> Option<&str> {
        self.authorization_identity.as_deref()
    }

    /// The password, in clear.
    pub fn password(&self) -> &str {
        &self.password
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login")
            .field("mechanism", &self.mechanism)
            .field("identity", &self.identity)
            .field("authorization_identity", &self.authorization_identity)
            .field("password", &"[secret]")
            .finish()
    }
}

/// An exchange in which the client's next line is awaited.
#[derive(Debug)]
pub(crate) enum Exchange {
    Plain,
    LoginName,
    LoginPassword {
        identity: Box<str>,
    },
    /// All has been said, but a rule asked for more.
    Presented(Login),
    /// It cannot succeed, but a rule asked for a response.
    Hopeless(Refusal),
}

/// How an exchange goes on.
#[derive(Debug)]
pub(crate) enum Turn {
    Challenge(Exchange, Reply),
    Done(Login),
}

impl Turn {
    /// The exchange in which one line more is awaited.
    pub(crate) fn into_exchange(self) -> Exchange {
        match self {
            Self::Challenge(exchange, _) => exchange,
            Self::Done(login) => Exchange::Presented(login),
        }
    }
}

const BAD_BASE64: Refusal = Refusal::syntax(501, (5, 5, 2), "Not base64");

impl Exchange {
    /// Begins with the argument of AUTH.
    pub(crate) fn begin(mechanism: &str, initial: Option<&str>) -> Result<Turn, Refusal> {
        let exchange = match mechanism.to_ascii_uppercase().as_str() {
            "PLAIN" => Self::Plain,
            "LOGIN" => Self::LoginName,
            _ => {
                let text = "Authentication mechanism not supported";
                return Err(Refusal::syntax(504, (5, 5, 4), text));
            }
        };
        match initial {
            // RFC 4954 §4: `=` is an initial response of no octets.
            Some("=") => exchange.go_on(Vec::new()),
            Some(response) => exchange.go_on(decode(response.as_bytes())?),
            None => Ok(exchange.challenge()),
        }
    }

    /// Goes on with a line of the client.
    pub(crate) fn respond(self, line: &[u8]) -> Result<Turn, Refusal> {
        if line == b"*" {
            return Err(Refusal::syntax(501, (5, 7, 0), "Authentication cancelled"));
        }
        match self {
            Self::Presented(login) => Ok(Turn::Done(login)),
            Self::Hopeless(refusal) => Err(refusal),
            exchange => exchange.go_on(decode(line)?),
        }
    }

    fn challenge(self) -> Turn {
        let text = match self {
            Self::Plain | Self::Presented(_) | Self::Hopeless(_) => "",
            // `Username:` and `Password:`; draft-murchison-sasl-login.
            Self::LoginName => "VXNlcm5hbWU6",
            Self::LoginPassword { .. } => "UGFzc3dvcmQ6",
        };
        Turn::Challenge(self, Reply::plain(334, text.into()))
    }

    fn go_on(self, response: Vec<u8>) -> Result<Turn, Refusal> {
        let not_utf8 = || Refusal::syntax(501, (5, 5, 2), "Credentials are not UTF-8");
        let response = String::from_utf8(response).map_err(|_| not_utf8())?;
        let (mechanism, identity, authorization_identity, password) = match self {
            Self::LoginName => {
                let identity = response.into();
                return Ok(Self::LoginPassword { identity }.challenge());
            }
            Self::LoginPassword { identity } => ("LOGIN", identity, None, response.into()),
            Self::Presented(login) => return Ok(Turn::Done(login)),
            Self::Hopeless(refusal) => return Err(refusal),
            Self::Plain => {
                let mut fields = response.split('\0');
                let (Some(authorization), Some(identity), Some(password), None) =
                    (fields.next(), fields.next(), fields.next(), fields.next())
                else {
                    let text = "PLAIN takes three fields separated by NUL";
                    return Err(Refusal::syntax(501, (5, 5, 2), text));
                };
                let authorization = (!authorization.is_empty()).then(|| authorization.into());
                ("PLAIN", identity.into(), authorization, password.into())
            }
        };
        Ok(Turn::Done(Login {
            mechanism,
            identity,
            authorization_identity,
            password,
        }))
    }
}

fn decode(line: &[u8]) -> Result<Vec<u8>, Refusal> {
    BASE64.decode(line).map_err(|_| BAD_BASE64)
}
