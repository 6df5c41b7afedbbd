//! Answers of the inspector.

use reqwest::blocking::Response;
use serde_json::Value;

/// The JSON that came.
pub fn json_in(response: Response) -> Value {
    let url = response.url().clone();
    assert_eq!(response.status(), 200, "{url}");
    assert_eq!(response.headers()["content-type"], "application/json");
    response.json().unwrap()
}

/// The detail of the problem that came, with that status.
pub fn problem(response: Response, status: u16) -> String {
    assert_eq!(response.status(), status);
    let kind = &response.headers()["content-type"];
    assert_eq!(kind, "application/problem+json");
    let problem: Value = response.json().unwrap();
    assert_eq!(problem["status"], status);
    assert!(problem["title"].is_string());
    problem["detail"].as_str().unwrap().to_owned()
}
