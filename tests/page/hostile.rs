//! What mails cannot do to the page.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::browser::Browser;
use crate::support::Client;
use crate::{deliver, open, send, server};

/// A web server that nobody is to ask, or only for what is expected.
struct Canary {
    port: u16,
    connections: Arc<AtomicUsize>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Canary {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let canary = Self {
            port: listener.local_addr().unwrap().port(),
            connections: Arc::default(),
            asked: Arc::default(),
        };
        let (connections, asked) = (Arc::clone(&canary.connections), Arc::clone(&canary.asked));
        // It ends with the process.
        thread::spawn(move || {
            for stream in listener.incoming() {
                connections.fetch_add(1, Ordering::SeqCst);
                let (stream, asked) = (stream.unwrap(), Arc::clone(&asked));
                thread::spawn(move || answer(stream, &asked));
            }
        });
        canary
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    /// Not even a connection, made early for a request that might come.
    #[track_caller]
    fn assert_unheard_of(&self) {
        assert_eq!(self.asked(), [] as [&str; 0]);
        assert_eq!(self.connections.load(Ordering::SeqCst), 0);
    }
}

/// Notes a request, and answers with an image of 7 by 7 pixels.
fn answer(mut stream: TcpStream, asked: &Mutex<Vec<String>>) {
    let mut request = [0; 4096];
    let length = stream.read(&mut request).unwrap_or(0);
    let request = String::from_utf8_lossy(&request[..length]);
    if let Some(line) = request.lines().next() {
        asked.lock().unwrap().push(line.to_owned());
    }
    let image = "<svg xmlns='http://www.w3.org/2000/svg' width='7' height='7'/>";
    let head =
        "HTTP/1.1 200 OK\r\nContent-Type: image/svg+xml\r\nConnection: close\r\nContent-Length:";
    let _ = write!(stream, "{head} {}\r\n\r\n{image}", image.len()); // who asked may be gone
}

/// What mails have tried on their readers. `CANARY` becomes the URL of a server that counts who asks, `PAGE`
/// that of the inspector.
const ATTACKS: &[&str] = &[
    "<script>top.document.title='pwned';alert(1);fetch('CANARY/script')</script>",
    "<script src='CANARY/script.js'></script>",
    "<img src=x onerror=\"alert(1);top.document.title='pwned'\">",
    "<svg onload=\"alert(1)\"><script>alert(1)</script><image href='CANARY/svg-image'/><use href='CANARY/use.svg#x'/></svg>",
    "<svg><style><p><link rel=preconnect href='CANARY'><script>alert(1)</script></style></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s><set onbegin=alert(1) attributeName=x></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<meta http-equiv=refresh content='0;url=CANARY/refresh'>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<meta http-equiv=refresh content='0;url=PAGE/api/v1/mails'>",
    "<meta http-equiv=Set-Cookie content='x=y'><meta http-equiv=Content-Security-Policy content=\"default-src *\">",
    "<base href='CANARY/' target=_top><img src='base.png'><a id=based href='based'>x</a>",
    "<form id=f action='CANARY/form' method=post><input name=x><button id=send>Send</button></form>",
    "<form action='PAGE/api/v1/down' method=post target=_top><input type=submit id=down formaction='CANARY/f' value=x autofocus onfocus=alert(1)></form>",
    "<a id=js href=\"javascript:alert(1)\">x</a><a id=jstab href=\" java&#10;script:alert(1)\" target=_top>x</a>",
    "<a id=relative href='/api/v1/mails'>x</a><a id=data href='data:text/html,<script>alert(1)</script>'>x</a>",
    "</iframe></body></html><script>alert(1)</script><h1>escaped</h1>",
    "<iframe src='CANARY/iframe'></iframe><iframe srcdoc=\"<script>parent.parent.alert(1)</script>\"></iframe>",
    "<iframe src='javascript:alert(1)'></iframe><iframe src='PAGE/'></iframe>",
    "<frameset><frame src='CANARY/frame'></frameset>",
    "<object data='CANARY/object'></object><embed src='CANARY/embed'><applet code='CANARY/applet'></applet>",
    "<object data='data:text/html,<script>alert(1)</script>'></object><portal src='CANARY/portal'></portal>",
    "<style>@import url('CANARY/import.css'); @import 'CANARY/import2.css'; body{background:url(CANARY/background)}</style>",
    "<style>@font-face{font-family:f;src:url(CANARY/font)} p{font-family:f}</style><p>x</p>",
    "<div style=\"background-image:url('CANARY/style');behavior:url(CANARY/htc);width:9px;height:9px\">x</div>",
    "<table background='CANARY/table'><tr><td background='CANARY/td'>x</td></tr></table><body background='CANARY/body'>",
    "<link rel=stylesheet href='CANARY/link.css'><link rel=icon href='CANARY/icon'><link rel=manifest href='CANARY/m'>",
    "<link rel=preconnect href='CANARY'><link rel=dns-prefetch href='CANARY'><link rel=preload as=image href='CANARY/preload'>",
    "<link rel=prefetch href='CANARY/prefetch'><link rel=prerender href='CANARY/prerender'><link rel=modulepreload href='CANARY/mp'>",
    "<link rel=import href='CANARY/import'><link rel=next href='CANARY/next'>",
    "<script type=speculationrules>{\"prefetch\":[{\"source\":\"list\",\"urls\":[\"CANARY/speculation\"]}]}</script>",
    "<img src='CANARY/pixel.png'><img srcset='CANARY/srcset.png 2x'><picture><source srcset='CANARY/picture'><img></picture>",
    "<img src='//CANARYHOST/relative-scheme.png'><input type=image src='CANARY/input.png'><img src='PAGE/page/icon.svg'>",
    "<video src='CANARY/video' poster='CANARY/poster' autoplay></video><audio src='CANARY/audio' autoplay></audio>",
    "<video><source src='CANARY/source' onerror=alert(1)><track src='CANARY/track'></video>",
    "<details open ontoggle=alert(1)>x</details><marquee onstart=alert(1)>x</marquee><body onload=alert(1)>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\"><link rel=preconnect href='CANARY'></noscript>",
    "<textarea><img src='CANARY/textarea'></textarea><title><img src='CANARY/title'></title><xmp><img src='CANARY/xmp'></xmp>",
    "<template><img src='CANARY/template'><script>alert(1)</script></template><plaintext><img src='CANARY/plaintext'>",
    "<!--[if gte mso 9]><img src='CANARY/mso'><script>alert(1)</script><![endif]--><![CDATA[<img src='CANARY/cdata'>]]>",
    "<a href='https://example.org' ping='CANARY/ping' id=ping>x</a><img src=x lowsrc='CANARY/lowsrc' dynsrc='CANARY/dynsrc'>",
    "<html manifest='CANARY/manifest'><?xml-stylesheet href='CANARY/xml.css'?><bgsound src='CANARY/bgsound'>",
    "<img src='cid:evil'><div style=\"background:url(cid:evil)\"></div>",
];

#[test]
fn what_a_mail_brings_can_do_nothing() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let server = server();
    let canary = Canary::start();
    let (host, page) = (format!("127.0.0.1:{}", canary.port), server.inspector_url());
    let armed = |text: &str| {
        text.replace("CANARYHOST", &host)
            .replace("CANARY", &format!("http://{host}"))
            .replace("PAGE", &page)
    };
    let svg = "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>alert(1)</script><image href='CANARY/evil'/></svg>";
    for attack in ATTACKS {
        let content = format!(
            "Subject: Attack\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n\
             --b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p id=end>{}</p><p id=still>still here</p>\r\n\
             --b\r\nContent-Type: image/svg+xml\r\nContent-ID: <evil>\r\n\r\n{}\r\n--b--\r\n",
            armed(attack),
            armed(svg)
        );
        deliver(&server, &["ada@example.org"], &content);
    }
    let count = ATTACKS.len();
    open(&browser, &server, "#/mails/1/html");
    browser.script("window.isSame = true");
    let unharmed = |what: &str| {
        assert_eq!(browser.alert(), None, "{what}");
        assert!(browser.title().ends_with("mailmock"), "{what}");
        assert_eq!(browser.script("return window.isSame"), true, "{what}");
        assert_eq!(browser.windows(), 1, "{what}");
    };
    for (id, attack) in (1..=count).zip(ATTACKS) {
        browser.script(&format!("location.hash = '#/mails/{id}/html'"));
        browser.wait_for(&format!(
            "document.querySelector('iframe')?.getAttribute('src') === '/api/v1/mails/{id}/preview'"
        ));
        // A frame that was led away would be of another address.
        let frame = browser.soon("the frame is complete", || {
            let frame = browser.within_frame(|| {
                browser.script("return document.readyState === 'complete' ? location.href : null")
            });
            frame.as_str().map(str::to_owned)
        });
        assert_eq!(
            frame,
            format!("{page}/api/v1/mails/{id}/preview"),
            "{attack}"
        );
        unharmed(attack);
    }
    // Who clicks comes to no harm either.
    for (attack, id) in [
        ("<form id=f", "send"),
        ("<form action", "down"),
        ("<a id=js", "js"),
        ("<a id=js", "jstab"),
        ("<a id=relative", "relative"),
        ("<a id=relative", "data"),
        ("<base", "based"),
    ] {
        let number = ATTACKS
            .iter()
            .position(|text| text.starts_with(attack))
            .unwrap()
            + 1;
        browser.script(&format!("location.hash = '#/mails/{number}/html'"));
        browser.wait_for(&format!(
            "document.querySelector('iframe')?.getAttribute('src') === '/api/v1/mails/{number}/preview'"
        ));
        browser.text_in_frame("#still");
        browser.within_frame(|| browser.click(&format!("#{id}")));
        assert_eq!(browser.text_in_frame("#still"), "still here", "{id}");
        unharmed(id);
    }
    assert_eq!(
        browser.script("return document.querySelector('#down') === null"),
        true
    );
    // Time for what would have been late.
    thread::sleep(std::time::Duration::from_millis(500));
    unharmed("late");
    canary.assert_unheard_of();
    server.assert_mail_count(count);
    Client::connect(&server).ok("EHLO x");
}

