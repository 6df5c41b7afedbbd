//! What the document says of every path alike: who may ask, and what is refused wherever it is asked.

use utoipa::IntoResponses as _;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{Components, OpenApi};

use super::guard::Access;
use super::problem::{
    Failed, Foreign, Late, Misdirected, TooLarge, TooLong, Unauthorized, Unavailable,
};

pub(super) fn describe(document: &mut OpenApi, access: &Access) {
    let cookie =
        ApiKeyValue::with_description(access.cookie.as_str(), "Set by opening `/?token=…`.");
    let schemes = [
        ("bearer", http(HttpAuthScheme::Bearer, "The token.")),
        (
            "basic",
            http(
                HttpAuthScheme::Basic,
                "The token as the password of any user.",
            ),
        ),
        ("cookie", SecurityScheme::ApiKey(ApiKey::Cookie(cookie))),
    ];
    let ways = schemes
        .iter()
        .map(|(name, _)| SecurityRequirement::new(*name, [""; 0]));
    // The empty one says that it is not asked for.
    let nothing = access.token.is_none().then(SecurityRequirement::default);
    document.security = Some(nothing.into_iter().chain(ways).collect());
    let components = document.components.get_or_insert_with(Components::default);
    for (name, scheme) in schemes {
        components.add_security_scheme(name, scheme);
    }
    for path in document.paths.paths.values_mut() {
        let reading = path.get.iter_mut();
        let writing = [&mut path.post, &mut path.put, &mut path.delete];
        for operation in reading {
            answer_everywhere(operation);
        }
        for operation in writing.into_iter().flatten() {
            answer_everywhere(operation);
            operation.responses.responses.extend(Late::responses());
            operation.responses.responses.extend(TooLarge::responses());
        }
    }
}

fn answer_everywhere(operation: &mut Operation) {
    let answers = &mut operation.responses.responses;
    answers.extend(Unauthorized::responses());
    answers.extend(Foreign::responses());
    answers.extend(TooLong::responses());
    answers.extend(Misdirected::responses());
    answers.extend(Failed::responses());
    answers.extend(Unavailable::responses());
}

fn http(scheme: HttpAuthScheme, description: &str) -> SecurityScheme {
    let scheme = HttpBuilder::new().scheme(scheme);
    SecurityScheme::Http(scheme.description(Some(description)).build())
}
