//! Responses to calls, as text.

use leptos::{prelude::FromServerFnError, server_fn::error::ServerFnErrorErr};
use serde::de::DeserializeOwned;

use super::contained;
#[cfg(any(target_family = "wasm", test))]
use super::refusal;
use crate::problem::Problem;

/// The header by which server functions mark problems.
pub(crate) const ERROR_HEADER: &str = "serverfnerror";

/// Formats a response: `+` and the JSON of the result, or `-` and the JSON of a [`Problem`]. The caller parses
/// the response, so that all calls share the code that sends and loads.
pub(super) fn text(ok: bool, json: &str) -> String {
    let sign = if ok { '+' } else { '-' };
    format!("{sign}{json}")
}

/// Formats a response without the header that marks problems: a result, or a refusal by what stands in front of calls.
#[cfg(any(target_family = "wasm", test))]
pub(super) fn unmarked(status: u16, content_type: &str, body: &str) -> String {
    if (200..300).contains(&status) && content_type.starts_with("application/json") {
        text(true, body)
    } else {
        text(false, &refusal::json(status, body))
    }
}

/// Returns whether the text stands for a missing response.
pub(crate) fn is_missing(response: &str) -> bool {
    read_problem(response).is_some_and(|problem| problem.is_without_response())
}

fn read_problem(response: &str) -> Option<Problem> {
    serde_json::from_str(contained::without_key(response).strip_prefix('-')?).ok()
}

/// Parses a response.
pub(crate) fn read<T: DeserializeOwned>(response: &str) -> Result<T, Problem> {
    let response = contained::without_key(response);
    let read = match response.strip_prefix('+') {
        Some(json) => serde_json::from_str(json).map(Ok),
        None => serde_json::from_str(response.strip_prefix('-').unwrap_or(response)).map(Err),
    };
    read.unwrap_or_else(|error| {
        Err(Problem::from_server_fn_error(ServerFnErrorErr::Deserialization(error.to_string())))
    })
}

#[cfg(not(target_family = "wasm"))]
pub(super) fn of<T: serde::Serialize>(result: &Result<T, Problem>) -> String {
    let json = match result {
        Ok(value) => serde_json::to_string(value),
        Err(problem) => serde_json::to_string(problem),
    };
    json.map(|json| text(result.is_ok(), &json)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use edgewise_api::{ApiError, FieldPath};

    use super::*;
    use crate::problem::ProblemKind;

    #[test]
    fn a_response_survives_a_round_trip() {
        let field = FieldPath::of("variants").at(1).then("a.b");
        let problem = Problem::from(ApiError::invalid_field(field, "is taken"));
        for result in [Ok(7_u8), Err(problem)] {
            assert_eq!(read::<u8>(&of(&result)), result);
        }
        assert_eq!(read::<u8>("<html>").map_err(|problem| problem.kind), Err(ProblemKind::Unreadable));
    }

    #[test]
    fn only_json_of_a_success_is_a_result() {
        let json = "application/json";
        assert_eq!(read(&unmarked(200, json, "7")), Ok(7_u8));
        for (status, content_type, body) in
            [(200, "text/html", "7"), (403, json, r#"{"error":"no"}"#), (502, "text/html", "7"), (0, "", "")]
        {
            assert!(read::<u8>(&unmarked(status, content_type, body)).is_err(), "{status} {content_type}");
        }
    }

    #[test]
    fn a_missing_response_is_detected() {
        let none = text(false, Problem::NO_RESPONSE);
        assert!(is_missing(&none) && !is_missing(&text(true, "7")));
        assert_eq!(read::<u8>(&none).map_err(|problem| problem.kind), Err(ProblemKind::NoResponse));
        // Only the kind counts, not the wording.
        assert!(is_missing(r#"-{"kind":"NoResponse","message":"gone"}"#));
    }
}
