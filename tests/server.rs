//! The life of a server: start, addresses, limits, outages, drop.

mod support;

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener, TcpStream};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use mailmock::{Cause, Extension, Mail, MailServer, SessionEnd, Stage};
use support::{Client, eventually};

fn connect(server: &MailServer) -> std::io::Result<TcpStream> {
    TcpStream::connect((server.host(), server.port()))
}

#[test]
fn each_server_has_a_port_and_a_store_of_its_own() {
    let (one, two) = (MailServer::start(), MailServer::start());
    assert_ne!(one.port(), two.port());
    Client::connect(&one)
        .ok("HELO x")
        .deliver("a@b.org", &["c@d.org"], b"\r\n");
    assert_eq!((one.mails().len(), two.mails().len()), (1, 0));
}

#[test]
fn urls_carry_the_ip_and_credentials_are_encoded() {
    let server = MailServer::start();
    let port = server.port();
    assert_eq!(server.url(), format!("smtp://127.0.0.1:{port}"));
    let user = "a b@example.org/ü";
    let url = format!("smtp://a%20b%40example.org%2F%C3%BC:secret@127.0.0.1:{port}");
    assert_eq!(server.url_as(user), url);
}

#[test]
fn the_bound_and_the_advertised_address_are_two_things() {
    let wildcard = MailServer::builder()
        .bind_address(Ipv4Addr::UNSPECIFIED)
        .start();
    assert_eq!(wildcard.host(), "127.0.0.1");
    Client::connect(&wildcard).ok("NOOP");
    let named = MailServer::builder().advertised_host("mail.test").start();
    assert_eq!(named.url(), format!("smtp://mail.test:{}", named.port()));
    let greeting = MailServer::builder().host_name("mx.example.org").start();
    let mut client = Client::connect_silently(&greeting);
    assert_eq!(client.reply(), "220 mx.example.org ESMTP mailmock");
}

#[test]
fn ipv6_works_where_the_system_has_it() {
    let server = match MailServer::builder()
        .bind_address(Ipv6Addr::LOCALHOST)
        .try_start()
    {
        Ok(server) => server,
        Err(error) => return eprintln!("skipped: {error}"),
    };
    assert_eq!(server.url(), format!("smtp://[::1]:{}", server.port()));
    Client::connect(&server)
        .ok("HELO x")
        .deliver("a@b.org", &["c@d.org"], b"\r\n");
    assert_eq!(
        server.only_mail().envelope().peer().ip(),
        IpAddr::from(Ipv6Addr::LOCALHOST)
    );
    server.go_down();
    assert_eq!(
        connect(&server).unwrap_err().kind(),
        ErrorKind::ConnectionRefused
    );
    server.come_back();
    Client::connect(&server).ok("NOOP");
}

#[test]
fn a_taken_port_is_an_error_that_names_it() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = MailServer::builder().port(port).try_start().unwrap_err();
    assert!(error.is_address_in_use());
    assert!(
        error.to_string().contains(&format!("127.0.0.1:{port}")),
        "{error}"
    );
    // And two of ours do not share one.
    let server = MailServer::start();
    let again = MailServer::builder().port(server.port()).try_start();
    assert!(again.unwrap_err().is_address_in_use());
}

#[test]
fn go_down_refuses_connections_and_keeps_port_and_store() {
    let server = MailServer::start();
    let mut client = Client::connect(&server);
    client
        .ok("HELO x")
        .deliver("a@b.org", &["c@d.org"], b"1\r\n");
    client.ok("MAIL FROM:<a@b.org>").ok("RCPT TO:<c@d.org>");
    server.go_down();
    assert_eq!(client.rest(), "", "the session is ended without a word");
    assert_eq!(server.sessions()[0].end(), Some(SessionEnd::ServerClosed));
    assert!(server.rejections()[0].is_aborted());
    for _ in 0..3 {
        assert_eq!(
            connect(&server).unwrap_err().kind(),
            ErrorKind::ConnectionRefused
        );
    }
    let address = (Ipv4Addr::LOCALHOST, server.port());
    assert!(
        TcpListener::bind(address).is_err(),
        "the port is still held"
    );
    server.go_down();
    server.come_back();
    server.come_back();
    Client::connect(&server)
        .ok("HELO x")
        .deliver("a@b.org", &["c@d.org"], b"2\r\n");
    assert_eq!(
        server.mails().iter().map(Mail::id).collect::<Vec<_>>(),
        [1, 2]
    );
}

