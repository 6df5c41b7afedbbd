//! The server as a whole: down, back again, or later than it is.

use std::time::Duration;

use super::control::Control;
use super::mail_server::MailServer;

impl MailServer {
    /// Goes down: ends all sessions without a word and refuses connections. The port stays ours; the
    /// store stays as it is, but for the sessions and transactions that thereby end. Without effect
    /// on a server that is down.
    ///
    /// ```
    /// # let server = mailmock::MailServer::start();
    /// server.go_down();
    /// let refused = std::net::TcpStream::connect((server.host(), server.port())).unwrap_err();
    /// assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
    /// server.come_back();
    /// assert!(std::net::TcpStream::connect((server.host(), server.port())).is_ok());
    /// ```
    ///
    /// # Panics
    ///
    /// If the system does not let the port be held, or a closure that the server runs calls it.
    #[track_caller]
    pub fn go_down(&self) {
        if let Err(error) = self.background().remote().ask(Control::GoDown) {
            panic!("the mail server could not go down: {error}");
        }
    }

    /// Listens again on the same port. Without effect on a server that is not down.
    ///
    /// # Panics
    ///
    /// If the system does not let the port be listened on, or a closure that the server runs calls it.
    #[track_caller]
    pub fn come_back(&self) {
        if let Err(error) = self.background().remote().ask(Control::ComeBack) {
            panic!("the mail server could not come back: {error}");
        }
    }

    /// Moves the server's clock. Pauses of [rules](Self::on) that are pending,
    /// [`drip`](crate::RuleBuilder::drip), [`throttle`](crate::RuleBuilder::throttle), the windows of
    /// [`greylist`](Self::greylist) and [`rate_limit`](Self::rate_limit), and the
    /// [idle time-out](crate::MailServerBuilder::idle_timeout) obey it; what begins later does not notice.
    ///
    /// What clients wrote before the call is read first, and what follows from the move is done when
    /// it returns: an idle session has got its 421, a reply that was delayed is written.
    ///
    /// In all it can be moved by 100 years; what is beyond that is left out.
    ///
    /// The times in [`Session`](crate::Session)s and [`Mail`](crate::Mail)s are real ones. The clients
    /// have clocks of their own.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use lettre::{Message, SmtpTransport, Transport};
    /// # let server = mailmock::MailServer::start();
    /// # let mail = Message::builder().from("app@example.org".parse()?).to("ada@example.org".parse()?).body(String::new())?;
    /// # let transport = SmtpTransport::from_url(&server.url())?.build();
    /// server.greylist(Duration::from_secs(600));
    /// assert!(transport.send(&mail).unwrap_err().is_transient());
    /// server.advance_time(Duration::from_secs(600));
    /// assert!(transport.send(&mail).is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If a closure that the server runs calls it.
    #[track_caller]
    pub fn advance_time(&self, duration: Duration) {
        let advance = |done| Control::AdvanceTime(duration, done);
        if let Err(error) = self.background().remote().ask(advance) {
            panic!("the server's clock could not be moved: {error}");
        }
    }
}
