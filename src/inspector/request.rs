//! What a request brings: path, query and body, each a problem if it is not as it should be.

use std::error::Error as _;
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{JsonRejection, PathRejection};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::problem::Problem;

/// The variable parts of a path.
#[derive(Debug)]
pub(super) struct Segments<T>(pub(super) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Segments<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::from_request_parts(parts, state).await;
        let Path(segments) = path.map_err(|rejection: PathRejection| {
            Problem::new(rejection.status(), rejection.body_text())
        })?;
        Ok(Self(segments))
    }
}

/// A segment that is to be a number.
pub(super) fn number<T: FromStr>(name: &str, text: &str) -> Result<T, Problem> {
    text.parse()
        .map_err(|_| Problem::bad_request(format!("{name}: {text:?} is no number")))
}

/// The query parameters of a request; what is none of them is a problem.
#[derive(Debug)]
pub(super) struct Parameters<T>(pub(super) T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Parameters<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = Query::try_from_uri(&parts.uri);
        let Query(parameters) = query.map_err(|error| Problem::bad_request(error.body_text()))?;
        Ok(Self(parameters))
    }
}

/// The JSON that a request brings; what is none, or not the one that is wanted, is a problem.
#[derive(Debug)]
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let octets = Request::from_parts(parts.clone(), body);
        let octets = Bytes::from_request(octets, state)
            .await
            .map_err(|rejection| Problem::new(rejection.status(), rejection.body_text()))?;
        let request = Request::from_parts(parts, octets.clone().into());
        let json = Json::from_request(request, state).await;
        let Json(Object(body)) = json.map_err(|rejection| unwanted(&rejection, &octets))?;
        Ok(Self(body))
    }
}

/// Why the body is not the one that is wanted.
fn unwanted(rejection: &JsonRejection, octets: &[u8]) -> Problem {
    let error = match rejection {
        JsonRejection::JsonDataError(error) => error.source(),
        JsonRejection::JsonSyntaxError(error) => error.source(),
        _ => None,
    };
    let Some(error) = error else {
        return Problem::new(rejection.status(), rejection.body_text());
    };
    // Which of the two it is, is asked again: where one thing is wanted, serde_json takes another for bad
    // syntax, and does not look at what comes behind it.
    match serde_json::from_slice::<IgnoredAny>(octets) {
        Ok(_) => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, error.to_string()),
        Err(error) => Problem::bad_request(format!("the body is no JSON: {error}")),
    }
}

/// What comes as an object; serde would take an array for a struct, too.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Object)
    }
}