#[test]
fn outages_may_be_many() {
    let server = MailServer::start();
    for round in 1..=20 {
        let mut client = Client::connect(&server);
        client
            .ok("HELO x")
            .deliver("a@b.org", &["c@d.org"], b"\r\n");
        server.go_down();
        assert!(connect(&server).is_err());
        server.come_back();
        assert_eq!(server.mails().len(), round);
    }
}

#[test]
fn drop_closes_port_and_sessions_without_waiting_for_them() {
    let server = MailServer::start();
    let mut clients: Vec<_> = (0..5).map(|_| Client::connect(&server)).collect();
    clients[0].ok("HELO x").begin("a@b.org", &["c@d.org"]);
    clients[0].send(b"half a ma");
    let (address, sessions) = ((Ipv4Addr::LOCALHOST, server.port()), server.sessions());
    drop(server);
    assert_eq!(
        TcpStream::connect(address).unwrap_err().kind(),
        ErrorKind::ConnectionRefused
    );
    for client in &mut clients {
        assert_eq!(client.rest(), "");
    }
    assert_eq!(sessions.len(), 5, "what was asked for outlives the server");
    let reused = MailServer::builder().port(address.1).start();
    Client::connect(&reused).ok("NOOP");
}

#[test]
fn mails_outlive_their_server() {
    let mail = support::received(b"Subject: x\r\n\r\n");
    assert_eq!(mail.message().subject(), "x");
}

/// A waker that drops the server: it is woken on the server's own thread.
struct Dropper(Mutex<Option<MailServer>>);

impl Wake for Dropper {
    fn wake(self: Arc<Self>) {
        drop(self.0.lock().unwrap().take());
    }
}

#[test]
fn it_can_be_dropped_on_its_own_thread() {
    let server = MailServer::start();
    let address = (Ipv4Addr::LOCALHOST, server.port());
    let mut wait = pin!(server.try_wait_for_mails(1).into_future());
    let waker = Waker::from(Arc::new(Dropper(Mutex::new(Some(server)))));
    let mut context = Context::from_waker(&waker);
    assert!(wait.as_mut().poll(&mut context).is_pending());
    let mut client = TcpStream::connect(address).unwrap();
    let _ = client.read_to_end(&mut Vec::new()); // closed, one way or another
    eventually(|| TcpStream::connect(address).err());
    let Poll::Ready(Err(error)) = wait.poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("the wait goes on");
    };
    assert!(error.is_server_dropped());
}

#[tokio::test]
async fn it_starts_and_drops_within_a_runtime() {
    let server = MailServer::start();
    let mut client = Client::connect(&server);
    client.ok("HELO x");
    drop(server);
    assert_eq!(client.rest(), "");
}

/// The system gives no thread for a stack of that size: std reads it before the first.
#[cfg(target_os = "linux")]
#[test]
fn a_thread_that_cannot_be_had_is_an_error() {
    let own = std::env::current_exe().unwrap();
    let name = "a_server_without_a_thread_is_an_error";
    let output = std::process::Command::new(own)
        .args([name, "--exact", "--ignored", "--test-threads=1"])
        .env("RUST_MIN_STACK", (1_u64 << 46).to_string())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(told.contains("1 passed"), "{told}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
#[ignore = "run by a_thread_that_cannot_be_had_is_an_error"]
async fn a_server_without_a_thread_is_an_error() {
    assert!(MailServer::builder().try_start().is_err());
}

#[test]
fn it_can_be_shared_in_any_way() {
    static SHARED: LazyLock<MailServer> = LazyLock::new(MailServer::start);
    let arc = Arc::new(MailServer::start());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for server in [&SHARED, &*arc] {
                    Client::connect(server)
                        .ok("HELO x")
                        .deliver("a@b.org", &["c@d.org"], b"\r\n");
                }
            });
        }
    });
    assert_eq!((SHARED.mails().len(), arc.mails().len()), (4, 4));
}