#[test]
fn names_and_lines_with_markup_are_text() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let server = server();
    let canary = Canary::start();
    let markup = format!(
        "\"><img src=http://127.0.0.1:{}/x onerror=alert(1)><script>alert(1)</script>",
        canary.port
    );
    let content = format!(
        "From: \"{0}\" <a@example.org>\r\nTo: <b{0}@example.org>\r\nBcc: {0}\r\nSubject: {0}\r\nX-{1}: {0}\r\n\
         Message-ID: <{0}>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\n{0} https://example.org/{0} code 471147\r\n\
         --b\r\nContent-Type: text/html\r\n\r\n<a href=\"javascript:alert(1)\">{0}</a><a href='https://x.example/{0}'>x</a>\r\n\
         --b\r\nContent-Type: image/png; name=\"../..{2}\"\r\nContent-ID: <{0}>\r\nContent-Disposition: attachment\r\n\r\nx\r\n--b--\r\n",
        markup.replace('"', "\\\""),
        "<b>bold</b>",
        markup.replace('"', "'"),
    );
    let mut client = Client::connect(&server);
    client.say(&format!("EHLO {markup}"));
    client.say(&format!("VRFY {markup}"));
    client.say(&format!("MAIL FROM:<{markup}@example.org>"));
    client.ok("EHLO test.example");
    client.deliver(
        "\"<script>alert(1)</script>\"@example.org",
        &["\"<img/src/onerror=alert(1)>\"@example.org"],
        content.as_bytes(),
    );
    open(&browser, &server, "#/mails");
    browser.wait_for_text(".mail-row .subject", "onerror=alert(1)");
    let mut seen = 0;
    for hash in [
        "mails/1/html",
        "mails/1/text",
        "mails/1/parts",
        "mails/1/headers",
        "mails/1/raw",
        "mails/1/recipients",
        "mails/1/links",
        "mails/1/lint",
        "mails/1/transcript",
        "sessions/1",
        "rejections",
        "mails?q=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E",
        "mails?q=%3Cimg%3E:x",
    ] {
        browser.script(&format!("location.hash = '#/{hash}'"));
        browser.wait_for_text("main", "<");
        seen += usize::from(
            browser.script("return document.body.innerText.includes('<script>')") == true,
        );
        assert_eq!(browser.alert(), None, "{hash}");
        let foreign =
            "document.querySelectorAll('main script, main img, main b, main [onerror]').length";
        assert_eq!(browser.script(&format!("return {foreign}")), 0, "{hash}");
    }
    assert!(
        seen > 8,
        "the markup was to be seen as text, and was so {seen} times"
    );
    browser.script("location.hash = '#/mails/1/links'");
    browser.wait_for_text("#panel", "javascript:alert(1)");
    assert_eq!(
        browser.script("return document.querySelectorAll('a[href^=javascript]').length"),
        0
    );
    canary.assert_unheard_of();
}

