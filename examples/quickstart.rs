//! The main job: an application sends mail over real SMTP, and a test reads back what arrived.
//!
//! `cargo run --example quickstart`

#![allow(clippy::print_stdout, reason = "printing is what it is for")]

use std::error::Error;

use lettre::address::Envelope;
use lettre::message::{Attachment, Mailbox, MultiPart};
use lettre::{Message, SmtpTransport, Transport};
use mailmock::{Mail, MailServer, Part};

fn main() -> Result<(), Box<dyn Error>> {
    let server = MailServer::start();
    println!("A mail server listens at {}\n", server.url());

    // What would be the application under test: all it needs is the URL.
    let transport = SmtpTransport::from_url(&server.url())?.build();
    transport.send(&welcome()?)?;
    let invoice = invoice()?;
    transport.send(&invoice)?;
    let forgotten = Envelope::new(
        Some("billing@shop.example".parse()?),
        vec!["carol@example.org".parse()?],
    )?;
    transport.send_raw(&forgotten, &invoice.formatted())?;

    // A send has returned, so its mail is there: no sleep, no poll.
    for mail in server.mails() {
        show(&mail);
    }
    println!("What was said in session 1\n");
    for line in server.sessions()[0].transcript().to_string().lines() {
        println!("    {line}");
    }
    Ok(())
}

/// (1) A plain mail.
fn welcome() -> Result<Message, Box<dyn Error>> {
    Ok(Message::builder()
        .from("Shop <hello@shop.example>".parse()?)
        .to("Ada <ada@example.org>".parse()?)
        .subject("Welcome")
        .body("Hello, Ada!\n\nGood to have you with us.\n".to_owned())?)
}

/// (2) Text, HTML and an attachment, with a blind recipient: lettre takes the Bcc field out of the
/// header and puts its address into the envelope. (3) is its second copy, to one who was forgotten.
fn invoice() -> Result<Message, Box<dyn Error>> {
    let pdf = Attachment::new("Rechnung März.pdf".to_owned());
    let bob: Mailbox = "Bob Müller <bob@example.org>".parse()?;
    Ok(Message::builder()
        .from("Shop <billing@shop.example>".parse()?)
        .to("Ada <ada@example.org>".parse()?)
        .cc(bob)
        .bcc("boss@shop.example".parse()?)
        .subject("Ihre Rechnung für März: 12 €")
        .multipart(
            MultiPart::mixed()
                .multipart(MultiPart::alternative_plain_html(
                    "Guten Tag,\nanbei die Rechnung.".to_owned(),
                    "<p>Guten Tag,<br>anbei die <b>Rechnung</b>.</p>".to_owned(),
                ))
                .singlepart(pdf.body(b"%PDF-1.7".to_vec(), "application/pdf".parse()?)),
        )?)
}

fn show(mail: &Mail) {
    let (envelope, message) = (mail.envelope(), mail.message());
    let paths: Vec<_> = envelope
        .forward_paths()
        .iter()
        .map(ToString::to_string)
        .collect();
    println!("Mail {}: {}\n", mail.id(), message.subject());
    println!(
        "    envelope   {} -> {}",
        envelope.reverse_path(),
        paths.join(", ")
    );
    println!("    header     From: {}", message.from());
    println!("               To:   {}", message.to());
    if !message.cc().is_empty() {
        println!("               Cc:   {}", message.cc());
    }
    println!("    compared");
    for line in mail.recipients().to_string().lines() {
        println!("               {line}");
    }
    println!("    parts      {} octets in all", message.size());
    show_part(message.root(), 15);
    println!();
}

fn show_part(part: Part<'_>, indent: usize) {
    let detail = match (part.name(), part.text()) {
        (Some(name), _) => format!("{name}, {} octets", part.bytes().len()),
        (None, Some(text)) => format!("{text:?}"),
        (None, None) => String::new(),
    };
    println!("{:indent$}{}  {detail}", "", part.content_type());
    part.children()
        .for_each(|child| show_part(child, indent + 2));
}
