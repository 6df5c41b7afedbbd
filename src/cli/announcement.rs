//! Where a server listens, for those who have started it.

use std::io::{self, Write as _};

use mailmock::MailServer;
use serde::Serialize;

/// Said once, when the server is ready.
#[derive(Debug, Serialize)]
pub(super) struct Announcement<'a> {
    smtp: String,
    inspector: String,
    /// What clients are to trust, in PEM.
    ca_certificate: Option<&'a str>,
}

impl<'a> Announcement<'a> {
    pub(super) fn of(server: &'a MailServer, ca_certificate: Option<&'a str>) -> Self {
        Self {
            smtp: server.url(),
            inspector: server.inspector_url(),
            ca_certificate,
        }
    }

    /// On stdout. Who does not read it has no use for it.
    pub(super) fn print(&self, as_json: bool) {
        let text = if as_json {
            serde_json::to_string(self).expect("texts can be written as JSON")
        } else {
            format!("SMTP       {}\ninspector  {}", self.smtp, self.inspector)
        };
        let mut stdout = io::stdout().lock();
        let _ = writeln!(stdout, "{text}").and_then(|()| stdout.flush());
    }
}