#[test]
fn remote_images_are_loaded_when_it_is_asked_for_and_nothing_else_is() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let server = server();
    let canary = Canary::start();
    let url = format!("http://127.0.0.1:{}", canary.port);
    let content = format!(
        "Subject: x\r\nContent-Type: text/html\r\n\r\n<img id=i src='{url}/image'><link rel=stylesheet href='{url}/style'>\
         <style>@import '{url}/import'; @font-face{{font-family:f;src:url({url}/font)}} p{{font-family:f}}</style><p>x</p>\
         <script src='{url}/script'></script><iframe src='{url}/frame'></iframe><video src='{url}/video'></video>\
         <meta http-equiv=refresh content='0;url={url}/refresh'>\r\n"
    );
    deliver(&server, &["ada@example.org"], &content);
    send(&server, "Without HTML");
    open(&browser, &server, "#/mails/1");
    browser.text_in_frame("p");
    browser.wait_for_text(".remote-notice", "Remote images blocked");
    canary.assert_unheard_of();
    browser.click("#load-remote");
    let width = || {
        browser.within_frame(|| {
            browser.script("return document.querySelector('#i')?.naturalWidth ?? 0")
        })
    };
    browser.soon("the image is there", || (width() == 7).then_some(()));
    assert_eq!(canary.asked(), ["GET /image HTTP/1.1"]);
    // The next time it is asked anew.
    browser.click("#tab-raw");
    browser.click("#tab-html");
    browser.text_in_frame("p");
    browser.wait_for_text(".remote-notice", "Remote images blocked");
    assert_eq!(width(), 0);
    assert_eq!(canary.asked().len(), 1);
}

