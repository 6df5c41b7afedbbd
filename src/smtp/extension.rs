//! Service extensions (RFC 5321 §2.2), as the answer to EHLO offers them.

use super::sasl::Mechanism;

/// A service extension, as one line of the EHLO answer offers it (RFC 5321 §4.1.1.1).
///
/// All the variants but [`Custom`](Self::Custom) are implemented, and offered unless the
/// [builder](crate::MailServerBuilder::without_extension) says otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Extension {
    /// PIPELINING: several commands in one write (RFC 2920). Groups are answered in one write
    /// whether it is offered or not.
    Pipelining,
    /// SIZE: the size is declared at MAIL, and has a limit (RFC 1870). The limit holds whether it is
    /// offered or not.
    Size,
    /// 8BITMIME: content with octets above 127 (RFC 6152).
    EightBitMime,
    /// SMTPUTF8: internationalized addresses and headers (RFC 6531).
    SmtpUtf8,
    /// ENHANCEDSTATUSCODES: replies carry codes such as `5.1.1` (RFC 2034). Without it they do not.
    EnhancedStatusCodes,
    /// CHUNKING: BDAT in place of DATA (RFC 3030).
    Chunking,
    /// BINARYMIME: content of any octets, by BDAT (RFC 3030). Not offered without CHUNKING.
    BinaryMime,
    /// DSN: the parameters RET, ENVID, NOTIFY and ORCPT, which are recorded (RFC 3461).
    Dsn,
    /// AUTH with the [mechanisms](crate::MailServerBuilder::auth_mechanisms) that are set up (RFC 4954).
    /// Credentials are recorded, and any are accepted unless
    /// [some](crate::MailServerBuilder::credentials) are named.
    Auth,
    /// A line of your own; see [`Extension::custom`].
    #[non_exhaustive]
    Custom {
        /// The line as the EHLO answer shows it: a keyword and perhaps its parameters.
        line: String,
        /// Parameters of MAIL and RCPT that are then taken and recorded, in upper case.
        parameters: Vec<String>,
    },
}

impl Extension {
    /// An extension that is offered and not implemented, to see what a client makes of it.
    ///
    /// ```
    /// use mailmock::{Extension, MailServer};
    ///
    /// let server = MailServer::builder()
    ///     .with_extension(Extension::custom("FUTURERELEASE 86400").with_parameter("HOLDFOR"))
    ///     .start();
    /// ```
    ///
    /// # Panics
    ///
    /// If the line is not a keyword, perhaps followed by parameters, all printable ASCII.
    #[track_caller]
    pub fn custom(line: impl Into<String>) -> Self {
        let line = line.into();
        let is_keyword = |word: &str| {
            word.starts_with(|c: char| c.is_ascii_alphanumeric())
                && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        };
        assert!(
            line.split(' ').next().is_some_and(is_keyword)
                && line.chars().all(|c| c == ' ' || c.is_ascii_graphic()),
            "not an EHLO keyword with parameters: {line:?}"
        );
        Self::Custom {
            line,
            parameters: Vec::new(),
        }
    }

    /// Adds a parameter of MAIL and RCPT that a [custom](Self::custom) extension brings.
    ///
    /// # Panics
    ///
    /// If the extension is not a custom one: the others bring their own.
    #[must_use]
    #[track_caller]
    pub fn with_parameter(mut self, name: &str) -> Self {
        match &mut self {
            Self::Custom { parameters, .. } => parameters.push(name.to_ascii_uppercase()),
            known => {
                panic!("{known:?} brings its own parameters; only a custom extension takes more")
            }
        }
        self
    }

    /// The line that the answer to EHLO has for it.
    pub(super) fn line(&self, max_content: usize, mechanisms: &[Mechanism]) -> String {
        match self {
            Self::Pipelining => "PIPELINING".to_owned(),
            Self::Size => format!("SIZE {max_content}"),
            Self::EightBitMime => "8BITMIME".to_owned(),
            Self::SmtpUtf8 => "SMTPUTF8".to_owned(),
            Self::EnhancedStatusCodes => "ENHANCEDSTATUSCODES".to_owned(),
            Self::Chunking => "CHUNKING".to_owned(),
            Self::BinaryMime => "BINARYMIME".to_owned(),
            Self::Dsn => "DSN".to_owned(),
            Self::Auth => {
                let names = mechanisms.iter().map(|mechanism| mechanism.as_str());
                ["AUTH"]
                    .into_iter()
                    .chain(names)
                    .collect::<Vec<_>>()
                    .join(" ")
            }
            Self::Custom { line, .. } => line.clone(),
        }
    }
}

/// The extensions that a server offers.
#[derive(Clone, Debug)]
pub(crate) struct Extensions(Vec<Extension>);

impl Default for Extensions {
    fn default() -> Self {
        use Extension::{
            Auth, BinaryMime, Chunking, Dsn, EightBitMime, EnhancedStatusCodes, Pipelining, Size,
            SmtpUtf8,
        };
        Self(vec![
            Pipelining,
            Size,
            EightBitMime,
            SmtpUtf8,
            EnhancedStatusCodes,
            Chunking,
            BinaryMime,
            Dsn,
            Auth,
        ])
    }
}

impl Extensions {
    pub(crate) fn add(&mut self, extension: Extension) {
        self.remove(&extension);
        self.0.push(extension);
    }

    pub(crate) fn remove(&mut self, extension: &Extension) {
        self.0.retain(|known| known != extension);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn offers(&self, extension: &Extension) -> bool {
        self.0.contains(extension)
            && (*extension != Extension::BinaryMime || self.0.contains(&Extension::Chunking))
    }

    pub(crate) fn takes_custom_parameter(&self, name: &str) -> bool {
        self.0.iter().any(|extension| match extension {
            Extension::Custom { parameters, .. } => parameters.iter().any(|p| p == name),
            _ => false,
        })
    }

    /// Those that are offered.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Extension> {
        self.0.iter().filter(|extension| self.offers(extension))
    }
}
