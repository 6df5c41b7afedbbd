//! `mailmock`: a server until a signal ends it.

use std::fs;
use std::path::Path;

use mailmock::{MailServer, MailServerBuilder};

use super::announcement::Announcement;
use super::arguments::{Compat, ServeArguments, TlsKind, WhenFull};
use super::failure::Failure;
use super::log;
use super::rules_file::RulesFile;
use super::shutdown::Shutdown;

pub(super) fn serve(arguments: &ServeArguments) -> Result<(), Failure> {
    check_exposure(arguments)?;
    let has_tls =
        arguments.tls.is_some() || arguments.require_tls || arguments.certificate.is_some();
    if arguments.ca_file.is_some() && !has_tls {
        let text = "--ca-file is about TLS, and there is none: see --tls";
        return Err(Failure::impossible(text));
    }
    log::start(&arguments.log)?;
    // Before it is said that we are there: who reads that may end us at once.
    let shutdown = Shutdown::new().map_err(|error| Failure::impossible(error.to_string()))?;
    let server = start(arguments)?;
    let ca_certificate = has_tls.then(|| server.ca_certificate_pem());
    if let (Some(file), Some(pem)) = (&arguments.ca_file, ca_certificate) {
        fs::write(file, pem).map_err(|error| about(file, &error))?;
    }
    Announcement::of(&server, ca_certificate).print(arguments.json);
    shutdown.wait();
    drop(server);
    Ok(())
}

fn start(arguments: &ServeArguments) -> Result<MailServer, Failure> {
    let mut builder = builder(arguments)?;
    let rules = arguments.rules.as_deref().map(RulesFile::read);
    let rules = rules.transpose()?;
    if let Some(rules) = &rules {
        builder = builder.rules(rules.rules());
    }
    if arguments.magic_recipients {
        builder = builder.magic_recipients();
    }
    builder.try_start().map_err(|error| {
        let explained = rules.as_ref().and_then(|rules| rules.explain(&error));
        let cure = if error.is_address_in_use() {
            "; port 0 is any that is free"
        } else {
            ""
        };
        explained.unwrap_or_else(|| Failure::impossible(format!("{error}{cure}")))
    })
}

/// Others than this machine are let in where that was said, and where they need a token to look.
fn check_exposure(arguments: &ServeArguments) -> Result<(), Failure> {
    if arguments.allow_remote && arguments.token.is_none() {
        let text = "--allow-remote needs a token: --token, or MAILMOCK_TOKEN in the environment";
        return Err(Failure::impossible(text));
    }
    let addresses = [
        ("--smtp", &arguments.smtp),
        ("--inspector", &arguments.inspector),
    ];
    match addresses.iter().find(|(_, address)| !address.is_loopback()) {
        Some((flag, address)) if !arguments.allow_remote => {
            let address = address.as_str();
            Err(Failure::impossible(format!(
                "{flag} {address} is reached by other machines: that needs --allow-remote, and a token"
            )))
        }
        _ => Ok(()),
    }
}

fn builder(arguments: &ServeArguments) -> Result<MailServerBuilder, Failure> {
    let mut builder = MailServer::builder()
        .bind_address(arguments.smtp.socket.ip())
        .port(arguments.smtp.socket.port())
        .inspector_address(arguments.inspector.socket)
        .name_rules_by_number()
        .max_mails(usize::try_from(arguments.max_mails).unwrap_or(usize::MAX))
        .max_stored(arguments.max_bytes.0)
        .max_message_size(arguments.max_message_size.0);
    if arguments.when_full == WhenFull::DropOldest {
        builder = builder.drop_oldest();
    }
    if let Some(token) = &arguments.token {
        builder = builder.inspector_token(token);
    }
    if arguments.compat == Some(Compat::Mailpit) {
        builder = builder.mailpit_api();
    }
    builder = with_tls(builder, arguments)?;
    for said in &arguments.credentials {
        let (user, password) = user_and_password(said)?;
        builder = builder.credentials(user, password);
    }
    if arguments.require_auth {
        builder = builder.require_auth();
    }
    if let Some(seed) = arguments.seed {
        builder = builder.seed(seed);
    }
    if arguments.strict {
        builder = builder.strict();
    }
    if arguments.lmtp {
        builder = builder.lmtp();
    }
    for domain in &arguments.local_domain {
        builder = builder.local_domain(domain);
    }
    if let Some(name) = &arguments.host_name {
        builder = builder.host_name(name);
    }
    if let Some(host) = &arguments.advertised_host {
        builder = builder.advertised_host(host);
    }
    Ok(builder)
}

/// What is none is not repeated: it may be a password all the same.
fn user_and_password(said: &str) -> Result<(&str, &str), Failure> {
    let pair = said.split_once(':').filter(|(user, _)| !user.is_empty());
    pair.ok_or_else(|| Failure::impossible("a value of --credentials is not USER:PASSWORD"))
}

fn with_tls(
    mut builder: MailServerBuilder,
    arguments: &ServeArguments,
) -> Result<MailServerBuilder, Failure> {
    builder = match arguments.tls {
        Some(TlsKind::Starttls) => builder.starttls(),
        Some(TlsKind::Implicit) => builder.implicit_tls(),
        None => builder,
    };
    if arguments.require_tls {
        builder = builder.require_tls();
    }
    if let (Some(certificate), Some(key)) = (&arguments.certificate, &arguments.key) {
        builder = builder.certificate_pem(read(certificate)?, read(key)?);
    }
    if arguments.allow_plaintext_auth {
        builder = builder.allow_plaintext_auth();
    }
    Ok(builder)
}

fn read(file: &Path) -> Result<String, Failure> {
    fs::read_to_string(file).map_err(|error| about(file, &error))
}

fn about(file: &Path, error: &std::io::Error) -> Failure {
    Failure::impossible(format!("{}: {error}", file.display()))
}