#[test]
fn a_link_of_a_mail_opens_elsewhere_and_has_no_hold_on_the_page() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let server = server();
    let canary = Canary::start();
    let url = format!("http://127.0.0.1:{}/linked", canary.port);
    let content = format!(
        "Subject: x\r\nContent-Type: text/html\r\n\r\n<a id=link rel=opener target=_top href='{url}'>x</a>\r\n"
    );
    deliver(&server, &["ada@example.org"], &content);
    open(&browser, &server, "#/mails/1");
    browser.text_in_frame("#link");
    browser.within_frame(|| browser.click("#link"));
    browser.soon("another window", || (browser.windows() == 2).then_some(()));
    // The browser asks for an icon as well.
    let first = || canary.asked().first().cloned();
    let asked = browser.soon("the link is followed", first);
    assert_eq!(asked, "GET /linked HTTP/1.1");
    assert_eq!(browser.hash(), "/mails/1");
    assert_eq!(browser.within_frame(|| browser.text("#link")), "x");
}

#[test]
fn a_mail_that_is_made_to_stop_the_page_does_not() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let server = server();
    // Lines that end with `=` go on (RFC 2045 §6.7).
    let long = |text: &str| format!("{}=\r\n", text.repeat(70)).repeat(6_000);
    let content = format!(
        "Subject: Long\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
         https://example.org/{} the end\r\n\
         --b\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
         <p id=3Dend style=3D\"x:url({}\">the end</p>\r\n--b--\r\n",
        long("."),
        long(" "),
    );
    deliver(&server, &["ada@example.org"], &content);
    open(&browser, &server, "#/mails/1/text");
    browser.wait_for_text("#panel", "the end");
    let link = "return document.querySelector('#panel .prose a').textContent";
    assert_eq!(browser.script(link), "https://example.org/");
    browser.click("#tab-html");
    assert_eq!(browser.text_in_frame("#end"), "the end");
}
