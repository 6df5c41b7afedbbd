//! `mailmock wait`: asks the inspector of a running server.

use std::io::{self, Write as _};
use std::thread::sleep;
use std::time::{Duration, Instant};

use reqwest::blocking::{Client, RequestBuilder, Response};
use reqwest::{StatusCode, Url};
use serde::Deserialize;

use super::arguments::WaitArguments;
use super::failure::Failure;

/// The inspector waits no longer at a time.
const LONGEST: Duration = Duration::from_secs(300);

/// How long an answer may take beyond what it waits for.
const GRACE: Duration = Duration::from_secs(10);

/// How often it is tried whether the server is there.
const RETRY: Duration = Duration::from_millis(50);

pub(super) fn wait(arguments: &WaitArguments) -> Result<(), Failure> {
    let inspector = Inspector::new(arguments)?;
    if arguments.ready && arguments.is_about_mails() {
        let text = "--ready waits for the server and for no mail";
        return Err(Failure::impossible(text));
    }
    if arguments.ready {
        return inspector.wait_until_ready(arguments.timeout);
    }
    let found = inspector.wait_for_mails(arguments)?;
    let text = if arguments.json {
        found
    } else {
        let found: Found = serde_json::from_str(&found).map_err(|_| inspector.is_another())?;
        let lines: Vec<_> = found.mails.iter().map(Mail::line).collect();
        lines.join("\n")
    };
    let mut stdout = io::stdout().lock();
    // Who does not read it wants to know no more than that they are there.
    let _ = writeln!(stdout, "{text}").and_then(|()| stdout.flush());
    Ok(())
}

/// The endpoint of a running server.
struct Inspector {
    url: String,
    token: Option<String>,
    client: Client,
}

impl Inspector {
    fn new(arguments: &WaitArguments) -> Result<Self, Failure> {
        let (url, said_in_url) = endpoint(&arguments.inspector)?;
        // That of the URL is of this server for certain.
        let token = said_in_url.or_else(|| arguments.token.clone());
        if token.as_deref().is_some_and(|token| !is_usable(token)) {
            let text = "no inspector has that token: it is of printable ASCII without spaces, and not empty";
            return Err(Failure::impossible(text));
        }
        // What is said is said to the server itself.
        let client = Client::builder().no_proxy().build();
        Ok(Self {
            url,
            token,
            client: client.map_err(|error| Failure::impossible(error.to_string()))?,
        })
    }

    fn wait_until_ready(&self, timeout: Duration) -> Result<(), Failure> {
        let begun = Instant::now();
        loop {
            let left = timeout.saturating_sub(begun.elapsed());
            // Even without time it is tried once.
            let health = self.get("health").timeout(left.max(Duration::from_secs(1)));
            let failure = match health.send() {
                Ok(response) if response.status() == StatusCode::OK => return Ok(()),
                Ok(response) => return Err(self.refused(response)),
                Err(error) if error.is_builder() => return Err(self.unreachable(&error)),
                Err(error) => self.unreachable(&error),
            };
            if timeout.saturating_sub(begun.elapsed()) < RETRY {
                return Err(Failure::not_found(failure.text));
            }
            sleep(RETRY);
        }
    }

    /// The answer with the mails, as it came.
    fn wait_for_mails(&self, arguments: &WaitArguments) -> Result<String, Failure> {
        let mut left = arguments.timeout;
        loop {
            let wait = left.min(LONGEST);
            let mut request = self
                .get("wait")
                .query(&arguments.mail)
                .query(&[("count", arguments.count.unwrap_or(1))])
                .query(&[("timeout", wait.as_secs_f64())])
                .timeout(wait + GRACE);
            if let Some(since) = arguments.since {
                request = request.query(&[("since", since)]);
            }
            let response = request.send().map_err(|error| self.unreachable(&error))?;
            match response.status() {
                StatusCode::OK => return response.text().map_err(|error| self.unreachable(&error)),
                StatusCode::CONFLICT if left > wait => left -= wait,
                _ => return Err(self.refused(response)),
            }
        }
    }