#[test]
fn clear_forgets_all_but_the_open_sessions() {
    let server = MailServer::start();
    Client::connect(&server).ok("QUIT");
    eventually(|| server.sessions()[0].end());
    let mut client = Client::connect(&server);
    client
        .ok("HELO x")
        .deliver("a@b.org", &["c@d.org"], b"\r\n");
    assert!(client.say("FOO").starts_with("500"));
    server.clear();
    assert!(server.mails().is_empty() && server.rejections().is_empty());
    let sessions = server.sessions();
    assert_eq!(
        sessions
            .iter()
            .map(mailmock::Session::id)
            .collect::<Vec<_>>(),
        [2]
    );
    assert!(sessions[0].transcript().to_string().contains("C: FOO"));
    assert!(sessions[0].mails().is_empty());
    assert_eq!(sessions[0].mail_ids(), [1]);
    client.deliver("a@b.org", &["c@d.org"], b"\r\n");
    assert_eq!(server.sessions()[0].mail_ids(), [1, 2]);
}

#[test]
fn mails_taken_by_several_threads_are_taken_once() {
    let server = MailServer::start();
    let is_done = AtomicBool::new(false);
    let ids = |mails: Vec<Mail>| mails.iter().map(Mail::id).collect::<Vec<_>>();
    let take = || {
        let mut taken = Vec::new();
        while !is_done.load(Ordering::Acquire) {
            taken.extend(ids(server.take_mails()));
        }
        taken
    };
    let mut taken = std::thread::scope(|scope| {
        let takers = [scope.spawn(take), scope.spawn(take)];
        let mut client = Client::connect(&server);
        client.ok("HELO x");
        for _ in 0..200 {
            client.deliver("a@b.org", &["c@d.org"], b"\r\n");
        }
        is_done.store(true, Ordering::Release);
        takers.map(|taker| taker.join().unwrap()).concat()
    });
    taken.extend(ids(server.take_mails()));
    taken.sort_unstable();
    assert_eq!(taken, (1..=200).collect::<Vec<_>>());
}

#[test]
fn one_session_too_many_gets_421() {
    let server = MailServer::builder().max_sessions(2).start();
    let mut first = Client::connect(&server);
    let _second = Client::connect(&server);
    let mut third = Client::connect_silently(&server);
    assert!(third.reply().starts_with("421 4.3.2 "));
    assert_eq!(third.rest(), "");
    let rejection = &server.rejections()[0];
    assert_eq!(
        (rejection.stage(), rejection.cause()),
        (Stage::Connect, Cause::Limit)
    );
    assert_eq!(server.sessions()[2].end(), Some(SessionEnd::Refused));
    first.ok("QUIT");
    Client::connect(&server).ok("NOOP");
}

