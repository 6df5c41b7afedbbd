//! An application that submits its mail over TLS with an access token, and how that is tested: the token
//! that has to be fetched anew, the certificate that must not be trusted, the secret that must not leak.
//!
//! `cargo run --example secure_submission --features tls` shows what happens;
//! `cargo test --example secure_submission --features tls` runs the tests below.

#![allow(clippy::print_stdout, reason = "printing is what it is for")]

use std::error::Error;

use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::{self, SmtpTransportBuilder};
use lettre::{Message, SmtpTransport, Transport};
use mailmock::MailServer;

/// Submits mail as one user, by a token that may expire at any time.
struct Submission<F> {
    transport: SmtpTransportBuilder,
    user: String,
    token: String,
    fetch_token: F,
}

impl<F: FnMut() -> String> Submission<F> {
    /// `url` says where, such as `smtp://mail.example:587?tls=required`; `authority` is the certificate, in
    /// PEM, that the server's must come from.
    fn new(
        url: &str,
        host: &str,
        authority: &str,
        user: &str,
        mut fetch_token: F,
    ) -> Result<Self, smtp::Error> {
        let authority = Certificate::from_pem(authority.as_bytes())?;
        let parameters = TlsParameters::builder(host.to_owned())
            .add_root_certificate(authority)
            .build()?;
        let tls = if url.starts_with("smtps:") {
            Tls::Wrapper(parameters)
        } else {
            Tls::Required(parameters)
        };
        Ok(Self {
            transport: SmtpTransport::from_url(url)?.tls(tls),
            user: user.to_owned(),
            token: fetch_token(),
            fetch_token,
        })
    }

    fn send(&mut self, mail: &Message) -> Result<(), smtp::Error> {
        match self.attempt(mail) {
            // lettre cannot tell a token that was refused from other answers that it does not expect.
            Err(error) if error.is_client() || error.is_permanent() => {
                self.token = (self.fetch_token)();
                self.attempt(mail)
            }
            result => result,
        }
    }

    fn attempt(&self, mail: &Message) -> Result<(), smtp::Error> {
        let credentials = Credentials::new(self.user.clone(), self.token.clone());
        let transport = self.transport.clone().credentials(credentials);
        let transport = transport.authentication(vec![Mechanism::Xoauth2]);
        transport.build().send(mail).map(|_| ())
    }
}

fn submission_to(
    server: &MailServer,
    tokens: &'static [&'static str],
) -> Result<Submission<impl FnMut() -> String>, smtp::Error> {
    let mut tokens = tokens.iter().cycle();
    let fetch_token = move || {
        tokens
            .next()
            .map_or(String::new(), |token| (*token).to_owned())
    };
    let authority = server.ca_certificate_pem();
    Submission::new(&server.url(), server.host(), authority, "app", fetch_token)
}

fn welcome() -> Result<Message, Box<dyn Error>> {
    let message = Message::builder()
        .from("App <app@example.org>".parse()?)
        .to("Ada <ada@example.org>".parse()?)
        .subject("Welcome")
        .body("Hello Ada!".to_owned())?;
    Ok(message)
}

fn main() -> Result<(), Box<dyn Error>> {
    let server = MailServer::builder()
        .starttls()
        .oauth_token("app", "fresh")
        .require_auth()
        .start();
    println!("A mail server listens at {}\n", server.url());
    submission_to(&server, &["stale", "fresh"])?.send(&welcome()?)?;
    println!("What was presented to it:");
    for login in server.logins() {
        println!("    {login}");
    }
    let mail = server.only_mail();
    let tls = mail.envelope().tls().ok_or("it came in clear")?;
    println!("The mail came over {tls}.\n");
    for session in server.sessions() {
        println!("What was said in session {}\n", session.id());
        for line in session.transcript().to_string().lines() {
            println!("    {line}");
        }
        println!();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use mailmock::{TlsFault, Trigger, a_mail, a_session};

    use super::*;

    fn server() -> MailServer {
        let builder = MailServer::builder().oauth_token("app", "fresh");
        builder.starttls().require_tls().require_auth().start()
    }

    #[test]
    fn a_stale_token_is_fetched_anew() {
        let server = server();
        let mut submission = submission_to(&server, &["stale", "fresh"]).unwrap();
        submission.send(&welcome().unwrap()).unwrap();
        let outcomes: Vec<_> = server.logins().iter().map(|l| l.is_accepted()).collect();
        assert_eq!(outcomes, [false, true]);
        server.assert_received(a_mail().subject("Welcome").over_tls());
        // And kept from then on.
        submission.send(&welcome().unwrap()).unwrap();
        assert_eq!(server.logins().len(), 3);
    }

    #[test]
    fn it_tells_nobody_its_token_whose_certificate_is_wrong() {
        for fault in TlsFault::CERTIFICATES {
            let server = server();
            server.on(Trigger::tls_handshake()).tls_fault(fault);
            let mut submission = submission_to(&server, &["fresh"]).unwrap();
            submission.send(&welcome().unwrap()).unwrap_err();
            assert!(server.logins().is_empty(), "{fault:?}");
        }
    }

    #[test]
    fn it_does_not_go_on_in_clear() {
        let server = MailServer::builder().strip_starttls().start();
        let mut submission = submission_to(&server, &["fresh"]).unwrap();
        submission.send(&welcome().unwrap()).unwrap_err();
        server.assert_no_mail();
        server.assert_sessions(a_session().no_plaintext_auth());
    }

    #[test]
    fn the_token_is_in_no_mail_and_no_transcript() {
        let server = server();
        submission_to(&server, &["fresh"])
            .unwrap()
            .send(&welcome().unwrap())
            .unwrap();
        server.assert_not_received(a_mail().anywhere("fresh"));
        assert!(
            !server.sessions()[0]
                .transcript()
                .to_string()
                .contains("fresh")
        );
        assert_eq!(server.logins()[0].token(), Some("fresh"));
    }
}