    fn get(&self, path: &str) -> RequestBuilder {
        let request = self.client.get(format!("{}/api/v1/{path}", self.url));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// What an answer says that is no success.
    fn refused(&self, response: Response) -> Failure {
        let status = response.status();
        let problem = response.text().unwrap_or_default();
        let Ok(Problem { detail }) = serde_json::from_str(&problem) else {
            return self.is_another();
        };
        match status {
            StatusCode::CONFLICT => Failure::not_found(detail),
            StatusCode::UNAUTHORIZED => Failure::impossible(format!(
                "{} asks for another token: --token, or MAILMOCK_TOKEN in the environment",
                self.url
            )),
            StatusCode::BAD_REQUEST => Failure::impossible(of_flag(&detail).unwrap_or(detail)),
            _ => Failure::impossible(detail),
        }
    }

    fn is_another(&self) -> Failure {
        let url = &self.url;
        Failure::impossible(format!("what answers at {url} is no inspector of mailmock"))
    }

    fn unreachable(&self, error: &reqwest::Error) -> Failure {
        let mut cause: &dyn std::error::Error = error;
        while let Some(source) = cause.source() {
            cause = source;
        }
        let url = &self.url;
        Failure::impossible(format!("no server answers at {url}: {cause}"))
    }
}

/// The URL of an inspector, and the token that was said in it. Nothing else shows the URL as it was said.
fn endpoint(said: &str) -> Result<(String, Option<String>), Failure> {
    let full = match said.split_once("://") {
        Some(("http", _)) => said.to_owned(),
        Some(_) => {
            let text = "--inspector: the inspector speaks http:// alone";
            return Err(Failure::impossible(text));
        }
        // As for the server itself, a port alone is one of this machine.
        None => match said.strip_prefix(':').unwrap_or(said) {
            port if port.parse::<u16>().is_ok() => format!("http://127.0.0.1:{port}"),
            _ => format!("http://{said}"),
        },
    };
    let is_none = |error| Failure::impossible(format!("--inspector is no URL: {error}"));
    let mut url = Url::parse(&full).map_err(is_none)?;
    let token = token_in(&url);
    // A URL of this scheme has a host, so that these succeed.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_query(None);
    url.set_fragment(None);
    Ok((url.as_str().trim_end_matches('/').to_owned(), token))
}

/// What a link has as `?token=`, or what stands before the host: a password, or a user without one.
fn token_in(url: &Url) -> Option<String> {
    let before_host = url.password().unwrap_or(url.username());
    let before_host = before_host.replace('&', "%26");
    let mut encoded = Url::clone(url);
    if !before_host.is_empty() {
        encoded.set_query(Some(&format!("token={before_host}")));
    }
    let token = encoded.query_pairs().find(|(name, _)| name == "token");
    // A `+` that nobody has encoded reads as a space, which no token has.
    token.map(|(_, token)| token.replace(' ', "+"))
}

fn is_usable(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|octet| octet.is_ascii_graphic())
}

/// What is said of a parameter, which begins with its name, as of the flag that stands for it.
fn of_flag(detail: &str) -> Option<String> {
    let (name, what) = detail.split_once(": ")?;
    let is_parameter = name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    let (part, flag) = (format!("{name}_contains"), name.replace('_', "-"));
    let what = what.replace(&part, &format!("--{flag}-contains"));
    is_parameter.then(|| format!("--{flag}: {what}"))
}

/// Problem details (RFC 9457).
#[derive(Deserialize)]
struct Problem {
    detail: String,
}

#[derive(Deserialize)]
struct Found {
    mails: Vec<Mail>,
}

#[derive(Deserialize)]
struct Mail {
    id: u64,
    envelope: Envelope,
    subject: String,
    size: usize,
}

#[derive(Deserialize)]
struct Envelope {
    reverse_path: String,
    forward_paths: Vec<String>,
}

impl Mail {
    /// As the reports of the library have it.
    fn line(&self) -> String {
        let to = self.envelope.forward_paths.iter();
        let to: Vec<_> = to.map(|path| format!("<{path}>")).collect();
        format!(
            "#{} <{}> -> {}  {:?}, {} octets",
            self.id,
            self.envelope.reverse_path,
            to.join(", "),
            self.subject,
            self.size,
        )
    }
}