#[test]
fn a_full_store_gets_452_and_takes_mail_again_when_cleared() {
    let server = MailServer::builder().max_stored(20_000).start();
    let mut client = Client::connect(&server);
    client.ok("EHLO x");
    assert!(
        client
            .say("MAIL FROM:<a@b.org> SIZE=30000")
            .starts_with("452 4.3.1 ")
    );
    client.begin("a@b.org", &["c@d.org"]);
    client.send(&b"x".repeat(30_000));
    assert!(client.say("\r\n.").starts_with("452 4.3.1 "));
    let refused = &server.rejections()[1];
    assert_eq!(
        (refused.stage(), refused.cause()),
        (Stage::EndOfData, Cause::Limit)
    );
    assert!(refused.message().is_none(), "there is no room for it");
    client.deliver("a@b.org", &["c@d.org"], &b"x\r\n".repeat(4_000));
    let said = loop {
        let said = client.say("NOOP this is only to fill what is left of the store");
        assert!(said.starts_with("250"));
        if server.sessions()[0].omitted_exchanges() > 0 {
            break client.say("MAIL FROM:<a@b.org>");
        }
    };
    assert!(said.starts_with("452 4.3.1 "), "{said}");
    assert!(
        server.sessions()[0]
            .transcript()
            .to_string()
            .contains("more, not kept")
    );
    server.clear();
    drop(client);
    eventually(|| server.sessions()[0].end());
    server.clear();
    Client::connect(&server)
        .ok("HELO x")
        .deliver("a@b.org", &["c@d.org"], b"\r\n");
    assert_eq!(server.mails().len(), 1);
}

#[test]
fn an_idle_session_gets_421_and_ends() {
    let server = MailServer::builder()
        .idle_timeout(Duration::from_secs(1))
        .start();
    let mut client = Client::connect(&server);
    // In one piece, so that nothing in it comes late.
    client.send(b"HELO x\r\nMAIL FROM:<a@b.org>\r\nRCPT TO:<c@d.org>\r\n");
    for _ in 0..3 {
        assert!(client.reply().starts_with("250 "));
    }
    assert!(client.reply().starts_with("421 4.4.2 "));
    assert_eq!(client.rest(), "");
    assert_eq!(server.sessions()[0].end(), Some(SessionEnd::TimedOut));
    assert!(server.rejections()[0].is_aborted());
}

#[test]
fn the_last_reply_is_read_though_the_client_goes_on_sending() {
    let server = MailServer::start();
    for _ in 0..20 {
        let mut client = Client::connect(&server);
        client.send(b"QUIT\r\n");
        // Unread octets at a close make an RST, and that destroys the reply on its way.
        client.send(&b"NOOP\r\n".repeat(50_000));
        assert_eq!(client.reply(), "221 2.0.0 Bye");
        assert_eq!(client.rest(), "");
    }
}

#[test]
fn a_client_that_reads_late_gets_all_replies() {
    let server = MailServer::start();
    let mut stream = connect(&server).unwrap();
    let count = 100_000;
    let mut reader = stream.try_clone().unwrap();
    let replies = std::thread::scope(|scope| {
        let writer = scope.spawn(move || {
            stream.write_all(&b"NOOP\r\n".repeat(count)).unwrap();
            stream.write_all(b"QUIT\r\n").unwrap();
        });
        let mut replies = String::new();
        reader.read_to_string(&mut replies).unwrap();
        writer.join().unwrap();
        replies
    });
    assert_eq!(replies.lines().count(), count + 2);
    assert!(replies.ends_with("221 2.0.0 Bye\r\n"));
}

#[test]
fn extensions_can_be_taken_away_and_added() {
    let server = MailServer::builder()
        .without_extensions()
        .with_extension(Extension::custom("X-RATE 5"))
        .start();
    let reply = Client::connect(&server).say("EHLO x");
    assert_eq!(reply, "250-localhost greets x\n250 X-RATE 5");
    let reply = Client::connect(&MailServer::builder().no_auth().start()).say("EHLO x");
    assert!(!reply.contains("AUTH") && reply.contains("DSN"), "{reply}");
}

#[test]
#[should_panic(expected = "not an EHLO keyword")]
fn an_extension_must_be_a_keyword() {
    let _ = Extension::custom("no\r\nkeyword");
}

#[test]
fn many_servers_live_in_one_process() {
    // As many as go with a limit of 1,024 descriptors, of which each has four.
    let servers: Vec<_> = (0..60).map(|_| MailServer::start()).collect();
    for server in &servers {
        Client::connect(server)
            .ok("HELO x")
            .deliver("a@b.org", &["c@d.org"], b"\r\n");
    }
    assert!(servers.iter().all(|server| server.mails().len() == 1));
}
