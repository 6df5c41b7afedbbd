//! The server's side of RFC 5321 as a pure state machine: bytes in, steps out.
//!
//! Nothing here knows a socket, a clock or a lock, and nothing outside this folder is imported.

mod address;
mod answer;
mod authentication;
mod command;
mod command_intake;
mod conduct;
mod content;
mod delivery;
mod envelope;
mod event;
mod extension;
mod framing;
mod intake;
mod interruption;
mod intervention;
mod manner;
mod matter;
mod origin;
mod parameters;
mod path;
mod printable;
mod refusal;
mod remark;
mod replies;
mod reply;
#[cfg(feature = "inspector")]
mod reply_text;
mod sasl;
mod secret;
mod security;
mod sequence;
mod session;
mod session_end;
mod settings;
mod shared_list;
mod stage;
mod step;
mod tls;
mod transaction;
mod verb;
mod verdict;

pub use address::{AddressError, Mailbox};
pub use envelope::{Envelope, RefusedRecipient};
pub use extension::Extension;
pub use origin::Origin;
pub use parameters::{Body, Parameters};
pub use path::{ForwardPath, ReversePath};
pub use refusal::Cause;
pub use remark::{Lapse, Remark};
pub use reply::{EnhancedCode, Reply};
pub use sasl::{Login, Mechanism};
pub use session_end::SessionEnd;
pub use stage::Stage;
pub use tls::{Tls, TlsFault};

pub(crate) use address::{is_same_mailbox, mailbox_key};
pub(crate) use command::Command;
pub(crate) use content::line_end_lapses;
#[cfg(test)]
pub(crate) use envelope::Client;
pub(crate) use event::{Event, Moment, Policy};
pub(crate) use interruption::Interruption;
pub(crate) use printable::{printable, without_response};
pub(crate) use refusal::Refusal;
pub(crate) use secret::Secret;
pub(crate) use session::ServerSession;
pub(crate) use settings::Settings;
pub(crate) use step::{Answer, Fact, Rejected, Said, Step};
pub(crate) use tls::{ClientCertificate, TlsMode};
pub(crate) use verb::{stage_of, verb_word};
pub(crate) use verdict::{Conduct, Delay, Hold, Intervention, RuleId, Verdict};
