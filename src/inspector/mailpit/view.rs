//! A mail's HTML or text alone, as Mailpit shows it for tests of how it looks.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::Mailpit;
use super::search::Found;
use super::summary::text_of;
use crate::inspector::mails;
use crate::inspector::problem::Problem;
use crate::inspector::request::{Parameters, Segments};

/// `latest.html`, `7.txt`, or the mail alone, which leads to what it has.
pub(super) async fn view(
    State(mailpit): State<Mailpit>,
    Segments(name): Segments<String>,
    Parameters(query): Parameters<Found>,
) -> Result<Response, Problem> {
    let (id, form) = match name.rsplit_once('.') {
        Some((id, form)) => (id, Some(form)),
        None => (name.as_str(), None),
    };
    let mail = mailpit.find(id, &query)?;
    let number = mail.id().to_string();
    match form {
        Some("html") => mails::mail_html(State(mailpit.inbox), Segments(number)).await,
        Some("txt") => Ok(text_of(&mail).into_response()),
        Some(form) => {
            let why = format!("a mail is shown as html or txt, not as {form:?}");
            Err(Problem::not_found(why))
        }
        None => {
            let form = mail.message().html().map_or("txt", |_| "html");
            Ok(Redirect::temporary(&format!("/view/{number}.{form}")).into_response())
        }
    }
}
