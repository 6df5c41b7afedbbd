//! The page: what a person looks at. Its files are plain, and come from here alone.

use axum::Router;
use axum::http::{HeaderName, header};
use axum::routing::get;

/// It loads what is ours, shows mails in frames of ours, and runs no script but these files.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'; \
                      form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/// Makes the list of files, each with its path and its type.
macro_rules! files {
    ($($kind:ident: $($name:literal)*;)*) => {
        [$($((concat!("/page/", $name), $kind, include_str!(concat!("page/", $name))),)*)*]
    };
}

const CSS: &str = "text/css; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

const INDEX: &str = include_str!("page/index.html");

const FILES: [(&str, &str, &str); 30] = files! {
    CSS: "style.css" "layout.css" "content.css";
    JAVASCRIPT: "api.js" "dialog.js" "element.js" "feed.js" "live.js" "mail.js" "mail_html.js" "mail_list.js"
        "mail_tabs.js" "mails.js" "page.js" "rejections.js" "route.js" "rule_form.js" "rules.js" "search.js"
        "search_box.js" "server.js" "sessions.js" "storage.js" "theme.js" "toast.js" "transcript.js" "unread.js"
        "virtual_list.js" "words.js";
    SVG: "icon.svg";
};

pub(super) fn page() -> Router {
    let files = FILES.into_iter().chain([("/", HTML, INDEX)]);
    files.fold(Router::new(), |router, (path, kind, text)| {
        let headers = [
            (header::CONTENT_TYPE, kind),
            (header::CONTENT_SECURITY_POLICY, POLICY),
            // What a mail's link has opened has no hold on the page.
            (
                HeaderName::from_static("cross-origin-opener-policy"),
                "same-origin",
            ),
        ];
        router.route(path, get(move || async move { (headers, text) }))
    })
}
