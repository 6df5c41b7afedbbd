//! The command line: what it says becomes a server, or a question to one. It uses nothing of the library but
//! what everybody can.

mod address;
mod announcement;
mod arguments;
mod conditions;
mod failure;
mod log;
mod octets;
mod rules_file;
mod run;
mod serve;
mod shutdown;
mod wait;

pub(crate) use run::run;
